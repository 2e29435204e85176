// SPDX-License-Identifier: Apache-2.0 OR MIT
/** What the sources of the library share, and nobody else includes. */
#ifndef PROCBUF_INTERNAL_H
#define PROCBUF_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/allow.h"
#include "procbuf/buffer.h"
#include "procbuf/capability.h"
#include "procbuf/inline/frame.h"
#include "procbuf/inline/look.h"
#include "procbuf/kernel.h"
#include "procbuf/process.h"
#include "procbuf/slice.h"
#include "procbuf/status.h"

/* Of what is called from several places and seldom: smaller by itself than in each of them. */
#define PROCBUF_APART __attribute__((noinline))

/* kernel: userspace may run, or has asked for something; handles got before end here (B-RETURNED). */
static inline void procbuf_kernel_new_entry(procbuf_kernel *kernel) {
  kernel->entry++;
}

/* kernel: whether the process may be as its info says by now: no granule holds bytes of its own and grant memory
 * (P-GRANULE), and the hook agrees (P-HOOK). False: the caller puts back what was. *end: where the last granule of its
 * own memory ends. */
bool procbuf_kernel_admits(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t *end);

/* kernel: asks the platform's hook alone. */
bool procbuf_kernel_protect(const procbuf_kernel *kernel, const procbuf_process *process);

/* kernel: the driver with that number, or null. */
const procbuf_driver *procbuf_kernel_driver(const procbuf_kernel *kernel, uintptr_t number);

static inline bool procbuf_state_is_active(procbuf_state state) {
  return state == PROCBUF_RUNNING || state == PROCBUF_YIELDED;
}

static inline bool procbuf_state_is_alive(procbuf_state state) {
  return procbuf_state_is_active(state) || state == PROCBUF_STOPPED;
}

/* pid: the process if pid is live and active, or null. */
PROCBUF_LOOK procbuf_process *procbuf_process_active(const procbuf_kernel *kernel, procbuf_pid pid) {
  procbuf_process *process = procbuf_process_named(kernel, pid);
  return process != NULL && process->info.state <= PROCBUF_YIELDED ? process : NULL;
}

/* kernel: where the base of the pair's grant is kept. */
PROCBUF_LOOK uintptr_t *procbuf_kernel_pair(const procbuf_kernel *kernel, const procbuf_process *process,
                                            const procbuf_driver *driver) {
  size_t row = (size_t)(process - kernel->processes);
  size_t column = (size_t)(driver - kernel->drivers);
  return &kernel->grants[row * kernel->driver_count + column];
}

/* range: whether [address, address + length) lies in [start, end); length 0 is not looked at specially. */
bool procbuf_range_inside(procbuf_range range, uintptr_t start, uintptr_t end);

/* range: whether the process may share the range, to be read only or to be written too (P-OWN, P-FLASH,
 * X-ZERO). */
bool procbuf_range_is_shareable(const procbuf_process *process, procbuf_range range, bool readonly);

/* range: raises hwm over a shared range, if it is non-empty and in RAM (P-HWM). */
void procbuf_range_mark(procbuf_process *process, procbuf_range range);

/* grant: carves size bytes off below kbrk; alignment is a power of two. Returns OK; NOMEM: nothing changed. */
procbuf_status procbuf_grant_carve(const procbuf_kernel *kernel, procbuf_process *process, size_t size,
                                   size_t alignment, uintptr_t *address);

/* slots: how many slots of the kind a driver has. */
uintptr_t procbuf_slots_count(const procbuf_driver *driver, procbuf_kind kind);

/* slots: the size in bytes of all slots of a driver. */
size_t procbuf_slots_size(const procbuf_driver *driver);

/* slots: makes the pair's grant, with its slots empty, if it has none. Returns OK; NOMEM: nothing changed. */
procbuf_status procbuf_slots_make(const procbuf_kernel *kernel, procbuf_process *process,
                                  const procbuf_driver *driver);

/* slots: the address of a slot; 0 if the pair has no slots yet. number is below the count. */
uintptr_t procbuf_slots_find(const procbuf_kernel *kernel, const procbuf_process *process,
                             const procbuf_driver *driver, procbuf_kind kind, uintptr_t number);

/* slots: what the slot at that address holds; (0, 0) at 0. */
procbuf_range procbuf_slots_load(uintptr_t slot);

/* slots: stores the range, returns what the slot held. */
procbuf_range procbuf_slots_swap(uintptr_t slot, procbuf_range range);

/* pin: whether the range in a slot, named by its address, is pinned (B-PIN). */
bool procbuf_pin_holds(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t slot);

/* capability: whether start-up code made it. Null is not. */
bool procbuf_capability_is_genuine(const procbuf_external_process_capability *capability);

#endif
