// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/cursor.h"

#include "internal.h"
#include "procbuf/inline/span.h"

enum { WIDEST = 8 }; /* bytes of a number */

/* Takes the first n bytes off. False: there are fewer, and nothing changed. */
static bool take(procbuf_span *rest, size_t n, procbuf_span *field) {
  procbuf_epoch_check(rest);
  if (n > rest->length) return false;
  *field = procbuf_span_part(*rest, 0, n);
  *rest = procbuf_span_part(*rest, n, rest->length);
  return true;
}

static procbuf_status get_bytes(procbuf_span *rest, void *kernel_memory, size_t n) {
  procbuf_span field;
  if (!take(rest, n, &field)) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_read(&field, 0, kernel_memory, n);
  return PROCBUF_OK;
}

static procbuf_status put_bytes(procbuf_span *rest, const void *kernel_memory, size_t n) {
  procbuf_span field;
  if (!take(rest, n, &field)) return PROCBUF_SIZE;
  if (n > 0) procbuf_span_write(&field, 0, kernel_memory, n);
  return PROCBUF_OK;
}

/* Whether numbers of that order have to be turned round for this machine. */
enum { TURN_LE = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, TURN_BE = !TURN_LE };

/* value: the object that is read, of that width. */
static procbuf_status get_number(procbuf_readable *cursor, void *value, size_t width, bool turn) {
  uint8_t bytes[WIDEST];
  procbuf_status status = get_bytes(&cursor->span, bytes, width);
  if (status != PROCBUF_OK) return status;
  for (size_t i = 0; i < width; i++)
    ((uint8_t *)value)[i] = bytes[turn ? width - 1 - i : i];
  return PROCBUF_OK;
}

static procbuf_status put_number(procbuf_writeable *cursor, uint32_t value, size_t width, bool big_endian) {
  uint8_t bytes[sizeof value];
  for (size_t i = 0; i < width; i++, value >>= 8)
    bytes[big_endian ? width - 1 - i : i] = (uint8_t)value;
  return put_bytes(&cursor->span, bytes, width);
}

static procbuf_status put_halves(procbuf_writeable *cursor, uint32_t first, uint32_t second,
                                 bool big_endian) {
  if (procbuf_writeable_len(*cursor) < WIDEST) return PROCBUF_SIZE;
  (void)put_number(cursor, first, sizeof first, big_endian);
  return put_number(cursor, second, sizeof second, big_endian);
}

procbuf_status procbuf_cursor_read_u8(procbuf_readable *cursor, uint8_t *value) {
  return get_bytes(&cursor->span, value, 1);
}

procbuf_status procbuf_cursor_read_u16_le(procbuf_readable *cursor, uint16_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_LE);
}

procbuf_status procbuf_cursor_read_u16_be(procbuf_readable *cursor, uint16_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_BE);
}

procbuf_status procbuf_cursor_read_u32_le(procbuf_readable *cursor, uint32_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_LE);
}

procbuf_status procbuf_cursor_read_u32_be(procbuf_readable *cursor, uint32_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_BE);
}

procbuf_status procbuf_cursor_read_u64_le(procbuf_readable *cursor, uint64_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_LE);
}

procbuf_status procbuf_cursor_read_u64_be(procbuf_readable *cursor, uint64_t *value) {
  return get_number(cursor, value, sizeof *value, TURN_BE);
}

procbuf_status procbuf_cursor_write_u8(procbuf_writeable *cursor, uint8_t value) {
  return put_number(cursor, value, sizeof value, false);
}

procbuf_status procbuf_cursor_write_u16_le(procbuf_writeable *cursor, uint16_t value) {
  return put_number(cursor, value, sizeof value, false);
}

procbuf_status procbuf_cursor_write_u16_be(procbuf_writeable *cursor, uint16_t value) {
  return put_number(cursor, value, sizeof value, true);
}

procbuf_status procbuf_cursor_write_u32_le(procbuf_writeable *cursor, uint32_t value) {
  return put_number(cursor, value, sizeof value, false);
}

procbuf_status procbuf_cursor_write_u32_be(procbuf_writeable *cursor, uint32_t value) {
  return put_number(cursor, value, sizeof value, true);
}

procbuf_status procbuf_cursor_write_u64_le(procbuf_writeable *cursor, uint64_t value) {
  return put_halves(cursor, (uint32_t)value, (uint32_t)(value >> 32), false);
}

procbuf_status procbuf_cursor_write_u64_be(procbuf_writeable *cursor, uint64_t value) {
  return put_halves(cursor, (uint32_t)(value >> 32), (uint32_t)value, true);
}

procbuf_status procbuf_cursor_read_bytes(procbuf_readable *cursor, void *kernel_memory, size_t n) {
  return get_bytes(&cursor->span, kernel_memory, n);
}

procbuf_status procbuf_cursor_write_bytes(procbuf_writeable *cursor, const void *kernel_memory, size_t n) {
  return put_bytes(&cursor->span, kernel_memory, n);
}

procbuf_status procbuf_cursor_read_slice(procbuf_readable *cursor, size_t n, procbuf_readable *field) {
  procbuf_span taken;
  if (!take(&cursor->span, n, &taken)) return PROCBUF_SIZE;
  field->span = taken;
  return PROCBUF_OK;
}

procbuf_status procbuf_cursor_write_slice(procbuf_writeable *cursor, size_t n, procbuf_writeable *field) {
  procbuf_span taken;
  if (!take(&cursor->span, n, &taken)) return PROCBUF_SIZE;
  field->span = taken;
  return PROCBUF_OK;
}

procbuf_status procbuf_cursor_read_text(procbuf_readable *cursor, char *text, size_t room) {
  procbuf_span *rest = &cursor->span;
  procbuf_epoch_check(rest);
  size_t most = room < rest->length ? room : rest->length;
  for (size_t i = 0; i < most; i++) {
    text[i] = (char)procbuf_span_load8(rest, i);
    if (text[i] != 0) continue;
    *rest = procbuf_span_part(*rest, i + 1, rest->length);
    return PROCBUF_OK;
  }
  if (most > 0) __builtin_memset(text, 0, most);
  return PROCBUF_SIZE;
}

procbuf_status procbuf_cursor_write_text(procbuf_writeable *cursor, const char *text) {
  size_t n = 0;
  while (n < cursor->span.length && text[n] != 0)
    n++;
  return put_bytes(&cursor->span, text, n + 1);
}
