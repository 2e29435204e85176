// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Buffers: handles to allowed ranges, and how long they hold.
#include "model/internal.h"

// Why a buffer reaches nothing; null if it does not.
const char *model_dead_by(const struct model *model, const struct buffer *buffer) {
  if (!buffer->owned) return "B-DEFAULT";
  const struct process *process = &model->processes[buffer->process];
  if (buffer->life != process->life) return "P-GEN";
  if (!model_live(process)) return "P-DEAD";
  if (buffer->entry != 0 && buffer->entry != model->entry) return "B-RETURNED";
  return NULL;
}

size_t model_buffer_length(const struct model *model, unsigned buffer) {
  const struct buffer *b = &model->buffers[buffer];
  return model_dead_by(model, b) == NULL ? b->range.length : 0;
}

static bool writeable_kind(unsigned kind) {
  return kind != STEP_READONLY;
}

void model_run_GET(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct process *process = model_by_pid(model, step->process, step->stale);
  if (step->driver_index >= STEP_DRIVERS) {
    model_fail(model, outcome, WORD_NODEVICE, "B-GET");
    return;
  }
  if (process == NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, "B-GET");
    return;
  }
  if (step->number >= model_slot_count(&model->setup.drivers[step->driver_index], step->kind)) {
    model_fail(model, outcome, WORD_INVAL, "B-GET");
    return;
  }
  const struct slots *slots = &model->slots[step->process][step->driver_index];
  const bool made = process->pairs[step->driver_index].made;
  model->buffers[step->buffer] =
      (struct buffer){.writeable = writeable_kind(step->kind),
                      .owned = true,
                      .process = step->process,
                      .life = process->life,
                      .entry = model->entry,
                      .range = made ? slots->ranges[step->kind][step->number] : (struct range){0, 0},
                      .slot = made ? model_name_slot(step->driver_index, step->kind, step->number) : 0};
}

void model_run_EXTERNAL(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct process *process = model_by_pid(model, step->process, step->stale);
  const struct range range = {step->address, step->length};
  if (!step->capability) {
    model_fail(model, outcome, WORD_INVAL, "B-EXTERNAL");
  } else if (process == NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-GEN");
  } else if (!model_allowable(model, step->process, step->kind, &range)) {
    model_fail(model, outcome, WORD_INVAL, model_range_clause(model, step->process, step->kind, &range));
  } else {
    model_raise_mark(model, step->process, &range);
    model->buffers[step->buffer] = (struct buffer){.writeable = writeable_kind(step->kind),
                                                   .owned = true,
                                                   .process = step->process,
                                                   .life = process->life,
                                                   .range = range};
  }
}

void model_run_DEFAULT(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->buffers[step->buffer] = (struct buffer){.writeable = writeable_kind(step->kind)};
}

void model_run_CONSUME(struct model *model, const struct step *step, struct outcome *outcome) {
  struct buffer *buffer = &model->buffers[step->buffer];
  outcome_add(outcome, VALUE_ADDRESS, buffer->range.address);
  outcome_add(outcome, VALUE_LENGTH, buffer->range.length);
  *buffer = (struct buffer){.writeable = buffer->writeable};
}

static void note_dead(struct model *model, unsigned buffer) {
  const char *clause = model_dead_by(model, &model->buffers[buffer]);
  if (clause != NULL) model->clause = clause;
}

void model_run_LEN(struct model *model, const struct step *step, struct outcome *outcome) {
  note_dead(model, step->buffer);
  outcome_add(outcome, VALUE_LENGTH, model_buffer_length(model, step->buffer));
}

void model_run_PTR(struct model *model, const struct step *step, struct outcome *outcome) {
  note_dead(model, step->buffer);
  bool empty = model_buffer_length(model, step->buffer) == 0;
  outcome_add(outcome, VALUE_ADDRESS, empty ? 0 : model->buffers[step->buffer].range.address);
}

static void begin(struct model *model, const struct step *step, bool writeable, struct outcome *outcome) {
  const struct buffer *buffer = &model->buffers[step->buffer];
  bool no_memory = model->setup.abstract;
  if (no_memory || model->nesting == STEP_NESTING_MAX || (writeable && !buffer->writeable)) {
    model_refuse(outcome);
    return;
  }
  const char *dead = model_dead_by(model, buffer);
  if (dead != NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, dead);
    return;
  }
  model->enters[model->nesting++] = (struct open_enter){buffer->process, ++model->last_enter};
  model->slices[step->slice] = (struct slice){writeable, model->last_enter, buffer->range};
  outcome_add(outcome, VALUE_LENGTH, buffer->range.length);
}

void model_run_ENTER(struct model *model, const struct step *step, struct outcome *outcome) {
  begin(model, step, false, outcome);
}

void model_run_MUT_ENTER(struct model *model, const struct step *step, struct outcome *outcome) {
  begin(model, step, true, outcome);
}

void model_run_LEAVE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model->nesting == 0) {
    model_refuse(outcome);
    return;
  }
  model->nesting--;
  outcome_add(outcome, VALUE_NUMBER, step->status);
}

unsigned model_nesting(const struct model *model) {
  return model->nesting;
}
