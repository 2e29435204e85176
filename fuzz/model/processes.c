// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Processes come, go and come again.
#include "model/internal.h"

bool model_live(const struct process *process) {
  return process->held && process->state != STEP_FAULTED && process->state != STEP_TERMINATED;
}

struct process *model_by_pid(struct model *model, unsigned process, bool stale) {
  struct process *p = &model->processes[process];
  return !stale && model_live(p) ? p : NULL;
}

bool model_active(const struct process *process) {
  return process != NULL && (process->state == STEP_RUNNING || process->state == STEP_YIELDED);
}

static bool wraps(uintptr_t start, size_t size) {
  return (wide)start + size > UINTPTR_MAX;
}

bool model_ordered(const struct model_block *block) {
  return !wraps(block->ram, block->ram_size) && !wraps(block->flash, block->flash_size) &&
         block->initial_break <= block->ram_size && block->header <= block->flash_size;
}

static bool meets_process(const struct process *process, uintptr_t start, size_t size) {
  return process->held && (model_meets(start, size, process->ram, process->end) ||
                           model_meets(start, size, process->flash, process->flash_end));
}

static bool free_of_others(const struct model *model, const struct model_block *block) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct process *process = &model->processes[i];
    if (meets_process(process, block->ram, block->ram_size) ||
        meets_process(process, block->flash, block->flash_size))
      return false;
  }
  return true;
}

// RAM over the process's own flash would let it read its grant memory through flash, against P-GRANT.
static bool acceptable(const struct model *model, const struct model_block *block) {
  return model_ordered(block) && free_of_others(model, block) &&
         !model_meets(block->ram, block->ram_size, block->flash, block->flash + block->flash_size);
}

static unsigned free_slot(const struct model *model) {
  unsigned slot = 0;
  while (slot < STEP_PROCESS_SLOTS && model->processes[slot].held)
    slot++;
  return slot;
}

static bool inside_region(const struct model *model, unsigned kind, uintptr_t start, size_t size) {
  for (unsigned i = kind; i < kind + STEP_PROCESS_SLOTS; i++) {
    const struct region *region = &model->regions[i];
    if (model_within(start, size, region->start, region->start + region->size)) return true;
  }
  return false;
}

static bool has_memory(const struct model *model, const struct model_block *block) {
  return model->setup.abstract || (inside_region(model, REGION_RAM, block->ram, block->ram_size) &&
                                   inside_region(model, REGION_FLASH, block->flash, block->flash_size));
}

static void start_life(struct model *model, unsigned slot) {
  struct process *process = &model->processes[slot];
  process->state = STEP_RUNNING;
  process->life++;
  process->brk = process->initial;
  process->hwm = process->last = process->previous = process->ram;
  process->kbrk = process->end;
  process->granted = false;
  for (unsigned i = 0; i < STEP_DRIVERS; i++)
    process->pairs[i].made = false;
  model_own(model, process->ram, process->brk - process->ram, OWNER_APP, slot);
  model_own(model, process->brk, process->end - process->brk, OWNER_HOLE, slot);
  wide end = model_granules_end(model, process->ram, process->end - process->ram, process->brk);
  model_zero(model, process->ram, (uintptr_t)end - process->ram);
}

static void own_flash(struct model *model, unsigned slot) {
  const struct process *process = &model->processes[slot];
  model_own(model, process->flash, process->readable - process->flash, OWNER_HEADER, slot);
  model_own(model, process->readable, process->flash_end - process->readable, OWNER_FLASH, slot);
}

static void reset_pending(struct model *model) {
  unsigned slot = free_slot(model);
  model->pending = (struct model_block){0};
  if (!model->setup.abstract && slot < STEP_PROCESS_SLOTS) model->pending = model->setup.blocks[slot];
}

void model_create(struct model *model, const struct model_block *block) {
  unsigned slot = free_slot(model);
  struct process *process = &model->processes[slot];
  process->held = true;
  process->ram = block->ram;
  process->initial = block->ram + block->initial_break;
  process->end = block->ram + block->ram_size;
  process->flash = block->flash;
  process->readable = block->flash + block->header;
  process->flash_end = block->flash + block->flash_size;
  start_life(model, slot);
  own_flash(model, slot);
  reset_pending(model);
}

static bool granules_fit(const struct model *model, const struct model_block *block) {
  wide end = model_granules_end(model, block->ram, block->ram_size, block->ram + block->initial_break);
  return end <= (wide)block->ram + block->ram_size;
}

void model_run_CREATE(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)step;
  const struct model_block block = model->pending;
  unsigned slot = free_slot(model);
  if (!acceptable(model, &block)) {
    model_fail(model, outcome, WORD_INVAL, "P-CREATE");
  } else if (slot == STEP_PROCESS_SLOTS) {
    model_fail(model, outcome, WORD_NOMEM, "P-CREATE");
  } else if (!has_memory(model, &block)) {
    model_refuse(outcome);
  } else if (!granules_fit(model, &block)) {
    model_fail(model, outcome, WORD_NOMEM, "P-GRANULE");
  } else if (!model_hook_accepts(model)) {
    model_fail(model, outcome, WORD_NOMEM, "P-HOOK");
  } else {
    model_create(model, &block);
    outcome_add(outcome, VALUE_NUMBER, slot);
  }
}

void model_run_LAYOUT_RAM(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->pending.ram = step->address;
  model->pending.ram_size = step->length;
  model->pending.initial_break = step->length2;
}

void model_run_LAYOUT_FLASH(struct model *model, const struct step *step, struct outcome *outcome) {
  (void)outcome;
  model->pending.flash = step->address;
  model->pending.flash_size = step->length;
  model->pending.header = step->length2;
}

static bool entered(const struct model *model, unsigned slot) {
  for (unsigned i = 0; i < model->nesting; i++)
    if (model->enters[i].process == slot) return true;
  return false;
}

// A dead process can start again; a pid from before the last restart, or of an empty slot, names no process.
void model_run_RESTART(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct process *process = &model->processes[step->process];
  if (step->stale || !process->held)
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-GEN");
  else if (entered(model, step->process))
    model_fail(model, outcome, WORD_BUSY, "P-RESTART");
  else if (model_pinned(model, step->process))
    model_fail(model, outcome, WORD_BUSY, "B-PIN");
  else if (model->setup.lives != 0 && process->life >= model->setup.lives)
    model_fail(model, outcome, WORD_FAIL, "P-GEN");
  else if (!model_hook_accepts(model))
    model_fail(model, outcome, WORD_NOMEM, "P-HOOK");
  else
    start_life(model, step->process);
}

static void end_life(struct model *model, const struct step *step, struct outcome *outcome,
                     enum step_state state) {
  struct process *process = model_by_pid(model, step->process, step->stale);
  if (process == NULL)
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-GEN");
  else
    process->state = (uint8_t)state;
}

void model_run_TERMINATE(struct model *model, const struct step *step, struct outcome *outcome) {
  end_life(model, step, outcome, STEP_TERMINATED);
}

void model_run_FAULT(struct model *model, const struct step *step, struct outcome *outcome) {
  end_life(model, step, outcome, STEP_FAULTED);
}

void model_run_STATE(struct model *model, const struct step *step, struct outcome *outcome) {
  struct process *process = model_by_pid(model, step->process, step->stale);
  if (process == NULL)
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-GEN");
  else if (step->state > STEP_STOPPED)
    model_fail(model, outcome, WORD_INVAL, "P-DEAD");
  else
    process->state = step->state;
}

void model_run_PID_AT(struct model *model, const struct step *step, struct outcome *outcome) {
  if (step->stale || !model->processes[step->process].held)
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-VISIT");
  else
    outcome_add(outcome, VALUE_NUMBER, 1);
}

void model_run_VISIT(struct model *model, const struct step *step, struct outcome *outcome) {
  struct process *ended = model_by_pid(model, step->process, step->stale);
  uintptr_t visited = 0;
  for (unsigned slot = 0; slot < STEP_PROCESS_SLOTS; slot++) {
    if (!model_live(&model->processes[slot])) continue;
    if (visited == 0 && ended != NULL) ended->state = STEP_TERMINATED;
    visited = (visited << 3) + slot + 1;
  }
  outcome_add(outcome, VALUE_NUMBER, visited);
}

void model_run_LIVE(struct model *model, const struct step *step, struct outcome *outcome) {
  outcome_add(outcome, VALUE_NUMBER, model_by_pid(model, step->process, step->stale) != NULL);
}
