// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/slice.h"

#include "internal.h"
#include "procbuf/panic.h"
#include "span.h"

/* The first functions work on spans whose enter was looked up already; every public function below does that
 * first. */

static bool sub(procbuf_span span, size_t from, size_t to, procbuf_span *out) {
  procbuf_epoch_check(&span);
  if (from > to || to > span.length) return false;
  *out = procbuf_span_part(span, from, to);
  return true;
}

static bool next_chunk(procbuf_span *rest, size_t n, procbuf_span *chunk) {
  procbuf_epoch_check(rest);
  if (rest->length == 0) return false;
  size_t taken = n < rest->length ? n : rest->length;
  *chunk = procbuf_span_part(*rest, 0, taken);
  *rest = procbuf_span_part(*rest, taken, rest->length);
  return true;
}

static procbuf_span wrap(const void *kernel_memory, size_t n) {
  procbuf_span span = {.address = n == 0 ? 0 : (uintptr_t)kernel_memory, .length = n};
#if PROCBUF_ACCESS_SPLIT && !PROCBUF_CHECKED
  span.wrapped = true;
#endif
  return span;
}

size_t procbuf_readable_len(procbuf_readable slice) {
  procbuf_epoch_check(&slice.span);
  return slice.span.length;
}

size_t procbuf_writeable_len(procbuf_writeable slice) {
  procbuf_epoch_check(&slice.span);
  return slice.span.length;
}

procbuf_readable procbuf_writeable_as_readable(procbuf_writeable slice) {
  procbuf_epoch_check(&slice.span);
  return (procbuf_readable){slice.span};
}

bool procbuf_readable_at(procbuf_readable slice, size_t i, uint8_t *byte) {
  procbuf_epoch_check(&slice.span);
  if (i >= slice.span.length) return false;
  *byte = procbuf_span_load8(&slice.span, i);
  return true;
}

bool procbuf_writeable_set(procbuf_writeable slice, size_t i, uint8_t byte) {
  procbuf_epoch_check(&slice.span);
  if (i >= slice.span.length) return false;
  procbuf_span_store8(&slice.span, i, byte);
  return true;
}

bool procbuf_readable_sub(procbuf_readable slice, size_t from, size_t to, procbuf_readable *out) {
  return sub(slice.span, from, to, &out->span);
}

bool procbuf_writeable_sub(procbuf_writeable slice, size_t from, size_t to, procbuf_writeable *out) {
  return sub(slice.span, from, to, &out->span);
}

bool procbuf_readable_sub_from(procbuf_readable slice, size_t from, procbuf_readable *out) {
  return sub(slice.span, from, slice.span.length, &out->span);
}

bool procbuf_writeable_sub_from(procbuf_writeable slice, size_t from, procbuf_writeable *out) {
  return sub(slice.span, from, slice.span.length, &out->span);
}

bool procbuf_readable_sub_to(procbuf_readable slice, size_t to, procbuf_readable *out) {
  return sub(slice.span, 0, to, &out->span);
}

bool procbuf_writeable_sub_to(procbuf_writeable slice, size_t to, procbuf_writeable *out) {
  return sub(slice.span, 0, to, &out->span);
}

procbuf_status procbuf_readable_copy_to(procbuf_readable slice, void *kernel_memory, size_t n) {
  procbuf_epoch_check(&slice.span);
  if (n != slice.span.length) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_read(&slice.span, 0, kernel_memory, n);
  return PROCBUF_OK;
}

procbuf_status procbuf_writeable_copy_from(procbuf_writeable slice, const void *kernel_memory, size_t n) {
  procbuf_epoch_check(&slice.span);
  if (n != slice.span.length) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_write(&slice.span, 0, kernel_memory, n);
  return PROCBUF_OK;
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

procbuf_bytes procbuf_readable_bytes(procbuf_readable slice) {
  procbuf_epoch_check(&slice.span);
  return (procbuf_bytes){slice.span};
}

bool procbuf_bytes_next(procbuf_bytes *bytes, uint8_t *byte) {
  procbuf_span one;
  if (!next_chunk(&bytes->rest, 1, &one)) return false;
  *byte = procbuf_span_load8(&one, 0);
  return true;
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
  return next_chunk(&chunks->rest, chunks->n, &chunk->span);
}

bool procbuf_writeable_chunks_next(procbuf_writeable_chunks *chunks, procbuf_writeable *chunk) {
  return next_chunk(&chunks->rest, chunks->n, &chunk->span);
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
  if (!sub(slice.span, from, to, &slice.span)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
  return slice;
}

procbuf_writeable procbuf_writeable_must_sub(procbuf_writeable slice, size_t from, size_t to) {
  if (!sub(slice.span, from, to, &slice.span)) procbuf_panic(PROCBUF_PANIC_OUT_OF_RANGE);
  return slice;
}

void procbuf_readable_must_copy_to(procbuf_readable slice, void *kernel_memory, size_t n) {
  if (procbuf_readable_copy_to(slice, kernel_memory, n) != PROCBUF_OK) procbuf_panic(PROCBUF_PANIC_SIZE);
}

void procbuf_writeable_must_copy_from(procbuf_writeable slice, const void *kernel_memory, size_t n) {
  if (procbuf_writeable_copy_from(slice, kernel_memory, n) != PROCBUF_OK) procbuf_panic(PROCBUF_PANIC_SIZE);
}
