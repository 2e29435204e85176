// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/grant.h"

#include "internal.h"
#include "procbuf/access.h"

procbuf_status procbuf_grant_carve(const procbuf_kernel *kernel, procbuf_process *process, size_t size,
                                   size_t alignment, uintptr_t *address) {
  procbuf_process_info *info = &process->info;
  uintptr_t old = info->kernel_break;
  if (size > old - info->app_break) return PROCBUF_NOMEM;
  uintptr_t base = (old - size) & ~(uintptr_t)(alignment - 1);
  if (base == 0 && size > 0)
    return PROCBUF_NOMEM; /* C keeps no object there, and 0 marks a pair without a grant */
  uintptr_t end;
  info->kernel_break = base;
  if (!procbuf_kernel_admits(kernel, process, &end)) {
    info->kernel_break = old;
    return PROCBUF_NOMEM;
  }
  if (base < old) procbuf_access_zero(base, old - base);
  *address = base;
  return PROCBUF_OK;
}

procbuf_status procbuf_grant_allocate(procbuf_kernel *kernel, procbuf_pid pid, size_t size, size_t alignment,
                                      uintptr_t *address) {
  procbuf_process *process = procbuf_process_active(kernel, pid);
  if (process == NULL) return PROCBUF_FAIL;
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) return PROCBUF_INVAL;
  return procbuf_grant_carve(kernel, process, size, alignment, address);
}

size_t procbuf_grant_size(const procbuf_driver *driver) {
  return procbuf_slots_size(driver) + driver->state_size;
}

procbuf_status procbuf_grant_state(const procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                   void **state) {
  const procbuf_driver *driver = procbuf_kernel_driver(kernel, driver_number);
  if (driver == NULL) return PROCBUF_NODEVICE;
  procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (driver->state_size == 0) return PROCBUF_INVAL;
  const uintptr_t *base = procbuf_kernel_pair(kernel, process, driver);
  if (*base == 0 && !procbuf_state_is_active(process->info.state)) return PROCBUF_FAIL;
  if (procbuf_slots_make(kernel, process, driver) != PROCBUF_OK) return PROCBUF_NOMEM;
  *state = (void *)(*base + procbuf_slots_size(driver));
  return PROCBUF_OK;
}
