// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static const procbuf_kind kinds[] = {PROCBUF_READONLY, PROCBUF_READWRITE, PROCBUF_USERSPACE_READABLE};

/* An allow in driver A's slot 0 of the kind. */
static procbuf_range allow(procbuf_status expected, procbuf_kind kind, uintptr_t address, size_t length) {
  return fixture_allow(expected, kind, DRIVER_A, 0, address, length);
}

static void assert_range(procbuf_range range, uintptr_t address, size_t length) {
  assert_int_equal(range.address, address);
  assert_int_equal(range.length, length);
}

static void A_SWAP_returns_exactly_the_old_range(void **state) {
  (void)state;
  for (unsigned i = 0; i < 3; i++) {
    assert_range(allow(PROCBUF_OK, kinds[i], fx.ms + 3, 5), 0, 0);
    assert_range(allow(PROCBUF_OK, kinds[i], UINTPTR_MAX, 0), fx.ms + 3, 5);
    assert_range(allow(PROCBUF_OK, kinds[i], 0, 0), UINTPTR_MAX, 0);
    assert_range(allow(PROCBUF_OK, kinds[i], fx.ms + 7, 9), 0, 0);
  }
}

static void A_KINDS_slots_are_independent(void **state) {
  (void)state;
  const uintptr_t counts[] = {2, 3, 2};
  uintptr_t address = fx.ms;
  for (unsigned kind = 0; kind < 3; kind++) {
    for (uintptr_t number = 0; number < counts[kind]; number++) {
      assert_range(fixture_allow(PROCBUF_OK, kinds[kind], DRIVER_A, number, address++, 1), 0, 0);
    }
  }
  address = fx.ms;
  for (unsigned kind = 0; kind < 3; kind++) {
    for (uintptr_t number = 0; number < counts[kind]; number++) {
      assert_range(fixture_allow(PROCBUF_OK, kinds[kind], DRIVER_A, number, 0, 0), address++, 1);
    }
  }
}

static void A_KINDS_edges_of_ram(void **state) {
  (void)state;
  uintptr_t brk = fx.ms + INITIAL_BREAK;
  for (unsigned i = 0; i < 3; i++) {
    allow(PROCBUF_OK, kinds[i], fx.ms, INITIAL_BREAK - 1);
    allow(PROCBUF_OK, kinds[i], fx.ms, INITIAL_BREAK);
    allow(PROCBUF_INVAL, kinds[i], fx.ms, INITIAL_BREAK + 1);
    allow(PROCBUF_INVAL, kinds[i], fx.ms - 1, 1);
    allow(PROCBUF_INVAL, kinds[i], fx.ms - 1, 2);
    allow(PROCBUF_OK, kinds[i], brk - 1, 1);
    allow(PROCBUF_INVAL, kinds[i], brk - 1, 2);
    allow(PROCBUF_INVAL, kinds[i], brk, 1);
    allow(PROCBUF_INVAL, kinds[i], brk - 1, SIZE_MAX);
    allow(PROCBUF_INVAL, kinds[i], fx.me - 1, 1);
  }
}

static void A_KINDS_flash_is_for_reading_only(void **state) {
  (void)state;
  uintptr_t readable = fx.fs + HEADER_SIZE;
  size_t length = FLASH_SIZE - HEADER_SIZE;
  allow(PROCBUF_OK, PROCBUF_READONLY, readable, length);
  allow(PROCBUF_OK, PROCBUF_READONLY, fx.fe - 1, 1);
  allow(PROCBUF_INVAL, PROCBUF_READWRITE, readable, length);
  allow(PROCBUF_INVAL, PROCBUF_USERSPACE_READABLE, readable, length);
}

static void P_FLASH_edges(void **state) {
  (void)state;
  uintptr_t readable = fx.fs + HEADER_SIZE;
  size_t length = FLASH_SIZE - HEADER_SIZE;
  allow(PROCBUF_INVAL, PROCBUF_READONLY, readable, length + 1);
  allow(PROCBUF_INVAL, PROCBUF_READONLY, readable - 1, 1);
  allow(PROCBUF_INVAL, PROCBUF_READONLY, fx.fs, 8);
  allow(PROCBUF_INVAL, PROCBUF_READONLY, fx.fe, 1);
  allow(PROCBUF_INVAL, PROCBUF_READONLY, readable, SIZE_MAX);
}

static void P_FLASH_not_across_ram_and_flash(void **state) {
  (void)state;
  procbuf_layout joined = fixture_layout(1);
  joined.ram_size = RAM_SIZE - 1;
  joined.initial_break = joined.ram_size;
  joined.flash_start = joined.ram_start + joined.ram_size;
  joined.flash_size = 1;
  joined.header_size = 0;
  assert_int_equal(procbuf_process_create(&fx.kernel, &joined, &fx.pid), PROCBUF_OK);
  procbuf_range range;
  procbuf_range across = {joined.flash_start - 1, 2};
  assert_int_equal(procbuf_allow(&fx.kernel, fx.pid, PROCBUF_READONLY, DRIVER_B, 0, across, &range),
                   PROCBUF_INVAL);
}

static void A_OTHER_foreign_memory(void **state) {
  (void)state;
  fixture_second();
  static uint8_t kernel_memory[8];
  for (unsigned i = 0; i < 3; i++) {
    allow(PROCBUF_INVAL, kinds[i], (uintptr_t)fx.ram[1], 8);
    allow(PROCBUF_INVAL, kinds[i], (uintptr_t)fx.flash[1] + HEADER_SIZE, 8);
    allow(PROCBUF_INVAL, kinds[i], (uintptr_t)kernel_memory, sizeof kernel_memory);
    allow(PROCBUF_INVAL, kinds[i], fx.ms + INITIAL_BREAK + 8, 8);
    allow(PROCBUF_INVAL, kinds[i], 0, 1);
    allow(PROCBUF_INVAL, kinds[i], UINTPTR_MAX - 7, 16);
  }
}

static void A_ORDER_of_errors(void **state) {
  (void)state;
  procbuf_pid live = fx.pid;
  fx_hook.refuse = true;
  fixture_allow(PROCBUF_NOMEM, PROCBUF_READONLY, DRIVER_A, 1, fx.ms, 1);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READONLY, DRIVER_A, 2, fx.ms, 1);
  fixture_allow(PROCBUF_INVAL, PROCBUF_READONLY, DRIVER_A, 2, fx.me, 1);
  fx.pid = (procbuf_pid){0, 99};
  fixture_allow(PROCBUF_FAIL, PROCBUF_READONLY, DRIVER_A, 2, fx.me, 1);
  fixture_allow(PROCBUF_NODEVICE, PROCBUF_READONLY, 99, 2, fx.me, 1);
  fixture_allow(PROCBUF_INVAL, (procbuf_kind)3, 99, 2, fx.me, 1);
  fx.pid = live;
  fx_hook.refuse = false;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 1, fx.ms, 1);
}

static void A_ORDER_numbers_are_not_truncated(void **state) {
  (void)state;
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READWRITE, DRIVER_A, 3, fx.ms, 1);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READWRITE, DRIVER_A, 0x10000, fx.ms, 1);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READWRITE, DRIVER_A, UINTPTR_MAX, fx.ms, 1);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READONLY, DRIVER_NONE, 0, fx.ms, 1);
  fixture_allow(PROCBUF_NODEVICE, PROCBUF_READWRITE, DRIVER_A + 0x10000u, 0, fx.ms, 1);
#if UINTPTR_MAX > UINT32_MAX
  fixture_allow(PROCBUF_NODEVICE, PROCBUF_READWRITE, ((uintptr_t)1 << 32) + DRIVER_A, 0, fx.ms, 1);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READWRITE, DRIVER_A, (uintptr_t)1 << 32, fx.ms, 1);
#endif
}

static void A_ORDER_process_must_be_active(void **state) {
  (void)state;
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_YIELDED), PROCBUF_OK);
  allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms, 1);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  allow(PROCBUF_FAIL, PROCBUF_READWRITE, fx.ms, 1);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  allow(PROCBUF_FAIL, PROCBUF_READWRITE, 0, 0);
}

static void A_LAZY_slots_are_made_by_the_first_good_allow(void **state) {
  (void)state;
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READONLY, DRIVER_B, 1, 0, 0);
  assert_int_equal(fixture_info().kernel_break, fx.me);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, 0, 0);
  uintptr_t expected = (fx.me - 2 * sizeof(uintptr_t)) & ~(uintptr_t)7;
  assert_int_equal(fixture_info().kernel_break, expected);
  assert_int_equal(fx_hook.asked, 1);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, 0, 0);
  assert_int_equal(fixture_info().kernel_break, expected);
  assert_int_equal(fx_hook.asked, 1);
}

static void A_LAZY_pairs_have_their_own_slots(void **state) {
  (void)state;
  procbuf_pid first = fx.pid;
  procbuf_pid second = fixture_second();
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, fx.ms, 1);
  assert_range(fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms, 2), 0, 0);
  fx.pid = second;
  assert_range(fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, (uintptr_t)fx.ram[1], 3), 0, 0);
  fx.pid = first;
  assert_range(fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, 0, 0), fx.ms, 1);
  assert_range(fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, 0, 0), fx.ms, 2);
}

static void A_LAZY_no_room_for_the_slots_changes_nothing(void **state) {
  (void)state;
  uintptr_t address;
  size_t needed = procbuf_grant_size(&fx.kernel.drivers[0]);
  size_t taken = RAM_SIZE - INITIAL_BREAK - needed + 1;
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, taken, 1, &address), PROCBUF_OK);
  fixture_allow(PROCBUF_NOMEM, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 8);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms, 8);
}

static void A_FAIL_leaves_the_slot_as_it_was(void **state) {
  (void)state;
  allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms + 1, 2);
  allow(PROCBUF_INVAL, PROCBUF_READWRITE, fx.me, 3);
  assert_range(allow(PROCBUF_OK, PROCBUF_READWRITE, 0, 0), fx.ms + 1, 2);
}

static void A_UNALLOW_revokes_at_any_address(void **state) {
  (void)state;
  const uintptr_t addresses[] = {0, 1, UINTPTR_MAX, fx.me, fx.ms - 1, (uintptr_t)fx.ram[1]};
  for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
    allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms, 8);
    assert_range(allow(PROCBUF_OK, PROCBUF_READWRITE, addresses[i], 0), fx.ms, 8);
    procbuf_readwrite_buffer buffer;
    assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 0, &buffer), PROCBUF_OK);
    assert_int_equal(procbuf_readwrite_len(&buffer), 0);
    assert_int_equal(procbuf_readwrite_ptr(&buffer), 0);
  }
}

static void A_OVERLAP_is_no_error(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 64);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 65);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms, 64);
  fixture_allow(PROCBUF_OK, PROCBUF_USERSPACE_READABLE, DRIVER_A, 0, fx.ms + 32, 64);
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms + 63, 1);
}

static void P_HWM_follows_every_kind_and_never_falls(void **state) {
  (void)state;
  for (unsigned i = 0; i < 3; i++) {
    uintptr_t end = fx.ms + 10 * (i + 1u);
    allow(PROCBUF_OK, kinds[i], end - 2, 2);
    assert_int_equal(fixture_info().high_water_mark, end);
  }
  allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms, 1);
  allow(PROCBUF_OK, PROCBUF_READWRITE, 0, 0);
  assert_int_equal(fixture_info().high_water_mark, fx.ms + 30);
}

static void P_HWM_ignores_flash_empty_and_failed(void **state) {
  (void)state;
  allow(PROCBUF_OK, PROCBUF_READONLY, fx.fe - 8, 8);
  allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms + 100, 0);
  fixture_allow(PROCBUF_NOSUPPORT, PROCBUF_READWRITE, DRIVER_A, 3, fx.ms, 100);
  assert_int_equal(fixture_info().high_water_mark, fx.ms);
}

static void every_allow_is_a_kernel_entry(void **state) {
  (void)state;
  uint64_t entry = fx.kernel.entry;
  allow(PROCBUF_OK, PROCBUF_READWRITE, fx.ms, 1);
  assert_true(fx.kernel.entry == entry + 1);
  allow(PROCBUF_INVAL, PROCBUF_READWRITE, fx.me, 1);
  assert_true(fx.kernel.entry == entry + 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(A_SWAP_returns_exactly_the_old_range),
      FIXTURE_TEST(A_KINDS_slots_are_independent),
      FIXTURE_TEST(A_KINDS_edges_of_ram),
      FIXTURE_TEST(A_KINDS_flash_is_for_reading_only),
      FIXTURE_TEST(P_FLASH_edges),
      FIXTURE_TEST(P_FLASH_not_across_ram_and_flash),
      FIXTURE_TEST(A_OTHER_foreign_memory),
      FIXTURE_TEST(A_ORDER_of_errors),
      FIXTURE_TEST(A_ORDER_numbers_are_not_truncated),
      FIXTURE_TEST(A_ORDER_process_must_be_active),
      FIXTURE_TEST(A_LAZY_slots_are_made_by_the_first_good_allow),
      FIXTURE_TEST(A_LAZY_pairs_have_their_own_slots),
      FIXTURE_TEST(A_LAZY_no_room_for_the_slots_changes_nothing),
      FIXTURE_TEST(A_FAIL_leaves_the_slot_as_it_was),
      FIXTURE_TEST(A_UNALLOW_revokes_at_any_address),
      FIXTURE_TEST(A_OVERLAP_is_no_error),
      FIXTURE_TEST(P_HWM_follows_every_kind_and_never_falls),
      FIXTURE_TEST(P_HWM_ignores_flash_empty_and_failed),
      FIXTURE_TEST(every_allow_is_a_kernel_entry),
  };
  return FIXTURE_RUN(tests);
}
