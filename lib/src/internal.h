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

/* The looks at pids and handles, which each call begins with: inline where the compiler goes for speed; where it goes for
 * size there is one of each, in pid.c. */
#ifdef __OPTIMIZE_SIZE__
#define PROCBUF_LOOK inline
#else
#define PROCBUF_LOOK __attribute__((always_inline)) inline
#endif

/* pid: the process that the pid names, dead or alive, or null. Generation 0 is that of a free slot. */
PROCBUF_LOOK procbuf_process *procbuf_process_named(const procbuf_kernel *kernel, procbuf_pid pid) {
  if (pid.generation == 0 || pid.index >= kernel->process_count) return NULL;
  procbuf_process *process = &kernel->processes[pid.index];
  return process->generation == pid.generation ? process : NULL;
}

/* pid: the process if pid is live (P-GEN), or null. Its slot is not free, so that the states in front of dead ones are left. */
PROCBUF_LOOK procbuf_process *procbuf_process_live(const procbuf_kernel *kernel, procbuf_pid pid) {
  procbuf_process *process = procbuf_process_named(kernel, pid);
  return process != NULL && process->info.state <= PROCBUF_STOPPED ? process : NULL;
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

/* pid: the handle's process while the handle is live, or null (B-RETURNED, P-DEAD). */
PROCBUF_LOOK procbuf_process *procbuf_handle_process(const procbuf_handle *handle) {
  if (handle->kernel == NULL) return NULL;
  if (handle->entry != 0 && handle->entry != handle->kernel->entry) return NULL;
  return procbuf_process_live(handle->kernel, handle->pid);
}

/* pin: whether the range in a slot, named by its address, is pinned (B-PIN). */
bool procbuf_pin_holds(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t slot);

/* capability: whether start-up code made it. Null is not. */
bool procbuf_capability_is_genuine(const procbuf_external_process_capability *capability);

/* An open enter: lives on the stack of enter, linked into the kernel; for slices to be looked up in (X-EPOCH).
 * Linked both ways, because enters of two threads of the kernel need not close in the order in which they opened. */
typedef struct procbuf_frame {
#if PROCBUF_CHECKED
  struct procbuf_frame *outer; /* opened before it */
  struct procbuf_frame *inner; /* opened after it */
  uint64_t number;
  bool feeds;    /* a byte source feeds a stream of that enter meanwhile (T-ITER) */
  uintptr_t fed; /* that stream's address */
#else
  char unused;
#endif
} procbuf_frame;

#if PROCBUF_CHECKED
/* epoch: opens an enter, and binds the span to it. */
void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span);

/* epoch: closes an enter. */
void procbuf_epoch_close(procbuf_kernel *kernel, const procbuf_frame *frame);

/* epoch: closes all enters. */
void procbuf_epoch_close_all(procbuf_kernel *kernel);

/* epoch: panics if the span's enter is closed. */
void procbuf_epoch_check(const procbuf_span *span);

/* epoch: until the frame is closed, a source feeds the stream at the span's start. Nothing for a kernel array. */
void procbuf_epoch_feed(procbuf_frame *frame, const procbuf_span *span);

/* epoch: panics if a source feeds the stream at the span's start, through the same enter. */
void procbuf_epoch_check_unfed(const procbuf_span *span);

/* epoch: closes a frame that procbuf_epoch_feed opened. */
static inline void procbuf_epoch_unfeed(procbuf_frame *frame, const procbuf_span *span) {
  if (span->kernel != NULL) procbuf_epoch_close(span->kernel, frame);
}
#else
static inline void procbuf_epoch_feed(procbuf_frame *frame, const procbuf_span *span) {
  (void)frame, (void)span;
}

static inline void procbuf_epoch_check_unfed(const procbuf_span *span) {
  (void)span;
}

static inline void procbuf_epoch_unfeed(procbuf_frame *frame, const procbuf_span *span) {
  (void)frame, (void)span;
}

static inline void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span) {
  (void)kernel, (void)frame, (void)span;
}

static inline void procbuf_epoch_close(procbuf_kernel *kernel, const procbuf_frame *frame) {
  (void)kernel, (void)frame;
}

static inline void procbuf_epoch_close_all(procbuf_kernel *kernel) {
  (void)kernel;
}

static inline void procbuf_epoch_check(const procbuf_span *span) {
  (void)span;
}
#endif

#endif
