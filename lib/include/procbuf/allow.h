// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The allow system calls: a process shares a range of its memory with a driver, or takes it back.
 *
 * A range [address, address + length) is judged as follows (A-KINDS):
 *   - length 0 is good at any address, null and UINTPTR_MAX included, and revokes what the slot held
 *     (X-ZERO, A-UNALLOW);
 *   - inside RAM: ms <= address, no wrap, address + length <= brk (P-OWN), for all kinds;
 *   - inside flash: fnp <= address, no wrap, address + length <= fe (P-FLASH), for the read-only kind alone;
 *   - all else is bad: another process's memory, grant memory, the hole above brk, a range across RAM and
 *     flash (A-OTHER).
 *
 * Overlap with any other allowed range, of any kind or driver, is no error (A-OVERLAP).
 */
#ifndef PROCBUF_ALLOW_H
#define PROCBUF_ALLOW_H

#include <stddef.h>
#include <stdint.h>

#include "procbuf/kernel.h"
#include "procbuf/process.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The kind of a slot. Slot numbers of the kinds are independent. */
typedef enum procbuf_kind {
  PROCBUF_READONLY,  /* the kernel reads; RAM or flash */
  PROCBUF_READWRITE, /* the kernel reads and writes; the process promises not to touch it meanwhile; RAM */
  PROCBUF_USERSPACE_READABLE /* as read-write, and the process may read it at any time; RAM */
} procbuf_kind;

/** An address and a length in bytes, as a process passed them: nothing is promised about either. */
typedef struct procbuf_range {
  uintptr_t address;
  size_t length;
} procbuf_range;

/**
 * System call: puts the range passed into the slot (pid, driver_number, kind, allow_number), and hands back
 * what the slot held before (A-SWAP). The first successful allow of a (process, driver) pair makes the pair's
 * slots, in the process's grant region (A-LAZY, see grant.h).
 *
 * driver_number, allow_number, passed: any numbers, compared whole.
 * Returns, first that applies (A-ORDER):
 *   OK
 *   INVAL      kind is none of the three: a mistake of the caller, not of userspace
 *   NODEVICE   no such driver
 *   FAIL       the process is not active; pid not live
 *   INVAL      the range is not the process's to share for this kind
 *   NOSUPPORT  allow_number is not below the driver's count of this kind
 *   BUSY       the range in the slot is pinned (B-PIN, pin.h)
 *   NOMEM      no room for the slots, or the protection hook refuses it; first allow of a pair only
 *
 * Ensures, on OK: *range is exactly what the slot held: address and length as once passed, (0, 0) if never
 * used. If the range passed is non-empty and in RAM, hwm is at least its end (P-HWM). Ensures, on error:
 * *range is the range passed (A-FAIL); nothing else changed. In any case: a new kernel entry, so that every
 * handle got before has ended (B-RETURNED). *range is written once, at the end.
 */
procbuf_status procbuf_allow(procbuf_kernel *kernel, procbuf_pid pid, procbuf_kind kind,
                             uintptr_t driver_number, uintptr_t allow_number, procbuf_range passed,
                             procbuf_range *range);

#ifdef __cplusplus
}
#endif

#endif
