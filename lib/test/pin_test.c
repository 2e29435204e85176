// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

static procbuf_pin made_pin(const procbuf_readwrite_buffer *buffer, procbuf_direction direction) {
  procbuf_pin pin = PROCBUF_PIN_DEFAULT;
  assert_int_equal(procbuf_readwrite_pin(buffer, direction, &pin), PROCBUF_OK);
  return pin;
}

static void assert_range(procbuf_range range, uintptr_t address, size_t length) {
  assert_int_equal(range.address, address);
  assert_int_equal(range.length, length);
}

static void assert_restart(procbuf_status expected) {
  procbuf_pid pid = PROCBUF_PID_NONE;
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &pid), expected);
  if (expected == PROCBUF_OK) fx.pid = pid;
}

static void B_PIN_gives_the_range(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  uint64_t entry = fx.kernel.entry;
  procbuf_pin pin = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  assert_range(procbuf_pin_range(&pin), fx.ms + 4, 16);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_range(procbuf_pin_range(&pin), 0, 0);
  assert_true(fx.kernel.entry == entry);
}

static void B_PIN_holds_up_restart_and_nothing_else(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  assert_restart(PROCBUF_BUSY);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_len(&buffer), 0);
  assert_restart(PROCBUF_BUSY);
  assert_range(procbuf_pin_range(&pin), fx.ms + 4, 16);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_restart(PROCBUF_OK);
}

static void B_PIN_each_pin_counts(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin first = made_pin(&buffer, PROCBUF_TO_DEVICE);
  procbuf_pin second = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  assert_int_equal(procbuf_unpin(&first), PROCBUF_OK);
  assert_restart(PROCBUF_BUSY);
  fixture_allow(PROCBUF_BUSY, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 4);
  assert_int_equal(procbuf_unpin(&second), PROCBUF_OK);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 4);
  assert_restart(PROCBUF_OK);
}

static void B_PIN_the_slot_is_held_and_no_other(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  fixture_allow(PROCBUF_BUSY, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0);
  fixture_allow(PROCBUF_BUSY, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms + 4, 16);
  fixture_allow(PROCBUF_INVAL, PROCBUF_READWRITE, DRIVER_A, 0, fx.me, 16);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms + 4, 16);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, fx.ms + 4, 16);
  fixture_allow(PROCBUF_OK, PROCBUF_USERSPACE_READABLE, DRIVER_A, 0, fx.ms + 4, 16);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms + 4, 16);
  procbuf_range old;
  procbuf_range none = {0, 0};
  procbuf_pid second = fixture_second();
  assert_int_equal(procbuf_allow(&fx.kernel, second, PROCBUF_READWRITE, DRIVER_A, 0, none, &old), PROCBUF_OK);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_range(fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0), fx.ms + 4, 16);
}

static void B_PIN_needs_a_live_buffer(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_to_user(&fx.kernel, fx.pid);
  procbuf_pin pin = PROCBUF_PIN_DEFAULT;
  fixture_snapshot();
  assert_int_equal(procbuf_readwrite_pin(&buffer, (procbuf_direction)9, &pin), PROCBUF_INVAL);
  assert_int_equal(procbuf_readwrite_pin(&buffer, PROCBUF_TO_DEVICE, &pin), PROCBUF_NOSUCHAPP);
  fixture_assert_unchanged();
  assert_null(pin.kernel);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_INVAL);
}

static void B_PIN_outlives_kernel_entries(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_TO_DEVICE);
  procbuf_to_user(&fx.kernel, fx.pid);
  assert_range(procbuf_pin_range(&pin), fx.ms + 4, 16);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
}

static void B_PIN_so_many_per_process(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pins[PINS_PER_PROCESS + 1];
  for (unsigned i = 0; i < PINS_PER_PROCESS; i++)
    pins[i] = made_pin(&buffer, PROCBUF_TO_DEVICE);
  fixture_snapshot();
  assert_int_equal(procbuf_readwrite_pin(&buffer, PROCBUF_TO_DEVICE, &pins[PINS_PER_PROCESS]), PROCBUF_NOMEM);
  fixture_assert_unchanged();
  assert_int_equal(procbuf_unpin(&pins[0]), PROCBUF_OK);
  pins[0] = made_pin(&buffer, PROCBUF_TO_DEVICE);
}

static void B_PIN_a_kernel_without_pins(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  fx.kernel.pins = NULL;
  fx.kernel.pins_per_process = 0;
  procbuf_pin pin = PROCBUF_PIN_DEFAULT;
  assert_int_equal(procbuf_readwrite_pin(&buffer, PROCBUF_TO_DEVICE, &pin), PROCBUF_NOMEM);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0);
}

static void B_PIN_a_copy_ends_with_the_pin(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_TO_DEVICE);
  procbuf_pin copy = pin;
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  procbuf_pin next = made_pin(&buffer, PROCBUF_TO_DEVICE); /* in the same record */
  assert_int_equal(procbuf_unpin(&copy), PROCBUF_INVAL);
  assert_restart(PROCBUF_BUSY);
  assert_int_equal(procbuf_unpin(&next), PROCBUF_OK);
}

static void B_PIN_maintains_caches(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  assert_int_equal(fx_hook.cache.pinned, 1);
  assert_int_equal(fx_hook.cache.unpinned, 0);
  assert_int_equal(fx_hook.cache.direction, PROCBUF_FROM_DEVICE);
  assert_range(fx_hook.cache.range, fx.ms + 4, 16);
  fx_hook.cache.range = (procbuf_range){0, 0};
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_int_equal(fx_hook.cache.unpinned, 1);
  assert_range(fx_hook.cache.range, fx.ms + 4, 16);
  procbuf_readonly_buffer flash;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, fx.fs + HEADER_SIZE, 4);
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_A, 0, &flash), PROCBUF_OK);
  assert_int_equal(procbuf_readonly_pin(&flash, &pin), PROCBUF_OK);
  assert_int_equal(fx_hook.cache.direction, PROCBUF_TO_DEVICE);
  assert_range(fx_hook.cache.range, fx.fs + HEADER_SIZE, 4);
}

static void B_PIN_of_no_bytes(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 0);
  procbuf_pin pin = made_pin(&buffer, PROCBUF_FROM_DEVICE);
  assert_range(procbuf_pin_range(&pin), 0, 0);
  assert_int_equal(fx_hook.cache.pinned, 0);
  fixture_allow(PROCBUF_BUSY, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 4);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_int_equal(fx_hook.cache.unpinned, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(B_PIN_gives_the_range),
      FIXTURE_TEST(B_PIN_holds_up_restart_and_nothing_else),
      FIXTURE_TEST(B_PIN_each_pin_counts),
      FIXTURE_TEST(B_PIN_the_slot_is_held_and_no_other),
      FIXTURE_TEST(B_PIN_needs_a_live_buffer),
      FIXTURE_TEST(B_PIN_outlives_kernel_entries),
      FIXTURE_TEST(B_PIN_so_many_per_process),
      FIXTURE_TEST(B_PIN_a_kernel_without_pins),
      FIXTURE_TEST(B_PIN_a_copy_ends_with_the_pin),
      FIXTURE_TEST(B_PIN_maintains_caches),
      FIXTURE_TEST(B_PIN_of_no_bytes),
  };
  return FIXTURE_RUN(tests);
}
