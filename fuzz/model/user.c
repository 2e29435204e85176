// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What userspace and the kernel do to memory by themselves, and the switch between the two. The library is
// not called for the former.
#include "model/bytes.h"
#include "model/internal.h"

// What the bytes are, at least one, if all belong to one live process in the same way; else nobody's.
static enum model_owner owner_of_all(const struct model *model, uintptr_t address, size_t length) {
  size_t index;
  if (length == 0 || length > model_find(model, address, &index)) return OWNER_NOBODY;
  const uint8_t *owners = &model->cells.owner[index];
  if (!bytes_all(owners, owners[0], length)) return OWNER_NOBODY;
  const struct process *process = &model->processes[model_process_of(model, index)];
  return model_live(process) ? model_owner_of(model, index) : OWNER_NOBODY;
}

static bool all_are(const struct model *model, uintptr_t address, size_t length, enum model_owner owner) {
  return owner_of_all(model, address, length) == owner;
}

void model_run_NOP(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)model, (void)step, (void)outcome;
}

void model_run_USER_WRITE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!all_are(model, step->address, step->length, OWNER_APP))
    model_refuse(outcome);
  else
    model_write(model, step->address, step->length, step->byte, 1);
}

void model_run_GRANT_WRITE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!all_are(model, step->address, step->length, OWNER_GRANT))
    model_refuse(outcome);
  else
    model_write(model, step->address, step->length, step->byte, 1);
}

void model_run_KERNEL_WRITE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fits_scratch(step->offset, step->length))
    model_refuse(outcome);
  else
    model_write(model, model_scratch(model, step->offset), step->length, step->byte, 1);
}

void model_run_USER_READ(struct model *model, const struct step *step, struct outcome *outcome) {
  enum model_owner owner = owner_of_all(model, step->address, step->length);
  if (owner != OWNER_APP && owner != OWNER_FLASH)
    model_refuse(outcome);
  else
    outcome_add(outcome, VALUE_DIGEST, model_digest(model_values(model, step->address), step->length));
}

void model_run_RACE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!all_are(model, step->address, 1, OWNER_APP)) {
    model_refuse(outcome);
    return;
  }
  model->armed = true;
  model->race_address = step->address;
  model->race_byte = step->byte;
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

// Why a driver gets no state; OK: it gets it, or will if there is room.
static enum word judge_state(struct model *model, const struct step *step) {
  const struct process *process = model_by_pid(model, step->process, step->stale);
  if (step->driver_index >= STEP_DRIVERS) return WORD_NODEVICE;
  if (process == NULL) return WORD_NOSUCHAPP;
  return process->pairs[step->driver_index].made || model_active(process) ? WORD_OK : WORD_FAIL;
}

void model_run_DRIVER_STATE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (model->setup.abstract) {
    model_refuse(outcome);
    return;
  }
  unsigned driver = step->driver_index;
  enum word word = judge_state(model, step);
  if (word == WORD_OK) word = model_need_pair(model, step->process, driver);
  if (word != WORD_OK) {
    model_fail(model, outcome, word, "A-STATE");
    return;
  }
  const struct model_driver *d = &model->setup.drivers[driver];
  uintptr_t state = model->processes[step->process].pairs[driver].address + d->opaque_size;
  size_t length = smaller(STEP_DRIVER_STATE, d->grant_size - d->opaque_size);
  outcome_add(outcome, VALUE_DIGEST, model_digest(model_values(model, state), length));
  model_write(model, state, length, step->byte, 0);
}

static void make_header(uint8_t bytes[8], const struct step *step) {
  uint16_t version = step_header_field(step->byte2), flags = step_header_field(step->byte);
  uint32_t offset = (uint32_t)step->length;
  __builtin_memcpy(bytes, &version, sizeof version);
  bytes[2] = (uint8_t)(flags >> 8);
  bytes[3] = (uint8_t)flags;
  __builtin_memcpy(bytes + 4, &offset, sizeof offset);
}

void model_run_HEADER(struct model *model, const struct step *step, struct outcome *outcome) {
  uint8_t bytes[8];
  make_header(bytes, step);
  if (!all_are(model, step->address, sizeof bytes, OWNER_APP))
    model_refuse(outcome);
  else
    __builtin_memcpy(model_overwrite(model, step->address, sizeof bytes), bytes, sizeof bytes);
}

void model_run_TO_USER(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)step, (void)outcome;
  model->entry++;
}

void model_run_FROM_USER(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)model, (void)step, (void)outcome;
}
