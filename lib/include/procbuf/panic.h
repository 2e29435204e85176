// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The one asserting hook. No input from userspace leads here (X-NOPANIC): only a mistake of a kernel
 * programmer does, namely
 *   - in checked builds, the use of a slice after its enter has returned (X-EPOCH);
 *   - an asserting form (procbuf_..._must_...) called with an index, bounds or length that do not fit.
 */
#ifndef PROCBUF_PANIC_H
#define PROCBUF_PANIC_H

typedef enum procbuf_panic_reason {
  PROCBUF_PANIC_STALE_SLICE,  /* X-EPOCH: the slice's enter is closed */
  PROCBUF_PANIC_OUT_OF_RANGE, /* an index or sub-slice outside the slice */
  PROCBUF_PANIC_SIZE          /* a copy between unequal lengths */
} procbuf_panic_reason;

/**
 * Called with the reason; must not return. The library holds no lock and has changed nothing when it calls
 * it.
 *
 * The library's own definition is weak and traps. A product defines its own (to log and reset, say), a test
 * may leave it by longjmp: note that this also leaves an open enter, see procbuf_readonly_enter.
 */
_Noreturn void procbuf_panic(procbuf_panic_reason reason);

#endif
