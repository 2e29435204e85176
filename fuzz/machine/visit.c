// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What a kernel does with its processes by slot and pid.
#include "machine/internal.h"

void machine_PID_AT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_pid pid = {MACHINE_UNTOUCHED & UINT32_MAX, 0};
  const size_t index = step->process + (step->stale ? STEP_PROCESS_SLOTS : 0u);
  const procbuf_status status = procbuf_process_pid(&machine->kernel, index, &pid);
  if (!machine_report(outcome, status, pid.index)) return;
  const procbuf_pid *known = &machine->pids[step->process];
  outcome_add(outcome, VALUE_NUMBER, pid.index == known->index && pid.generation == known->generation);
}

struct tour {
  struct machine *machine;
  procbuf_pid ended;
  uintptr_t visited;
};

static void call_at(void *context, procbuf_pid pid) {
  struct tour *tour = context;
  if (tour->visited == 0) (void)procbuf_process_terminate(&tour->machine->kernel, tour->ended);
  tour->visited = tour->visited * 8 + pid.index + 1;
}

void machine_VISIT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  struct tour tour = {machine, machine_pid(machine, step), 0};
  procbuf_process_each(&machine->kernel, call_at, &tour);
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_NUMBER, tour.visited);
  machine_guard(machine);
}

void machine_PUT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  outcome_set(outcome,
              machine_word(procbuf_process_write(&machine->kernel, machine_pid(machine, step), step->address,
                                                 machine->memory.scratch + step->offset, step->length)));
}
