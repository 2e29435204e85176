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
#define GRANT_SIZE_THIRD 24u

const struct machine_driver_plan machine_driver_plans[STEP_DRIVERS] = {
    {0x1, 3, 2, 1, GRANT_SIZE_FIRST},
    {0x80000003u, 1, 2, 0, GRANT_SIZE_SECOND},
    {0x0, 0, 0, 0, GRANT_SIZE_THIRD},
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

static void open_range(struct machine *machine, unsigned block, uintptr_t start, uintptr_t end) {
  if (start < end && memory_holds(&machine->memory, start, end - start))
    memory_open(&machine->memory, block, start, end - start);
}

// The granule that is an eighth of the RAM block, counted from its start.
static uintptr_t granule_end(void *context, size_t index, const procbuf_process_info *next) {
  (void)context, (void)index;
  const uintptr_t granule = step_granule_eighth(next->ram_end - next->ram_start);
  const uintptr_t own = next->app_break - next->ram_start, beyond = own % granule;
  return next->app_break + (beyond == 0 ? 0 : granule - beyond);
}

static const uint8_t granules[STEP_GRANULE_COUNT] = {1, 16, 32, 0};

// Where the granule ends that the break lies in: so far the library zeroes (P-GRANULE).
static uintptr_t end_of_own(const struct machine *machine, const procbuf_process_info *info) {
  const uintptr_t granule = granules[machine->setup.granule];
  if (granule == 0) return granule_end(NULL, 0, info);
  return info->app_break + (granule - info->app_break % granule) % granule;
}

// What the library may see of a process that is, or is about to be, as info says.
static void open_process(struct machine *machine, const procbuf_process_info *info) {
  const unsigned block = memory_block_at(&machine->memory, info->ram_start);
  if (block == STEP_PROCESS_SLOTS) return;
  open_range(machine, block, info->kernel_break, info->ram_end);
  if (machine_is_watched()) return;
  open_range(machine, block, info->ram_start, end_of_own(machine, info));
  open_range(machine, block, info->flash_readable, info->flash_end);
}

static bool is_dead(const procbuf_process_info *info) {
  return info->state == PROCBUF_FAULTED || info->state == PROCBUF_TERMINATED;
}

// Is one of its enters open? Then its memory is still the library's business (P-DEAD).
static bool is_entered(const struct machine *machine, unsigned process) {
  for (unsigned i = 0; i < machine->nesting; i++)
    if (machine->open[i].process == process) return true;
  return false;
}

void machine_guard(struct machine *machine) {
  if (machine->memory.abstract) return;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++)
    memory_close(&machine->memory, i);
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    procbuf_process_info info;
    if (machine_info(machine, i, &info) && (!is_dead(&info) || is_entered(machine, i)))
      open_process(machine, &info);
  }
}

// The protection hook. Memory is opened as the library is about to see it; what a process loses is closed by
// machine_guard. A death is not refused: the hook is told of it.
static bool protect(void *context, size_t index, const procbuf_process_info *next) {
  struct machine *machine = context;
  if (machine->refusals > 0 && !is_dead(next)) {
    machine->refusals--;
    return false;
  }
  machine->told[index] = *next;
  userspace_protect(machine, (unsigned)index, next);
  if (!machine->memory.abstract && !is_dead(next)) open_process(machine, next);
  return true;
}

static void note_pin(void *context, procbuf_direction direction, uintptr_t address, size_t length) {
  struct machine_maintenance *noted = &((struct machine *)context)->maintenance;
  *noted = (struct machine_maintenance){noted->pinned + 1, noted->unpinned, direction, {address, length}};
}

static void note_unpin(void *context, procbuf_direction direction, uintptr_t address, size_t length) {
  struct machine_maintenance *noted = &((struct machine *)context)->maintenance;
  *noted = (struct machine_maintenance){noted->pinned, noted->unpinned + 1, direction, {address, length}};
}

static procbuf_platform platform_of(struct machine *machine) {
  return (procbuf_platform){
      .context = machine,
      .protect = protect,
      .granule = granules[machine->setup.granule],
      .granule_end = machine->setup.granule == STEP_GRANULE_EIGHTH ? granule_end : NULL,
      .pin = note_pin,
      .unpin = note_unpin,
  };
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
      .pins = machine->pin_records,
      .pins_per_process = STEP_PINS_PER_PROCESS,
      .platform = platform_of(machine),
  };
  if (procbuf_kernel_init(&machine->kernel, &config) != PROCBUF_OK) __builtin_trap();
}

static void start_handles(struct machine *machine) {
  static const struct machine_buffer buffers[STEP_BUFFERS] = {
      {false, 0, PROCBUF_READONLY_BUFFER_DEFAULT, PROCBUF_READWRITE_BUFFER_DEFAULT}};
  // A default buffer is all zero (B-DEFAULT), so the others are default ones too; a wrapped array of no bytes is
  // all zero as well.
  __builtin_memcpy(machine->buffers, buffers, sizeof buffers);
  __builtin_memset(machine->slices, 0, sizeof machine->slices);
  __builtin_memset(machine->pins, 0, sizeof machine->pins); // default pins
  for (unsigned i = 0; i < STEP_REGISTERS; i++)
    machine->registers[i] = 0;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    machine->pids[i] = (procbuf_pid){i, 0};
    machine->old_pids[i] = (procbuf_pid){i, 0};
  }
}

static void forbid_behind_tables(const struct machine *machine) {
  if (machine->memory.poisoned) return;
  memory_forbid(machine->behind_processes, sizeof machine->behind_processes);
  memory_forbid(machine->behind_grants, sizeof machine->behind_grants);
  memory_forbid(machine->behind_drivers, sizeof machine->behind_drivers);
  memory_forbid(machine->behind_pin_records, sizeof machine->behind_pin_records);
}

void machine_start(struct machine *machine, const struct machine_setup *setup) {
  forbid_behind_tables(machine);
  machine->setup = *setup;
  machine->got = false;
  machine->refusals = 0;
  machine->frames = 0;
  machine->nesting = 0;
  __builtin_memset(machine->told, 0, sizeof machine->told);
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
