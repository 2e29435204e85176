// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Allow system calls, by arguments, and all of the library's by registers.
#include "machine/internal.h"
#include "machine/userspace.h"

void machine_ALLOW(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_range range = {MACHINE_UNTOUCHED, MACHINE_UNTOUCHED};
  const procbuf_registers arguments = {{step->driver, step->number, step->address, step->length}};
  const procbuf_status status =
      userspace_allow(machine, machine_pid(machine, step), machine_kind(step), &arguments, &range);
  machine->got = false;
  outcome_set(outcome, machine_word(status));
  outcome_add(outcome, VALUE_ADDRESS, range.address);
  outcome_add(outcome, VALUE_LENGTH, range.length);
}

void machine_LET(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->registers[step->reg] = step->address;
  outcome_set(outcome, WORD_OK);
}

void machine_LET_LENGTH(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->registers[step->reg] = step->length;
  outcome_set(outcome, WORD_OK);
}

void machine_LET_RAW(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->registers[step->reg] = (uintptr_t)step->raw;
  outcome_set(outcome, WORD_OK);
}

static void report_allow(struct outcome *outcome, const procbuf_registers *result) {
  const bool failed = result->r[0] == PROCBUF_VARIANT_FAILURE_2_U32;
  outcome_add(outcome, VALUE_NUMBER, result->r[0]);
  outcome_add(outcome, failed ? VALUE_NUMBER : VALUE_ADDRESS, result->r[1]);
  outcome_add(outcome, failed ? VALUE_ADDRESS : VALUE_LENGTH, result->r[2]);
  outcome_add(outcome, VALUE_LENGTH, result->r[3]);
}

static void report_memop(struct outcome *outcome, uintptr_t operation, const procbuf_registers *result) {
  const bool number = result->r[0] == PROCBUF_VARIANT_FAILURE || operation == PROCBUF_MEMOP_REGIONS;
  outcome_add(outcome, VALUE_NUMBER, result->r[0]);
  outcome_add(outcome, number ? VALUE_NUMBER : VALUE_ADDRESS, result->r[1]);
  outcome_add(outcome, VALUE_ADDRESS, result->r[2]);
  outcome_add(outcome, VALUE_LENGTH, result->r[3]);
}

void machine_SVC(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_registers arguments;
  procbuf_registers result = {{MACHINE_UNTOUCHED, MACHINE_UNTOUCHED, MACHINE_UNTOUCHED, MACHINE_UNTOUCHED}};
  for (unsigned i = 0; i < STEP_REGISTERS; i++)
    arguments.r[i] = machine->registers[i];
  const bool handled = userspace_svc(machine, machine_pid(machine, step), step->number, &arguments, &result);
  outcome_set(outcome, WORD_UNHANDLED);
  if (!handled) {
    for (unsigned i = 0; i < STEP_REGISTERS; i++)
      if (result.r[i] != MACHINE_UNTOUCHED) outcome_set(outcome, WORD_BROKEN);
    return;
  }
  machine->got = false;
  outcome_set(outcome, WORD_OK);
  if (step->number == PROCBUF_CLASS_MEMOP)
    report_memop(outcome, arguments.r[0], &result);
  else
    report_allow(outcome, &result);
}
