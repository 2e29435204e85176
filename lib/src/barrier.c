// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/barrier.h"

#include "internal.h"
#include "procbuf/port.h"

void procbuf_to_user(procbuf_kernel *kernel, procbuf_pid pid) {
  (void)pid;
  procbuf_kernel_new_entry(kernel);
  procbuf_port_barrier();
}

void procbuf_from_user(procbuf_kernel *kernel) {
  (void)kernel;
  procbuf_port_barrier();
}
