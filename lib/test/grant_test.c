// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static uintptr_t assert_grant(procbuf_status expected, size_t size, size_t alignment) {
  uintptr_t address = 99;
  uint64_t entry = fx.kernel.entry;
  fixture_snapshot();
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, size, alignment, &address), expected);
  assert_true(fx.kernel.entry == entry);
  if (expected != PROCBUF_OK) {
    fixture_assert_unchanged();
    assert_int_equal(address, 99);
  } else {
    assert_int_equal(fixture_info().kernel_break, address);
  }
  fixture_assert_order();
  return address;
}

static void P_GRANT_is_carved_below_the_kernel_break(void **state) {
  (void)state;
  assert_int_equal(assert_grant(PROCBUF_OK, 10, 1), fx.me - 10);
  assert_int_equal(assert_grant(PROCBUF_OK, 6, 16), fx.me - 16);
  assert_int_equal(assert_grant(PROCBUF_OK, 1, 8), fx.me - 24);
}

static void P_GRANT_zeroes_padding_too(void **state) {
  (void)state;
  fx_hook.watched = &fx.ram[0][RAM_SIZE - 16];
  assert_grant(PROCBUF_OK, 3, 16);
  assert_int_equal(fx_hook.byte_seen, FILLER); /* asked before zeroing */
  for (size_t i = RAM_SIZE - 16; i < RAM_SIZE; i++)
    assert_int_equal(fx.ram[0][i], 0);
  assert_int_equal(fx.ram[0][RAM_SIZE - 17], FILLER);
}

static void P_GRANT_exact_fit(void **state) {
  (void)state;
  assert_grant(PROCBUF_NOMEM, RAM_SIZE - INITIAL_BREAK + 1, 1);
  assert_grant(PROCBUF_OK, RAM_SIZE - INITIAL_BREAK, 1);
  assert_grant(PROCBUF_NOMEM, 1, 1);
  assert_int_equal(assert_grant(PROCBUF_OK, 0, 1), fx.ms + INITIAL_BREAK);
}

static void P_GRANT_alignment_does_not_go_below_the_break(void **state) {
  (void)state;
  uintptr_t old;
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, 1, &old), PROCBUF_OK);
  assert_grant(PROCBUF_NOMEM, RAM_SIZE - INITIAL_BREAK - 1, 16);
  assert_grant(PROCBUF_OK, RAM_SIZE - INITIAL_BREAK - 16, 16);
  assert_grant(PROCBUF_NOMEM, 0, (SIZE_MAX >> 1) + 1);
}

static void P_GRANT_size_zero(void **state) {
  (void)state;
  assert_int_equal(assert_grant(PROCBUF_OK, 0, 8), fx.me);
  assert_grant(PROCBUF_OK, 1, 1);
  assert_int_equal(assert_grant(PROCBUF_OK, 0, 8), fx.me - 8);
}

static void P_GRANT_alignment_is_a_power_of_two(void **state) {
  (void)state;
  assert_grant(PROCBUF_INVAL, 8, 0);
  assert_grant(PROCBUF_INVAL, 8, 3);
  assert_grant(PROCBUF_INVAL, SIZE_MAX, 24);
  assert_grant(PROCBUF_INVAL, 8, SIZE_MAX);
}

static void P_GRANT_whatever_the_size(void **state) {
  (void)state;
  assert_grant(PROCBUF_NOMEM, SIZE_MAX, 1);
  assert_grant(PROCBUF_NOMEM, SIZE_MAX - 7, 8);
  assert_grant(PROCBUF_NOMEM, SIZE_MAX / 2 + 1, 1);
}

static void P_GRANT_inactive_processes_fail(void **state) {
  (void)state;
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_grant(PROCBUF_FAIL, 8, 3);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_grant(PROCBUF_FAIL, 8, 8);
}

static void P_GRANT_the_hook_is_asked_last_and_may_refuse(void **state) {
  (void)state;
  fx_hook.refuse = true;
  assert_grant(PROCBUF_NOMEM, RAM_SIZE, 1);
  assert_int_equal(fx_hook.asked, 0);
  assert_grant(PROCBUF_NOMEM, 8, 8);
  assert_int_equal(fx_hook.asked, 1);
  assert_int_equal(fx_hook.next.app_break, fx.ms + INITIAL_BREAK);
  assert_int_equal(fx_hook.next.kernel_break, fx.me - 8);
}

static void P_GRANT_is_not_allowable(void **state) {
  (void)state;
  uintptr_t address = assert_grant(PROCBUF_OK, 64, 8);
  const procbuf_kind kinds[] = {PROCBUF_READONLY, PROCBUF_READWRITE, PROCBUF_USERSPACE_READABLE};
  for (unsigned i = 0; i < 3; i++)
    fixture_allow(PROCBUF_INVAL, kinds[i], DRIVER_A, 0, address, 8);
}

static void P_GRANT_not_at_the_null_address(void **state) {
  (void)state;
  procbuf_layout low = {.ram_start = 0, .ram_size = 64};
  assert_int_equal(procbuf_process_create(&fx.kernel, &low, &fx.pid), PROCBUF_OK);
  uintptr_t address = 99;
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 64, 8, &address), PROCBUF_NOMEM);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 57, 8, &address), PROCBUF_NOMEM);
  assert_int_equal(address, 99);
}

static void P_GRANT_of_nothing_in_an_empty_block(void **state) {
  (void)state;
  procbuf_layout nothing = {.ram_start = 0};
  assert_int_equal(procbuf_process_create(&fx.kernel, &nothing, &fx.pid), PROCBUF_OK);
  uintptr_t address = 99;
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 0, 8, &address), PROCBUF_OK);
  assert_int_equal(address, 0);
}

static void grant_size_is_slots_and_state(void **state) {
  (void)state;
  size_t slot = 2 * sizeof(uintptr_t);
  const procbuf_driver *drivers = fx.kernel.drivers;
  assert_int_equal(procbuf_grant_size(&drivers[0]), 7 * slot + 24);
  assert_int_equal(procbuf_grant_size(&drivers[1]), slot);
  assert_int_equal(procbuf_grant_size(&drivers[2]), 0);
  procbuf_driver largest = {0, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX};
  assert_int_equal(procbuf_grant_size(&largest), 3 * (size_t)UINT16_MAX * slot + UINT16_MAX);
}

static uint8_t *assert_state(procbuf_status expected, uintptr_t driver) {
  void *state = fx.ram;
  if (expected != PROCBUF_OK) fixture_snapshot();
  assert_int_equal(procbuf_grant_state(&fx.kernel, fx.pid, driver, &state), expected);
  if (expected == PROCBUF_OK) return state;
  fixture_assert_unchanged();
  assert_ptr_equal(state, fx.ram);
  return NULL;
}

static void A_STATE_is_made_by_asking(void **state) {
  (void)state;
  uint64_t entry = fx.kernel.entry;
  uint8_t *driver_state = assert_state(PROCBUF_OK, DRIVER_A);
  assert_int_equal((uintptr_t)driver_state, fixture_info().kernel_break + 7 * 2 * sizeof(uintptr_t));
  assert_int_equal((uintptr_t)driver_state % PROCBUF_GRANT_ALIGNMENT, 0);
  for (size_t i = 0; i < 24; i++)
    assert_int_equal(driver_state[i], 0);
  memset(driver_state, 0xFF, 24);
  assert_ptr_equal(assert_state(PROCBUF_OK, DRIVER_A), driver_state);
  assert_true(fx.kernel.entry == entry);
  assert_int_equal(fx_hook.asked, 1);
  procbuf_range old = fixture_allow(PROCBUF_OK, PROCBUF_USERSPACE_READABLE, DRIVER_A, 1, 0, 0);
  assert_int_equal(old.address, 0);
  assert_int_equal(old.length, 0);
  assert_int_equal(fx_hook.asked, 1);
  assert_int_equal(driver_state[0], 0xFF);
}

static void A_STATE_of_the_first_allow(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, 0, 0);
  uintptr_t kernel_break = fixture_info().kernel_break;
  assert_state(PROCBUF_OK, DRIVER_A);
  assert_int_equal(fixture_info().kernel_break, kernel_break);
}

static void A_STATE_errors_in_order(void **state) {
  (void)state;
  procbuf_pid live = fx.pid;
  fx.pid = PROCBUF_PID_NONE;
  assert_state(PROCBUF_NODEVICE, 1234);
  assert_state(PROCBUF_NOSUCHAPP, DRIVER_B);
  fx.pid = live;
  fx_hook.refuse = true;
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_state(PROCBUF_INVAL, DRIVER_B);
  assert_state(PROCBUF_FAIL, DRIVER_A);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_YIELDED), PROCBUF_OK);
  assert_state(PROCBUF_NOMEM, DRIVER_A);
}

static void A_STATE_that_is_there(void **state) {
  (void)state;
  uint8_t *driver_state = assert_state(PROCBUF_OK, DRIVER_A);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_ptr_equal(assert_state(PROCBUF_OK, DRIVER_A), driver_state);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_state(PROCBUF_NOSUCHAPP, DRIVER_A);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(P_GRANT_is_carved_below_the_kernel_break),
      FIXTURE_TEST(P_GRANT_zeroes_padding_too),
      FIXTURE_TEST(P_GRANT_exact_fit),
      FIXTURE_TEST(P_GRANT_alignment_does_not_go_below_the_break),
      FIXTURE_TEST(P_GRANT_size_zero),
      FIXTURE_TEST(P_GRANT_alignment_is_a_power_of_two),
      FIXTURE_TEST(P_GRANT_whatever_the_size),
      FIXTURE_TEST(P_GRANT_inactive_processes_fail),
      FIXTURE_TEST(P_GRANT_the_hook_is_asked_last_and_may_refuse),
      FIXTURE_TEST(P_GRANT_is_not_allowable),
      FIXTURE_TEST(P_GRANT_not_at_the_null_address),
      FIXTURE_TEST(P_GRANT_of_nothing_in_an_empty_block),
      FIXTURE_TEST(grant_size_is_slots_and_state),
      FIXTURE_TEST(A_STATE_is_made_by_asking),
      FIXTURE_TEST(A_STATE_of_the_first_allow),
      FIXTURE_TEST(A_STATE_errors_in_order),
      FIXTURE_TEST(A_STATE_that_is_there),
  };
  return FIXTURE_RUN(tests);
}
