// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The asserting hook of the machine's kernel: the step in progress ends with PANIC. Only ops that call no
// callback run under it, so that a jump never leaves an enter half done.
#include "machine/internal.h"
#include "machine/jump.h"

static void **escape;
static uintptr_t deepest; // where the stack had come to when the hook was called

_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  (void)reason;
  if (!escape) __builtin_trap();
  deepest = (uintptr_t)__builtin_frame_address(0);
  machine_jump(escape);
}

void machine_guarded(machine_op *op, struct machine *machine, const struct step *step,
                     struct outcome *outcome) {
  void *here[MACHINE_JUMP_WORDS];
  if (machine_mark(here)) {
    memory_abandon(deepest, (uintptr_t)__builtin_frame_address(0) - deepest);
    outcome_set(outcome, WORD_PANIC);
  } else {
    escape = here;
    op(machine, step, outcome);
  }
  escape = 0;
}
