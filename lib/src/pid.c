// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

procbuf_process *procbuf_process_named(const procbuf_kernel *kernel, procbuf_pid pid) {
  if (pid.generation == 0 || pid.index >= kernel->process_count) return NULL;
  procbuf_process *process = &kernel->processes[pid.index];
  return process->generation == pid.generation ? process : NULL;
}

procbuf_process *procbuf_process_live(const procbuf_kernel *kernel, procbuf_pid pid) {
  procbuf_process *process = procbuf_process_named(kernel, pid);
  return process != NULL && procbuf_state_is_alive(process->info.state) ? process : NULL;
}

procbuf_process *procbuf_process_active(const procbuf_kernel *kernel, procbuf_pid pid) {
  procbuf_process *process = procbuf_process_named(kernel, pid);
  return process != NULL && procbuf_state_is_active(process->info.state) ? process : NULL;
}
