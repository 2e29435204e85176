// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static void assert_create(procbuf_status expected, procbuf_layout layout) {
  procbuf_pid pid = {9, 9};
  fixture_snapshot();
  assert_int_equal(procbuf_process_create(&fx.kernel, &layout, &pid), expected);
  if (expected == PROCBUF_OK) return;
  fixture_assert_unchanged();
  assert_int_equal(pid.index, 9);
  assert_int_equal(pid.generation, 9);
}

static void P_CREATE_starts_a_process(void **state) {
  (void)state;
  procbuf_process_info info = fixture_info();
  assert_int_equal(info.state, PROCBUF_RUNNING);
  assert_int_equal(info.ram_start, fx.ms);
  assert_int_equal(info.high_water_mark, fx.ms);
  assert_int_equal(info.app_break, fx.ms + INITIAL_BREAK);
  assert_int_equal(info.kernel_break, fx.me);
  assert_int_equal(info.ram_end, fx.me);
  assert_int_equal(info.flash_start, fx.fs);
  assert_int_equal(info.flash_readable, fx.fs + HEADER_SIZE);
  assert_int_equal(info.flash_end, fx.fe);
  assert_true(procbuf_process_is_live(&fx.kernel, fx.pid));
}

static void assert_told(const procbuf_process_info *info) {
  assert_int_equal(fx_hook.next.state, info->state);
  assert_int_equal(fx_hook.next.ram_start, info->ram_start);
  assert_int_equal(fx_hook.next.ram_end, info->ram_end);
  assert_int_equal(fx_hook.next.app_break, info->app_break);
  assert_int_equal(fx_hook.next.kernel_break, info->kernel_break);
  assert_int_equal(fx_hook.next.flash_start, info->flash_start);
  assert_int_equal(fx_hook.next.flash_readable, info->flash_readable);
  assert_int_equal(fx_hook.next.flash_end, info->flash_end);
}

static void P_HOOK_is_asked_before_a_first_life(void **state) {
  (void)state;
  fx_hook.watched = &fx.ram[1][0];
  procbuf_layout layout = fixture_layout(1);
  fx_hook.refuse = true;
  assert_create(PROCBUF_NOMEM, layout);
  fx_hook.refuse = false;
  procbuf_pid pid = fixture_second();
  assert_int_equal(fx_hook.asked, 2);
  assert_int_equal(fx_hook.process_index, 1);
  assert_int_equal(fx_hook.byte_seen, FILLER); /* asked before zeroing */
  procbuf_process_info info;
  assert_int_equal(procbuf_process_info_get(&fx.kernel, pid, &info), PROCBUF_OK);
  assert_told(&info);
}

static void P_HOOK_is_asked_last_by_create(void **state) {
  (void)state;
  assert_create(PROCBUF_INVAL, fixture_layout(0));
  (void)fixture_second();
  fx_hook.asked = 0;
  procbuf_layout none = {0};
  assert_create(PROCBUF_NOMEM, none); /* no free slot */
  assert_int_equal(fx_hook.asked, 0);
}

static void P_HOOK_is_asked_before_a_further_life(void **state) {
  (void)state;
  procbuf_pid pid = {9, 9};
  fx.ram[0][0] = 0x55;
  fx_hook.watched = &fx.ram[0][0];
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  fx_hook.refuse = true;
  fixture_snapshot();
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &pid), PROCBUF_NOMEM);
  fixture_assert_unchanged();
  assert_int_equal(pid.generation, 9);
  assert_int_equal(fixture_info().state, PROCBUF_FAULTED);
  fx_hook.refuse = false;
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(fx_hook.byte_seen, 0x55);
  procbuf_process_info info = fixture_info();
  assert_told(&info);
}

static void P_GRANULE_of_the_initial_break(void **state) {
  (void)state;
  fx.kernel.platform.granule = 16;
  fx_hook.refuse = true; /* is not asked */
  procbuf_layout layout = fixture_layout(1);
  layout.ram_size = 40;
  layout.initial_break = 33;
  assert_create(PROCBUF_NOMEM, layout);
  assert_int_equal(fx_hook.asked, 0);
  fx_hook.refuse = false;
  layout.initial_break = 17;
  assert_create(PROCBUF_OK, layout);
  for (size_t i = 0; i < 32; i++)
    assert_int_equal(fx.ram[1][i], 0); /* to the end of the granule */
  assert_int_equal(fx.ram[1][32], FILLER);
}

static void P_HOOK_is_told_of_a_death(void **state) {
  (void)state;
  procbuf_pid second = fixture_second();
  fx_hook = (hook){.refuse = true}; /* which keeps nobody alive */
  assert_int_equal(procbuf_process_fault(&fx.kernel, second), PROCBUF_OK);
  assert_int_equal(fx_hook.process_index, 1);
  assert_int_equal(fx_hook.next.state, PROCBUF_FAULTED);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(fx_hook.process_index, 0);
  assert_int_equal(fx_hook.next.state, PROCBUF_TERMINATED);
  assert_int_equal(fx_hook.asked, 2);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(fx_hook.asked, 2);
}

static void P_CREATE_zeroes_up_to_the_break(void **state) {
  (void)state;
  for (size_t i = 0; i < INITIAL_BREAK; i++)
    assert_int_equal(fx.ram[0][i], 0);
  for (size_t i = INITIAL_BREAK; i < RAM_SIZE; i++)
    assert_int_equal(fx.ram[0][i], FILLER);
  for (size_t i = 0; i < FLASH_SIZE; i++)
    assert_int_equal(fx.flash[0][i], FILLER);
}

static void P_CREATE_order_of_the_layout(void **state) {
  (void)state;
  procbuf_layout layout = fixture_layout(1);
  layout.initial_break = RAM_SIZE + 1;
  assert_create(PROCBUF_INVAL, layout);
  layout = fixture_layout(1);
  layout.header_size = FLASH_SIZE + 1;
  assert_create(PROCBUF_INVAL, layout);
  layout = fixture_layout(1);
  layout.initial_break = RAM_SIZE;
  layout.header_size = FLASH_SIZE;
  assert_create(PROCBUF_OK, layout);
}

static void P_CREATE_refuses_wraps(void **state) {
  (void)state;
  procbuf_layout layout = fixture_layout(1);
  layout.ram_start = UINTPTR_MAX - RAM_SIZE + 1; /* ends at 2^N */
  layout.initial_break = 0;
  assert_create(PROCBUF_INVAL, layout);
  layout = fixture_layout(1);
  layout.ram_size = SIZE_MAX;
  assert_create(PROCBUF_INVAL, layout);
  layout = fixture_layout(1);
  layout.flash_start = UINTPTR_MAX - FLASH_SIZE + 1;
  assert_create(PROCBUF_INVAL, layout);
}

static void P_CREATE_takes_blocks_at_the_ends_of_the_address_space(void **state) {
  (void)state;
  procbuf_layout layout = fixture_layout(1);
  layout.ram_start = UINTPTR_MAX - RAM_SIZE;
  layout.initial_break = 0;
  layout.flash_start = 0;
  assert_create(PROCBUF_OK, layout);
}

static void P_CREATE_refuses_overlap_of_its_own_blocks(void **state) {
  (void)state;
  procbuf_layout layout = fixture_layout(1);
  layout.flash_start = layout.ram_start + RAM_SIZE - 1;
  assert_create(PROCBUF_INVAL, layout);
  layout.flash_start = layout.ram_start - FLASH_SIZE + 1;
  assert_create(PROCBUF_INVAL, layout);
}

static void P_CREATE_refuses_overlap_with_held_blocks(void **state) {
  (void)state;
  const uintptr_t held_starts[] = {fx.ms, fx.fs};
  const uintptr_t held_ends[] = {fx.me, fx.fe};
  for (unsigned i = 0; i < 2; i++) {
    assert_create(PROCBUF_INVAL, (procbuf_layout){.ram_start = held_ends[i] - 1, .ram_size = 2});
    assert_create(PROCBUF_INVAL, (procbuf_layout){.ram_start = held_starts[i] - 1, .ram_size = 2});
    assert_create(PROCBUF_INVAL, (procbuf_layout){.flash_start = held_ends[i] - 1, .flash_size = 2});
    assert_create(PROCBUF_INVAL, (procbuf_layout){.flash_start = held_starts[i] - 1, .flash_size = 2});
  }
}

static void P_CREATE_refuses_overlap_with_a_dead_process(void **state) {
  (void)state;
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_create(PROCBUF_INVAL, fixture_layout(0));
}

static void P_CREATE_neighbours_do_not_overlap(void **state) {
  (void)state;
  procbuf_layout layout = {.ram_start = fx.ms - 16, .ram_size = 16, .flash_start = fx.fe, .flash_size = 0};
  assert_create(PROCBUF_OK, layout);
}

static void P_CREATE_empty_blocks_overlap_nothing(void **state) {
  (void)state;
  procbuf_layout layout = {.ram_start = fx.ms + 8, .flash_start = fx.ms + 8};
  assert_create(PROCBUF_OK, layout);
}

static void P_CREATE_invalid_comes_before_no_slot(void **state) {
  (void)state;
  fixture_second();
  procbuf_layout layout = {.ram_start = 16, .ram_size = 0, .flash_start = 16, .flash_size = 0};
  assert_create(PROCBUF_NOMEM, layout);
  layout.initial_break = 1;
  assert_create(PROCBUF_INVAL, layout);
}

static void P_GEN_restart_ends_the_generation(void **state) {
  (void)state;
  procbuf_pid old = fx.pid;
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(fx.pid.index, old.index);
  assert_int_equal(fx.pid.generation, old.generation + 1);
  assert_true(procbuf_process_is_live(&fx.kernel, fx.pid));
  assert_false(procbuf_process_is_live(&fx.kernel, old));
  assert_int_equal(procbuf_process_restart(&fx.kernel, old, &old), PROCBUF_NOSUCHAPP);
}

static void P_GEN_unknown_pids_are_not_live(void **state) {
  (void)state;
  const procbuf_pid strange[] = {PROCBUF_PID_NONE, {1, 0},          {1, 1}, {2, 1},
                                 {UINT32_MAX, 1},  {0, UINT32_MAX}, {0, 2}};
  for (unsigned i = 0; i < sizeof strange / sizeof strange[0]; i++) {
    procbuf_pid pid;
    procbuf_process_info info;
    fixture_snapshot();
    assert_false(procbuf_process_is_live(&fx.kernel, strange[i]));
    assert_int_equal(procbuf_process_info_get(&fx.kernel, strange[i], &info), PROCBUF_NOSUCHAPP);
    assert_int_equal(procbuf_process_restart(&fx.kernel, strange[i], &pid), PROCBUF_NOSUCHAPP);
    assert_int_equal(procbuf_process_terminate(&fx.kernel, strange[i]), PROCBUF_NOSUCHAPP);
    assert_int_equal(procbuf_process_fault(&fx.kernel, strange[i]), PROCBUF_NOSUCHAPP);
    assert_int_equal(procbuf_process_set_state(&fx.kernel, strange[i], PROCBUF_YIELDED), PROCBUF_NOSUCHAPP);
    fixture_assert_unchanged();
  }
}

static void P_GEN_exhausted_slot_refuses_to_start_again(void **state) {
  (void)state;
  fixture_start(UINT32_MAX - 1);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(fx.pid.generation, UINT32_MAX);
  procbuf_pid new_pid = PROCBUF_PID_NONE;
  fixture_snapshot();
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &new_pid), PROCBUF_FAIL);
  fixture_assert_unchanged();
  assert_int_equal(new_pid.generation, 0);
  assert_true(procbuf_process_is_live(&fx.kernel, fx.pid));
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &new_pid), PROCBUF_FAIL);
}

static void P_DEAD_terminate_and_fault(void **state) {
  (void)state;
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(fixture_info().state, PROCBUF_TERMINATED);
  assert_false(procbuf_process_is_live(&fx.kernel, fx.pid));
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(fixture_info().state, PROCBUF_FAULTED);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_RUNNING), PROCBUF_NOSUCHAPP);
}

static void P_RESTART_starts_afresh(void **state) {
  (void)state;
  uintptr_t address;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms, INITIAL_BREAK);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 64, 8, &address), PROCBUF_OK);
  memset(fx.ram[0], 0x77, INITIAL_BREAK);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  procbuf_process_info info = fixture_info();
  assert_int_equal(info.state, PROCBUF_RUNNING);
  assert_int_equal(info.app_break, fx.ms + INITIAL_BREAK);
  assert_int_equal(info.high_water_mark, fx.ms);
  assert_int_equal(info.kernel_break, fx.me);
  for (size_t i = 0; i < INITIAL_BREAK; i++)
    assert_int_equal(fx.ram[0][i], 0);
}

static void P_RESTART_forgets_the_slots(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms, 8);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  procbuf_readwrite_buffer buffer;
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 1, &buffer), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_len(&buffer), 0);
  procbuf_range old = fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms, 8);
  assert_int_equal(old.address, 0);
  assert_int_equal(old.length, 0);
}

static void P_RESTART_zeroes_where_a_grant_was_below_the_initial_break(void **state) {
  (void)state;
  uintptr_t address;
  uintptr_t old;
  assert_int_equal(procbuf_brk(&fx.kernel, fx.pid, fx.ms, &old), PROCBUF_OK);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, RAM_SIZE, 1, &address), PROCBUF_OK);
  memset(fx.ram[0], 0xEE, RAM_SIZE);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  for (size_t i = 0; i < INITIAL_BREAK; i++)
    assert_int_equal(fx.ram[0][i], 0);
}

static void P_RESTART_leaves_other_processes_alone(void **state) {
  (void)state;
  procbuf_pid second = fixture_second();
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms, 8);
  assert_int_equal(procbuf_process_restart(&fx.kernel, second, &second), PROCBUF_OK);
  procbuf_readonly_buffer buffer;
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_B, 0, &buffer), PROCBUF_OK);
  assert_int_equal(procbuf_readonly_len(&buffer), 8);
}

static void states_move_between_the_living_three(void **state) {
  (void)state;
  const procbuf_state living[] = {PROCBUF_RUNNING, PROCBUF_YIELDED, PROCBUF_STOPPED};
  for (unsigned from = 0; from < 3; from++) {
    for (unsigned to = 0; to < 3; to++) {
      assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, living[from]), PROCBUF_OK);
      assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, living[to]), PROCBUF_OK);
      assert_int_equal(fixture_info().state, living[to]);
      assert_true(procbuf_process_is_live(&fx.kernel, fx.pid));
    }
  }
}

static void states_refuse_other_targets(void **state) {
  (void)state;
  const procbuf_state others[] = {PROCBUF_STATE_FREE, PROCBUF_FAULTED, PROCBUF_TERMINATED, (procbuf_state)99};
  for (unsigned i = 0; i < 4; i++) {
    fixture_snapshot();
    assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, others[i]), PROCBUF_INVAL);
    fixture_assert_unchanged();
  }
}

static void only_system_calls_are_kernel_entries(void **state) {
  (void)state;
  uint64_t entry = fx.kernel.entry;
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_YIELDED), PROCBUF_OK);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_true(fx.kernel.entry == entry);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(P_CREATE_starts_a_process),
      FIXTURE_TEST(P_CREATE_zeroes_up_to_the_break),
      FIXTURE_TEST(P_CREATE_order_of_the_layout),
      FIXTURE_TEST(P_CREATE_refuses_wraps),
      FIXTURE_TEST(P_CREATE_takes_blocks_at_the_ends_of_the_address_space),
      FIXTURE_TEST(P_CREATE_refuses_overlap_of_its_own_blocks),
      FIXTURE_TEST(P_CREATE_refuses_overlap_with_held_blocks),
      FIXTURE_TEST(P_CREATE_refuses_overlap_with_a_dead_process),
      FIXTURE_TEST(P_CREATE_neighbours_do_not_overlap),
      FIXTURE_TEST(P_CREATE_empty_blocks_overlap_nothing),
      FIXTURE_TEST(P_CREATE_invalid_comes_before_no_slot),
      FIXTURE_TEST(P_GEN_restart_ends_the_generation),
      FIXTURE_TEST(P_GEN_unknown_pids_are_not_live),
      FIXTURE_TEST(P_GEN_exhausted_slot_refuses_to_start_again),
      FIXTURE_TEST(P_DEAD_terminate_and_fault),
      FIXTURE_TEST(P_HOOK_is_asked_before_a_first_life),
      FIXTURE_TEST(P_HOOK_is_asked_last_by_create),
      FIXTURE_TEST(P_HOOK_is_asked_before_a_further_life),
      FIXTURE_TEST(P_HOOK_is_told_of_a_death),
      FIXTURE_TEST(P_GRANULE_of_the_initial_break),
      FIXTURE_TEST(P_RESTART_starts_afresh),
      FIXTURE_TEST(P_RESTART_forgets_the_slots),
      FIXTURE_TEST(P_RESTART_zeroes_where_a_grant_was_below_the_initial_break),
      FIXTURE_TEST(P_RESTART_leaves_other_processes_alone),
      FIXTURE_TEST(states_move_between_the_living_three),
      FIXTURE_TEST(states_refuse_other_targets),
      FIXTURE_TEST(only_system_calls_are_kernel_entries),
  };
  return FIXTURE_RUN(tests);
}
