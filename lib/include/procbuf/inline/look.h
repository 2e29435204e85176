// SPDX-License-Identifier: Apache-2.0 OR MIT
/** The looks at pids and handles, which each call begins with. */
#ifndef PROCBUF_INLINE_LOOK_H
#define PROCBUF_INLINE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/buffer.h"
#include "procbuf/kernel.h"
#include "procbuf/process.h"

/* Inline where the compiler goes for speed; where it goes for size there is one of each, in pid.c. */
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

/* pid: the handle's process while the handle is live, or null (B-RETURNED, P-DEAD). */
PROCBUF_LOOK procbuf_process *procbuf_handle_process(const procbuf_handle *handle) {
  if (handle->kernel == NULL) return NULL;
  if (handle->entry != 0 && handle->entry != handle->kernel->entry) return NULL;
  return procbuf_process_live(handle->kernel, handle->pid);
}

#endif
