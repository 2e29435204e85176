// SPDX-License-Identifier: Apache-2.0 OR MIT
/* The library's own, weak hook, under another name, because the fixture's takes its place; slice_test and
 * epoch_test see the hook called. */
#include "fixture.h"

#include <signal.h>

_Noreturn void default_panic(procbuf_panic_reason reason);

#define procbuf_panic default_panic
#include "../src/panic.c"
#undef procbuf_panic

static jmp_buf after_the_trap;

static void caught(int number) {
  (void)number;
  longjmp(after_the_trap, 1);
}

static void the_default_hook_traps(void **state) {
  (void)state;
  signal(SIGILL, caught);
  signal(SIGTRAP, caught);
  if (setjmp(after_the_trap) != 0) return;
  default_panic(PROCBUF_PANIC_SIZE);
}

static void a_product_replaces_the_hook(void **state) {
  (void)state;
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_SIZE, procbuf_panic(PROCBUF_PANIC_SIZE));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_STALE_SLICE, procbuf_panic(PROCBUF_PANIC_STALE_SLICE));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_default_hook_traps),
      cmocka_unit_test(a_product_replaces_the_hook),
  };
  return FIXTURE_RUN(tests);
}
