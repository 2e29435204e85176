// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on processes, breaks and grants.
#include "machine/internal.h"
#include "machine/userspace.h"

void machine_NOP(struct machine *machine, const struct step *step, struct outcome *outcome) {
  (void)machine;
  (void)step;
  outcome_set(outcome, WORD_OK);
}

static void suggest_layout(struct machine *machine, unsigned next) {
  const struct machine_block none = {0};
  machine->pending = machine_layout_of(next < STEP_PROCESS_SLOTS ? &machine->memory.blocks[next] : &none);
}

void machine_CREATE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  (void)step;
  procbuf_pid pid = {MACHINE_UNTOUCHED & UINT32_MAX, 0};
  const procbuf_status status = procbuf_process_create(&machine->kernel, &machine->pending, &pid);
  if (machine_report(outcome, status, pid.index)) {
    outcome_add(outcome, VALUE_NUMBER, pid.index);
    machine->pids[pid.index] = pid;
    suggest_layout(machine, pid.index + 1);
  }
  if (!machine_is_watched()) machine_guard(machine);
}

void machine_LAYOUT_RAM(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->pending.ram_start = step->address;
  machine->pending.ram_size = step->length;
  machine->pending.initial_break = step->length2;
  outcome_set(outcome, WORD_OK);
}

void machine_LAYOUT_FLASH(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->pending.flash_start = step->address;
  machine->pending.flash_size = step->length;
  machine->pending.header_size = step->length2;
  outcome_set(outcome, WORD_OK);
}

void machine_RESTART(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_pid fresh = {MACHINE_UNTOUCHED & UINT32_MAX, 0};
  const procbuf_status status = procbuf_process_restart(&machine->kernel, machine_pid(machine, step), &fresh);
  if (machine_report(outcome, status, fresh.index)) {
    machine->old_pids[step->process] = machine->pids[step->process];
    machine->pids[step->process] = fresh;
  }
  machine_guard(machine);
}

static void report_end(struct machine *machine, procbuf_status status, struct outcome *outcome) {
  outcome_set(outcome, machine_word(status));
  machine_guard(machine);
}

void machine_TERMINATE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  report_end(machine, procbuf_process_terminate(&machine->kernel, machine_pid(machine, step)), outcome);
}

void machine_FAULT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  report_end(machine, userspace_fault(machine, machine_pid(machine, step)), outcome);
}

void machine_STATE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  static const procbuf_state states[] = {PROCBUF_RUNNING, PROCBUF_YIELDED, PROCBUF_STOPPED, PROCBUF_FAULTED,
                                         PROCBUF_TERMINATED};
  const procbuf_pid pid = machine_pid(machine, step);
  outcome_set(outcome, machine_word(procbuf_process_set_state(&machine->kernel, pid, states[step->state])));
}

void machine_LIVE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_NUMBER, procbuf_process_is_live(&machine->kernel, machine_pid(machine, step)));
}

static void report_break(struct machine *machine, struct outcome *outcome, procbuf_status status,
                         uintptr_t old) {
  if (machine_report(outcome, status, old)) outcome_add(outcome, VALUE_ADDRESS, old);
  machine->got = false;
  if (!machine_is_watched()) machine_guard(machine); // the break may have fallen
}

void machine_BRK(struct machine *machine, const struct step *step, struct outcome *outcome) {
  uintptr_t old = MACHINE_UNTOUCHED;
  const procbuf_status status = userspace_brk(machine, machine_pid(machine, step), step->address, &old);
  report_break(machine, outcome, status, old);
}

void machine_SBRK(struct machine *machine, const struct step *step, struct outcome *outcome) {
  uintptr_t old = MACHINE_UNTOUCHED;
  intptr_t increment;
  __builtin_memcpy(&increment, &step->length, sizeof increment);
  const procbuf_status status = userspace_sbrk(machine, machine_pid(machine, step), increment, &old);
  report_break(machine, outcome, status, old);
}

void machine_GRANT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  uintptr_t address = MACHINE_UNTOUCHED;
  const procbuf_status status = procbuf_grant_allocate(&machine->kernel, machine_pid(machine, step),
                                                       step->length, step->alignment, &address);
  if (machine_report(outcome, status, address)) outcome_add(outcome, VALUE_ADDRESS, address);
}

void machine_GRANT_WRITE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  (void)machine;
  memory_count_up(step->address, step->byte, step->length);
  outcome_set(outcome, WORD_OK);
}

void machine_DRIVER_STATE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  void *const untouched = machine;
  void *given = untouched;
  const procbuf_status status =
      procbuf_grant_state(&machine->kernel, machine_pid(machine, step), step->driver, &given);
  const bool kept = given == untouched;
  if (!machine_report(outcome, status, kept ? MACHINE_UNTOUCHED : 0)) return;
  uint8_t *state = given;
  uint32_t digest = DIGEST_START;
  for (size_t i = 0; i < STEP_DRIVER_STATE; i++) {
    digest = digest_byte(digest, state[i]);
    state[i] = step->byte;
  }
  outcome_add(outcome, VALUE_DIGEST, digest);
}

void machine_REFUSE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->refusals = step->byte;
  outcome_set(outcome, WORD_OK);
}
