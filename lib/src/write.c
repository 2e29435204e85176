// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/access.h"

procbuf_status procbuf_process_write(const procbuf_kernel *kernel, procbuf_pid pid, uintptr_t address,
                                     const void *bytes, size_t n) {
  const procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (!procbuf_range_is_shareable(process, (procbuf_range){address, n}, false)) return PROCBUF_INVAL;
  if (n > 0) procbuf_access_write(address, bytes, n);
  return PROCBUF_OK;
}
