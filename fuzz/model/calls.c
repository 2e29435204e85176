// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The allow system calls as a process makes them: by class and argument registers (A-ABI, TRD 104's numbers).
#include "model/internal.h"

enum {
  CLASS_READWRITE = 3,
  CLASS_READONLY = 4,
  CLASS_USERSPACE_READABLE = 7,
  VARIANT_FAILURE_2_U32 = 2,
  VARIANT_SUCCESS_2_U32 = 130
};

void model_run_LET(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->registers[step->reg] = step->address;
}

void model_run_LET_LENGTH(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->registers[step->reg] = step->length;
}

void model_run_LET_RAW(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->registers[step->reg] = (uintptr_t)step->raw;
}

uintptr_t model_register(const struct model *model, unsigned reg) {
  return model->registers[reg];
}

static bool kind_of_class(uintptr_t class, uint8_t *kind) {
  switch (class) {
  case CLASS_READWRITE:
    *kind = STEP_READWRITE;
    return true;
  case CLASS_READONLY:
    *kind = STEP_READONLY;
    return true;
  case CLASS_USERSPACE_READABLE:
    *kind = STEP_USERSPACE_READABLE;
    return true;
  default:
    return false;
  }
}

// Register 3 of a success is none of the variant's: it stays.
static void report(struct outcome *outcome, enum word word, const struct range *back, uintptr_t third) {
  bool failed = word != WORD_OK;
  outcome_add(outcome, VALUE_NUMBER, failed ? VARIANT_FAILURE_2_U32 : VARIANT_SUCCESS_2_U32);
  if (failed) outcome_add(outcome, VALUE_NUMBER, word); // the words carry TRD 104's numbers
  outcome_add(outcome, VALUE_ADDRESS, back->address);
  outcome_add(outcome, VALUE_LENGTH, back->length);
  if (!failed) outcome_add(outcome, VALUE_LENGTH, third);
}

void model_run_SVC(struct model *model, const struct step *step, struct outcome *outcome) {
  const uintptr_t *registers = model->registers;
  struct request request = {.process = step->process,
                            .stale = step->stale,
                            .driver = registers[0],
                            .number = registers[1],
                            .range = {registers[2], registers[3]}};
  if (!kind_of_class(step->number, &request.kind)) {
    model_fail(model, outcome, WORD_UNHANDLED, "A-ABI");
    return;
  }
  struct range back;
  enum word word = model_allow(model, &request, &back);
  if (word == WORD_REFUSED)
    model_refuse(outcome);
  else
    report(outcome, word, &back, registers[3]);
}
