// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Bodies of stream.h: so that the compiler sees the source and the size of a chunk. */
#ifndef PROCBUF_INLINE_STREAM_H
#define PROCBUF_INLINE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/inline/frame.h"
#include "procbuf/inline/span.h"
#include "procbuf/stream.h"

enum {
  PROCBUF_STREAM_VERSION_AT = 0,
  PROCBUF_STREAM_FLAGS_AT = 2,
  PROCBUF_STREAM_OFFSET_AT = 4,
  PROCBUF_STREAM_DATA_AT = 8, /* also the size of the header */
  PROCBUF_STREAM_EXCEEDED = 1,
  PROCBUF_STREAM_HALT = 2
};

/* A stream whose header was read, once, and is acceptable. */
typedef struct procbuf_open_stream {
  procbuf_span span;
  uint32_t room; /* bytes of data that the slice holds and the offset can count */
  uint32_t offset;
  uint8_t low_flags; /* the flags' second byte */
} procbuf_open_stream;

static inline procbuf_status procbuf_stream_judge(const uint8_t header[PROCBUF_STREAM_DATA_AT]) {
  uint16_t version;
  __builtin_memcpy(&version, header + PROCBUF_STREAM_VERSION_AT, sizeof version);
  unsigned flags = (unsigned)header[PROCBUF_STREAM_FLAGS_AT] << 8 | header[PROCBUF_STREAM_FLAGS_AT + 1];
  unsigned both = PROCBUF_STREAM_EXCEEDED | PROCBUF_STREAM_HALT;
  if (version != 0 || (flags & ~both) != 0) return PROCBUF_INVAL;
  return flags == both ? PROCBUF_BUSY : PROCBUF_OK;
}

static inline procbuf_status procbuf_stream_open(procbuf_writeable slice, procbuf_open_stream *stream) {
  procbuf_epoch_check(&slice.span);
  if (slice.span.length < PROCBUF_STREAM_DATA_AT) return PROCBUF_SIZE;
  procbuf_epoch_check_unfed(&slice.span);
  uint8_t header[PROCBUF_STREAM_DATA_AT];
  /* In two pieces: a load of all 8 bytes would wait for the last append's store of the offset. */
  procbuf_span_read(&slice.span, 0, header, PROCBUF_STREAM_OFFSET_AT);
  procbuf_span_read(&slice.span, PROCBUF_STREAM_OFFSET_AT, header + PROCBUF_STREAM_OFFSET_AT,
                    PROCBUF_STREAM_DATA_AT - PROCBUF_STREAM_OFFSET_AT);
  stream->span = slice.span;
  size_t room = slice.span.length - PROCBUF_STREAM_DATA_AT;
  stream->room = room == (uint32_t)room ? (uint32_t)room : UINT32_MAX;
  stream->low_flags = header[PROCBUF_STREAM_FLAGS_AT + 1];
  __builtin_memcpy(&stream->offset, header + PROCBUF_STREAM_OFFSET_AT, sizeof stream->offset);
  return procbuf_stream_judge(header);
}

/* How many more bytes the offset, a u32, can count. */
static inline uint32_t procbuf_stream_countable(const procbuf_open_stream *stream) {
  return UINT32_MAX - stream->offset;
}

static inline bool procbuf_stream_fits(const procbuf_open_stream *stream, size_t n) {
  return stream->offset <= stream->room && n <= stream->room - stream->offset;
}

static inline size_t procbuf_stream_end(const procbuf_open_stream *stream) {
  return PROCBUF_STREAM_DATA_AT + (size_t)stream->offset;
}

static inline procbuf_status procbuf_stream_exceed(const procbuf_open_stream *stream) {
  procbuf_span_store8(&stream->span, PROCBUF_STREAM_FLAGS_AT + 1,
                      (uint8_t)(stream->low_flags | PROCBUF_STREAM_EXCEEDED));
  return PROCBUF_SIZE;
}

/* The data is in place: makes n bytes of it count. */
static inline procbuf_status procbuf_stream_commit(const procbuf_open_stream *stream, size_t n,
                                                   procbuf_stream_result *result) {
  uint32_t offset = stream->offset + (uint32_t)n;
  if (n > 0) procbuf_span_write(&stream->span, PROCBUF_STREAM_OFFSET_AT, &offset, sizeof offset);
  *result = (procbuf_stream_result){stream->offset == 0 && n > 0, offset};
  return PROCBUF_OK;
}

PROCBUF_BODY procbuf_status procbuf_stream_append(procbuf_writeable slice, const void *chunk, size_t n,
                                                  procbuf_stream_result *result) {
  procbuf_open_stream stream;
  procbuf_status status = procbuf_stream_open(slice, &stream);
  if (status != PROCBUF_OK) return status;
  if (n > procbuf_stream_countable(&stream)) return PROCBUF_FAIL;
  if (!procbuf_stream_fits(&stream, n)) return procbuf_stream_exceed(&stream);
  if (n > 0) procbuf_span_write(&stream.span, procbuf_stream_end(&stream), chunk, n);
  return procbuf_stream_commit(&stream, n, result);
}

/* Reads the source to its end, and stores what fits. False: it has more bytes than are countable. */
static inline bool procbuf_stream_drain(const procbuf_open_stream *stream, procbuf_byte_source *source,
                                        void *context, size_t *n) {
  uint32_t left = stream->offset <= stream->room ? stream->room - stream->offset : 0;
  size_t limit = procbuf_stream_countable(stream), count = 0;
  for (uint8_t byte; source(context, &byte); count++) {
    if (count < left) {
      procbuf_span_store8(&stream->span, procbuf_stream_end(stream) + count, byte);
    } else if (count == limit) {
      return false; /* before a sum of the caller's could wrap */
    }
  }
  *n = count;
  return true;
}

static inline bool procbuf_stream_drain_alone(const procbuf_open_stream *stream, procbuf_byte_source *source,
                                              void *context, size_t *n) {
  procbuf_frame frame;
  procbuf_epoch_feed(&frame, &stream->span);
  bool countable = procbuf_stream_drain(stream, source, context, n);
  procbuf_epoch_unfeed(&frame, &stream->span);
  return countable;
}

PROCBUF_BODY procbuf_status procbuf_stream_append_from(procbuf_writeable slice, procbuf_byte_source *source,
                                                       void *context, procbuf_stream_result *result) {
  procbuf_open_stream stream;
  size_t n;
  procbuf_status status = procbuf_stream_open(slice, &stream);
  if (status != PROCBUF_OK) return status;
  if (!procbuf_stream_drain_alone(&stream, source, context, &n)) return PROCBUF_FAIL;
  return procbuf_stream_fits(&stream, n) ? procbuf_stream_commit(&stream, n, result)
                                         : procbuf_stream_exceed(&stream);
}

#endif
