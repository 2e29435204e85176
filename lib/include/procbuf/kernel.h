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

#ifdef __cplusplus
extern "C" {
#endif

/** One driver. The slot numbers of each kind run from 0 to its count - 1, independently of the other kinds.
 */
typedef struct procbuf_driver {
  uintptr_t number;                  /* as userspace passes it; compared whole, never truncated (X-WRAP) */
  uint16_t readonly_count;           /* read-only slots */
  uint16_t readwrite_count;          /* read-write slots */
  uint16_t userspace_readable_count; /* userspace-readable slots */
  uint16_t
      state_size; /* bytes of the driver's own per-process state, see procbuf_grant_state; also without slots */
} procbuf_driver;

struct procbuf_process_info; /* process.h */

/** What a bus master does with a pinned range. */
typedef enum procbuf_direction {
  PROCBUF_TO_DEVICE,  /* it reads */
  PROCBUF_FROM_DEVICE /* it writes */
} procbuf_direction;

/** What the library asks of the platform. All of it may be zero. */
typedef struct procbuf_platform {
  void *context; /* passed to the functions below as it is */
  /**
   * Hears of all that changes what a process may touch (P-HOOK): the place to program the memory protection
   * unit, or to note what it has to be given before the process runs next.
   *
   * Asked before the first life of a process, before each further one, and before a break moves: by
   * procbuf_process_create and _restart, procbuf_brk and _sbrk, procbuf_grant_allocate, and an allow that
   * makes slots; after all other checks and before anything changes, also when the new value equals the old
   * one (not by procbuf_sbrk(0)). Returns false to refuse: the call then returns NOMEM and changes nothing.
   * Told too when a process has died; what it returns then means nothing.
   *
   * process_index: the pid's index. next: the process as it will be, or for a dead one is. If next->state is
   * PROCBUF_FAULTED or PROCBUF_TERMINATED, the process may touch nothing any more. In any other state it may
   * read and write [ram_start, app_break) and read [flash_readable, flash_end); all else in [ram_start,
   * ram_end) is not its own. It must not call the library, and next holds only until it returns. Null:
   * everything is accepted.
   */
  bool (*protect)(void *context, size_t process_index, const struct procbuf_process_info *next);
  /**
   * The granule of the memory protection unit: bytes, a power of two; 0 or 1: it protects single bytes. What a
   * process may touch then ends at the end of the granule that its break lies in. The library keeps grant memory out
   * of that granule and zeroes it to its end, so that the hook can round the break up and needs no care of its own
   * (P-GRANULE). That ram_start and the bounds of flash suit the unit is the caller's business.
   */
  size_t granule;
  /**
   * The same for a unit whose granule is not one number (PMSAv7, whose regions and subregions depend on address and
   * size): where the memory ends that the unit will open for next->app_break, which is not below it. The same
   * arguments give the same result. Below next->app_break, and above next->kernel_break: it can't be done, and the
   * call that asked is NOMEM. It must not call the library. Null: granule says it.
   */
  uintptr_t (*granule_end)(void *context, size_t process_index, const struct procbuf_process_info *next);
  /**
   * Cache maintenance (B-PIN, pin.h): pin is called when a range of at least one byte was pinned, unpin when it is
   * about to be given free. For a device that reads: clean the range at pin. For one that writes: clean and
   * invalidate at pin, invalidate at unpin. They must not call the library. Null: there is no cache.
   */
  void (*pin)(void *context, procbuf_direction direction, uintptr_t address, size_t length);
  void (*unpin)(void *context, procbuf_direction direction, uintptr_t address, size_t length);
} procbuf_platform;

typedef struct procbuf_process procbuf_process; /* storage for one process; complete in process.h */

/** Storage for one pin, supplied by the caller. All fields are private to the library. */
typedef struct procbuf_pin_record {
  uint64_t number; /* 0: free */
  uintptr_t slot;  /* address of the slot whose range it is, 0: none's */
} procbuf_pin_record;

/** Storage for the kernel object, supplied by the caller. All fields are private to the library. */
typedef struct procbuf_kernel {
  procbuf_process *processes;
  size_t process_count;
  const procbuf_driver *drivers;
  size_t driver_count;
  uintptr_t *grants;
  procbuf_pin_record *pins;
  size_t pins_per_process;
  procbuf_platform platform;
  uint64_t entry;    /* starts at 1: 0 marks handles that are tied to no entry */
  uint64_t last_pin; /* number of the latest pin ever made */
  uint32_t first_generation;
#if PROCBUF_CHECKED
  struct procbuf_frame *frames; /* the enter that was opened last, of those that are open */
  uint64_t last_frame;          /* number of the latest enter ever opened */
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
  /* process_count * pins_per_process records, contents before do not matter: how many ranges of a process can be
   * pinned at a time (B-PIN). 0: none, and pins may be null. */
  procbuf_pin_record *pins;
  size_t pins_per_process;
  procbuf_platform platform; /* copied */
} procbuf_config;

/**
 * Makes a kernel object with no process in it.
 *
 * Returns:
 *   OK
 *   INVAL  process_count is 0 or above 2^32-1; a null array with a non-zero count; the product
 *          process_count * driver_count or process_count * pins_per_process overflows; two drivers have the
 *          same number; the platform's granule is not a power of two
 *
 * The slots and state of a driver always fit a size_t, because its counts have 16 bits.
 *
 * Ensures, on OK: every process slot is free, no pair has a grant, the kernel entry is 1.
 * Ensures, on INVAL: *kernel and the arrays are unchanged.
 *
 * The name is a macro, see config.h: the linker refuses a caller of the other shape.
 */
procbuf_status procbuf_kernel_init(procbuf_kernel *kernel, const procbuf_config *config);

#ifdef __cplusplus
}
#endif

#endif
