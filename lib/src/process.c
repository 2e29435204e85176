// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/process.h"

#include "internal.h"
#include "procbuf/access.h"

typedef struct block {
  uintptr_t start;
  uintptr_t end;
} block;

static bool block_make(uintptr_t start, size_t size, block *made) {
  if (size > UINTPTR_MAX - start) return false;
  *made = (block){start, start + size};
  return true;
}

static bool blocks_overlap(block a, block b) {
  bool both_hold_bytes = a.start < a.end && b.start < b.end;
  return both_hold_bytes && a.start < b.end && b.start < a.end;
}

static bool overlaps_a_held_block(const procbuf_kernel *kernel, block wanted) {
  for (size_t i = 0; i < kernel->process_count; i++) {
    const procbuf_process_info *held = &kernel->processes[i].info; /* all zero, so empty, in a free slot */
    if (blocks_overlap(wanted, (block){held->ram_start, held->ram_end})) return true;
    if (blocks_overlap(wanted, (block){held->flash_start, held->flash_end})) return true;
  }
  return false;
}

static bool layout_is_valid(const procbuf_kernel *kernel, const procbuf_layout *layout) {
  block ram;
  block flash;
  if (!block_make(layout->ram_start, layout->ram_size, &ram)) return false;
  if (!block_make(layout->flash_start, layout->flash_size, &flash)) return false;
  if (layout->initial_break > layout->ram_size || layout->header_size > layout->flash_size) return false;
  if (blocks_overlap(ram, flash)) return false;
  return !overlaps_a_held_block(kernel, ram) && !overlaps_a_held_block(kernel, flash);
}

static procbuf_process *free_slot(const procbuf_kernel *kernel) {
  for (size_t i = 0; i < kernel->process_count; i++) {
    if (kernel->processes[i].info.state == PROCBUF_STATE_FREE) return &kernel->processes[i];
  }
  return NULL;
}

static procbuf_pid pid_of(const procbuf_kernel *kernel, const procbuf_process *process) {
  return (procbuf_pid){(uint32_t)(process - kernel->processes), process->generation};
}

/* What create and restart have in common: a life begins, if the platform agrees. The blocks are in process->info. */
static bool start(const procbuf_kernel *kernel, procbuf_process *process) {
  procbuf_process_info *info = &process->info;
  info->state = PROCBUF_RUNNING;
  info->app_break = process->initial_break;
  info->kernel_break = info->ram_end;
  info->high_water_mark = info->ram_start;
  uintptr_t end;
  if (!procbuf_kernel_admits(kernel, process, &end)) return false;
  if (end > info->ram_start) procbuf_access_zero(info->ram_start, end - info->ram_start);
  return true;
}

procbuf_status procbuf_process_create(procbuf_kernel *kernel, const procbuf_layout *layout,
                                      procbuf_pid *pid) {
  if (!layout_is_valid(kernel, layout)) return PROCBUF_INVAL;
  procbuf_process *process = free_slot(kernel);
  if (process == NULL) return PROCBUF_NOMEM;
  process->info.ram_start = layout->ram_start;
  process->info.ram_end = layout->ram_start + layout->ram_size;
  process->info.flash_start = layout->flash_start;
  process->info.flash_readable = layout->flash_start + layout->header_size;
  process->info.flash_end = layout->flash_start + layout->flash_size;
  process->initial_break = layout->ram_start + layout->initial_break;
  if (!start(kernel, process)) {
    *process = (procbuf_process){0}; /* a free slot again */
    return PROCBUF_NOMEM;
  }
  process->generation = kernel->first_generation;
  *pid = pid_of(kernel, process);
  return PROCBUF_OK;
}

static void forget_grants(const procbuf_kernel *kernel, const procbuf_process *process) {
  for (size_t i = 0; i < kernel->driver_count; i++) {
    *procbuf_kernel_pair(kernel, process, &kernel->drivers[i]) = 0;
  }
}

procbuf_status procbuf_process_restart(procbuf_kernel *kernel, procbuf_pid pid, procbuf_pid *new_pid) {
  procbuf_process *process = procbuf_process_named(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (process->entered > 0 || process->pinned > 0) return PROCBUF_BUSY;
  if (process->generation == UINT32_MAX) return PROCBUF_FAIL;
  procbuf_process_info before = process->info;
  if (!start(kernel, process)) {
    process->info = before;
    return PROCBUF_NOMEM;
  }
  process->generation++;
  forget_grants(kernel, process);
  *new_pid = pid_of(kernel, process);
  return PROCBUF_OK;
}

PROCBUF_APART static procbuf_status end(const procbuf_kernel *kernel, procbuf_pid pid, procbuf_state state) {
  procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  process->info.state = state;
  (void)procbuf_kernel_protect(kernel, process); /* is told; there is nothing to refuse */
  return PROCBUF_OK;
}

procbuf_status procbuf_process_terminate(procbuf_kernel *kernel, procbuf_pid pid) {
  return end(kernel, pid, PROCBUF_TERMINATED);
}

procbuf_status procbuf_process_fault(procbuf_kernel *kernel, procbuf_pid pid) {
  return end(kernel, pid, PROCBUF_FAULTED);
}

procbuf_status procbuf_process_set_state(procbuf_kernel *kernel, procbuf_pid pid, procbuf_state state) {
  procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (!procbuf_state_is_alive(state)) return PROCBUF_INVAL;
  process->info.state = state;
  return PROCBUF_OK;
}

bool procbuf_process_is_live(const procbuf_kernel *kernel, procbuf_pid pid) {
  return procbuf_process_live(kernel, pid) != NULL;
}

procbuf_status procbuf_process_info_get(const procbuf_kernel *kernel, procbuf_pid pid,
                                        procbuf_process_info *info) {
  const procbuf_process *process = procbuf_process_named(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  *info = process->info;
  return PROCBUF_OK;
}
