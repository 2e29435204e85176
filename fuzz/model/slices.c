// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Slices: which bytes each shows, sub-slices, and single bytes of them.
#include "model/internal.h"

// A wrapped kernel array is never stale; any other slice is once its enter is left.
static bool stale(const struct model *model, const struct slice *slice) {
  if (slice->enter == 0) return false;
  for (unsigned i = 0; i < model->nesting; i++)
    if (model->enters[i].id == slice->enter) return false;
  return true;
}

size_t model_slice_length(const struct model *model, unsigned slice) {
  const struct slice *s = &model->slices[slice];
  return stale(model, s) ? 0 : s->range.length;
}

bool model_fresh(struct model *model, unsigned slice, struct outcome *outcome) {
  if (!stale(model, &model->slices[slice])) return true;
  model_fail(model, outcome, WORD_PANIC, "X-EPOCH");
  return false;
}

static void wrap(struct model *model, const struct step *step, bool writeable, struct outcome *outcome) {
  if ((wide)step->offset + step->length > STEP_ARRAY_SIZE) {
    model_refuse(outcome);
    return;
  }
  const struct range range = {model->setup.array + step->offset, step->length};
  model->slices[step->slice] = (struct slice){.writeable = writeable, .range = range};
  outcome_add(outcome, VALUE_LENGTH, step->length);
}

void model_run_WRAP(struct model *model, const struct step *step, struct outcome *outcome) {
  wrap(model, step, false, outcome);
}

void model_run_WRAP_MUT(struct model *model, const struct step *step, struct outcome *outcome) {
  wrap(model, step, true, outcome);
}

void model_run_VIEW(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fresh(model, step->slice2, outcome)) return;
  struct slice view = model->slices[step->slice2];
  view.writeable = false;
  model->slices[step->slice] = view;
  outcome_add(outcome, VALUE_LENGTH, view.range.length);
}

void model_run_SLICE_LEN(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fresh(model, step->slice, outcome)) return;
  outcome_add(outcome, VALUE_LENGTH, model->slices[step->slice].range.length);
}

// What a form says that finds nothing: the checked one ABSENT, the asserting one PANIC.
static void absent(struct model *model, struct outcome *outcome, enum word word) {
  model_fail(model, outcome, word, word == WORD_PANIC ? "X-NOPANIC" : "S-GET");
}

static void at(struct model *model, const struct step *step, struct outcome *outcome, enum word otherwise) {
  if (!model_fresh(model, step->slice, outcome)) return;
  const struct range *range = &model->slices[step->slice].range;
  if (step->length >= range->length) {
    absent(model, outcome, otherwise);
    return;
  }
  uintptr_t address = range->address + step->length;
  model_will_read(model, address, 1);
  outcome_add(outcome, VALUE_BYTE, *model_values(model, address));
}

void model_run_AT(struct model *model, const struct step *step, struct outcome *outcome) {
  at(model, step, outcome, WORD_ABSENT);
}

void model_run_MUST_AT(struct model *model, const struct step *step, struct outcome *outcome) {
  at(model, step, outcome, WORD_PANIC);
}

static void set(struct model *model, const struct step *step, struct outcome *outcome, enum word otherwise) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  if (step->length >= slice->range.length) {
    absent(model, outcome, otherwise);
    return;
  }
  model_write(model, slice->range.address + step->length, 1, step->byte, 0);
}

void model_run_SET(struct model *model, const struct step *step, struct outcome *outcome) {
  set(model, step, outcome, WORD_ABSENT);
}

void model_run_MUST_SET(struct model *model, const struct step *step, struct outcome *outcome) {
  set(model, step, outcome, WORD_PANIC);
}

// [from, to) of the second slice becomes the first; of the same type and from the same enter.
static void sub(struct model *model, const struct step *step, size_t from, size_t to, enum word otherwise,
                struct outcome *outcome) {
  struct slice part = model->slices[step->slice2];
  if (from > to || to > part.range.length) {
    absent(model, outcome, otherwise);
    return;
  }
  part.range = (struct range){part.range.address + from, to - from};
  model->slices[step->slice] = part;
  outcome_add(outcome, VALUE_LENGTH, to - from);
}

void model_run_SUB(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model_fresh(model, step->slice2, outcome))
    sub(model, step, step->length, step->length2, WORD_ABSENT, outcome);
}

void model_run_SUB_FROM(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model_fresh(model, step->slice2, outcome))
    sub(model, step, step->length, model->slices[step->slice2].range.length, WORD_ABSENT, outcome);
}

void model_run_SUB_TO(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model_fresh(model, step->slice2, outcome)) sub(model, step, 0, step->length, WORD_ABSENT, outcome);
}

void model_run_MUST_SUB(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model_fresh(model, step->slice2, outcome))
    sub(model, step, step->length, step->length2, WORD_PANIC, outcome);
}
