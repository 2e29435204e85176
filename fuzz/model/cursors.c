// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Cursors: fields that come off the front of a slice, which then is what is left (C-CURSOR). And what several buffers hold,
// as one (C-GATHER).
#include "model/internal.h"

// Is there a field of n bytes at the front of the slice? If not, the step is over.
static bool holds(struct model *model, unsigned slice, size_t n, const char *clause,
                  struct outcome *outcome) {
  if (!model_fresh(model, slice, outcome)) return false;
  if (n <= model->slices[slice].range.length) return true;
  model_fail(model, outcome, WORD_SIZE, clause);
  return false;
}

// Takes the field off; it was seen to be there.
static struct range cut(struct model *model, unsigned slice, size_t n) {
  struct range *rest = &model->slices[slice].range;
  const struct range field = {rest->address, n};
  *rest = (struct range){rest->address + n, rest->length - n};
  return field;
}

static void report_rest(const struct model *model, unsigned slice, struct outcome *outcome) {
  outcome_add(outcome, VALUE_LENGTH, model->slices[slice].range.length);
}

static bool is_readable_only(const struct model *model, const struct step *step, struct outcome *outcome) {
  if (model->slices[step->slice].writeable) return false;
  model_refuse(outcome);
  return true;
}

// ---- numbers

static size_t width_of(const struct step *step) {
  static const uint8_t widths[STEP_ENCODING_COUNT] = {1, 2, 2, 4, 4, 8, 8};
  return widths[step->encoding];
}

// Where in the field its digit n lies, in the system of base 256; digit 0 is the least significant one.
static size_t digit_at(const struct step *step, size_t n) {
  const bool big =
      step->encoding == STEP_U16_BE || step->encoding == STEP_U32_BE || step->encoding == STEP_U64_BE;
  return big ? width_of(step) - 1 - n : n;
}

void model_run_READ_NUMBER(struct model *model, const struct step *step, struct outcome *outcome) {
  const size_t width = width_of(step);
  if (!holds(model, step->slice, width, "C-NUMBER", outcome)) return;
  const struct range field = cut(model, step->slice, width);
  const uint8_t *bytes = model_values(model, field.address);
  uint64_t value = 0;
  for (size_t n = width; n > 0; n--)
    value = value * 256 + bytes[digit_at(step, n - 1)];
  model_will_read(model, field.address, width);
  outcome_add(outcome, VALUE_NUMBER, (uintptr_t)(value & UINT32_MAX));
  outcome_add(outcome, VALUE_NUMBER, (uintptr_t)(value >> 32));
  report_rest(model, step->slice, outcome);
}

void model_run_WRITE_NUMBER(struct model *model, const struct step *step, struct outcome *outcome) {
  const size_t width = width_of(step);
  if (is_readable_only(model, step, outcome) || !holds(model, step->slice, width, "C-NUMBER", outcome))
    return;
  uint8_t *bytes = model_overwrite(model, cut(model, step->slice, width).address, width);
  uint64_t rest = step->raw;
  for (size_t n = 0; n < width; n++, rest /= 256)
    bytes[digit_at(step, n)] = (uint8_t)(rest % 256);
  report_rest(model, step->slice, outcome);
}

// ---- bytes, slices and text

// What the kernel has of the field must lie in scratch.
static bool has_scratch(const struct step *step, size_t n, struct outcome *outcome) {
  if (model_fits_scratch(step->offset, n)) return true;
  model_refuse(outcome);
  return false;
}

void model_run_READ_BYTES(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!holds(model, step->slice, step->length, "C-BYTES", outcome) ||
      !has_scratch(step, step->length, outcome))
    return;
  const struct range field = cut(model, step->slice, step->length);
  model_copy(model, model_scratch(model, step->offset), field.address, field.length);
  report_rest(model, step->slice, outcome);
}

void model_run_WRITE_BYTES(struct model *model, const struct step *step, struct outcome *outcome) {
  if (is_readable_only(model, step, outcome)) return;
  if (!holds(model, step->slice, step->length, "C-BYTES", outcome) ||
      !has_scratch(step, step->length, outcome))
    return;
  const struct range field = cut(model, step->slice, step->length);
  model_copy(model, field.address, model_scratch(model, step->offset), field.length);
  report_rest(model, step->slice, outcome);
}

void model_run_TAKE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!holds(model, step->slice2, step->length, "C-BYTES", outcome)) return;
  struct slice field = model->slices[step->slice2];
  field.range = cut(model, step->slice2, step->length);
  outcome_add(outcome, VALUE_LENGTH, model->slices[step->slice2].range.length);
  model->slices[step->slice] = field;
}

// Where the text that begins here ends: behind its zero. 0: it does not, within n bytes.
static size_t text_size(const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i] == 0) return i + 1;
  return 0;
}

void model_run_READ_TEXT(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fresh(model, step->slice, outcome) || !has_scratch(step, step->length, outcome)) return;
  const struct range *rest = &model->slices[step->slice].range;
  const size_t seen = step->length < rest->length ? step->length : rest->length;
  const uint8_t *bytes = model_values(model, rest->address);
  const size_t size = seen == 0 ? 0 : text_size(bytes, seen);
  if (size == 0) {
    model_will_read(model, rest->address, seen);
    model_write(model, model_scratch(model, step->offset), seen, 0, 0);
    model_fail(model, outcome, WORD_SIZE, "C-TEXT");
    return;
  }
  model_copy(model, model_scratch(model, step->offset), cut(model, step->slice, size).address, size);
  report_rest(model, step->slice, outcome);
}

void model_run_WRITE_TEXT(struct model *model, const struct step *step, struct outcome *outcome) {
  const uintptr_t text = model_scratch(model, step->offset);
  const size_t size = text_size(model_values(model, text), STEP_SCRATCH_SIZE - step->offset);
  if (size == 0) {
    model_refuse(outcome);
    return;
  }
  if (is_readable_only(model, step, outcome) || !holds(model, step->slice, size, "C-TEXT", outcome)) return;
  model_copy(model, cut(model, step->slice, size).address, text, size);
  report_rest(model, step->slice, outcome);
}

// ---- gather

static bool contains(const struct range *range, uintptr_t address) {
  return address - range->address < range->length;
}

// A byte of both that changes after its first load: which value the second load sees depends on who watches.
static bool races_twice(const struct model *model, const struct range *first, const struct range *second) {
  return model->racing && contains(first, model->race_address) && contains(second, model->race_address);
}

void model_run_GATHER(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct buffer *first = &model->buffers[step->buffer], *second = &model->buffers[step->buffer2];
  const char *dead = model_dead_by(model, first) ? model_dead_by(model, first) : model_dead_by(model, second);
  if (dead != NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, dead);
    return;
  }
  if ((wide)first->range.length + second->range.length != step->length) {
    model_fail(model, outcome, WORD_SIZE, "C-GATHER");
    return;
  }
  if (!has_scratch(step, step->length, outcome)) return;
  if (model->setup.abstract || races_twice(model, &first->range, &second->range)) {
    model_refuse(outcome);
    return;
  }
  const uintptr_t to = model_scratch(model, step->offset);
  model_copy(model, to, first->range.address, first->range.length);
  model_copy(model, to + first->range.length, second->range.address, second->range.length);
  model_will_read_both(model, &first->range, &second->range);
}
