// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Userspace: who does what a process does. simulated.c does it by plain calls and plain accesses. An image
// whose processes are real has repro/firmware/processes.c in its place: there a process does it,
// unprivileged, and the hardware stands between it and what it may not touch.
#ifndef FUZZ_MACHINE_USERSPACE_H
#define FUZZ_MACHINE_USERSPACE_H

#include "machine/machine.h"

void userspace_start(struct machine *machine);

// The library's protection hook has said how a process will be, or that it is dead. Whatever protects processes
// from each other follows this.
void userspace_protect(struct machine *machine, unsigned process, const procbuf_process_info *next);

// A process makes a system call. Parameters and results are those of the library's functions.
procbuf_status userspace_allow(struct machine *machine, procbuf_pid pid, procbuf_kind kind,
                               const procbuf_registers *arguments, procbuf_range *range);
bool userspace_svc(struct machine *machine, procbuf_pid pid, uintptr_t syscall_class,
                   const procbuf_registers *arguments, procbuf_registers *result);
procbuf_status userspace_brk(struct machine *machine, procbuf_pid pid, uintptr_t app_break,
                             uintptr_t *old_break);
procbuf_status userspace_sbrk(struct machine *machine, procbuf_pid pid, intptr_t increment,
                              uintptr_t *old_break);

// The process that these bytes belong to writes byte, byte + 1, ..., or reads them into a digest. False: it
// could not.
bool userspace_write(struct machine *machine, uintptr_t address, size_t length, uint8_t byte);
bool userspace_read(struct machine *machine, uintptr_t address, size_t length, uint32_t *digest);

// A process does what it must not, and the kernel faults it for that.
procbuf_status userspace_fault(struct machine *machine, procbuf_pid pid);

// What a process may do with a byte; who may write may read.
enum userspace_right { USERSPACE_NOTHING, USERSPACE_READ, USERSPACE_WRITE };

// The bytes that protection comes in pieces of; 0: processes are simulated, nothing protects them.
size_t userspace_granule(void);
// What the hardware lets a process do, found out by letting it try. Leaves memory and kernel as they are.
enum userspace_right userspace_right(struct machine *machine, unsigned process, uintptr_t address);

// How many deeds real processes have done so far, and how many were done in their place. All 0: processes are
// simulated.
struct userspace_tally {
  unsigned made, instead;
};
struct userspace_tally userspace_tally(void);
// Prints that in detail, with the number of programs in which processes did all that userspace does; nothing
// if processes are simulated.
void userspace_report(unsigned programs);

#endif
