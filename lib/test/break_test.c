// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static uintptr_t assert_brk(procbuf_status expected, uintptr_t app_break) {
  uintptr_t old = 99;
  uint64_t entry = fx.kernel.entry;
  fixture_snapshot();
  assert_int_equal(procbuf_brk(&fx.kernel, fx.pid, app_break, &old), expected);
  assert_true(fx.kernel.entry == entry + 1);
  if (expected != PROCBUF_OK) {
    fixture_assert_unchanged();
    assert_int_equal(old, 99);
  } else {
    assert_int_equal(fixture_info().app_break, app_break);
  }
  fixture_assert_order();
  return old;
}

static uintptr_t assert_sbrk(procbuf_status expected, intptr_t increment) {
  uintptr_t old = 99;
  uint64_t entry = fx.kernel.entry;
  fixture_snapshot();
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, increment, &old), expected);
  assert_true(fx.kernel.entry == entry + 1);
  if (expected != PROCBUF_OK) {
    fixture_assert_unchanged();
    assert_int_equal(old, 99);
  }
  fixture_assert_order();
  return old;
}

static void P_BRK_moves_and_returns_the_old_break(void **state) {
  (void)state;
  assert_int_equal(assert_brk(PROCBUF_OK, fx.ms + 100), fx.ms + INITIAL_BREAK);
  assert_int_equal(assert_brk(PROCBUF_OK, fx.ms), fx.ms + 100);
  assert_int_equal(assert_brk(PROCBUF_OK, fx.me), fx.ms);
  assert_int_equal(assert_brk(PROCBUF_OK, fx.me), fx.me);
}

static void P_BRK_bounds(void **state) {
  (void)state;
  assert_brk(PROCBUF_INVAL, fx.ms - 1);
  assert_brk(PROCBUF_INVAL, fx.me + 1);
  assert_brk(PROCBUF_INVAL, 0);
  assert_brk(PROCBUF_INVAL, UINTPTR_MAX);
}

static void P_BRK_not_below_the_mark(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms + 40, 60);
  assert_brk(PROCBUF_INVAL, fx.ms + 99);
  assert_brk(PROCBUF_OK, fx.ms + 100);
  assert_brk(PROCBUF_OK, fx.ms + 101);
}

static void P_BRK_not_above_the_kernel_break(void **state) {
  (void)state;
  uintptr_t kernel_break;
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 16, 1, &kernel_break), PROCBUF_OK);
  assert_brk(PROCBUF_OK, kernel_break - 1);
  assert_brk(PROCBUF_OK, kernel_break);
  assert_brk(PROCBUF_NOMEM, kernel_break + 1);
  assert_brk(PROCBUF_NOMEM, fx.me);
  assert_brk(PROCBUF_INVAL, fx.me + 1);
}

static void P_BRK_zeroes_growth_after_the_hook(void **state) {
  (void)state;
  assert_brk(PROCBUF_OK, fx.ms + 100);
  memset(fx.ram[0] + 100, 0x33, 200);
  fx_hook.watched = &fx.ram[0][100];
  assert_brk(PROCBUF_OK, fx.ms + 200);
  assert_int_equal(fx_hook.byte_seen, 0x33);
  for (size_t i = 100; i < 200; i++)
    assert_int_equal(fx.ram[0][i], 0);
  assert_int_equal(fx.ram[0][200], 0x33);
}

static void P_BRK_shrinking_touches_no_byte(void **state) {
  (void)state;
  memset(fx.ram[0], 0x44, INITIAL_BREAK);
  assert_brk(PROCBUF_OK, fx.ms + 10);
  for (size_t i = 0; i < INITIAL_BREAK; i++)
    assert_int_equal(fx.ram[0][i], 0x44);
}

static void P_BRK_the_hook_is_asked_last_and_may_refuse(void **state) {
  (void)state;
  fx_hook.refuse = true;
  assert_brk(PROCBUF_INVAL, fx.ms - 1);
  assert_int_equal(fx_hook.asked, 0);
  assert_brk(PROCBUF_NOMEM, fx.ms + 600);
  assert_int_equal(fx_hook.asked, 1);
  assert_int_equal(fx_hook.process_index, 0);
  assert_int_equal(fx_hook.next.app_break, fx.ms + 600);
  assert_int_equal(fx_hook.next.kernel_break, fx.me);
}

static void P_GRANULE_keeps_the_breaks_apart(void **state) {
  (void)state;
  uintptr_t address;
  fx.kernel.platform.granule = 16;
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 24, 1, &address), PROCBUF_OK);
  assert_brk(PROCBUF_NOMEM, address);     /* 8 bytes into a granule */
  assert_brk(PROCBUF_NOMEM, address - 7); /* one byte into it */
  assert_brk(PROCBUF_OK, address - 8);    /* up to it */
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 8, 1, &address), PROCBUF_OK);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 1, 1, &address), PROCBUF_NOMEM);
}

static void P_GRANULE_keeps_grants_out(void **state) {
  (void)state;
  uintptr_t address;
  fx.kernel.platform.granule = 16;
  assert_brk(PROCBUF_OK, fx.me - 31);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 17, 1, &address), PROCBUF_NOMEM);
  fixture_allow(PROCBUF_NOMEM, PROCBUF_READONLY, DRIVER_A, 0, fx.ms, 1);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 16, 1, &address), PROCBUF_OK);
  assert_int_equal(fx_hook.asked, 2);
}

static void P_GRANULE_zeroes_to_its_end(void **state) {
  (void)state;
  fx.kernel.platform.granule = 16;
  assert_brk(PROCBUF_OK, fx.ms + 100);
  memset(fx.ram[0] + 100, 0x33, 200);
  assert_brk(PROCBUF_OK, fx.ms + 130);
  for (size_t i = 100; i < 144; i++)
    assert_int_equal(fx.ram[0][i], 0);
  assert_int_equal(fx.ram[0][144], 0x33);
}

static uintptr_t granule_of_100(void *context, size_t process_index, const procbuf_process_info *next) {
  (void)context;
  assert_int_equal(process_index, 0);
  uintptr_t own = next->app_break - next->ram_start;
  return next->ram_start + (own + 99) / 100 * 100;
}

static uintptr_t no_granule(void *context, size_t process_index, const procbuf_process_info *next) {
  (void)context, (void)process_index;
  return next->app_break - 1;
}

static void P_GRANULE_by_a_function(void **state) {
  (void)state;
  uintptr_t address;
  fx.kernel.platform.granule = 16; /* the function counts */
  fx.kernel.platform.granule_end = granule_of_100;
  assert_brk(PROCBUF_OK, fx.ms + 101);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, RAM_SIZE - 199, 1, &address), PROCBUF_NOMEM);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, RAM_SIZE - 200, 1, &address), PROCBUF_OK);
  fx.kernel.platform.granule_end = no_granule;
  assert_brk(PROCBUF_NOMEM, fx.ms + 50);
}

static void P_BRK_inactive_processes_fail(void **state) {
  (void)state;
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_YIELDED), PROCBUF_OK);
  assert_brk(PROCBUF_OK, fx.ms + 10);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_brk(PROCBUF_FAIL, fx.ms - 1);
  assert_sbrk(PROCBUF_FAIL, 0);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_brk(PROCBUF_FAIL, fx.ms + 10);
  fx.pid.generation++;
  assert_brk(PROCBUF_FAIL, fx.ms + 10);
  assert_sbrk(PROCBUF_FAIL, 8);
}

static void P_SBRK_moves_by_increments(void **state) {
  (void)state;
  assert_int_equal(assert_sbrk(PROCBUF_OK, 8), fx.ms + INITIAL_BREAK);
  assert_int_equal(assert_sbrk(PROCBUF_OK, -16), fx.ms + INITIAL_BREAK + 8);
  assert_int_equal(assert_sbrk(PROCBUF_OK, 0), fx.ms + INITIAL_BREAK - 8);
  assert_sbrk(PROCBUF_OK, RAM_SIZE - INITIAL_BREAK + 8);
  assert_sbrk(PROCBUF_INVAL, 1);
  assert_sbrk(PROCBUF_OK, -RAM_SIZE);
  assert_sbrk(PROCBUF_INVAL, -1);
}

static void P_SBRK_zero_reports_and_asks_no_hook(void **state) {
  (void)state;
  fx_hook.refuse = true;
  assert_int_equal(assert_sbrk(PROCBUF_OK, 0), fx.ms + INITIAL_BREAK);
  assert_int_equal(fx_hook.asked, 0);
  assert_sbrk(PROCBUF_NOMEM, 1);
}

static void P_SBRK_extreme_increments_are_safe(void **state) {
  (void)state;
  assert_sbrk(PROCBUF_INVAL, INTPTR_MIN);
  assert_sbrk(PROCBUF_INVAL, INTPTR_MIN + 1);
  assert_sbrk(PROCBUF_INVAL, INTPTR_MAX);
}

static void P_SBRK_sums_outside_the_address_space(void **state) {
  (void)state;
  procbuf_layout high = {.ram_start = UINTPTR_MAX - 16, .ram_size = 16};
  assert_int_equal(procbuf_process_create(&fx.kernel, &high, &fx.pid), PROCBUF_OK);
  uintptr_t old = 99;
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, 17, &old), PROCBUF_INVAL);
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, INTPTR_MAX, &old), PROCBUF_INVAL);
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, INTPTR_MIN, &old), PROCBUF_INVAL);
  assert_int_equal(old, 99);
}

static void P_SBRK_below_address_zero(void **state) {
  (void)state;
  procbuf_layout low = {.ram_start = 0, .ram_size = 16};
  assert_int_equal(procbuf_process_create(&fx.kernel, &low, &fx.pid), PROCBUF_OK);
  uintptr_t old = 99;
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, -1, &old), PROCBUF_INVAL);
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, INTPTR_MIN, &old), PROCBUF_INVAL);
  assert_int_equal(old, 99);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(P_BRK_moves_and_returns_the_old_break),
      FIXTURE_TEST(P_BRK_bounds),
      FIXTURE_TEST(P_BRK_not_below_the_mark),
      FIXTURE_TEST(P_BRK_not_above_the_kernel_break),
      FIXTURE_TEST(P_BRK_zeroes_growth_after_the_hook),
      FIXTURE_TEST(P_BRK_shrinking_touches_no_byte),
      FIXTURE_TEST(P_BRK_the_hook_is_asked_last_and_may_refuse),
      FIXTURE_TEST(P_GRANULE_keeps_the_breaks_apart),
      FIXTURE_TEST(P_GRANULE_keeps_grants_out),
      FIXTURE_TEST(P_GRANULE_zeroes_to_its_end),
      FIXTURE_TEST(P_GRANULE_by_a_function),
      FIXTURE_TEST(P_BRK_inactive_processes_fail),
      FIXTURE_TEST(P_SBRK_moves_by_increments),
      FIXTURE_TEST(P_SBRK_zero_reports_and_asks_no_hook),
      FIXTURE_TEST(P_SBRK_extreme_increments_are_safe),
      FIXTURE_TEST(P_SBRK_sums_outside_the_address_space),
      FIXTURE_TEST(P_SBRK_below_address_zero),
  };
  return FIXTURE_RUN(tests);
}
