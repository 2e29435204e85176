// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Bodies of what a driver calls most, for lean builds: enters, short functions of slices, streams. The compiler then sees
 * through an enter and its callback as if the library were in the same file, without link-time optimisation.
 *
 * procbuf.h includes this. It has an effect where PROCBUF_INLINE is 1 (config.h), in C that is compiled for speed. What
 * the compiler does not inline, the file has a copy of. C++, files that are compiled for size or not optimised, and files
 * that include single headers alone call the library's own, which are the same bodies. Both kinds of file link with the
 * same library.
 */
#ifndef PROCBUF_INLINE_H
#define PROCBUF_INLINE_H

#include "procbuf/config.h"

/* PROCBUF_LIBRARY: this is the library itself, all in one file. */
#if PROCBUF_INLINE && defined __OPTIMIZE__ && !defined __OPTIMIZE_SIZE__ && !defined __cplusplus &&          \
    !defined PROCBUF_LIBRARY

#include "procbuf/buffer.h"
#include "procbuf/slice.h"
#include "procbuf/stream.h"

/* From here on these names are the file's own functions. What was declared before is the library's. */
#undef PROCBUF_INLINED
#define PROCBUF_INLINED(name) name##_inline

#define PROCBUF_BODY static inline

#include "procbuf/inline/enter.h"
#include "procbuf/inline/slice.h"
#include "procbuf/inline/stream.h"

#undef PROCBUF_BODY

#endif

#endif
