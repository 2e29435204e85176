// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on cursors as calls, and the gather. A call works on a copy of the slice, which then takes its place.
#include "emitter_slices.h"

#include <inttypes.h>

static const char *const encodings[STEP_ENCODING_COUNT] = {"u8",     "u16_le", "u16_be", "u32_le",
                                                           "u32_be", "u64_le", "u64_be"};
static const char *const types[STEP_ENCODING_COUNT] = {"u8", "u16", "u16", "u32", "u32", "u64", "u64"};

// The cursor's register: a readable call on a writeable slice gets a view of it.
static const char *begin_cursor(struct emitter *e, unsigned slice, bool writes) {
  const char *cursor = writes ? "writer" : "reader";
  emit_use(e, writes ? PART_WRITEABLE_CURSOR : PART_READABLE_CURSOR);
  if (e->expected.word != WORD_PANIC)
    emit_line(e, "%s.now = %s.before = %s;", cursor, cursor,
              writes ? emit_slice(e, slice) : emit_readable(e, slice));
  return cursor;
}

static void end_cursor(struct emitter *e, unsigned slice, const char *cursor, unsigned rest_at) {
  if (e->expected.word != WORD_OK) {
    char *same = emit_buffer();
    snprintf(same, EMIT_BUFFER, "memcmp(&%s.now, &%s.before, sizeof %s.now)", cursor, cursor, cursor);
    emit_kept(e, "0", same);
    return;
  }
  const char *type = cursor[0] == 'w' ? "writeable" : "readable";
  emit_equal(e, emit_value(e, rest_at), "procbuf_%s_len(%s.now)", type, cursor);
  emit_line(e, "%s.span = %s.now.span;", emit_slice(e, slice), cursor);
}

// A stale slice: the cursor is made from it where it is used, and nothing else is done.
static bool stale(struct emitter *e, unsigned slice, bool writes) {
  if (e->expected.word != WORD_PANIC) return false;
  emit_use(e, writes ? PART_WRITEABLE_CURSOR : PART_READABLE_CURSOR);
  if (writes) {
    emit_line(e, "writer.now = %s;", emit_slice(e, slice));
    (void)emit_panic(e, "procbuf_cursor_write_bytes(&writer.now, scratch, 0)");
  } else {
    emit_line(e, "reader.now.span = %s.span;", emit_slice(e, slice));
    (void)emit_panic(e, "procbuf_cursor_read_bytes(&reader.now, scratch, 0)");
  }
  return true;
}

void emit_READ_NUMBER(struct emitter *e, const struct step *step) {
  if (stale(e, step->slice, false)) return;
  const char *cursor = begin_cursor(e, step->slice, false), *type = types[step->encoding];
  emit_use(e, PART_NUMBER);
  emit_line(e, "number.%s = (uint%s_t)UNTOUCHED;", type, type + 1);
  emit_status(e, "procbuf_cursor_read_%s(&%s.now, &number.%s)", encodings[step->encoding], cursor, type);
  if (e->expected.word == WORD_OK) {
    emit_equal(e, emit_value(e, 0), "(uint32_t)number.%s", type);
    emit_equal(e, emit_value(e, 1), "(uint32_t)((uint64_t)number.%s >> 32)", type);
  } else {
    char *untouched = emit_buffer();
    snprintf(untouched, EMIT_BUFFER, "(uint%s_t)UNTOUCHED", type + 1);
    char *number = emit_buffer();
    snprintf(number, EMIT_BUFFER, "number.%s", type);
    emit_kept(e, untouched, number);
  }
  end_cursor(e, step->slice, cursor, 2);
}

void emit_WRITE_NUMBER(struct emitter *e, const struct step *step) {
  if (stale(e, step->slice, true)) return;
  const char *cursor = begin_cursor(e, step->slice, true);
  emit_status(e, "procbuf_cursor_write_%s(&%s.now, (uint%s_t)0x%" PRIx64 "u)", encodings[step->encoding],
              cursor, types[step->encoding] + 1, step->raw);
  end_cursor(e, step->slice, cursor, 0);
}

static void move_bytes(struct emitter *e, const struct step *step, bool writes, const char *form) {
  if (stale(e, step->slice, writes)) return;
  const char *cursor = begin_cursor(e, step->slice, writes);
  emit_status(e, form, cursor, step->offset, emit_number(e, step->length));
  end_cursor(e, step->slice, cursor, 0);
}

void emit_READ_BYTES(struct emitter *e, const struct step *step) {
  move_bytes(e, step, false, "procbuf_cursor_read_bytes(&%s.now, scratch + %zu, %s)");
}

void emit_WRITE_BYTES(struct emitter *e, const struct step *step) {
  move_bytes(e, step, true, "procbuf_cursor_write_bytes(&%s.now, scratch + %zu, %s)");
}

void emit_READ_TEXT(struct emitter *e, const struct step *step) {
  move_bytes(e, step, false, "procbuf_cursor_read_text(&%s.now, (char *)scratch + %zu, %s)");
}

void emit_WRITE_TEXT(struct emitter *e, const struct step *step) {
  if (stale(e, step->slice, true)) return;
  const char *cursor = begin_cursor(e, step->slice, true);
  emit_status(e, "procbuf_cursor_write_text(&%s.now, (const char *)scratch + %zu)", cursor, step->offset);
  end_cursor(e, step->slice, cursor, 0);
}

void emit_TAKE(struct emitter *e, const struct step *step) {
  const bool writes = e->writeable[step->slice2];
  if (stale(e, step->slice2, writes)) return;
  const char *cursor = begin_cursor(e, step->slice2, writes), *type = writes ? "writeable" : "readable";
  char *field = emit_buffer();
  emit_use(e, writes ? PART_KEPT_WRITEABLE : PART_KEPT_READABLE);
  snprintf(field, EMIT_BUFFER, "kept_%s", type);
  emit_line(e, "%s = %s.now;", field, cursor);
  emit_status(e, "procbuf_cursor_%s_slice(&%s.now, %s, &%s)", writes ? "write" : "read", cursor,
              emit_number(e, step->length), field);
  end_cursor(e, step->slice2, cursor, 0);
  if (e->expected.word != WORD_OK) return;
  e->writeable[step->slice] = writes;
  emit_line(e, "%s = %s;", emit_slice(e, step->slice), field);
}

static void put_in(struct emitter *e, unsigned place, unsigned buffer) {
  const struct step of = {.buffer = (uint8_t)buffer};
  const char *form =
      e->readwrite[buffer] ? "gathered[%u] = procbuf_readwrite_as_readonly(&%s);" : "gathered[%u] = %s;";
  emit_line(e, form, place, emit_step_buffer(e, &of));
}

void emit_GATHER(struct emitter *e, const struct step *step) {
  emit_use(e, PART_GATHERED);
  put_in(e, 0, step->buffer);
  put_in(e, 1, step->buffer2);
  emit_status(e, "procbuf_gather(gathered, 2, scratch + %zu, %s)", step->offset,
              emit_number(e, step->length));
}
