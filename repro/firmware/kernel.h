// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The kernel of an image with real processes, around the library: it keeps each process's protection as the
// library's hook tells it (kernel.c), runs a process and serves its system calls (kernel.c), has processes do
// what the lockstep tells userspace to do (processes.c), or what they must not (trespass.c).
#ifndef REPRO_FIRMWARE_KERNEL_H
#define REPRO_FIRMWARE_KERNEL_H

#include "process.h"

#include "machine/machine.h"

// What r0 holds after a call of a class that the library does not know; none of its variants.
#define KERNEL_UNHANDLED 255u

#define KERNEL_BROKEN ((procbuf_status)(PROCBUF_NOACK + 1)) // no status that the library has

// Lets a process run from where it is until it yields or faults; serves the calls that it makes.
struct process_stop kernel_run(struct machine *machine, procbuf_pid pid);
// How often kernel_run was called.
unsigned kernel_runs(void);
// Runs a process until it stops, with no entry to the kernel and no barrier.
struct process_stop kernel_probe(unsigned process);
// What a process may touch.
const struct process_memory *kernel_memory(unsigned process);
// The end of the granule that an address is in; the address itself if a granule begins there.
uintptr_t kernel_round_up(uintptr_t address);

// Could a process do something now? False: not by itself, for this reason, which is counted.
bool processes_is_alive(const struct machine *machine, procbuf_pid pid);
bool processes_may_run(const struct machine *machine);

// Prints how often processes were caught at what.
void trespass_report(void);

#endif
