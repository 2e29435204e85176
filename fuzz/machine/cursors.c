// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on cursors, and the gather. A slice register is the cursor: what is left is in it afterwards.
#include "machine/internal.h"

static uint8_t *scratch(struct machine *machine, const struct step *step) {
  return machine->memory.scratch + step->offset;
}

// Calls that read take a readable cursor, whatever the register holds.
static procbuf_readable begin_read(const struct machine *machine, const struct step *step) {
  return machine_readable(machine, step->slice);
}

// The part of the register that the call has left. A failing call that moved the cursor is BROKEN.
static bool end_read(struct machine *machine, const struct step *step, const procbuf_readable *cursor,
                     procbuf_status status, struct outcome *outcome) {
  struct machine_slice *slice = &machine->slices[step->slice];
  const procbuf_readable before = machine_readable(machine, step->slice);
  const bool kept = machine_same_span(&before.span, &cursor->span);
  if (!machine_report(outcome, status, kept ? MACHINE_UNTOUCHED : 0)) return false;
  if (slice->writeable)
    slice->w.span = cursor->span;
  else
    slice->r = *cursor;
  return true;
}

static void report_rest(struct machine *machine, const struct step *step, struct outcome *outcome) {
  outcome_add(outcome, VALUE_LENGTH, procbuf_readable_len(machine_readable(machine, step->slice)));
}

static void end_write(struct machine *machine, const struct step *step, const procbuf_writeable *cursor,
                      procbuf_status status, struct outcome *outcome) {
  struct machine_slice *slice = &machine->slices[step->slice];
  const bool kept = machine_same_span(&slice->w.span, &cursor->span);
  if (!machine_report(outcome, status, kept ? MACHINE_UNTOUCHED : 0)) return;
  slice->w = *cursor;
  report_rest(machine, step, outcome);
}

// Number i of all encodings, by the call for it. What it gave is in *value, which a failing call leaves as it is.
#define UNREAD 0x5ea1ed5ea1ed5ea1u
#define READ(type, name)                                                                                     \
  do {                                                                                                       \
    type number = (type)UNREAD;                                                                              \
    const procbuf_status status = procbuf_cursor_read_##name(cursor, &number);                               \
    *value = number == (type)UNREAD && status != PROCBUF_OK ? UNREAD : number;                               \
    return status;                                                                                           \
  } while (0)

static procbuf_status read_number(procbuf_readable *cursor, unsigned encoding, uint64_t *value) {
  switch (encoding) {
  case STEP_U8:
    READ(uint8_t, u8);
  case STEP_U16_LE:
    READ(uint16_t, u16_le);
  case STEP_U16_BE:
    READ(uint16_t, u16_be);
  case STEP_U32_LE:
    READ(uint32_t, u32_le);
  case STEP_U32_BE:
    READ(uint32_t, u32_be);
  case STEP_U64_LE:
    READ(uint64_t, u64_le);
  default:
    READ(uint64_t, u64_be);
  }
}

static procbuf_status write_number(procbuf_writeable *cursor, unsigned encoding, uint64_t value) {
  switch (encoding) {
  case STEP_U8:
    return procbuf_cursor_write_u8(cursor, (uint8_t)value);
  case STEP_U16_LE:
    return procbuf_cursor_write_u16_le(cursor, (uint16_t)value);
  case STEP_U16_BE:
    return procbuf_cursor_write_u16_be(cursor, (uint16_t)value);
  case STEP_U32_LE:
    return procbuf_cursor_write_u32_le(cursor, (uint32_t)value);
  case STEP_U32_BE:
    return procbuf_cursor_write_u32_be(cursor, (uint32_t)value);
  case STEP_U64_LE:
    return procbuf_cursor_write_u64_le(cursor, value);
  default:
    return procbuf_cursor_write_u64_be(cursor, value);
  }
}

void machine_READ_NUMBER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_readable cursor = begin_read(machine, step);
  uint64_t value = 0;
  const procbuf_status status = read_number(&cursor, step->encoding, &value);
  if (!end_read(machine, step, &cursor, status, outcome)) {
    if (value != UNREAD) outcome_set(outcome, WORD_BROKEN);
    return;
  }
  outcome_add(outcome, VALUE_NUMBER, (uintptr_t)(value & UINT32_MAX));
  outcome_add(outcome, VALUE_NUMBER, (uintptr_t)(value >> 32));
  report_rest(machine, step, outcome);
}

void machine_WRITE_NUMBER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable cursor = machine->slices[step->slice].w;
  const procbuf_status status = write_number(&cursor, step->encoding, step->raw);
  end_write(machine, step, &cursor, status, outcome);
}

void machine_READ_BYTES(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_readable cursor = begin_read(machine, step);
  const procbuf_status status = procbuf_cursor_read_bytes(&cursor, scratch(machine, step), step->length);
  if (end_read(machine, step, &cursor, status, outcome)) report_rest(machine, step, outcome);
}

void machine_WRITE_BYTES(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable cursor = machine->slices[step->slice].w;
  const procbuf_status status = procbuf_cursor_write_bytes(&cursor, scratch(machine, step), step->length);
  end_write(machine, step, &cursor, status, outcome);
}

void machine_READ_TEXT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_readable cursor = begin_read(machine, step);
  char *text = (char *)scratch(machine, step);
  const procbuf_status status = procbuf_cursor_read_text(&cursor, text, step->length);
  if (end_read(machine, step, &cursor, status, outcome)) report_rest(machine, step, outcome);
}

void machine_WRITE_TEXT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable cursor = machine->slices[step->slice].w;
  const procbuf_status status = procbuf_cursor_write_text(&cursor, (const char *)scratch(machine, step));
  end_write(machine, step, &cursor, status, outcome);
}

static const procbuf_span *span_of(const struct machine_slice *slice) {
  return slice->writeable ? &slice->w.span : &slice->r.span;
}

// The field goes into the first register, what is left into the second; where they are one, the field stays.
void machine_TAKE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const struct machine_slice before = machine->slices[step->slice2];
  struct machine_slice rest = before, field = before;
  const procbuf_status status = before.writeable ? procbuf_cursor_write_slice(&rest.w, step->length, &field.w)
                                                 : procbuf_cursor_read_slice(&rest.r, step->length, &field.r);
  const procbuf_span *had = span_of(&before);
  const bool kept = machine_same_span(had, span_of(&rest)) && machine_same_span(had, span_of(&field));
  if (!machine_report(outcome, status, kept ? MACHINE_UNTOUCHED : 0)) return;
  machine->slices[step->slice2] = rest;
  const size_t left = procbuf_readable_len(machine_readable(machine, step->slice2));
  outcome_add(outcome, VALUE_LENGTH, left);
  machine->slices[step->slice] = field;
}

static procbuf_readonly_buffer as_readonly(const struct machine_buffer *buffer) {
  return buffer->readwrite ? procbuf_readwrite_as_readonly(&buffer->rw) : buffer->ro;
}

void machine_GATHER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const procbuf_readonly_buffer buffers[] = {as_readonly(&machine->buffers[step->buffer]),
                                             as_readonly(&machine->buffers[step->buffer2])};
  outcome_set(outcome, machine_word(procbuf_gather(buffers, 2, scratch(machine, step), step->length)));
}
