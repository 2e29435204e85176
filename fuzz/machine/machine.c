// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Starting the machine and dispatching steps.
#include "machine/internal.h"
#include "machine/userspace.h"

#define PROCBUF_STARTUP
#include <procbuf/capability.h>

// A pair's grant is as large on every word size: what the slots don't need is driver state.
#define GRANT_SIZE_FIRST 112u
#define GRANT_SIZE_SECOND 64u

const struct machine_driver_plan machine_driver_plans[STEP_DRIVERS] = {
    {0x1, 3, 2, 1, GRANT_SIZE_FIRST},
    {0x80000003u, 1, 2, 0, GRANT_SIZE_SECOND},
    {0x0, 0, 0, 0, 0},
};

uintptr_t machine_driver_number(unsigned driver) {
  return driver < STEP_DRIVERS ? machine_driver_plans[driver].number : 0x2;
}

static procbuf_driver make_driver(const struct machine_driver_plan *plan) {
  procbuf_driver driver = {
      .number = plan->number,
      .readonly_count = plan->readonly,
      .readwrite_count = plan->readwrite,
      .userspace_readable_count = plan->userspace_readable,
  };
  driver.state_size = (uint16_t)(plan->grant_size - procbuf_grant_size(&driver));
  return driver;
}

size_t machine_grant_size(const struct machine *machine, unsigned driver) {
  return procbuf_grant_size(&machine->drivers[driver]);
}

size_t machine_slots_size(const struct machine *machine, unsigned driver) {
  return procbuf_grant_size(&machine->drivers[driver]) - machine->drivers[driver].state_size;
}

static void open_process(struct machine *machine, unsigned block, uintptr_t app_start, uintptr_t app_break,
                         uintptr_t kernel_break, uintptr_t end) {
  if (!machine_is_watched() && app_break > app_start)
    memory_open(&machine->memory, block, app_start, app_break - app_start);
  if (end > kernel_break) memory_open(&machine->memory, block, kernel_break, end - kernel_break);
}

void machine_guard(struct machine *machine) {
  if (machine->memory.abstract) return;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++)
    memory_close(&machine->memory, i);
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    procbuf_process_info info;
    if (!machine_info(machine, i, &info) || info.state == PROCBUF_FAULTED || info.state == PROCBUF_TERMINATED)
      continue;
    const unsigned block = memory_block_at(&machine->memory, info.ram_start);
    if (block == STEP_PROCESS_SLOTS) continue;
    open_process(machine, block, info.ram_start, info.app_break, info.kernel_break, info.ram_end);
    if (!machine_is_watched())
      memory_open(&machine->memory, block, info.flash_readable, info.flash_end - info.flash_readable);
  }
}

// The protection hook. Memory is opened as the library is about to see it; what a process loses is closed by
// machine_guard.
static bool protect(void *context, size_t index, uintptr_t app_break, uintptr_t kernel_break) {
  struct machine *machine = context;
  if (machine->refusals > 0) {
    machine->refusals--;
    return false;
  }
  userspace_protect(machine, (unsigned)index, app_break, kernel_break);
  procbuf_process_info info;
  if (!machine->memory.abstract && machine_info(machine, (unsigned)index, &info)) {
    const unsigned block = memory_block_at(&machine->memory, info.ram_start);
    if (block < STEP_PROCESS_SLOTS)
      open_process(machine, block, info.ram_start, app_break, kernel_break, info.ram_end);
  }
  return true;
}

procbuf_layout machine_layout_of(const struct machine_block *block) {
  return (procbuf_layout){block->ram,   block->ram_size,   block->initial_break,
                          block->flash, block->flash_size, block->header};
}

static void start_kernel(struct machine *machine) {
  for (unsigned i = 0; i < STEP_DRIVERS; i++)
    machine->drivers[i] = make_driver(&machine_driver_plans[i]);
  const uint32_t lives = machine->setup.lives;
  const procbuf_config config = {
      .processes = machine->processes,
      .process_count = STEP_PROCESS_SLOTS,
      .drivers = machine->drivers,
      .driver_count = STEP_DRIVERS,
      .grants = machine->grants,
      .first_generation = lives ? UINT32_MAX - lives + 1 : 0,
      .platform = {.context = machine, .protect = protect},
  };
  if (procbuf_kernel_init(&machine->kernel, &config) != PROCBUF_OK) __builtin_trap();
}

static void start_handles(struct machine *machine) {
  static const struct machine_buffer buffers[STEP_BUFFERS] = {
      {false, PROCBUF_READONLY_BUFFER_DEFAULT, PROCBUF_READWRITE_BUFFER_DEFAULT}};
  // A default buffer is all zero (B-DEFAULT), so the others are default ones too; a wrapped array of no bytes is
  // all zero as well.
  __builtin_memcpy(machine->buffers, buffers, sizeof buffers);
  __builtin_memset(machine->slices, 0, sizeof machine->slices);
  for (unsigned i = 0; i < STEP_REGISTERS; i++)
    machine->registers[i] = 0;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    machine->pids[i] = (procbuf_pid){i, 0};
    machine->old_pids[i] = (procbuf_pid){i, 0};
  }
}

void machine_start(struct machine *machine, const struct machine_setup *setup) {
  machine->setup = *setup;
  machine->got = false;
  machine->refusals = 0;
  machine->frames = 0;
  machine->nesting = 0;
  machine->capability = (procbuf_external_process_capability)PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;
  machine_watch(machine);
  userspace_start(machine);
  memory_start(&machine->memory, setup->layout);
  start_kernel(machine);
  start_handles(machine);
  machine->pending = machine_layout_of(&machine->memory.blocks[0]);
  if (machine->memory.abstract) return;
  const struct step create = {.op = OP_CREATE};
  struct outcome outcome;
  for (unsigned i = 0; i < setup->process_count; i++)
    machine_CREATE(machine, &create, &outcome);
}

static machine_op *const handlers[OP_COUNT] = {
#define OP(code, ...) [OP_##code] = machine_##code,
#include "program/ops.def"
#undef OP
};

void machine_step(struct machine *machine, const struct step *step, struct outcome *outcome) {
  outcome_set(outcome, WORD_OK);
  if (step->op == OP_ENTER || step->op == OP_MUT_ENTER)
    handlers[step->op](machine, step, outcome);
  else
    machine_guarded(handlers[step->op], machine, step, outcome);
}

bool machine_info(const struct machine *machine, unsigned process, procbuf_process_info *info) {
  return procbuf_process_info_get(&machine->kernel, machine->pids[process], info) == PROCBUF_OK;
}

enum word machine_word(procbuf_status status) {
  if (status == PROCBUF_NOSUCHAPP) return WORD_NOSUCHAPP;
  return (unsigned)status <= PROCBUF_NOACK ? (enum word)status : WORD_BROKEN;
}

bool machine_report(struct outcome *outcome, procbuf_status status, uintptr_t output) {
  const bool kept = output == MACHINE_UNTOUCHED;
  outcome_set(outcome, status != PROCBUF_OK && !kept ? WORD_BROKEN : machine_word(status));
  return status == PROCBUF_OK;
}

procbuf_pid machine_pid(const struct machine *machine, const struct step *step) {
  return step->stale ? machine->old_pids[step->process] : machine->pids[step->process];
}

procbuf_kind machine_kind(const struct step *step) {
  static const procbuf_kind kinds[] = {PROCBUF_READONLY, PROCBUF_READWRITE, PROCBUF_USERSPACE_READABLE};
  return kinds[step->kind];
}
