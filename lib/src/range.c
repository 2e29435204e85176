// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

bool procbuf_range_inside(procbuf_range range, uintptr_t start, uintptr_t end) {
  /* address <= end makes the subtraction safe, and the comparison with what is left stands for address +
   * length <= end without the sum (X-WRAP). */
  return start <= range.address && range.address <= end && range.length <= end - range.address;
}

static bool in_ram(const procbuf_process *process, procbuf_range range) {
  return procbuf_range_inside(range, process->info.ram_start, process->info.app_break);
}

static bool in_flash(const procbuf_process *process, procbuf_range range) {
  return procbuf_range_inside(range, process->info.flash_readable, process->info.flash_end);
}

bool procbuf_range_is_shareable(const procbuf_process *process, procbuf_range range, bool readonly) {
  return range.length == 0 || in_ram(process, range) || (readonly && in_flash(process, range));
}

void procbuf_range_mark(procbuf_process *process, procbuf_range range) {
  if (range.length == 0 || !in_ram(process, range)) return;
  uintptr_t end = range.address + range.length; /* in RAM: does not wrap */
  if (end > process->info.high_water_mark) process->info.high_water_mark = end;
}
