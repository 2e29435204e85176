// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Grants: kernel memory inside a process's RAM block, above its kernel break, growing down (P-GRANT). A
 * process can neither read nor allow it. It is given back only by restart, all at once.
 *
 * A (process, driver) pair's grant is made by its first successful allow (A-LAZY) or its first successful
 * procbuf_grant_state (A-STATE), whichever comes first. It holds, in this order,
 *
 *     read-only slots | read-write slots | userspace-readable slots | the driver's state
 *
 * each slot two words (address, length), state_size bytes of state, all zeroed; not rounded up. It starts at
 * a multiple of PROCBUF_GRANT_ALIGNMENT, and so does the state.
 *
 * No grant of a size above 0 is placed at address 0, where C keeps no object: NOMEM (a decision beyond SPEC
 * that concerns only a RAM block starting at 0 with an empty application memory).
 */
#ifndef PROCBUF_GRANT_H
#define PROCBUF_GRANT_H

#include <stddef.h>
#include <stdint.h>

#include "procbuf/kernel.h"
#include "procbuf/process.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Alignment in bytes of a pair's grant. */
#define PROCBUF_GRANT_ALIGNMENT 8u

/**
 * Carves grant memory off below the kernel break. Kernel-side: not a system call, no new kernel entry.
 *
 * size: bytes, any number, 0 included. alignment: bytes, a power of two.
 * Returns, first that applies:
 *   OK
 *   FAIL   the process is not active; pid not live
 *   INVAL  alignment is not a power of two
 *   NOMEM  no room between the end of brk's granule (P-GRANULE) and kbrk for size and alignment; then: the
 *          protection hook refuses
 *
 * Ensures, on OK: *address is the new kbrk = (kbrk - size) rounded down to the alignment, not below brk; the
 * whole of [new kbrk, old kbrk), the padding included, is zeroed, after the hook agreed. The memory is the kernel's until
 * procbuf_process_restart succeeds for this process, which forgets all its grants: nothing else ends it, not even the
 * process's death. Whoever keeps the address past that keeps it with the pid, and asks procbuf_process_info_get whether
 * the pid still names the slot's process.
 * Ensures, on error: nothing changed, *address included.
 */
procbuf_status procbuf_grant_allocate(procbuf_kernel *kernel, procbuf_pid pid, size_t size, size_t alignment,
                                      uintptr_t *address);

/** Size in bytes of the grant of a pair with this driver: slots and state. */
size_t procbuf_grant_size(const procbuf_driver *driver);

/**
 * The driver's own state for one process: state_size bytes, aligned to PROCBUF_GRANT_ALIGNMENT, zeroed when made. It is
 * made by the first call of this or by the pair's first allow, whichever comes first since (re)start (A-STATE).
 * Kernel-side: no kernel entry. State is the place for what a driver has to know of a process, such as its subscriptions
 * or timers.
 *
 * Returns, first that applies:
 *   OK
 *   NODEVICE   no such driver
 *   NOSUCHAPP  pid is not live
 *   INVAL      the driver's state_size is 0
 *   FAIL       the process is not active; only if the pair has no grant yet, as the next
 *   NOMEM      no room for the grant, or the protection hook refuses
 *
 * Ensures, on OK: *state is its address, the same for all of the process's life. It means nothing once the process is
 * dead or was restarted: do not keep it across kernel entries. Ensures, on error: nothing changed, *state included.
 */
procbuf_status procbuf_grant_state(const procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                   void **state);

#ifdef __cplusplus
}
#endif

#endif
