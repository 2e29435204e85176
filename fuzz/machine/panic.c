// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The asserting hook of the machine's kernel: the step in progress ends with PANIC. Only ops that call no
// callback run under it, so that a jump never leaves an enter half done.
#include "machine/internal.h"

// What setjmp and longjmp do. Compilers have them built in, but Clang does not for RISC-V.
#if defined(__riscv)
#define JUMP_WORDS 14 // ra, sp, s0 to s11
int machine_mark(void **here) __attribute__((returns_twice));
_Noreturn void machine_jump(void **here);
#else
#define JUMP_WORDS 5
#define machine_mark(here) __builtin_setjmp(here)
#define machine_jump(here) __builtin_longjmp(here, 1)
#endif

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
  void *here[JUMP_WORDS];
  if (machine_mark(here)) {
    memory_abandon(deepest, (uintptr_t)__builtin_frame_address(0) - deepest);
    outcome_set(outcome, WORD_PANIC);
  } else {
    escape = here;
    op(machine, step, outcome);
  }
  escape = 0;
}
