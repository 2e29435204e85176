// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Buffers: handles to an allowed range. A read-only buffer lets the kernel read, a read-write buffer read and
 * write.
 *
 * A handle is a value that is safe to keep and to use at any time: it is live, or it behaves as a dead
 * process's (len 0, ptr null, enter NOSUCHAPP). It is live while
 *   - its pid is live: the process is alive and of that generation (P-GEN, P-DEAD); and
 *   - for a handle of procbuf_..._get: no kernel entry has happened since (B-RETURNED, see kernel.h). After
 *     the next system call, or after a process has run, get it again. Handles of procbuf_..._external have
 *     no such end.
 *
 * Memory behind a live handle is inside the process's memory: the break does not go below it (P-HWM).
 *
 * Any number of handles may overlap, in whole or in part (X-ALIAS).
 *
 * Copying a handle copies the right. A handle made up by other means than the functions and initialisers
 * here is the kernel programmer's mistake.
 */
#ifndef PROCBUF_BUFFER_H
#define PROCBUF_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "procbuf/allow.h"
#include "procbuf/capability.h"
#include "procbuf/kernel.h"
#include "procbuf/process.h"
#include "procbuf/slice.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What both types of handle hold. Private to the library. */
typedef struct procbuf_handle {
  procbuf_kernel *kernel; /* null: the default handle */
  procbuf_pid pid;
  uint64_t entry; /* the kernel entry it was got in, 0: tied to none */
  procbuf_range range;
  uintptr_t slot; /* address of the slot that it was got from, 0: of none */
} procbuf_handle;

/** A read-only buffer. Nothing reachable from it writes (B-RO). */
typedef struct procbuf_readonly_buffer {
  procbuf_handle procbuf_private;
} procbuf_readonly_buffer;

/** A read-write buffer. */
typedef struct procbuf_readwrite_buffer {
  procbuf_handle procbuf_private;
} procbuf_readwrite_buffer;

/** The default buffers (B-DEFAULT), constant initialisers: of no process, not live, all zero. */
// clang-format off
#ifdef __cplusplus
#define PROCBUF_READONLY_BUFFER_DEFAULT {}
#define PROCBUF_READWRITE_BUFFER_DEFAULT {}
#else
#define PROCBUF_READONLY_BUFFER_DEFAULT {.procbuf_private = {.kernel = NULL}}
#define PROCBUF_READWRITE_BUFFER_DEFAULT {.procbuf_private = {.kernel = NULL}}
#endif
// clang-format on

/**
 * Gets the buffer of the read-only slot (pid, driver_number, allow_number) (B-GET). Not a system call: no
 * kernel entry.
 *
 * Returns, first that applies:
 *   OK
 *   NODEVICE   no such driver
 *   NOSUCHAPP  pid is not live
 *   INVAL      allow_number is not below the driver's count of this kind
 *
 * Ensures, on OK: *buffer reaches the range in the slot, until the next kernel entry; for a slot never used,
 * or whose pair has no slots yet, a range of length 0. Ensures, on error: nothing changed, *buffer included.
 */
procbuf_status procbuf_readonly_get(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                    uintptr_t allow_number, procbuf_readonly_buffer *buffer);

/** As procbuf_readonly_get, of a read-write slot. */
procbuf_status procbuf_readwrite_get(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                     uintptr_t allow_number, procbuf_readwrite_buffer *buffer);

/** As procbuf_readonly_get, of a userspace-readable slot; the kernel may write it too. */
procbuf_status procbuf_userspace_readable_get(procbuf_kernel *kernel, procbuf_pid pid,
                                              uintptr_t driver_number, uintptr_t allow_number,
                                              procbuf_readwrite_buffer *buffer);

/**
 * Makes a read-only buffer of a raw range, without an allow (B-EXTERNAL). Kernel-side: no kernel entry. The
 * range is judged in every build, not in checked ones alone (a decision beyond SPEC).
 *
 * capability: see capability.h; may be null. range: any.
 * Returns, first that applies:
 *   OK
 *   INVAL      capability is null or was not made by start-up code
 *   NOSUCHAPP  pid is not live
 *   INVAL      range is neither empty nor inside the process's RAM below brk (P-OWN) or its readable flash
 *              (P-FLASH)
 *
 * Ensures, on OK: *buffer reaches the range for as long as pid is live, over any number of kernel entries.
 * hwm is at least the end of a non-empty range in RAM, as after an allow, so that the break cannot go below
 * it. Ensures, on error: nothing changed, *buffer included.
 */
procbuf_status procbuf_readonly_external(const procbuf_external_process_capability *capability,
                                         procbuf_kernel *kernel, procbuf_pid pid, procbuf_range range,
                                         procbuf_readonly_buffer *buffer);

/** As procbuf_readonly_external for a read-write buffer: the range is empty or in RAM (P-OWN); flash is
 * INVAL. */
procbuf_status procbuf_readwrite_external(const procbuf_external_process_capability *capability,
                                          procbuf_kernel *kernel, procbuf_pid pid, procbuf_range range,
                                          procbuf_readwrite_buffer *buffer);

/** The allowed length in bytes while the buffer is live, else 0 (B-LEN). */
size_t procbuf_readonly_len(const procbuf_readonly_buffer *buffer);
size_t procbuf_readwrite_len(const procbuf_readwrite_buffer *buffer);

/**
 * The address of the first byte; 0 (null) whenever len is 0, so a zero-length allow leaks no dummy address
 * (B-PTR). Good for telling ranges apart. The bytes are reached through enter; a bus master is given what a pin
 * says (pin.h), never this: nothing keeps the memory behind it the process's.
 */
uintptr_t procbuf_readonly_ptr(const procbuf_readonly_buffer *buffer);
uintptr_t procbuf_readwrite_ptr(const procbuf_readwrite_buffer *buffer);

/**
 * Consumes a buffer (B-CONSUME).
 * Returns the raw address and length that the handle held, live or not, empty or not; (0, 0) from a default
 * handle. Ensures: *buffer is the default buffer.
 */
procbuf_range procbuf_readonly_consume(procbuf_readonly_buffer *buffer);
procbuf_range procbuf_readwrite_consume(procbuf_readwrite_buffer *buffer);

/** What enter runs: context is the caller's, slice the buffer's bytes. Its result is the result of enter. */
typedef procbuf_status procbuf_readable_callback(void *context, procbuf_readable slice);
typedef procbuf_status procbuf_writeable_callback(void *context, procbuf_writeable slice);

/**
 * Runs the callback on the bytes of a live buffer (B-ENTER).
 *
 * Returns:
 *   NOSUCHAPP              the buffer is not live; the callback was not run
 *   the callback's result  else: it was run once, with a slice of len bytes, which is empty for a buffer of
 *                          length 0
 *
 * Requires of the callback: it returns (who leaves it by longjmp calls procbuf_enters_abandon next), and keeps no slice or iterator beyond its
 * return (X-EPOCH: caught in checked builds). It may enter this and other buffers again, and may do anything
 * else with the kernel. It may terminate or fault the process: the slice stays good to the end of the callback
 * all the same, because to restart the process is BUSY until then, in every build (P-DEAD).
 */
procbuf_status procbuf_readonly_enter(const procbuf_readonly_buffer *buffer,
                                      procbuf_readable_callback *callback, void *context);

/** As procbuf_readonly_enter: a readable view of a read-write buffer. */
procbuf_status procbuf_readwrite_enter(const procbuf_readwrite_buffer *buffer,
                                       procbuf_readable_callback *callback, void *context);

/** As procbuf_readonly_enter: a writeable view of a read-write buffer. */
procbuf_status procbuf_readwrite_mut_enter(const procbuf_readwrite_buffer *buffer,
                                           procbuf_writeable_callback *callback, void *context);

/**
 * Ends all enters that are open, of all processes, as if their callbacks had returned (B-ABANDON): for a kernel, or a
 * test, that has left callbacks by longjmp, for instance out of procbuf_panic. It must then be the next call on this
 * kernel object, since the library's list of open enters leads into a stack that is gone.
 *
 * Requires: none of their callbacks returns any more.
 * Ensures: their slices are stale (X-EPOCH); no process is held up by an enter (P-DEAD). Pins stay.
 */
void procbuf_enters_abandon(procbuf_kernel *kernel);

#ifdef __cplusplus
}
#endif

#endif
