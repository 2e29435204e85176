// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Build-time configuration. What a slice holds is decided by two defines:
 *
 *   PROCBUF_CHECKED=1  (default) a slice that outlives its enter is caught at its next use (X-EPOCH): each
 *                      slice carries its kernel and the number of its enter, and every use looks it up.
 *   PROCBUF_CHECKED=0  lean: a slice is an address and a length, and X-EPOCH costs nothing. Every check of
 *                      what userspace passes is the same in both.
 *
 *   PROCBUF_ACCESS_SPLIT=0  (default) bytes of kernel arrays seen as slices (S-WRAP) pass through the access header like
 *                      those of processes.
 *   PROCBUF_ACCESS_SPLIT=1  they do not: slices know whose bytes they show. For an access header whose instructions reach
 *                      memory of processes alone, see access.h. A lean slice then is three words.
 *
 * Library and callers must agree on both, because the size of a slice depends on them. Callers of another build do not link:
 * see names.h.
 *
 * Two more build-time doors, neither of which is set here:
 *   PROCBUF_ACCESS_HEADER  replaces the functions that touch user bytes, see access.h.
 *   PROCBUF_STARTUP        shows the maker of capabilities, see capability.h.
 */
#ifndef PROCBUF_CONFIG_H
#define PROCBUF_CONFIG_H

#ifndef PROCBUF_CHECKED
#define PROCBUF_CHECKED 1
#endif

#if PROCBUF_CHECKED != 0 && PROCBUF_CHECKED != 1
#error "PROCBUF_CHECKED must be 0 (lean) or 1 (checked)"
#endif

#ifndef PROCBUF_ACCESS_SPLIT
#define PROCBUF_ACCESS_SPLIT 0
#endif

#if PROCBUF_ACCESS_SPLIT != 0 && PROCBUF_ACCESS_SPLIT != 1
#error "PROCBUF_ACCESS_SPLIT must be 0 or 1"
#endif

#include "procbuf/names.h"

#endif
