// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on slices as calls, checked and asserting.
#include "emitter_slices.h"

const char *emit_slice(struct emitter *e, unsigned slice) {
  char *text = emit_buffer();
  emit_use(e, e->writeable[slice] ? PART_WRITEABLE : PART_READABLE);
  snprintf(text, EMIT_BUFFER, "%s[%u]", emit_slice_type(e, slice), slice);
  return text;
}

const char *emit_slice_type(const struct emitter *e, unsigned slice) {
  return e->writeable[slice] ? "writeable" : "readable";
}

const char *emit_readable(struct emitter *e, unsigned slice) {
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, e->writeable[slice] ? "procbuf_writeable_as_readable(%s)" : "%s",
           emit_slice(e, slice));
  return text;
}

static void wrap(struct emitter *e, const struct step *step, bool writeable) {
  e->writeable[step->slice] = writeable;
  emit_line(e, "%s = procbuf_%s_wrap(array + %zu, %s);", emit_slice(e, step->slice),
            emit_slice_type(e, step->slice), step->offset, emit_number(e, step->length));
  emit_equal(e, emit_value(e, 0), "procbuf_%s_len(%s)", emit_slice_type(e, step->slice),
             emit_slice(e, step->slice));
}

void emit_WRAP(struct emitter *e, const struct step *step) {
  wrap(e, step, false);
}

void emit_WRAP_MUT(struct emitter *e, const struct step *step) {
  wrap(e, step, true);
}

void emit_VIEW(struct emitter *e, const struct step *step) {
  const char *view = emit_readable(e, step->slice2);
  if (emit_panic(e, "procbuf_readable_len(%s)", view)) return;
  e->writeable[step->slice] = false;
  emit_line(e, "%s = %s;", emit_slice(e, step->slice), view);
  emit_equal(e, emit_value(e, 0), "procbuf_readable_len(%s)", emit_slice(e, step->slice));
}

void emit_SLICE_LEN(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice), *type = emit_slice_type(e, step->slice);
  if (emit_panic(e, "procbuf_%s_len(%s)", type, slice)) return;
  emit_equal(e, emit_value(e, 0), "procbuf_%s_len(%s)", type, slice);
}

void emit_AT(struct emitter *e, const struct step *step) {
  const char *slice = emit_readable(e, step->slice), *index = emit_number(e, step->length);
  const bool present = e->expected.word == WORD_OK;
  emit_use(e, PART_BYTE);
  if (emit_panic(e, "procbuf_readable_at(%s, %s, &byte)", slice, index)) return;
  emit_line(e, "byte = UNTOUCHED & 0xff;");
  emit_equal(e, present ? "true" : "false", "procbuf_readable_at(%s, %s, &byte)", slice, index);
  if (present)
    emit_equal(e, emit_value(e, 0), "byte");
  else
    emit_kept(e, "UNTOUCHED & 0xff", "byte");
}

void emit_MUST_AT(struct emitter *e, const struct step *step) {
  const char *slice = emit_readable(e, step->slice), *index = emit_number(e, step->length);
  if (emit_panic(e, "procbuf_readable_must_at(%s, %s)", slice, index)) return;
  emit_equal(e, emit_value(e, 0), "procbuf_readable_must_at(%s, %s)", slice, index);
}

void emit_SET(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice), *index = emit_number(e, step->length);
  if (emit_panic(e, "procbuf_writeable_set(%s, %s, 0x%02x)", slice, index, step->byte)) return;
  emit_equal(e, e->expected.word == WORD_OK ? "true" : "false", "procbuf_writeable_set(%s, %s, 0x%02x)",
             slice, index, step->byte);
}

void emit_MUST_SET(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice), *index = emit_number(e, step->length);
  if (emit_panic(e, "procbuf_writeable_must_set(%s, %s, 0x%02x)", slice, index, step->byte)) return;
  emit_call(e, "procbuf_writeable_must_set(%s, %s, 0x%02x)", slice, index, step->byte);
}

// A sub-slice: goes into its register, whatever that held before; if there is none, the register is as it was.
static void sub(struct emitter *e, const struct step *step, const char *form, const char *bounds) {
  const bool present = e->expected.word == WORD_OK, writeable = e->writeable[step->slice2];
  const char *from = emit_slice(e, step->slice2), *type = emit_slice_type(e, step->slice2);
  char *made = emit_buffer();
  snprintf(made, EMIT_BUFFER, "%s[%u]", type, step->slice);
  if (emit_panic(e, "procbuf_%s_%s(%s, %s, &%s)", type, form, from, bounds, made)) return;
  if (!present) emit_use(e, writeable ? PART_KEPT_WRITEABLE : PART_KEPT_READABLE);
  if (!present) emit_line(e, "kept_%s = %s;", type, made);
  emit_equal(e, present ? "true" : "false", "procbuf_%s_%s(%s, %s, &%s)", type, form, from, bounds, made);
  if (present) {
    e->writeable[step->slice] = writeable;
    emit_equal(e, emit_value(e, 0), "procbuf_%s_len(%s)", type, made);
    return;
  }
  char *same = emit_buffer();
  snprintf(same, EMIT_BUFFER, "memcmp(&kept_%s, &%s, sizeof kept_%s)", type, made, type);
  emit_kept(e, "0", same);
}

static const char *both(struct emitter *e, const struct step *step) {
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, "%s, %s", emit_number(e, step->length), emit_number(e, step->length2));
  return text;
}

void emit_SUB(struct emitter *e, const struct step *step) {
  sub(e, step, "sub", both(e, step));
}

void emit_SUB_FROM(struct emitter *e, const struct step *step) {
  sub(e, step, "sub_from", emit_number(e, step->length));
}

void emit_SUB_TO(struct emitter *e, const struct step *step) {
  sub(e, step, "sub_to", emit_number(e, step->length));
}

void emit_MUST_SUB(struct emitter *e, const struct step *step) {
  const char *from = emit_slice(e, step->slice2), *type = emit_slice_type(e, step->slice2);
  if (emit_panic(e, "procbuf_%s_must_sub(%s, %s)", type, from, both(e, step))) return;
  e->writeable[step->slice] = e->writeable[step->slice2];
  emit_line(e, "%s = procbuf_%s_must_sub(%s, %s);", emit_slice(e, step->slice), type, from, both(e, step));
  emit_equal(e, emit_value(e, 0), "procbuf_%s_len(%s)", type, emit_slice(e, step->slice));
}
