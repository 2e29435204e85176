// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Protection, switches and system calls.
#include "kernel.h"

#include "machine/internal.h"
#include "machine/userspace.h"

_Static_assert(PROCESS_COUNT == STEP_PROCESS_SLOTS && PROCESS_ARGUMENTS == STEP_REGISTERS,
               "as the machine has them");

static struct process_memory memories[PROCESS_COUNT];
// Whose protection is in the hardware, as it is now; PROCESS_COUNT: nobody's.
static unsigned loaded = PROCESS_COUNT;
static unsigned runs;

unsigned kernel_runs(void) {
  return runs;
}

// ---- protection

static uintptr_t round_down(uintptr_t address) {
  return address & ~(uintptr_t)(protection_granule - 1);
}

uintptr_t kernel_round_up(uintptr_t address) {
  return round_down(address + (protection_granule - 1));
}

size_t userspace_granule(void) {
  return protection_granule;
}

static void forget(unsigned process) {
  memories[process] = (struct process_memory){0};
  loaded = PROCESS_COUNT;
}

// Whole granules up to the break: the library sees to it that no other's bytes are in the last of them
// (P-GRANULE), since image.c takes only programs with granules of 32 bytes, the coarsest here. What is left to
// round is where the layout lets RAM and flash begin and end, which is the kernel's own choice.
void userspace_protect(struct machine *machine, unsigned process, const procbuf_process_info *next) {
  (void)machine;
  forget(process);
  if (next->state == PROCBUF_FAULTED || next->state == PROCBUF_TERMINATED) return;
  memories[process] = (struct process_memory){
      .start = kernel_round_up(next->ram_start),
      .end = kernel_round_up(next->app_break),
      .readable = kernel_round_up(next->flash_readable),
      .readable_end = round_down(next->flash_end),
  };
}

static void load(unsigned process) {
  const struct process_home home = process_home(process);
  protection_load(&home, &memories[process]);
  loaded = process;
}

const struct process_memory *kernel_memory(unsigned process) {
  return &memories[process];
}

static void run_protected(unsigned process) {
  if (loaded != process) load(process);
  process_run(process);
}

struct process_stop kernel_probe(unsigned process) {
  run_protected(process);
  return process_why(process);
}

// The hardware forgets them all too, since not every unit lets the kernel write where a process may only
// read.
void userspace_start(struct machine *machine) {
  (void)machine;
  for (unsigned i = 0; i < PROCESS_COUNT; i++)
    forget(i);
  load(0);
}

// ---- switches and system calls

static void serve(struct machine *machine, procbuf_pid pid, uintptr_t syscall_class, uintptr_t *r) {
  procbuf_registers registers;
  __builtin_memcpy(registers.r, r, sizeof registers.r);
  if (procbuf_syscall_allow(&machine->kernel, pid, syscall_class, &registers, &registers) ||
      procbuf_syscall_memop(&machine->kernel, pid, syscall_class, &registers, &registers)) {
    __builtin_memcpy(r, registers.r, sizeof registers.r);
  } else {
    r[0] = KERNEL_UNHANDLED;
  }
}

// The to-user barrier is behind all that was written for the process, the from-user barrier before all that
// is read of what it wrote (X-BARRIER).
struct process_stop kernel_run(struct machine *machine, procbuf_pid pid) {
  runs++;
  for (;;) {
    procbuf_to_user(&machine->kernel, pid);
    run_protected(pid.index);
    procbuf_from_user(&machine->kernel);
    const struct process_stop stop = process_why(pid.index);
    if (stop.faulted || stop.call == PROCESS_CLASS_YIELD) return stop;
    serve(machine, pid, stop.call, process_registers(pid.index));
  }
}
