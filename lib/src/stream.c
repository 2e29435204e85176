// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/stream.h"

#include "internal.h"
#include "span.h"

enum {
  VERSION_AT = 0,
  FLAGS_AT = 2,
  OFFSET_AT = 4,
  DATA_AT = 8, /* also the size of the header */
  FLAG_EXCEEDED = 1,
  FLAG_HALT = 2
};

/* A stream whose header was read, once, and is acceptable. */
typedef struct open_stream {
  procbuf_span span;
  size_t room; /* bytes of data that the slice holds */
  uint32_t offset;
  uint8_t low_flags; /* the flags' second byte */
} open_stream;

static procbuf_status judge_header(const uint8_t header[DATA_AT]) {
  uint16_t version;
  __builtin_memcpy(&version, header + VERSION_AT, sizeof version);
  unsigned flags = (unsigned)header[FLAGS_AT] << 8 | header[FLAGS_AT + 1];
  unsigned both = FLAG_EXCEEDED | FLAG_HALT;
  if (version != 0 || (flags & ~both) != 0) return PROCBUF_INVAL;
  return flags == both ? PROCBUF_BUSY : PROCBUF_OK;
}

static procbuf_status stream_open(procbuf_writeable slice, open_stream *stream) {
  procbuf_epoch_check(&slice.span);
  if (slice.span.length < DATA_AT) return PROCBUF_SIZE;
  procbuf_epoch_check_unfed(&slice.span);
  uint8_t header[DATA_AT];
  /* In two pieces: a load of all 8 bytes would wait for the last append's store of the offset. */
  procbuf_span_read(&slice.span, 0, header, OFFSET_AT);
  procbuf_span_read(&slice.span, OFFSET_AT, header + OFFSET_AT, DATA_AT - OFFSET_AT);
  stream->span = slice.span;
  stream->room = slice.span.length - DATA_AT;
  stream->low_flags = header[FLAGS_AT + 1];
  __builtin_memcpy(&stream->offset, header + OFFSET_AT, sizeof stream->offset);
  return judge_header(header);
}

/* How many more bytes the offset, a u32, can count. */
static uint32_t countable(const open_stream *stream) {
  return UINT32_MAX - stream->offset;
}

static bool fits(const open_stream *stream, size_t n) {
  return stream->offset <= stream->room && n <= stream->room - stream->offset;
}

static size_t end_of_data(const open_stream *stream) {
  return DATA_AT + (size_t)stream->offset;
}

static procbuf_status exceed(const open_stream *stream) {
  procbuf_span_store8(&stream->span, FLAGS_AT + 1, (uint8_t)(stream->low_flags | FLAG_EXCEEDED));
  return PROCBUF_SIZE;
}

/* The data is in place: makes n bytes of it count. */
static procbuf_status commit(const open_stream *stream, size_t n, procbuf_stream_result *result) {
  uint32_t offset = stream->offset + (uint32_t)n;
  if (n > 0) procbuf_span_write(&stream->span, OFFSET_AT, &offset, sizeof offset);
  *result = (procbuf_stream_result){stream->offset == 0 && n > 0, offset};
  return PROCBUF_OK;
}

procbuf_status procbuf_stream_append(procbuf_writeable slice, const void *chunk, size_t n,
                                     procbuf_stream_result *result) {
  open_stream stream;
  procbuf_status status = stream_open(slice, &stream);
  if (status != PROCBUF_OK) return status;
  if (n > countable(&stream)) return PROCBUF_FAIL;
  if (!fits(&stream, n)) return exceed(&stream);
  if (n > 0) procbuf_span_write(&stream.span, end_of_data(&stream), chunk, n);
  return commit(&stream, n, result);
}

/* Reads the source to its end, and stores what fits. False: it has more bytes than are countable. */
static bool drain(const open_stream *stream, procbuf_byte_source *source, void *context, size_t *n) {
  size_t left = stream->offset <= stream->room ? stream->room - stream->offset : 0;
  size_t limit = countable(stream), count = 0;
  for (uint8_t byte; source(context, &byte); count++) {
    if (count == limit) return false; /* before a sum of the caller's could wrap */
    if (count < left) procbuf_span_store8(&stream->span, end_of_data(stream) + count, byte);
  }
  *n = count;
  return true;
}

static bool drain_alone(const open_stream *stream, procbuf_byte_source *source, void *context, size_t *n) {
  procbuf_frame frame;
  procbuf_epoch_feed(&frame, &stream->span);
  bool countable = drain(stream, source, context, n);
  procbuf_epoch_unfeed(&frame, &stream->span);
  return countable;
}

procbuf_status procbuf_stream_append_from(procbuf_writeable slice, procbuf_byte_source *source, void *context,
                                          procbuf_stream_result *result) {
  open_stream stream;
  size_t n;
  procbuf_status status = stream_open(slice, &stream);
  if (status != PROCBUF_OK) return status;
  if (!drain_alone(&stream, source, context, &n)) return PROCBUF_FAIL;
  return fits(&stream, n) ? commit(&stream, n, result) : exceed(&stream);
}
