// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The kernel object: the tables of processes, drivers and grants that every other call works on.
 *
 * The library has no global state and allocates nothing (X-FREESTANDING): the caller hands in all storage,
 * once, and keeps it for as long as the kernel object is used. Several kernel objects may exist side by side.
 *
 * The library is for one thread of kernel execution: calls on one kernel object do not run concurrently, and
 * interrupt handlers do not call in while a call is running.
 *
 * Kernel entries: a 64-bit counter in the kernel object counts how often userspace may have run. Each
 * system call (procbuf_allow, procbuf_syscall_allow, procbuf_brk, procbuf_sbrk), also one that fails, and
 * each procbuf_to_user is a new entry. Handles that a driver got before no longer reach anything
 * (B-RETURNED).
 */
#ifndef PROCBUF_KERNEL_H
#define PROCBUF_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/config.h"
#include "procbuf/status.h"

/** One driver. The slot numbers of each kind run from 0 to its count - 1, independently of the other kinds.
 */
typedef struct procbuf_driver {
  uintptr_t number;                  /* as userspace passes it; compared whole, never truncated (X-WRAP) */
  uint16_t readonly_count;           /* read-only slots */
  uint16_t readwrite_count;          /* read-write slots */
  uint16_t userspace_readable_count; /* userspace-readable slots */
  uint16_t state_size; /* bytes of the driver's own per-process state, see procbuf_grant_state */
} procbuf_driver;

/** What the library asks of the platform. All of it may be zero. */
typedef struct procbuf_platform {
  void *context; /* passed to the functions below as it is */
  /**
   * Asked when an application break or kernel break is about to be set, after all other checks and before
   * anything changes; the place to program the memory protection unit. process_index: the pid's index.
   * app_break, kernel_break: the new pair, app_break <= kernel_break. Returns false to refuse; the call then
   * returns NOMEM and changes nothing. Asked too when the new value equals the old one, except by
   * procbuf_sbrk(0). Not asked by procbuf_process_create and _restart. It must not call the library. Null:
   * everything is accepted.
   */
  bool (*protect)(void *context, size_t process_index, uintptr_t app_break, uintptr_t kernel_break);
} procbuf_platform;

typedef struct procbuf_process procbuf_process; /* storage for one process; complete in process.h */

/** Storage for the kernel object, supplied by the caller. All fields are private to the library. */
typedef struct procbuf_kernel {
  procbuf_process *processes;
  size_t process_count;
  const procbuf_driver *drivers;
  size_t driver_count;
  uintptr_t *grants;
  procbuf_platform platform;
  uint64_t entry; /* starts at 1: 0 marks handles that are tied to no entry */
  uint32_t first_generation;
#if PROCBUF_CHECKED
  const struct procbuf_frame *frames; /* innermost open enter */
  uint64_t last_frame;                /* number of the latest enter ever opened */
#endif
} procbuf_kernel;

/** The storage and the fixed tables of one kernel object. */
typedef struct procbuf_config {
  procbuf_process *processes;    /* process_count objects; contents before do not matter */
  size_t process_count;          /* 1 to 2^32-1 */
  const procbuf_driver *drivers; /* driver_count objects, not copied: they stay as they are */
  size_t driver_count;           /* 0 or more */
  /* process_count * driver_count entries, contents before do not matter; then, process by process, the base
   * address of each pair's grant, 0 = none yet. Private to the library. */
  uintptr_t *grants;
  /* The generation of each slot's first process; 0 means 1. Products use 0; a test starts near UINT32_MAX to
   * reach the end of the generations (P-GEN). */
  uint32_t first_generation;
  procbuf_platform platform; /* copied */
} procbuf_config;

/**
 * Makes a kernel object with no process in it.
 *
 * Returns:
 *   OK
 *   INVAL  process_count is 0 or above 2^32-1; a null array with a non-zero count; the product
 *          process_count * driver_count overflows; two drivers have the same number
 *
 * The slots and state of a driver always fit a size_t, because its counts have 16 bits.
 *
 * Ensures, on OK: every process slot is free, no pair has a grant, the kernel entry is 1.
 * Ensures, on INVAL: *kernel and the arrays are unchanged.
 *
 * The name is a macro, see config.h: the linker refuses a caller of the other shape.
 */
procbuf_status procbuf_kernel_init(procbuf_kernel *kernel, const procbuf_config *config);

#endif
