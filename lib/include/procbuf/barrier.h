// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The two switches between kernel and userspace (X-BARRIER). The kernel calls procbuf_to_user as the last
 * thing before a process runs and procbuf_from_user as the first thing after it ran.
 *
 * The barrier orders compiler and hardware. It is per architecture, in procbuf/port.h of the port on the
 * include path:
 *
 *   port/host     sequentially consistent fence
 *   port/armv6m, port/armv7m, port/armv8m   dmb sy
 *   port/riscv    fence iorw, iorw
 *
 * A port of one's own defines `static inline void procbuf_port_barrier(void)`: no load or store of memory
 * moves across it, as seen by the process and by bus masters that see memory as the core does; nor does an access
 * of a device register that starts one.
 *
 * No barrier cleans a cache. On a core with a data cache (Cortex-M7, M55) memory that a bus master shares needs cache
 * maintenance besides: the platform's functions pin and unpin (kernel.h) are the place.
 */
#ifndef PROCBUF_BARRIER_H
#define PROCBUF_BARRIER_H

#include "procbuf/kernel.h"
#include "procbuf/process.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The process pid is about to run.
 * Ensures: every write made through slices is visible to userspace; a new kernel entry, so every handle got
 * before, of any process, has ended (B-RETURNED). pid names who runs and is not judged: the entry is the
 * kernel's, and it counts for a pid that is not live as well.
 */
void procbuf_to_user(procbuf_kernel *kernel, procbuf_pid pid);

/** A process has run. Ensures: every write that userspace made is visible to the kernel. No kernel entry. */
void procbuf_from_user(procbuf_kernel *kernel);

#ifdef __cplusplus
}
#endif

#endif
