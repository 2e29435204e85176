// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/slice.h"

#include "internal.h"
#include "procbuf/panic.h"

#define PROCBUF_BODY /* the library's own, for who does not carry one (inline.h) */
#include "procbuf/inline/slice.h"

static procbuf_span wrap(const void *kernel_memory, size_t n) {
  procbuf_span span = {.address = n == 0 ? 0 : (uintptr_t)kernel_memory, .length = n};
#if PROCBUF_ACCESS_SPLIT && !PROCBUF_CHECKED
  span.wrapped = true;
#endif
  return span;
}

procbuf_status procbuf_writeable_move(procbuf_writeable to, procbuf_readable from) {
  procbuf_epoch_check(&to.span);
  procbuf_epoch_check(&from.span);
  if (to.span.length != from.span.length) return PROCBUF_SIZE;
  if (to.span.length > 0) procbuf_span_move(&to.span, &from.span);
  return PROCBUF_OK;
}

void procbuf_writeable_fill(procbuf_writeable slice, uint8_t value) {
  procbuf_epoch_check(&slice.span);
  if (slice.span.length > 0) procbuf_span_fill(&slice.span, value);
}

procbuf_status procbuf_readable_compare(procbuf_readable slice, const void *kernel_memory, size_t n,
                                        bool *equal) {
  procbuf_epoch_check(&slice.span);
  if (n != slice.span.length) return PROCBUF_SIZE;
  const uint8_t *expected = kernel_memory;
  unsigned difference = 0; /* gathered over all bytes: no early way out (S-CMP) */
  for (size_t i = 0; i < n; i++) {
    difference |= (unsigned)procbuf_span_load8(&slice.span, i) ^ expected[i];
  }
  *equal = difference == 0;
  return PROCBUF_OK;
}

procbuf_status procbuf_readable_chunks_of(procbuf_readable slice, size_t n, procbuf_readable_chunks *chunks) {
  procbuf_epoch_check(&slice.span);
  if (n == 0) return PROCBUF_INVAL;
  *chunks = (procbuf_readable_chunks){slice.span, n};
  return PROCBUF_OK;
}

procbuf_status procbuf_writeable_chunks_of(procbuf_writeable slice, size_t n,
                                           procbuf_writeable_chunks *chunks) {
  procbuf_epoch_check(&slice.span);
  if (n == 0) return PROCBUF_INVAL;
  *chunks = (procbuf_writeable_chunks){slice.span, n};
  return PROCBUF_OK;
}

bool procbuf_readable_chunks_next(procbuf_readable_chunks *chunks, procbuf_readable *chunk) {
  return procbuf_span_next(&chunks->rest, chunks->n, &chunk->span);
}

bool procbuf_writeable_chunks_next(procbuf_writeable_chunks *chunks, procbuf_writeable *chunk) {
  return procbuf_span_next(&chunks->rest, chunks->n, &chunk->span);
}

procbuf_readable procbuf_readable_wrap(const void *kernel_memory, size_t n) {
  return (procbuf_readable){wrap(kernel_memory, n)};
}

procbuf_writeable procbuf_writeable_wrap(void *kernel_memory, size_t n) {
  return (procbuf_writeable){wrap(kernel_memory, n)};
}

uint8_t procbuf_readable_must_at(procbuf_readable slice, size_t i) {
  uint8_t byte;
  if (!procbuf_readable_at(slice, i, &byte)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
  return byte;
}

void procbuf_writeable_must_set(procbuf_writeable slice, size_t i, uint8_t byte) {
  if (!procbuf_writeable_set(slice, i, byte)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
}

procbuf_readable procbuf_readable_must_sub(procbuf_readable slice, size_t from, size_t to) {
  if (!procbuf_span_sub(slice.span, from, to, &slice.span)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
  return slice;
}

procbuf_writeable procbuf_writeable_must_sub(procbuf_writeable slice, size_t from, size_t to) {
  if (!procbuf_span_sub(slice.span, from, to, &slice.span)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
  return slice;
}

void procbuf_readable_must_copy_to(procbuf_readable slice, void *kernel_memory, size_t n) {
  if (procbuf_readable_copy_to(slice, kernel_memory, n) != PROCBUF_OK) procbuf_panic(PROCBUF_PANIC_SIZE);
}

void procbuf_writeable_must_copy_from(procbuf_writeable slice, const void *kernel_memory, size_t n) {
  if (procbuf_writeable_copy_from(slice, kernel_memory, n) != PROCBUF_OK) procbuf_panic(PROCBUF_PANIC_SIZE);
}
