// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The bytes of a slice: a process's, through the access header, or those of a kernel array (S-WRAP), which pass through it
 * only where it has one door for both (X-DOOR). Bounds and enter were looked at before; n > 0.
 */
#ifndef PROCBUF_INLINE_SPAN_H
#define PROCBUF_INLINE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/access.h"
#include "procbuf/slice.h"

/* The part [from, to), of the same enter. from <= to <= length. */
static inline procbuf_span procbuf_span_part(procbuf_span span, size_t from, size_t to) {
  span.length = to - from;
  span.address = span.length == 0 ? 0 : span.address + from;
  return span;
}

/* Whether the bytes pass around the access header. */
static inline bool procbuf_span_is_kernel(const procbuf_span *span) {
#if !PROCBUF_ACCESS_SPLIT
  (void)span;
  return false;
#elif PROCBUF_CHECKED
  return span->kernel == NULL;
#else
  return span->wrapped;
#endif
}

static inline uint8_t procbuf_span_load8(const procbuf_span *span, size_t at) {
  if (procbuf_span_is_kernel(span)) return *(const uint8_t *)(span->address + at);
  return procbuf_access_load8(span->address + at);
}

static inline void procbuf_span_store8(const procbuf_span *span, size_t at, uint8_t value) {
  if (procbuf_span_is_kernel(span)) {
    *(uint8_t *)(span->address + at) = value;
  } else {
    procbuf_access_store8(span->address + at, value);
  }
}

static inline void procbuf_span_read(const procbuf_span *span, size_t at, void *kernel_memory, size_t n) {
  if (procbuf_span_is_kernel(span)) {
    __builtin_memcpy(kernel_memory, (const void *)(span->address + at), n);
  } else {
    procbuf_access_read(kernel_memory, span->address + at, n);
  }
}

static inline void procbuf_span_write(const procbuf_span *span, size_t at, const void *kernel_memory,
                                      size_t n) {
  if (procbuf_span_is_kernel(span)) {
    __builtin_memcpy((void *)(span->address + at), kernel_memory, n);
  } else {
    procbuf_access_write(span->address + at, kernel_memory, n);
  }
}

static inline void procbuf_span_fill(const procbuf_span *span, uint8_t value) {
  if (procbuf_span_is_kernel(span)) {
    __builtin_memset((void *)span->address, value, span->length);
  } else {
    procbuf_access_fill(span->address, value, span->length);
  }
}

/* Both of one length. A process's bytes and a kernel array do not overlap (S-COPY). */
static inline void procbuf_span_move(const procbuf_span *to, const procbuf_span *from) {
  if (procbuf_span_is_kernel(from) && procbuf_span_is_kernel(to)) {
    __builtin_memmove((void *)to->address, (const void *)from->address, to->length);
  } else if (procbuf_span_is_kernel(from)) {
    procbuf_access_write(to->address, (const void *)from->address, to->length);
  } else if (procbuf_span_is_kernel(to)) {
    procbuf_access_read((void *)to->address, from->address, to->length);
  } else {
    procbuf_access_move(to->address, from->address, to->length);
  }
}

#endif
