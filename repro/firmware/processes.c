// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Userspace with real processes. What the lockstep tells userspace to do, a process does: it runs
// unprivileged, behind the memory protection unit, makes its system calls by the architecture's instruction,
// and gets their results in its registers. Where none can do it, because it is dead, say, the kernel does it
// in its place, and counts that.
#include "kernel.h"
#include "print.h"

#include "machine/internal.h"
#include "machine/userspace.h"

// Why what a process does was done in its place.
enum reason {
  REASON_DEAD,    // there is no such process
  REASON_HANDLES, // handles are held, and would end with its run (B-RETURNED)
  REASON_GRANULE, // the bytes are its own, but the protection is too coarse to let it have them
  REASON_CLASS,   // no instruction makes a call of this class
  REASON_COUNT
};
static unsigned instead_of[REASON_COUNT];

struct userspace_tally userspace_tally(void) {
  struct userspace_tally tally = {.made = kernel_runs()};
  for (unsigned i = 0; i < REASON_COUNT; i++)
    tally.instead += instead_of[i];
  return tally;
}

void userspace_report(unsigned programs) {
  static const char *const names[REASON_COUNT] = {"no process", "handles held", "granule", "class"};
  output_text("faults by: ");
  trespass_report();
  output_text("\nin a process's place, by reason: ");
  output_counts(names, instead_of, REASON_COUNT);
  output_text("\nuserspace: ");
  output_number(kernel_runs());
  output_text(" deeds by processes, ");
  output_number(userspace_tally().instead);
  output_text(" in their place, ");
  output_number(programs);
  output_text(" programs by processes alone\n");
}

// ---- what a process can't do

static bool instead(enum reason reason) {
  instead_of[reason]++;
  return false;
}

bool processes_is_alive(const struct machine *machine, procbuf_pid pid) {
  return procbuf_process_is_live(&machine->kernel, pid) || instead(REASON_DEAD);
}

// To run a process is a kernel entry of its own, which the model does not know. Where a call that is one too
// does not follow, it goes unnoticed unless there are handles that end with it.
bool processes_may_run(const struct machine *machine) {
  return !machine->got || instead(REASON_HANDLES);
}

static bool holds(uintptr_t start, uintptr_t end, uintptr_t address, size_t length) {
  return start < end && address >= start && address < end && length <= end - address;
}

// The process that can touch these bytes.
static bool find_process(const struct machine *machine, uintptr_t address, size_t length, procbuf_pid *pid) {
  for (unsigned i = 0; i < PROCESS_COUNT; i++) {
    const struct process_memory *memory = kernel_memory(i);
    if (!holds(memory->start, memory->end, address, length) &&
        !holds(memory->readable, memory->readable_end, address, length))
      continue;
    *pid = machine->pids[i];
    return true;
  }
  return instead(REASON_GRANULE);
}

// ---- what it does

// Makes a system call. r: the arguments, then the results. False: the process did not get that far.
static bool call(struct machine *machine, procbuf_pid pid, uintptr_t syscall_class, uintptr_t *r) {
  process_prepare_call(pid.index, syscall_class, r);
  if (kernel_run(machine, pid).faulted) return false;
  __builtin_memcpy(r, process_registers(pid.index), PROCESS_ARGUMENTS * sizeof *r);
  return true;
}

static uintptr_t class_of(procbuf_kind kind) {
  switch (kind) {
  case PROCBUF_READONLY:
    return PROCBUF_CLASS_READONLY;
  case PROCBUF_READWRITE:
    return PROCBUF_CLASS_READWRITE;
  case PROCBUF_USERSPACE_READABLE:
    break;
  }
  return PROCBUF_CLASS_USERSPACE_READABLE;
}

procbuf_status userspace_allow(struct machine *machine, procbuf_pid pid, procbuf_kind kind,
                               const procbuf_registers *arguments, procbuf_range *range) {
  const uintptr_t *a = arguments->r;
  if (!processes_is_alive(machine, pid))
    return procbuf_allow(&machine->kernel, pid, kind, a[0], a[1], (procbuf_range){a[2], a[3]}, range);
  uintptr_t r[] = {a[0], a[1], a[2], a[3]};
  if (!call(machine, pid, class_of(kind), r)) return KERNEL_BROKEN;
  const bool failed = r[0] == PROCBUF_VARIANT_FAILURE_2_U32;
  if (!failed && (r[0] != PROCBUF_VARIANT_SUCCESS_2_U32 || r[3] != a[3])) return KERNEL_BROKEN;
  *range = failed ? (procbuf_range){r[2], r[3]} : (procbuf_range){r[1], r[2]};
  return failed ? (procbuf_status)r[1] : PROCBUF_OK;
}

static bool is_callable(uintptr_t syscall_class) {
  return process_has_call(syscall_class) || instead(REASON_CLASS);
}

static bool is_entry(uintptr_t syscall_class) {
  return syscall_class == PROCBUF_CLASS_READONLY || syscall_class == PROCBUF_CLASS_READWRITE ||
         syscall_class == PROCBUF_CLASS_USERSPACE_READABLE || syscall_class == PROCBUF_CLASS_MEMOP;
}

bool userspace_svc(struct machine *machine, procbuf_pid pid, uintptr_t syscall_class,
                   const procbuf_registers *arguments, procbuf_registers *result) {
  if (!processes_is_alive(machine, pid) || !is_callable(syscall_class) ||
      !(is_entry(syscall_class) || processes_may_run(machine)))
    return procbuf_syscall_allow(&machine->kernel, pid, syscall_class, arguments, result) ||
           procbuf_syscall_memop(&machine->kernel, pid, syscall_class, arguments, result);
  procbuf_registers registers = *arguments;
  if (!call(machine, pid, syscall_class, registers.r)) return true; // with a result that is none
  if (syscall_class == PROCESS_CLASS_YIELD || registers.r[0] == KERNEL_UNHANDLED) return false;
  *result = registers;
  return true;
}

// Makes a memop call that on success gives this variant; then its value, if it has one, is in r[1].
static procbuf_status memop(struct machine *machine, procbuf_pid pid, uintptr_t variant, uintptr_t *r) {
  if (!call(machine, pid, PROCBUF_CLASS_MEMOP, r)) return KERNEL_BROKEN;
  if (r[0] == PROCBUF_VARIANT_FAILURE) return (procbuf_status)r[1];
  return r[0] == variant ? PROCBUF_OK : KERNEL_BROKEN;
}

procbuf_status userspace_brk(struct machine *machine, procbuf_pid pid, uintptr_t app_break,
                             uintptr_t *old_break) {
  if (!processes_is_alive(machine, pid)) return procbuf_brk(&machine->kernel, pid, app_break, old_break);
  uintptr_t asked[PROCESS_ARGUMENTS] = {PROCBUF_MEMOP_SBRK, 0};
  uintptr_t set[PROCESS_ARGUMENTS] = {PROCBUF_MEMOP_BRK, app_break};
  (void)memop(machine, pid, PROCBUF_VARIANT_SUCCESS_U32,
              asked); // its own break: a process that sets one gets none back
  const procbuf_status status = memop(machine, pid, PROCBUF_VARIANT_SUCCESS, set);
  if (status == PROCBUF_OK) *old_break = asked[1];
  return status;
}

procbuf_status userspace_sbrk(struct machine *machine, procbuf_pid pid, intptr_t increment,
                              uintptr_t *old_break) {
  if (!processes_is_alive(machine, pid)) return procbuf_sbrk(&machine->kernel, pid, increment, old_break);
  uintptr_t r[PROCESS_ARGUMENTS] = {PROCBUF_MEMOP_SBRK, (uintptr_t)increment};
  const procbuf_status status = memop(machine, pid, PROCBUF_VARIANT_SUCCESS_U32, r);
  if (status == PROCBUF_OK) *old_break = r[1];
  return status;
}

bool userspace_write(struct machine *machine, uintptr_t address, size_t length, uint8_t byte) {
  procbuf_pid pid;
  if (!find_process(machine, address, length, &pid) || !processes_may_run(machine)) {
    memory_count_up(address, byte, length);
    return true;
  }
  process_prepare(pid.index, PROCESS_WRITE, (const uintptr_t[]){address, length, byte, 0});
  return !kernel_run(machine, pid).faulted;
}

bool userspace_read(struct machine *machine, uintptr_t address, size_t length, uint32_t *digest) {
  procbuf_pid pid;
  if (!find_process(machine, address, length, &pid) || !processes_may_run(machine)) {
    *digest = memory_digest(address, length);
    return true;
  }
  process_prepare(pid.index, PROCESS_READ, (const uintptr_t[]){address, length, DIGEST_START, DIGEST_FACTOR});
  const bool done = !kernel_run(machine, pid).faulted;
  *digest = (uint32_t)process_registers(pid.index)[0];
  return done;
}

enum userspace_right userspace_right(struct machine *machine, unsigned process, uintptr_t address) {
  (void)machine;
  process_prepare(process, PROCESS_TRY, (const uintptr_t[]){address, 0, 0, 0});
  kernel_probe(process);
  return (enum userspace_right)process_registers(process)[1];
}
