// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static uint8_t user[16];
#define USER ((uintptr_t)user)

static void load_and_store_touch_one_byte(void **state) {
  (void)state;
  memset(user, 0, sizeof user);
  procbuf_access_store8(USER + 3, 0x5A);
  assert_int_equal(procbuf_access_load8(USER + 3), 0x5A);
  assert_int_equal(procbuf_access_load8(USER + 2), 0);
  assert_int_equal(procbuf_access_load8(USER + 4), 0);
}

static void read_and_write_copy_n_bytes(void **state) {
  (void)state;
  memset(user, 0, sizeof user);
  procbuf_access_write(USER + 1, "abc", 3);
  assert_memory_equal(user, "\0abc\0", 5);
  char kernel[4] = "....";
  procbuf_access_read(kernel, USER + 1, 3);
  assert_memory_equal(kernel, "abc.", 4);
}

static void move_takes_overlap_both_ways(void **state) {
  (void)state;
  memcpy(user, "0123456789abcdef", 16);
  procbuf_access_move(USER + 2, USER, 8);
  assert_memory_equal(user, "0101234567abcdef", 16);
  procbuf_access_move(USER, USER + 2, 8);
  assert_memory_equal(user, "0123456767abcdef", 16);
}

static void fill_sets_n_bytes(void **state) {
  (void)state;
  memset(user, 0, sizeof user);
  procbuf_access_fill(USER + 4, 0xFF, 4);
  assert_memory_equal(user, "\0\0\0\0\377\377\377\377\0", 9);
}

static void zero_sets_n_bytes(void **state) {
  (void)state;
  memset(user, 0xFF, sizeof user);
  procbuf_access_zero(USER + 4, 4);
  assert_memory_equal(user, "\377\377\377\377\0\0\0\0\377", 9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(load_and_store_touch_one_byte),
      cmocka_unit_test(read_and_write_copy_n_bytes),
      cmocka_unit_test(move_takes_overlap_both_ways),
      cmocka_unit_test(fill_sets_n_bytes),
      cmocka_unit_test(zero_sets_n_bytes),
  };
  return FIXTURE_RUN(tests);
}
