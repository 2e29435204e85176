// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Pins: ranges that a device works on, whatever becomes of the process.
#include "model/internal.h"

slot_name model_name_slot(unsigned driver, unsigned kind, uintptr_t number) {
  return 1 + (uint32_t)((driver * 3 + kind) * MODEL_ALLOWS_MAX + number);
}

static unsigned count_pins(const struct model *model, unsigned process) {
  unsigned count = 0;
  for (unsigned i = 0; i < STEP_PINS; i++)
    count += model->pins[i].held && model->pins[i].process == process;
  return count;
}

bool model_pinned(const struct model *model, unsigned process) {
  return count_pins(model, process) > 0;
}

bool model_slot_pinned(const struct model *model, unsigned process, slot_name slot) {
  for (unsigned i = 0; i < STEP_PINS; i++) {
    const struct pin *pin = &model->pins[i];
    if (pin->held && pin->process == process && pin->slot == slot) return true;
  }
  return false;
}

void model_run_PIN(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct buffer *buffer = &model->buffers[step->buffer];
  bool writes = step->direction == STEP_FROM_DEVICE;
  if (model->pins[step->pin].held || (writes && !buffer->writeable)) {
    model_refuse(outcome);
    return;
  }
  const char *dead = model_dead_by(model, buffer);
  if (dead != NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, dead);
    return;
  }
  if (count_pins(model, buffer->process) == STEP_PINS_PER_PROCESS) {
    model_fail(model, outcome, WORD_NOMEM, "B-PIN");
    return;
  }
  bool empty = buffer->range.length == 0;
  model->pins[step->pin] = (struct pin){.held = true,
                                        .process = buffer->process,
                                        .from_device = writes,
                                        .range = empty ? (struct range){0, 0} : buffer->range,
                                        .slot = buffer->slot};
  outcome_add(outcome, VALUE_ADDRESS, model->pins[step->pin].range.address);
  outcome_add(outcome, VALUE_LENGTH, model->pins[step->pin].range.length);
}

void model_run_UNPIN(struct model *model, const struct step *step, struct outcome *outcome) {
  struct pin *pin = &model->pins[step->pin];
  if (!pin->held)
    model_fail(model, outcome, WORD_INVAL, "B-PIN");
  else
    *pin = (struct pin){.held = false};
}

// The device works with what the pin gave it, now or when its process is long dead.
void model_run_DEVICE(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct pin *pin = &model->pins[step->pin];
  if (!pin->held || model->setup.abstract) {
    model_refuse(outcome);
    return;
  }
  const struct range *range = &pin->range;
  if (pin->from_device)
    model_write(model, range->address, range->length, step->byte, 1);
  else if (range->length > 0)
    outcome_add(outcome, VALUE_DIGEST, model_digest(model_values(model, range->address), range->length));
}
