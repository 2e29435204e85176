// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

procbuf_status procbuf_process_pid(const procbuf_kernel *kernel, size_t index, procbuf_pid *pid) {
  if (index >= kernel->process_count || kernel->processes[index].generation == 0) return PROCBUF_NOSUCHAPP;
  *pid = (procbuf_pid){(uint32_t)index, kernel->processes[index].generation};
  return PROCBUF_OK;
}

void procbuf_process_each(const procbuf_kernel *kernel, procbuf_process_callback *callback, void *context) {
  for (size_t i = 0; i < kernel->process_count; i++) {
    const procbuf_process *process = &kernel->processes[i];
    if (!procbuf_state_is_alive(process->info.state)) continue;
    callback(context, (procbuf_pid){(uint32_t)i, process->generation});
  }
}
