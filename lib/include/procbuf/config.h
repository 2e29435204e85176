// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Build-time configuration. What a slice holds is decided by the first two of these defines:
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
 *   PROCBUF_INLINE=1   (default if lean, with no access header of one's own) who includes procbuf/procbuf.h may carry the
 *                      bodies of what is called most, and with them the access header: see inline.h.
 *   PROCBUF_INLINE=0   (default otherwise; checked builds have no other) all of the library's code is the library's own.
 *
 * Library and callers must agree on all three, because the size of a slice depends on them, and who touches user bytes.
 * Callers of another build do not link: see names.h.
 *
 * Two more build-time doors, neither of which is set here:
 *   PROCBUF_ACCESS_HEADER  replaces the functions that touch user bytes, see access.h. Callers of a lean library that has one
 *                          define it too, or PROCBUF_INLINE=0.
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

#ifndef PROCBUF_INLINE
#if PROCBUF_CHECKED || defined PROCBUF_ACCESS_HEADER
#define PROCBUF_INLINE 0
#else
#define PROCBUF_INLINE 1
#endif
#endif

#if PROCBUF_INLINE != 0 && (PROCBUF_INLINE != 1 || PROCBUF_CHECKED)
#error "PROCBUF_INLINE must be 0, or, in lean builds, 1"
#endif

#include "procbuf/names.h"

#endif
