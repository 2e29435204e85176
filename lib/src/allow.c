// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/allow.h"

#include "internal.h"

static bool kind_is_known(procbuf_kind kind) {
  return kind == PROCBUF_READONLY || kind == PROCBUF_READWRITE || kind == PROCBUF_USERSPACE_READABLE;
}

/* All checks come before all changes (X-NOCHANGE); making the slots, which may fail, is the first change
 * (A-ORDER). */
static procbuf_status swap(const procbuf_kernel *kernel, procbuf_pid pid, procbuf_kind kind,
                           uintptr_t driver_number, uintptr_t allow_number, procbuf_range *range) {
  if (!kind_is_known(kind)) return PROCBUF_INVAL;
  const procbuf_driver *driver = procbuf_kernel_driver(kernel, driver_number);
  if (driver == NULL) return PROCBUF_NODEVICE;
  procbuf_process *process = procbuf_process_active(kernel, pid);
  if (process == NULL) return PROCBUF_FAIL;
  if (!procbuf_range_is_shareable(process, *range, kind == PROCBUF_READONLY)) return PROCBUF_INVAL;
  if (allow_number >= procbuf_slots_count(driver, kind)) return PROCBUF_NOSUPPORT;
  if (process->pinned > 0 &&
      procbuf_pin_holds(kernel, process, procbuf_slots_find(kernel, process, driver, kind, allow_number)))
    return PROCBUF_BUSY;
  if (procbuf_slots_make(kernel, process, driver) != PROCBUF_OK) return PROCBUF_NOMEM;
  procbuf_range_mark(process, *range);
  *range = procbuf_slots_swap(procbuf_slots_find(kernel, process, driver, kind, allow_number), *range);
  return PROCBUF_OK;
}

procbuf_status procbuf_allow(procbuf_kernel *kernel, procbuf_pid pid, procbuf_kind kind,
                             uintptr_t driver_number, uintptr_t allow_number, procbuf_range passed,
                             procbuf_range *range) {
  procbuf_kernel_new_entry(kernel);
  procbuf_status status = swap(kernel, pid, kind, driver_number, allow_number, &passed);
  *range = passed; /* as passed on failure, the old range on success */
  return status;
}
