// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Bodies of slice.h: what is so short that a call would cost more. */
#ifndef PROCBUF_INLINE_SLICE_H
#define PROCBUF_INLINE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/inline/frame.h"
#include "procbuf/inline/span.h"
#include "procbuf/slice.h"

/* The first two work on spans; every public function looks the enter up first. */

static inline bool procbuf_span_sub(procbuf_span span, size_t from, size_t to, procbuf_span *out) {
  procbuf_epoch_check(&span);
  if (from > to || to > span.length) return false;
  *out = procbuf_span_part(span, from, to);
  return true;
}

static inline bool procbuf_span_next(procbuf_span *rest, size_t n, procbuf_span *chunk) {
  procbuf_epoch_check(rest);
  if (rest->length == 0) return false;
  size_t taken = n < rest->length ? n : rest->length;
  *chunk = procbuf_span_part(*rest, 0, taken);
  *rest = procbuf_span_part(*rest, taken, rest->length);
  return true;
}

PROCBUF_BODY size_t procbuf_readable_len(procbuf_readable slice) {
  procbuf_epoch_check(&slice.span);
  return slice.span.length;
}

PROCBUF_BODY size_t procbuf_writeable_len(procbuf_writeable slice) {
  procbuf_epoch_check(&slice.span);
  return slice.span.length;
}

PROCBUF_BODY procbuf_readable procbuf_writeable_as_readable(procbuf_writeable slice) {
  procbuf_epoch_check(&slice.span);
  return (procbuf_readable){slice.span};
}

PROCBUF_BODY bool procbuf_readable_at(procbuf_readable slice, size_t i, uint8_t *byte) {
  procbuf_epoch_check(&slice.span);
  if (i >= slice.span.length) return false;
  *byte = procbuf_span_load8(&slice.span, i);
  return true;
}

PROCBUF_BODY bool procbuf_writeable_set(procbuf_writeable slice, size_t i, uint8_t byte) {
  procbuf_epoch_check(&slice.span);
  if (i >= slice.span.length) return false;
  procbuf_span_store8(&slice.span, i, byte);
  return true;
}

PROCBUF_BODY bool procbuf_readable_sub(procbuf_readable slice, size_t from, size_t to,
                                       procbuf_readable *out) {
  return procbuf_span_sub(slice.span, from, to, &out->span);
}

PROCBUF_BODY bool procbuf_writeable_sub(procbuf_writeable slice, size_t from, size_t to,
                                        procbuf_writeable *out) {
  return procbuf_span_sub(slice.span, from, to, &out->span);
}

PROCBUF_BODY bool procbuf_readable_sub_from(procbuf_readable slice, size_t from, procbuf_readable *out) {
  return procbuf_span_sub(slice.span, from, slice.span.length, &out->span);
}

PROCBUF_BODY bool procbuf_writeable_sub_from(procbuf_writeable slice, size_t from, procbuf_writeable *out) {
  return procbuf_span_sub(slice.span, from, slice.span.length, &out->span);
}

PROCBUF_BODY bool procbuf_readable_sub_to(procbuf_readable slice, size_t to, procbuf_readable *out) {
  return procbuf_span_sub(slice.span, 0, to, &out->span);
}

PROCBUF_BODY bool procbuf_writeable_sub_to(procbuf_writeable slice, size_t to, procbuf_writeable *out) {
  return procbuf_span_sub(slice.span, 0, to, &out->span);
}

PROCBUF_BODY procbuf_status procbuf_readable_copy_to(procbuf_readable slice, void *kernel_memory, size_t n) {
  procbuf_epoch_check(&slice.span);
  if (n != slice.span.length) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_read(&slice.span, 0, kernel_memory, n);
  return PROCBUF_OK;
}

PROCBUF_BODY procbuf_status procbuf_writeable_copy_from(procbuf_writeable slice, const void *kernel_memory,
                                                        size_t n) {
  procbuf_epoch_check(&slice.span);
  if (n != slice.span.length) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_write(&slice.span, 0, kernel_memory, n);
  return PROCBUF_OK;
}

PROCBUF_BODY procbuf_bytes procbuf_readable_bytes(procbuf_readable slice) {
  procbuf_epoch_check(&slice.span);
  return (procbuf_bytes){slice.span};
}

PROCBUF_BODY bool procbuf_bytes_next(procbuf_bytes *bytes, uint8_t *byte) {
  procbuf_span one;
  if (!procbuf_span_next(&bytes->rest, 1, &one)) return false;
  *byte = procbuf_span_load8(&one, 0);
  return true;
}

#endif
