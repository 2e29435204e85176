// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Build-time configuration. The library is built in one of two shapes:
 *
 *   PROCBUF_CHECKED=1  (default) a slice that outlives its enter is caught at its next use (X-EPOCH): each
 *                      slice carries its kernel and the number of its enter, and every use looks it up.
 *   PROCBUF_CHECKED=0  lean: a slice is an address and a length, and X-EPOCH costs nothing. Every check of
 *                      what userspace passes is the same in both shapes.
 *
 * Library and callers must agree on the shape, because the size of a slice depends on it. To make a mistake
 * visible, procbuf_kernel_init is renamed per shape: a checked caller of a lean library does not link.
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

#if PROCBUF_CHECKED == 1
#define procbuf_kernel_init procbuf_kernel_init_checked
#elif PROCBUF_CHECKED == 0
#define procbuf_kernel_init procbuf_kernel_init_lean
#else
#error "PROCBUF_CHECKED must be 0 (lean) or 1 (checked)"
#endif

#endif
