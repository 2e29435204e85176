// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Processes: creation, life and death, breaks.
 *
 * A process has one RAM block [ms, me) and one flash block [fs, fe). In its RAM, always (while it exists):
 *
 *     ms <= hwm <= brk <= kbrk <= me
 *
 *   [ms, brk)    the process's own memory; what it may allow (P-OWN)
 *   [brk, kbrk)  the hole: nobody's
 *   [kbrk, me)   the grant region: the kernel's, growing down
 *   hwm          the highest end of any RAM range allowed since (re)start: brk does not go below it (P-HWM)
 *
 * In flash, [fs, fnp) is the protected header and [fnp, fe) what the process may read, and allow read-only
 * (P-FLASH).
 *
 * States: RUNNING and YIELDED are active (the process can make calls); these and STOPPED are alive (its
 * memory is its own and its buffers work); FAULTED and TERMINATED are dead, and at once (P-DEAD).
 *
 * A slot, once held by a process, stays held: a dead process is started again by procbuf_process_restart.
 * There is no release (a decision beyond SPEC), so memory of a held slot is never another process's.
 */
#ifndef PROCBUF_PROCESS_H
#define PROCBUF_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/kernel.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The name of a process: slot index and generation. A pid is live while its slot holds that generation and
 * the process is alive (P-GEN). Any two numbers make a pid that is safe to pass: it is live or it is not.
 */
typedef struct procbuf_pid {
  uint32_t index;      /* the slot, 0 to process_count - 1 */
  uint32_t generation; /* 1 and up; 0 names no process */
} procbuf_pid;

/** Names no process; never live. */
#ifdef __cplusplus
#define PROCBUF_PID_NONE (procbuf_pid{0, 0})
#else
#define PROCBUF_PID_NONE ((procbuf_pid){0, 0})
#endif

/** The memory of a process to create. Addresses are absolute; sizes in bytes, 0 allowed. */
typedef struct procbuf_layout {
  uintptr_t ram_start;
  size_t ram_size;
  size_t initial_break; /* bytes from ram_start, 0 to ram_size */
  uintptr_t flash_start;
  size_t flash_size;
  size_t header_size; /* protected bytes from flash_start, 0 to flash_size */
} procbuf_layout;

typedef enum procbuf_state {
  PROCBUF_STATE_FREE, /* the slot holds no process */
  PROCBUF_RUNNING,
  PROCBUF_YIELDED,
  PROCBUF_STOPPED,
  PROCBUF_FAULTED,
  PROCBUF_TERMINATED
} procbuf_state;

/** A copy of what the kernel knows about a process; all addresses absolute, ends exclusive. */
typedef struct procbuf_process_info {
  procbuf_state state;
  uintptr_t ram_start;       /* ms */
  uintptr_t ram_end;         /* me */
  uintptr_t app_break;       /* brk */
  uintptr_t kernel_break;    /* kbrk */
  uintptr_t high_water_mark; /* hwm */
  uintptr_t flash_start;     /* fs */
  uintptr_t flash_readable;  /* fnp */
  uintptr_t flash_end;       /* fe */
} procbuf_process_info;

/** Storage for one process, supplied by the caller (procbuf_config). All fields are private to the library.
 */
struct procbuf_process {
  procbuf_process_info info;
  uintptr_t initial_break; /* address */
  uint32_t generation;
  uint32_t entered; /* open enters of this process's buffers */
  size_t pinned;    /* its pins */
};

/**
 * Creates a process over the given memory in a free slot (P-CREATE).
 *
 * Requires: the RAM block is memory that the kernel may write.
 * Returns, first that applies:
 *   OK
 *   INVAL  initial_break > ram_size or header_size > flash_size;
 *          start + size of a block wraps (an end of exactly 2^N counts as a wrap: the last byte of the
 *          address space cannot be used);
 *          the two blocks overlap each other, or a block of a process that holds a slot, dead ones included;
 *          an empty block overlaps nothing
 *   NOMEM  no free slot; then: the last granule of the initial memory ends above the RAM block (P-GRANULE);
 *          then: the protection hook refuses
 *
 * Ensures, on OK: *pid is live, its state RUNNING, its generation the kernel's first; brk = ms +
 * initial_break, hwm = ms, kbrk = me; [ms, brk) has been zeroed to the end of its last granule, after the hook
 * agreed; no slots.
 * Ensures, on error: nothing changed, *pid included.
 */
procbuf_status procbuf_process_create(procbuf_kernel *kernel, const procbuf_layout *layout, procbuf_pid *pid);

/**
 * Starts the process of a slot again, dead or alive, under a new generation (P-RESTART).
 *
 * Returns, first that applies:
 *   OK
 *   NOSUCHAPP  pid's generation is not the slot's present one
 *   BUSY       an enter of one of its buffers is open, or one of its ranges is pinned
 *   FAIL       the slot's generation is 2^32-1: it refuses rather than repeat one (P-GEN)
 *   NOMEM      the protection hook refuses
 *
 * Ensures, on OK: pid is not live; *new_pid is, state RUNNING; brk has its initial value, hwm = ms, kbrk =
 * me; every slot and grant of the process is forgotten; [ms, brk) has been zeroed to the end of
 * its last granule, after the hook agreed. new_pid may point to the object that pid was copied from. Ensures, on error: nothing changed; a process that
 * was dead stays dead.
 */
procbuf_status procbuf_process_restart(procbuf_kernel *kernel, procbuf_pid pid, procbuf_pid *new_pid);

/**
 * Ends a process: state TERMINATED. Its pid and every buffer of it are dead at once (P-DEAD).
 *
 * Returns, first that applies: OK; NOSUCHAPP (pid not live).
 * Ensures, on OK: the protection hook was told. Slices of its buffers that are open at that moment, in callbacks
 * further up the stack, stay good until their callback returns: until then its memory stays as it is, and
 * procbuf_process_restart is BUSY.
 */
procbuf_status procbuf_process_terminate(procbuf_kernel *kernel, procbuf_pid pid);

/** As procbuf_process_terminate, with state FAULTED. */
procbuf_status procbuf_process_fault(procbuf_kernel *kernel, procbuf_pid pid);

/**
 * Moves a live process between RUNNING, YIELDED and STOPPED. Any of the three to any, itself included.
 *
 * Returns, first that applies: OK; NOSUCHAPP (pid not live); INVAL (state is none of the three).
 * Not a kernel entry. The buffers of a stopped process still work.
 */
procbuf_status procbuf_process_set_state(procbuf_kernel *kernel, procbuf_pid pid, procbuf_state state);

/** Whether the slot holds that generation and the process is alive. False for any pid that names nothing. */
bool procbuf_process_is_live(const procbuf_kernel *kernel, procbuf_pid pid);

/**
 * Reports a process, dead ones included.
 *
 * Returns: OK; NOSUCHAPP (pid's generation is not the slot's present one; *info unchanged).
 */
procbuf_status procbuf_process_info_get(const procbuf_kernel *kernel, procbuf_pid pid,
                                        procbuf_process_info *info);

/**
 * The pid of the process that holds a slot, dead or alive (P-VISIT): for an interrupt handler that has kept an index.
 *
 * index: any number.
 * Returns: OK; NOSUCHAPP (no such slot, or no process holds it; *pid unchanged).
 */
procbuf_status procbuf_process_pid(const procbuf_kernel *kernel, size_t index, procbuf_pid *pid);

/** What a visit runs: context is the caller's. */
typedef void procbuf_process_callback(void *context, procbuf_pid pid);

/**
 * Calls back once for each process that is live when its turn comes, in the order of slots (P-VISIT).
 *
 * The callback may call anything of the library. A process that it ends before its turn is not visited; one that it
 * creates, or restarts, in a later slot is.
 */
void procbuf_process_each(const procbuf_kernel *kernel, procbuf_process_callback *callback, void *context);

/**
 * Writes n bytes of the kernel's to [address, address + n) of a process's own memory (P-WRITE), without an allow: for what a
 * system call answers in memory, such as the flag of a yield that does not wait. Kernel-side: no kernel entry. High-water
 * mark, slots and handles stay as they are.
 *
 * address: any number. bytes: kernel memory that does not overlap the process's; n: bytes, any number, 0 included.
 * Returns, first that applies:
 *   OK
 *   NOSUCHAPP  pid is not live
 *   INVAL      n is not 0, and the range is not inside the process's RAM below brk (P-OWN)
 *
 * It takes no capability: it reaches nothing that the process could not write itself.
 */
procbuf_status procbuf_process_write(const procbuf_kernel *kernel, procbuf_pid pid, uintptr_t address,
                                     const void *bytes, size_t n);

/**
 * System call: sets the application break to the address app_break, which may be any number (P-BRK).
 *
 * Returns, first that applies:
 *   OK
 *   FAIL   the process is not active; pid not live
 *   INVAL  app_break < hwm or app_break > me
 *   NOMEM  the granule of app_break ends above kbrk (P-GRANULE; without granules: app_break > kbrk); then: the
 *          protection hook refuses
 *
 * Ensures, on OK: *old_break is the break before. On growth the bytes from old to the end of the granule of
 * app_break have been zeroed, after the hook agreed and before they became the process's. Ensures, on error: nothing changed, *old_break
 * included. In any case: a new kernel entry.
 */
procbuf_status procbuf_brk(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t app_break,
                           uintptr_t *old_break);

/**
 * System call: moves the application break by increment bytes, which may be any number, INTPTR_MIN included
 * (P-SBRK). An increment of 0 reports the break and asks no hook.
 *
 * Returns: as procbuf_brk for brk + increment; INVAL also when that sum lies outside the address space.
 * Ensures: as procbuf_brk; one new kernel entry.
 */
procbuf_status procbuf_sbrk(procbuf_kernel *kernel, procbuf_pid pid, intptr_t increment,
                            uintptr_t *old_break);

#ifdef __cplusplus
}
#endif

#endif
