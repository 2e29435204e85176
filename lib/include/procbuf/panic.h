// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The one asserting hook. No input from userspace leads here (X-NOPANIC): only a mistake of a kernel
 * programmer does, namely
 *   - in checked builds, the use of a slice after its enter has returned (X-EPOCH);
 *   - an asserting form (procbuf_..._must_...) called with an index, bounds or length that do not fit.
 */
#ifndef PROCBUF_PANIC_H
#define PROCBUF_PANIC_H

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
#define PROCBUF_NORETURN [[noreturn]]
#else
#define PROCBUF_NORETURN _Noreturn
#endif

typedef enum procbuf_panic_reason {
  PROCBUF_PANIC_STALE_SLICE,  /* X-EPOCH: the slice's enter is closed */
  PROCBUF_PANIC_OUT_OF_RANGE, /* an index or sub-slice outside the slice */
  PROCBUF_PANIC_SIZE,         /* a copy between unequal lengths */
  PROCBUF_PANIC_FED_STREAM    /* T-ITER: a byte source appends to the stream that it feeds */
} procbuf_panic_reason;

/**
 * Called with the reason; must not return. The library holds no lock and has changed nothing when it calls
 * it (FED_STREAM: but for what the source had given before).
 *
 * The library has no definition of it: a product says itself what is to be done (log and reset, say), and one that does
 * not say so does not link, as soon as it links anything that asserts. A weak default would stay in place without a
 * word where the product's definition lies in an archive.
 *
 * A test may leave it by longjmp. That leaves the enters that were open, and procbuf_enters_abandon (buffer.h) must be
 * the next call on that kernel.
 */
PROCBUF_NORETURN void procbuf_panic(procbuf_panic_reason reason);

#ifdef __cplusplus
}
#endif

#endif
