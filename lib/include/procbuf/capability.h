// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The external-process capability: the right to make a buffer from a raw range, without an allow
 * (B-EXTERNAL).
 *
 * Only start-up code makes one: it defines PROCBUF_STARTUP before it includes this header, which shows the
 * maker, and passes a pointer on to the code that it trusts:
 *
 *     #define PROCBUF_STARTUP
 *     #include "procbuf/capability.h"
 *     static const procbuf_external_process_capability external = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;
 *
 * C cannot forbid a forgery; a search for PROCBUF_STARTUP finds every maker, and an object that was zeroed or
 * made up by chance is refused. PROCBUF_STARTUP belongs in source files, never in a compiler option for all
 * of them.
 */
#ifndef PROCBUF_CAPABILITY_H
#define PROCBUF_CAPABILITY_H

/** Opaque; the constructors in buffer.h take a pointer to it and return INVAL for null or for an object
 * without the mark. */
typedef struct procbuf_external_process_capability {
  unsigned char procbuf_private;
} procbuf_external_process_capability;

#endif

/* Outside the guard: start-up code sees the maker also when another header included this one first. */
#if defined(PROCBUF_STARTUP) && !defined(PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT)
// clang-format off
#define PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT {0xC5}
// clang-format on
#endif
