// SPDX-License-Identifier: Apache-2.0 OR MIT
/* The one range test, at the edges of everything. Internal: the public way to it is in allow_test. */
#include "fixture.h"

#include "../src/internal.h"

static bool inside(uintptr_t address, size_t length, uintptr_t start, uintptr_t end) {
  return procbuf_range_inside((procbuf_range){address, length}, start, end);
}

static void P_OWN_exact_fit_is_inside_and_one_more_is_not(void **state) {
  (void)state;
  assert_true(inside(100, 99, 100, 200));
  assert_true(inside(100, 100, 100, 200));
  assert_false(inside(100, 101, 100, 200));
  assert_true(inside(199, 1, 100, 200));
  assert_false(inside(199, 2, 100, 200));
  assert_false(inside(200, 1, 100, 200));
}

static void P_OWN_lower_bound(void **state) {
  (void)state;
  assert_false(inside(99, 1, 100, 200));
  assert_false(inside(99, 101, 100, 200));
  assert_false(inside(0, 200, 100, 200));
  assert_true(inside(100, 1, 100, 200));
}

static void X_WRAP_sums_beyond_the_address_space(void **state) {
  (void)state;
  assert_false(inside(UINTPTR_MAX - 7, 16, 0, UINTPTR_MAX));
  assert_false(inside(150, SIZE_MAX, 100, 200));
  assert_false(inside(150, SIZE_MAX - 149, 100, 200)); /* the sum is 0 */
  assert_false(inside(150, SIZE_MAX - 49, 100, 200));  /* the sum is 100 */
  assert_false(inside(UINTPTR_MAX, 1, 100, 200));
  assert_false(inside(150, SIZE_MAX / 2 + 1, 100, 200)); /* negative, if it were signed */
}

static void blocks_at_both_ends_of_the_address_space(void **state) {
  (void)state;
  assert_true(inside(0, 100, 0, 100));
  assert_false(inside(0, 101, 0, 100));
  assert_true(inside(0, UINTPTR_MAX, 0, UINTPTR_MAX));
  assert_true(inside(UINTPTR_MAX - 16, 16, UINTPTR_MAX - 16, UINTPTR_MAX));
  assert_false(inside(UINTPTR_MAX - 16, 17, UINTPTR_MAX - 16, UINTPTR_MAX));
  assert_false(inside(UINTPTR_MAX - 17, 1, UINTPTR_MAX - 16, UINTPTR_MAX));
}

static void empty_blocks_hold_no_byte(void **state) {
  (void)state;
  assert_false(inside(100, 1, 100, 100));
  assert_false(inside(0, 1, 0, 0));
  assert_false(inside(UINTPTR_MAX, 1, UINTPTR_MAX, UINTPTR_MAX));
}

static void P_HWM_mark_ignores_empty_and_outside(void **state) {
  (void)state;
  procbuf_process process = {
      .info = {
          .ram_start = 100, .high_water_mark = 100, .app_break = 200, .kernel_break = 300, .ram_end = 300}};
  procbuf_range_mark(&process, (procbuf_range){200, 0});
  procbuf_range_mark(&process, (procbuf_range){190, 11});
  procbuf_range_mark(&process, (procbuf_range){1000, 8});
  assert_int_equal(process.info.high_water_mark, 100);
  procbuf_range_mark(&process, (procbuf_range){140, 10});
  assert_int_equal(process.info.high_water_mark, 150);
  procbuf_range_mark(&process, (procbuf_range){120, 10});
  assert_int_equal(process.info.high_water_mark, 150);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(P_OWN_exact_fit_is_inside_and_one_more_is_not),
      cmocka_unit_test(P_OWN_lower_bound),
      cmocka_unit_test(X_WRAP_sums_beyond_the_address_space),
      cmocka_unit_test(blocks_at_both_ends_of_the_address_space),
      cmocka_unit_test(empty_blocks_hold_no_byte),
      cmocka_unit_test(P_HWM_mark_ignores_empty_and_outside),
  };
  return FIXTURE_RUN(tests);
}
