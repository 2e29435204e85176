// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/panic.h"

__attribute__((weak)) _Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  (void)reason;
  __builtin_trap();
}
