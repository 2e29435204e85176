// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static void P_VISIT_the_pid_of_a_slot(void **state) {
  (void)state;
  procbuf_pid pid = {9, 9};
  assert_int_equal(procbuf_process_pid(&fx.kernel, 1, &pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_process_pid(&fx.kernel, 2, &pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_process_pid(&fx.kernel, SIZE_MAX, &pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(pid.index, 9);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_process_pid(&fx.kernel, 0, &pid), PROCBUF_OK);
  assert_int_equal(pid.index, fx.pid.index);
  assert_int_equal(pid.generation, fx.pid.generation);
}

typedef struct tour {
  unsigned calls;
  procbuf_pid pids[4];
  void (*first)(void);
} tour;

static void call_at(void *context, procbuf_pid pid) {
  tour *taken = context;
  taken->pids[taken->calls++] = pid;
  if (taken->calls == 1 && taken->first != NULL) taken->first();
}

static void P_VISIT_the_living_in_order(void **state) {
  (void)state;
  procbuf_pid second = fixture_second();
  tour taken = {0};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 2);
  assert_int_equal(taken.pids[0].index, 0);
  assert_int_equal(taken.pids[1].index, second.index);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, second, PROCBUF_STOPPED), PROCBUF_OK);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  taken = (tour){0};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 1);
  assert_int_equal(taken.pids[0].index, second.index);
}

static procbuf_pid second_pid;

static void end_the_second(void) {
  assert_int_equal(procbuf_process_terminate(&fx.kernel, second_pid), PROCBUF_OK);
}

static void restart_the_second(void) {
  end_the_second();
  assert_int_equal(procbuf_process_restart(&fx.kernel, second_pid, &second_pid), PROCBUF_OK);
}

static void restart_the_first(void) {
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
}

static void create_the_second(void) {
  second_pid = fixture_second();
}

static void P_VISIT_what_the_callback_changes(void **state) {
  (void)state;
  tour taken = {.first = create_the_second};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 2);
  taken = (tour){.first = restart_the_second};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 2);
  assert_int_equal(taken.pids[1].generation, second_pid.generation);
  taken = (tour){.first = restart_the_first};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 2);
  assert_int_equal(taken.pids[0].generation + 1, fx.pid.generation);
  taken = (tour){.first = end_the_second};
  procbuf_process_each(&fx.kernel, call_at, &taken);
  assert_int_equal(taken.calls, 1);
}

static void assert_write(procbuf_status expected, uintptr_t address, size_t n) {
  static const uint8_t bytes[16] = "0123456789abcdef";
  if (expected != PROCBUF_OK) fixture_snapshot();
  assert_int_equal(procbuf_process_write(&fx.kernel, fx.pid, address, bytes, n), expected);
  if (expected == PROCBUF_OK && n > 0)
    assert_memory_equal((const void *)address, bytes, n);
  else if (expected != PROCBUF_OK)
    fixture_assert_unchanged();
}

static void P_WRITE_leaves_marks_and_handles(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  uintptr_t mark = fixture_info().high_water_mark;
  assert_write(PROCBUF_OK, fx.ms + 100, 1);
  assert_int_equal(fixture_info().high_water_mark, mark);
  assert_int_equal(procbuf_readwrite_len(&buffer), 8);
  assert_int_equal(fx.ram[0][101], 0);
}

static void P_WRITE_is_judged_by_P_OWN(void **state) {
  (void)state;
  uintptr_t brk = fx.ms + INITIAL_BREAK;
  assert_write(PROCBUF_OK, brk - 16, 16);
  assert_write(PROCBUF_INVAL, brk - 15, 16);
  assert_write(PROCBUF_INVAL, fx.ms - 1, 1);
  assert_write(PROCBUF_INVAL, fx.fs + HEADER_SIZE, 1);
  assert_write(PROCBUF_INVAL, UINTPTR_MAX, 2);
  assert_write(PROCBUF_INVAL, fx.ms + 4, SIZE_MAX);
  assert_write(PROCBUF_OK, UINTPTR_MAX, 0);
  assert_write(PROCBUF_OK, 0, 0);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_write(PROCBUF_OK, fx.ms, 1);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_write(PROCBUF_NOSUCHAPP, fx.ms, 1);
  assert_write(PROCBUF_NOSUCHAPP, 0, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(P_VISIT_the_pid_of_a_slot),         FIXTURE_TEST(P_VISIT_the_living_in_order),
      FIXTURE_TEST(P_VISIT_what_the_callback_changes), FIXTURE_TEST(P_WRITE_leaves_marks_and_handles),
      FIXTURE_TEST(P_WRITE_is_judged_by_P_OWN),
  };
  return FIXTURE_RUN(tests);
}
