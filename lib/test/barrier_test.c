// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

static void B_RETURNED_to_user_is_a_kernel_entry(void **state) {
  (void)state;
  uint64_t entry = fx.kernel.entry;
  fixture_snapshot();
  procbuf_to_user(&fx.kernel, fx.pid);
  assert_true(fx.kernel.entry == entry + 1);
  procbuf_to_user(&fx.kernel, PROCBUF_PID_NONE);
  assert_true(fx.kernel.entry == entry + 2);
  fixture_assert_unchanged();
}

static void from_user_is_no_kernel_entry(void **state) {
  (void)state;
  fixture_snapshot();
  uint64_t entry = fx.kernel.entry;
  procbuf_from_user(&fx.kernel);
  assert_true(fx.kernel.entry == entry);
  fixture_assert_unchanged();
}

static procbuf_status write_one(void *context, procbuf_writeable slice) {
  (void)context;
  procbuf_writeable_must_set(slice, 0, 0x5A);
  return PROCBUF_OK;
}

static void X_BARRIER_writes_are_there_after_to_user(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 1);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, write_one, NULL), PROCBUF_OK);
  procbuf_to_user(&fx.kernel, fx.pid);
  assert_int_equal(fx.ram[0][0], 0x5A);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(B_RETURNED_to_user_is_a_kernel_entry),
      FIXTURE_TEST(from_user_is_no_kernel_entry),
      FIXTURE_TEST(X_BARRIER_writes_are_there_after_to_user),
  };
  return FIXTURE_RUN(tests);
}
