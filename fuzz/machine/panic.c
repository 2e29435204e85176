// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The asserting hook of the machine's kernel: the step in progress ends with PANIC. Only ops that call no
// callback run under it, so that a jump never leaves an enter half done.
#include "machine/internal.h"

static void **escape;
static uintptr_t deepest; // where the stack had come to when the hook was called

_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  (void)reason;
  if (!escape) __builtin_trap();
  deepest = (uintptr_t)__builtin_frame_address(0);
  __builtin_longjmp(escape, 1);
}

void machine_guarded(machine_op *op, struct machine *machine, const struct step *step,
                     struct outcome *outcome) {
  void *here[5];
  if (__builtin_setjmp(here)) {
    memory_abandon(deepest, (uintptr_t)here - deepest);
    outcome_set(outcome, WORD_PANIC);
  } else {
    escape = here;
    op(machine, step, outcome);
  }
  escape = 0;
}
