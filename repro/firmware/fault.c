// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "print.h"
#include "start.h"
#include "system.h"

static void output_hex(uintptr_t number) {
  output_text("0x");
  for (unsigned shift = 8 * sizeof number; shift > 0; shift -= 4)
    output.write(output.context, &"0123456789abcdef"[number >> (shift - 4) & 0xfu], 1);
}

_Noreturn void system_fault(const char *what, uintptr_t where, uintptr_t address) {
  output_text("\nfault: ");
  output_text(what);
  output_text(" at ");
  output_hex(where);
  output_text(", address ");
  output_hex(address);
  output_text("\n");
  output_flush();
  system_exit(STATUS_FAULT);
}
