// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Userspace by plain calls and plain accesses.
#include "machine/internal.h"
#include "machine/userspace.h"

void userspace_start(struct machine *machine) {
  (void)machine;
}

void userspace_protect(struct machine *machine, unsigned process, const procbuf_process_info *next) {
  (void)machine, (void)process, (void)next;
}

procbuf_status userspace_allow(struct machine *machine, procbuf_pid pid, procbuf_kind kind,
                               const procbuf_registers *arguments, procbuf_range *range) {
  const uintptr_t *r = arguments->r;
  const procbuf_range passed = {r[2], r[3]};
  return procbuf_allow(&machine->kernel, pid, kind, r[0], r[1], passed, range);
}

bool userspace_svc(struct machine *machine, procbuf_pid pid, uintptr_t syscall_class,
                   const procbuf_registers *arguments, procbuf_registers *result) {
  return procbuf_syscall_allow(&machine->kernel, pid, syscall_class, arguments, result) ||
         procbuf_syscall_memop(&machine->kernel, pid, syscall_class, arguments, result);
}

procbuf_status userspace_brk(struct machine *machine, procbuf_pid pid, uintptr_t app_break,
                             uintptr_t *old_break) {
  return procbuf_brk(&machine->kernel, pid, app_break, old_break);
}

procbuf_status userspace_sbrk(struct machine *machine, procbuf_pid pid, intptr_t increment,
                              uintptr_t *old_break) {
  return procbuf_sbrk(&machine->kernel, pid, increment, old_break);
}

bool userspace_write(struct machine *machine, uintptr_t address, size_t length, uint8_t byte) {
  (void)machine;
  memory_count_up(address, byte, length);
  return true;
}

bool userspace_read(struct machine *machine, uintptr_t address, size_t length, uint32_t *digest) {
  (void)machine;
  *digest = memory_digest(address, length);
  return true;
}

procbuf_status userspace_fault(struct machine *machine, procbuf_pid pid) {
  return procbuf_process_fault(&machine->kernel, pid);
}

size_t userspace_granule(void) {
  return 0;
}

enum userspace_right userspace_right(struct machine *machine, unsigned process, uintptr_t address) {
  (void)machine, (void)process, (void)address;
  return USERSPACE_NOTHING;
}

struct userspace_tally userspace_tally(void) {
  return (struct userspace_tally){0, 0};
}

void userspace_report(unsigned programs) {
  (void)programs;
}
