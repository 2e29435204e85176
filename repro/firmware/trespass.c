// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// A process is faulted because it did what it must not.
#include "kernel.h"
#include "print.h"

#include "machine/internal.h"
#include "machine/userspace.h"

// What a process must not do. Faults take these in turn.
enum trespass {
  TRESPASS_KERNEL_STORE,
  TRESPASS_KERNEL_LOAD,
  TRESPASS_END_LOAD,     // the last byte of its block: grant memory, or the hole
  TRESPASS_BREAK_STORE,  // just past its break
  TRESPASS_BEFORE_LOAD,  // just before its RAM
  TRESPASS_FLASH_STORE,  // where it may read
  TRESPASS_HEADER_LOAD,  // its protected header
  TRESPASS_RAM_JUMP,     // where it may write
  TRESPASS_DEVICE_STORE, // what keeps it where it is
  TRESPASS_COUNT
};
static unsigned faults[TRESPASS_COUNT], next;

void trespass_report(void) {
  static const char *const names[TRESPASS_COUNT] = {
      "store to kernel memory",   "load of kernel memory", "load of the block's end",
      "store past the break",     "load before the RAM",   "store to flash",
      "load of the flash header", "jump to RAM",           "store to a device"};
  output_counts(names, faults, TRESPASS_COUNT);
}

struct deed {
  uintptr_t address;
  enum process_deed deed;
  bool possible; // this process has something to do it with
};

// The hardware has to say no to each, whatever the process's layout.
static struct deed trespass(const struct machine *machine, const procbuf_process_info *info,
                            enum trespass which) {
  const uintptr_t kernel = (uintptr_t)machine->memory.scratch;
  const uintptr_t past_break = kernel_round_up(info->app_break);
  const bool has_ram = info->ram_start < info->ram_end;
  const struct deed deeds[TRESPASS_COUNT] = {
      [TRESPASS_KERNEL_STORE] = {kernel, PROCESS_STORE, true},
      [TRESPASS_KERNEL_LOAD] = {kernel, PROCESS_LOAD, true},
      [TRESPASS_END_LOAD] = {info->ram_end - 1, PROCESS_LOAD, past_break < info->ram_end},
      [TRESPASS_BREAK_STORE] = {past_break, PROCESS_STORE, has_ram},
      [TRESPASS_BEFORE_LOAD] = {info->ram_start - 1, PROCESS_LOAD, has_ram},
      [TRESPASS_FLASH_STORE] = {info->flash_readable, PROCESS_STORE, info->flash_readable < info->flash_end},
      [TRESPASS_HEADER_LOAD] = {info->flash_start, PROCESS_LOAD, info->flash_start < info->flash_readable},
      [TRESPASS_RAM_JUMP] = {kernel_round_up(info->ram_start), PROCESS_JUMP, has_ram},
      [TRESPASS_DEVICE_STORE] = {process_forbidden_device(), PROCESS_STORE, true},
  };
  return deeds[which];
}

// The next in turn that this process can commit.
static enum trespass choose(const struct machine *machine, const procbuf_process_info *info) {
  enum trespass which;
  do
    which = (enum trespass)(next++ % TRESPASS_COUNT);
  while (!trespass(machine, info, which).possible);
  return which;
}

procbuf_status userspace_fault(struct machine *machine, procbuf_pid pid) {
  procbuf_process_info info;
  if (!processes_is_alive(machine, pid) || !processes_may_run(machine))
    return procbuf_process_fault(&machine->kernel, pid);
  if (!machine_info(machine, pid.index, &info)) return KERNEL_BROKEN;
  const enum trespass which = choose(machine, &info);
  const struct deed deed = trespass(machine, &info, which);
  process_prepare(pid.index, deed.deed, (const uintptr_t[]){deed.address, 0, 0, 0});
  const struct process_stop stop = kernel_run(machine, pid);
  if (!stop.faulted || stop.address != deed.address) return KERNEL_BROKEN;
  faults[which]++;
  return procbuf_process_fault(&machine->kernel, pid);
}
