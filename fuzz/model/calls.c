// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The system calls as a process makes them: by class and argument registers (A-ABI, M-ABI, TRD 104's numbers).
#include "model/internal.h"

enum {
  CLASS_READWRITE = 3,
  CLASS_READONLY = 4,
  CLASS_MEMOP = 5,
  CLASS_USERSPACE_READABLE = 7,
  VARIANT_FAILURE = 0,
  VARIANT_FAILURE_2_U32 = 2,
  VARIANT_SUCCESS = 128,
  VARIANT_SUCCESS_U32 = 129,
  VARIANT_SUCCESS_2_U32 = 130
};

// Memop's operations: the breaks; those that give an address of the process's; the others.
enum {
  MEMOP_BRK = 0,
  MEMOP_SBRK = 1,
  MEMOP_RAM = 2,
  MEMOP_END = 3,
  MEMOP_FLASH = 4,
  MEMOP_FLASH_END = 5,
  MEMOP_REGIONS = 7,
  MEMOP_STACK = 10,
  MEMOP_HEAP = 11
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

// The outcome's values become the registers that a memop returns: those that its variant does not use stay.
static void answer(struct model *model, struct outcome *outcome, uintptr_t variant, enum value_tag tag,
                   uintptr_t second) {
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_NUMBER, variant);
  outcome_add(outcome, tag, second);
  outcome_add(outcome, VALUE_ADDRESS, model->registers[2]);
  outcome_add(outcome, VALUE_LENGTH, model->registers[3]);
}

static void run_break(struct model *model, const struct step *step, struct outcome *outcome) {
  const bool relative = model->registers[0] == MEMOP_SBRK;
  const uintptr_t argument = model->registers[1];
  const struct step inner = {
      .process = step->process, .stale = step->stale, .address = argument, .length = argument};
  (relative ? model_run_SBRK : model_run_BRK)(model, &inner, outcome);
  if (outcome->word != WORD_OK)
    answer(model, outcome, VARIANT_FAILURE, VALUE_NUMBER, outcome->word);
  else if (relative)
    answer(model, outcome, VARIANT_SUCCESS_U32, VALUE_ADDRESS, outcome->values[0]);
  else
    answer(model, outcome, VARIANT_SUCCESS, VALUE_ADDRESS, argument);
}

static enum word judge_memop(const struct process *process, uintptr_t operation) {
  if (!model_active(process)) return WORD_FAIL;
  if (operation > MEMOP_HEAP) return WORD_NOSUPPORT;
  return operation > MEMOP_REGIONS && operation < MEMOP_STACK ? WORD_FAIL : WORD_OK;
}

static uintptr_t bound_of(const struct process *process, uintptr_t operation) {
  switch (operation) {
  case MEMOP_RAM:
    return process->ram;
  case MEMOP_END:
    return process->end;
  case MEMOP_FLASH:
    return process->flash;
  case MEMOP_FLASH_END:
    return process->flash_end;
  default:
    return process->kbrk;
  }
}

static void run_memop(struct model *model, const struct step *step, struct outcome *outcome) {
  const uintptr_t operation = model->registers[0];
  const struct process *process = model_by_pid(model, step->process, step->stale);
  model->entry++;
  enum word word = judge_memop(process, operation);
  model->clause = word == WORD_OK ? "M-OPS" : "M-ORDER";
  if (word != WORD_OK) {
    answer(model, outcome, VARIANT_FAILURE, VALUE_NUMBER, word);
  } else if (operation >= MEMOP_STACK) {
    answer(model, outcome, VARIANT_SUCCESS, VALUE_ADDRESS, model->registers[1]);
  } else if (operation == MEMOP_REGIONS) {
    answer(model, outcome, VARIANT_SUCCESS_U32, VALUE_NUMBER, 0);
  } else {
    answer(model, outcome, VARIANT_SUCCESS_U32, VALUE_ADDRESS, bound_of(process, operation));
  }
}

void model_run_SVC(struct model *model, const struct step *step, struct outcome *outcome) {
  if (step->number == CLASS_MEMOP) {
    (model->registers[0] <= MEMOP_SBRK ? run_break : run_memop)(model, step, outcome);
    return;
  }
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
