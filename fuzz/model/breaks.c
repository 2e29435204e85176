// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The two breaks of a process move towards each other: brk and sbrk for its own memory, grants for the
// kernel's.
#include "model/internal.h"

// Asked once by each request that has passed every other check.
bool model_hook_accepts(struct model *model) {
  if (model->refusals == 0) return true;
  model->refusals--;
  return false;
}

void model_run_REFUSE(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->refusals = step->byte;
}

static wide granule_of(const struct model *model, size_t ram_size) {
  const wide sizes[STEP_GRANULE_COUNT] = {1, 16, 32, step_granule_eighth(ram_size)};
  return sizes[model->setup.granule];
}

// Granules are counted from address 0; those that are parts of a block from its start.
wide model_granules_end(const struct model *model, uintptr_t ram, size_t ram_size, uintptr_t brk) {
  wide granule = granule_of(model, ram_size);
  wide origin = model->setup.granule == STEP_GRANULE_EIGHTH ? ram : 0;
  wide count = ((wide)brk - origin + granule - 1) / granule;
  return origin + count * granule;
}

static wide end_for(const struct model *model, const struct process *process, uintptr_t brk) {
  return model_granules_end(model, process->ram, process->end - process->ram, brk);
}

static void move_break(struct model *model, unsigned slot, uintptr_t target) {
  struct process *process = &model->processes[slot];
  uintptr_t old = process->brk;
  process->brk = target;
  if (target <= old) {
    model_own(model, target, old - target, OWNER_HOLE, slot);
    return;
  }
  model_zero(model, old, (uintptr_t)end_for(model, process, target) - old);
  model_own(model, old, target - old, OWNER_APP, slot);
}

static void set_break(struct model *model, unsigned slot, uintptr_t target, struct outcome *outcome) {
  const struct process *process = &model->processes[slot];
  uintptr_t old = process->brk;
  if (target < process->hwm) {
    model_fail(model, outcome, WORD_INVAL, "P-HWM");
  } else if (target > process->end) {
    model_fail(model, outcome, WORD_INVAL, "P-BRK");
  } else if (target > process->kbrk) {
    model_fail(model, outcome, WORD_NOMEM, "P-BRK");
  } else if (end_for(model, process, target) > process->kbrk) {
    model_fail(model, outcome, WORD_NOMEM, "P-GRANULE");
  } else if (!model_hook_accepts(model)) {
    model_fail(model, outcome, WORD_NOMEM, "P-HOOK");
  } else {
    move_break(model, slot, target);
    outcome_add(outcome, VALUE_ADDRESS, old);
  }
}

void model_run_BRK(struct model *model, const struct step *step, struct outcome *outcome) {
  model->entry++;
  if (!model_active(model_by_pid(model, step->process, step->stale)))
    model_fail(model, outcome, WORD_FAIL, "P-BRK");
  else
    set_break(model, step->process, step->address, outcome);
}

// The break moved by a signed increment, given as its bit pattern. False: outside the address space.
static bool moved(uintptr_t brk, size_t increment, uintptr_t *target) {
  wide sum = (wide)brk + increment;
  if (increment > (size_t)INTPTR_MAX) { // it stands for increment - 2^bits
    if (sum <= UINTPTR_MAX) return false;
    sum -= (wide)UINTPTR_MAX + 1;
  }
  *target = (uintptr_t)sum;
  return sum <= UINTPTR_MAX;
}

void model_run_SBRK(struct model *model, const struct step *step, struct outcome *outcome) {
  model->entry++;
  const struct process *process = model_by_pid(model, step->process, step->stale);
  uintptr_t target;
  if (!model_active(process))
    model_fail(model, outcome, WORD_FAIL, "P-SBRK");
  else if (step->length == 0)
    outcome_add(outcome, VALUE_ADDRESS, process->brk);
  else if (!moved(process->brk, step->length, &target))
    model_fail(model, outcome, WORD_INVAL, "P-SBRK");
  else
    set_break(model, step->process, target, outcome);
}

// Where a grant of this size would start. The alignment is a power of two. Address 0 is no place for one that
// holds anything: a pointer to it would be null.
bool model_carve_fits(const struct model *model, unsigned slot, size_t size, uintptr_t alignment,
                      uintptr_t *start) {
  const struct process *process = &model->processes[slot];
  if (size > process->kbrk) return false;
  *start = (process->kbrk - size) & ~(alignment - 1);
  if (*start == 0 && size > 0) return false;
  return *start >= process->brk && *start >= end_for(model, process, process->brk);
}

void model_carve(struct model *model, unsigned process, uintptr_t start, enum model_owner owner) {
  struct process *p = &model->processes[process];
  size_t length = p->kbrk - start;
  model_zero(model, start, length);
  model_own(model, start, length, owner, process);
  p->kbrk = start;
}

static bool power_of_two(uintptr_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}

void model_run_GRANT(struct model *model, const struct step *step, struct outcome *outcome) {
  struct process *process = model_by_pid(model, step->process, step->stale);
  uintptr_t start;
  if (!model_active(process)) {
    model_fail(model, outcome, WORD_FAIL, "P-GRANT");
  } else if (!power_of_two(step->alignment)) {
    model_fail(model, outcome, WORD_INVAL, "P-GRANT");
  } else if (!model_carve_fits(model, step->process, step->length, step->alignment, &start) ||
             !model_hook_accepts(model)) {
    model_fail(model, outcome, WORD_NOMEM, "P-GRANT");
  } else {
    model_carve(model, step->process, start, OWNER_GRANT);
    process->granted = true;
    process->grant = start;
    outcome_add(outcome, VALUE_ADDRESS, start);
  }
}
