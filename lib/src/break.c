// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/access.h"
#include "procbuf/process.h"

static procbuf_status set_break(const procbuf_kernel *kernel, procbuf_process *process, uintptr_t app_break,
                                uintptr_t *old_break) {
  procbuf_process_info *info = &process->info;
  uintptr_t old = info->app_break;
  if (app_break < info->high_water_mark || app_break > info->ram_end) return PROCBUF_INVAL;
  uintptr_t end;
  info->app_break = app_break;
  if (!procbuf_kernel_admits(kernel, process, &end)) {
    info->app_break = old;
    return PROCBUF_NOMEM;
  }
  if (app_break > old) procbuf_access_zero(old, end - old);
  *old_break = old;
  return PROCBUF_OK;
}

procbuf_status procbuf_brk(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t app_break,
                           uintptr_t *old_break) {
  procbuf_kernel_new_entry(kernel);
  procbuf_process *process = procbuf_process_active(kernel, pid);
  if (process == NULL) return PROCBUF_FAIL;
  return set_break(kernel, process, app_break, old_break);
}

/* base + increment, if it is an address. */
static bool move_address(uintptr_t base, intptr_t increment, uintptr_t *moved) {
  uintptr_t up = (uintptr_t)increment;
  uintptr_t down = 0 - up; /* the magnitude of a negative increment, INTPTR_MIN included */
  if (increment >= 0 ? up > UINTPTR_MAX - base : down > base) return false;
  *moved = increment >= 0 ? base + up : base - down;
  return true;
}

procbuf_status procbuf_sbrk(procbuf_kernel *kernel, procbuf_pid pid, intptr_t increment,
                            uintptr_t *old_break) {
  procbuf_kernel_new_entry(kernel);
  procbuf_process *process = procbuf_process_active(kernel, pid);
  if (process == NULL) return PROCBUF_FAIL;
  if (increment == 0) {
    *old_break = process->info.app_break;
    return PROCBUF_OK;
  }
  uintptr_t app_break;
  if (!move_address(process->info.app_break, increment, &app_break)) return PROCBUF_INVAL;
  return set_break(kernel, process, app_break, old_break);
}
