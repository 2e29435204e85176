// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on slices, checked and asserting.
#include "machine/internal.h"

bool machine_stale(const struct machine *machine, unsigned slice, struct outcome *outcome) {
  if (PROCBUF_CHECKED) return false;
  const uint32_t frame = machine->slices[slice].frame;
  for (unsigned i = 0; i < machine->nesting; i++)
    if (machine->open[i].frame == frame) return false;
  if (frame) outcome_set(outcome, WORD_PANIC);
  return frame != 0;
}

procbuf_readable machine_readable(const struct machine *machine, unsigned slice) {
  const struct machine_slice *from = &machine->slices[slice];
  return from->writeable ? procbuf_writeable_as_readable(from->w) : from->r;
}

// Not byte by byte: a span may have padding.
bool machine_same_span(const procbuf_span *a, const procbuf_span *b) {
#if PROCBUF_CHECKED
  if (a->kernel != b->kernel || a->frame != b->frame) return false;
#endif
  return a->address == b->address && a->length == b->length;
}

static size_t slice_length(const struct machine_slice *slice) {
  return slice->writeable ? procbuf_writeable_len(slice->w) : procbuf_readable_len(slice->r);
}

static void report_slice(struct machine *machine, unsigned slice, struct outcome *outcome) {
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_LENGTH, slice_length(&machine->slices[slice]));
}

static void wrap(struct machine *machine, const struct step *step, struct machine_slice made,
                 struct outcome *outcome) {
  machine->slices[step->slice] = made;
  report_slice(machine, step->slice, outcome);
}

void machine_WRAP(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const uint8_t *bytes = machine->memory.array + step->offset;
  wrap(machine, step, (struct machine_slice){.r = procbuf_readable_wrap(bytes, step->length)}, outcome);
}

void machine_WRAP_MUT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  uint8_t *bytes = machine->memory.array + step->offset;
  wrap(machine, step,
       (struct machine_slice){.writeable = true, .w = procbuf_writeable_wrap(bytes, step->length)}, outcome);
}

void machine_VIEW(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const procbuf_readable view = machine_readable(machine, step->slice2);
  const struct machine_slice made = {.frame = machine->slices[step->slice2].frame, .r = view};
  const size_t length = procbuf_readable_len(view);
  machine->slices[step->slice] = made;
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_LENGTH, length);
}

void machine_SLICE_LEN(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (!machine_stale(machine, step->slice, outcome)) report_slice(machine, step->slice, outcome);
}

static void report_byte(struct outcome *outcome, bool present, uint8_t byte) {
  outcome_set(outcome, present ? WORD_OK : byte == (MACHINE_UNTOUCHED & 0xff) ? WORD_ABSENT : WORD_BROKEN);
  if (present) outcome_add(outcome, VALUE_BYTE, byte);
}

void machine_AT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  uint8_t byte = MACHINE_UNTOUCHED & 0xff;
  const bool present = procbuf_readable_at(machine_readable(machine, step->slice), step->length, &byte);
  report_byte(outcome, present, byte);
}

void machine_MUST_AT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (!machine_stale(machine, step->slice, outcome))
    report_byte(outcome, true,
                procbuf_readable_must_at(machine_readable(machine, step->slice), step->length));
}

void machine_SET(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  const bool present = procbuf_writeable_set(machine->slices[step->slice].w, step->length, step->byte);
  outcome_set(outcome, present ? WORD_OK : WORD_ABSENT);
}

void machine_MUST_SET(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable_must_set(machine->slices[step->slice].w, step->length, step->byte);
  outcome_set(outcome, WORD_OK);
}

// A sub-slice in the making: of the source's type and frame, holding what the target held, so that a failing
// call that changes it is seen.
static struct machine_slice begin_sub(const struct machine *machine, const struct step *step) {
  struct machine_slice made = machine->slices[step->slice];
  made.writeable = machine->slices[step->slice2].writeable;
  made.frame = machine->slices[step->slice2].frame;
  return made;
}

static void end_sub(struct machine *machine, const struct step *step, const struct machine_slice *made,
                    bool present, struct outcome *outcome) {
  struct machine_slice *target = &machine->slices[step->slice];
  if (present) {
    *target = *made;
    report_slice(machine, step->slice, outcome);
    return;
  }
  const bool kept =
      machine_same_span(&made->r.span, &target->r.span) && machine_same_span(&made->w.span, &target->w.span);
  outcome_set(outcome, kept ? WORD_ABSENT : WORD_BROKEN);
}

void machine_SUB(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const struct machine_slice *from = &machine->slices[step->slice2];
  struct machine_slice made = begin_sub(machine, step);
  const bool present = from->writeable ? procbuf_writeable_sub(from->w, step->length, step->length2, &made.w)
                                       : procbuf_readable_sub(from->r, step->length, step->length2, &made.r);
  end_sub(machine, step, &made, present, outcome);
}

void machine_SUB_FROM(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const struct machine_slice *from = &machine->slices[step->slice2];
  struct machine_slice made = begin_sub(machine, step);
  const bool present = from->writeable ? procbuf_writeable_sub_from(from->w, step->length, &made.w)
                                       : procbuf_readable_sub_from(from->r, step->length, &made.r);
  end_sub(machine, step, &made, present, outcome);
}

void machine_SUB_TO(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const struct machine_slice *from = &machine->slices[step->slice2];
  struct machine_slice made = begin_sub(machine, step);
  const bool present = from->writeable ? procbuf_writeable_sub_to(from->w, step->length, &made.w)
                                       : procbuf_readable_sub_to(from->r, step->length, &made.r);
  end_sub(machine, step, &made, present, outcome);
}

void machine_MUST_SUB(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice2, outcome)) return;
  const struct machine_slice *from = &machine->slices[step->slice2];
  struct machine_slice made = begin_sub(machine, step);
  if (from->writeable)
    made.w = procbuf_writeable_must_sub(from->w, step->length, step->length2);
  else
    made.r = procbuf_readable_must_sub(from->r, step->length, step->length2);
  end_sub(machine, step, &made, true, outcome);
}
