// SPDX-License-Identifier: Apache-2.0 OR MIT
#define PROCBUF_STARTUP
#include "fixture.h"

#include <string.h>

static const procbuf_external_process_capability external = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;

/* What a callback of enter saw. */
typedef struct visit {
  unsigned count;
  size_t length;
  procbuf_status result;
} visit;

static procbuf_status note_readable(void *context, procbuf_readable slice) {
  visit *noted = context;
  noted->count++;
  noted->length = procbuf_readable_len(slice);
  return noted->result;
}

static procbuf_status note_writeable(void *context, procbuf_writeable slice) {
  visit *noted = context;
  noted->count++;
  noted->length = procbuf_writeable_len(slice);
  return noted->result;
}

static void assert_readonly_reaches(const procbuf_readonly_buffer *buffer, uintptr_t address, size_t length) {
  visit noted = {.result = PROCBUF_OFF};
  assert_int_equal(procbuf_readonly_len(buffer), length);
  assert_int_equal(procbuf_readonly_ptr(buffer), address);
  assert_int_equal(procbuf_readonly_enter(buffer, note_readable, &noted), PROCBUF_OFF);
  assert_int_equal(noted.count, 1);
  assert_int_equal(noted.length, length);
}

static void assert_readonly_dead(const procbuf_readonly_buffer *buffer) {
  visit noted = {0};
  assert_int_equal(procbuf_readonly_len(buffer), 0);
  assert_int_equal(procbuf_readonly_ptr(buffer), 0);
  assert_int_equal(procbuf_readonly_enter(buffer, note_readable, &noted), PROCBUF_NOSUCHAPP);
  assert_int_equal(noted.count, 0);
}

static void assert_readwrite_reaches(const procbuf_readwrite_buffer *buffer, uintptr_t address,
                                     size_t length) {
  visit noted = {.result = PROCBUF_NOACK};
  assert_int_equal(procbuf_readwrite_len(buffer), length);
  assert_int_equal(procbuf_readwrite_ptr(buffer), address);
  assert_int_equal(procbuf_readwrite_enter(buffer, note_readable, &noted), PROCBUF_NOACK);
  assert_int_equal(noted.length, length);
  assert_int_equal(procbuf_readwrite_mut_enter(buffer, note_writeable, &noted), PROCBUF_NOACK);
  assert_int_equal(noted.length, length);
  assert_int_equal(noted.count, 2);
}

static void assert_readwrite_dead(const procbuf_readwrite_buffer *buffer) {
  visit noted = {0};
  assert_int_equal(procbuf_readwrite_len(buffer), 0);
  assert_int_equal(procbuf_readwrite_ptr(buffer), 0);
  assert_int_equal(procbuf_readwrite_enter(buffer, note_readable, &noted), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_readwrite_mut_enter(buffer, note_writeable, &noted), PROCBUF_NOSUCHAPP);
  assert_int_equal(noted.count, 0);
}

static void B_GET_each_kind(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 1, fx.ms + 1, 11);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 1, fx.ms + 2, 12);
  fixture_allow(PROCBUF_OK, PROCBUF_USERSPACE_READABLE, DRIVER_A, 1, fx.ms + 3, 13);
  procbuf_readonly_buffer readonly;
  procbuf_readwrite_buffer readwrite;
  procbuf_readwrite_buffer readable;
  uint64_t entry = fx.kernel.entry;
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_A, 1, &readonly), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 1, &readwrite), PROCBUF_OK);
  assert_int_equal(procbuf_userspace_readable_get(&fx.kernel, fx.pid, DRIVER_A, 1, &readable), PROCBUF_OK);
  assert_true(fx.kernel.entry == entry);
  assert_readonly_reaches(&readonly, fx.ms + 1, 11);
  assert_readwrite_reaches(&readwrite, fx.ms + 2, 12);
  assert_readwrite_reaches(&readable, fx.ms + 3, 13);
}

static void B_GET_errors_in_order(void **state) {
  (void)state;
  procbuf_pid none = PROCBUF_PID_NONE;
  procbuf_readwrite_buffer buffer = PROCBUF_READWRITE_BUFFER_DEFAULT;
  procbuf_readwrite_buffer before = buffer;
  fixture_snapshot();
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, none, 99, 3, &buffer), PROCBUF_NODEVICE);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, none, DRIVER_A, 3, &buffer), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 3, &buffer), PROCBUF_INVAL);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, UINTPTR_MAX, &buffer), PROCBUF_INVAL);
  assert_int_equal(procbuf_userspace_readable_get(&fx.kernel, fx.pid, DRIVER_A, 2, &buffer), PROCBUF_INVAL);
  fixture_assert_unchanged();
  assert_memory_equal(&buffer, &before, sizeof buffer);
  procbuf_readonly_buffer readonly;
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_A, 2, &readonly), PROCBUF_INVAL);
}

static void B_GET_unused_slots_are_empty(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer;
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 2, &buffer), PROCBUF_OK);
  assert_readwrite_reaches(&buffer, 0, 0);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms, 8);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 2, &buffer), PROCBUF_OK);
  assert_readwrite_reaches(&buffer, 0, 0);
}

static void B_DEFAULT_belongs_to_no_process(void **state) {
  (void)state;
  static const procbuf_readonly_buffer readonly = PROCBUF_READONLY_BUFFER_DEFAULT;
  static const procbuf_readwrite_buffer readwrite = PROCBUF_READWRITE_BUFFER_DEFAULT;
  static const procbuf_readwrite_buffer zero;
  assert_readonly_dead(&readonly);
  assert_readwrite_dead(&readwrite);
  assert_memory_equal(&readwrite, &zero, sizeof zero);
}

static void B_PTR_is_null_for_length_zero(void **state) {
  (void)state;
  procbuf_readonly_buffer buffer;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, 0xDEAD, 0);
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_A, 0, &buffer), PROCBUF_OK);
  assert_readonly_reaches(&buffer, 0, 0);
  procbuf_readwrite_buffer readwrite;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, UINTPTR_MAX, 0);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 0, &readwrite), PROCBUF_OK);
  assert_readwrite_reaches(&readwrite, 0, 0);
}

static void P_DEAD_buffers_die_at_once(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 16);
  assert_readwrite_reaches(&buffer, fx.ms, 16);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_readwrite_dead(&buffer);
}

static void P_DEAD_stopped_processes_buffers_work(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 16);
  assert_int_equal(procbuf_process_set_state(&fx.kernel, fx.pid, PROCBUF_STOPPED), PROCBUF_OK);
  assert_readwrite_reaches(&buffer, fx.ms, 16);
}

static void P_GEN_buffers_do_not_survive_restart(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 16);
  procbuf_readonly_buffer raw;
  procbuf_range range = {fx.ms, 16};
  assert_int_equal(procbuf_readonly_external(&external, &fx.kernel, fx.pid, range, &raw), PROCBUF_OK);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_readwrite_dead(&buffer);
  assert_readonly_dead(&raw);
}

static void B_RETURNED_handles_end_with_each_system_call(void **state) {
  (void)state;
  uintptr_t old;
  procbuf_registers registers = {{DRIVER_A, 1, 0, 0}};
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 16);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0);
  assert_readwrite_dead(&buffer);
  buffer = fixture_readwrite(0, 16);
  fixture_allow(PROCBUF_NODEVICE, PROCBUF_READWRITE, 99, 0, 0, 0);
  assert_readwrite_dead(&buffer);
  buffer = fixture_readwrite(0, 16);
  assert_int_equal(procbuf_brk(&fx.kernel, fx.pid, fx.ms, &old), PROCBUF_INVAL);
  assert_readwrite_dead(&buffer);
  buffer = fixture_readwrite(0, 16);
  assert_int_equal(procbuf_sbrk(&fx.kernel, fx.pid, 0, &old), PROCBUF_OK);
  assert_readwrite_dead(&buffer);
  buffer = fixture_readwrite(0, 16);
  assert_true(procbuf_syscall_allow(&fx.kernel, fx.pid, 4, &registers, &registers));
  assert_readwrite_dead(&buffer);
  buffer = fixture_readwrite(0, 16);
  procbuf_to_user(&fx.kernel, fx.pid);
  assert_readwrite_dead(&buffer);
}

static void B_RETURNED_other_calls_leave_handles_alone(void **state) {
  (void)state;
  uintptr_t address;
  procbuf_readwrite_buffer other;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  assert_int_equal(procbuf_grant_allocate(&fx.kernel, fx.pid, 8, 8, &address), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 1, &other), PROCBUF_OK);
  procbuf_registers registers = {{0, 0, 0, 0}};
  assert_false(procbuf_syscall_allow(&fx.kernel, fx.pid, 0, &registers, &registers));
  procbuf_from_user(&fx.kernel);
  assert_readwrite_reaches(&buffer, fx.ms + 4, 16);
}

static void B_EXTERNAL_lives_as_long_as_its_pid(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer;
  procbuf_range range = {fx.ms + 8, 24};
  uint64_t entry = fx.kernel.entry;
  assert_int_equal(procbuf_readwrite_external(&external, &fx.kernel, fx.pid, range, &buffer), PROCBUF_OK);
  assert_true(fx.kernel.entry == entry);
  procbuf_to_user(&fx.kernel, fx.pid);
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0);
  assert_readwrite_reaches(&buffer, fx.ms + 8, 24);
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_readwrite_dead(&buffer);
}

static void B_EXTERNAL_judges_ranges_in_every_build(void **state) {
  (void)state;
  procbuf_readonly_buffer readonly;
  procbuf_readwrite_buffer readwrite;
  const procbuf_range flash = {fx.fs + HEADER_SIZE, 8};
  const procbuf_range outside[] = {
      {fx.ms, INITIAL_BREAK + 1}, {fx.ms - 1, 2}, {fx.fs, 8}, {fx.me - 8, 8}, {UINTPTR_MAX, 2}};
  assert_int_equal(procbuf_readonly_external(&external, &fx.kernel, fx.pid, flash, &readonly), PROCBUF_OK);
  assert_readonly_reaches(&readonly, fx.fs + HEADER_SIZE, 8);
  fixture_snapshot();
  assert_int_equal(procbuf_readwrite_external(&external, &fx.kernel, fx.pid, flash, &readwrite),
                   PROCBUF_INVAL);
  for (unsigned i = 0; i < sizeof outside / sizeof outside[0]; i++) {
    assert_int_equal(procbuf_readonly_external(&external, &fx.kernel, fx.pid, outside[i], &readonly),
                     PROCBUF_INVAL);
    assert_int_equal(procbuf_readwrite_external(&external, &fx.kernel, fx.pid, outside[i], &readwrite),
                     PROCBUF_INVAL);
  }
  fixture_assert_unchanged();
}

static void B_EXTERNAL_raises_the_mark(void **state) {
  (void)state;
  procbuf_readonly_buffer buffer;
  uintptr_t old;
  procbuf_range range = {fx.ms + 100, 28};
  assert_int_equal(procbuf_readonly_external(&external, &fx.kernel, fx.pid, range, &buffer), PROCBUF_OK);
  assert_int_equal(fixture_info().high_water_mark, fx.ms + 128);
  assert_int_equal(procbuf_brk(&fx.kernel, fx.pid, fx.ms + 127, &old), PROCBUF_INVAL);
}

static void B_EXTERNAL_takes_empty_ranges_anywhere(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer;
  procbuf_range nothing = {UINTPTR_MAX, 0};
  assert_int_equal(procbuf_readwrite_external(&external, &fx.kernel, fx.pid, nothing, &buffer), PROCBUF_OK);
  assert_readwrite_reaches(&buffer, 0, 0);
  assert_int_equal(procbuf_readwrite_consume(&buffer).address, UINTPTR_MAX);
}

static void B_CONSUME_yields_the_raw_range(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 16);
  procbuf_range range = procbuf_readwrite_consume(&buffer);
  assert_int_equal(range.address, fx.ms + 4);
  assert_int_equal(range.length, 16);
  assert_readwrite_dead(&buffer);
  range = procbuf_readwrite_consume(&buffer);
  assert_int_equal(range.address, 0);
  assert_int_equal(range.length, 0);
}

static void B_CONSUME_of_a_dead_handle(void **state) {
  (void)state;
  procbuf_readonly_buffer buffer;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_A, 0, fx.ms + 1, 2);
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_A, 0, &buffer), PROCBUF_OK);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  procbuf_range range = procbuf_readonly_consume(&buffer);
  assert_int_equal(range.address, fx.ms + 1);
  assert_int_equal(range.length, 2);
  assert_readonly_dead(&buffer);
}

static void assert_restart_is_busy(void) {
  procbuf_pid pid = PROCBUF_PID_NONE;
  fixture_snapshot();
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &pid), PROCBUF_BUSY);
  fixture_assert_unchanged();
  assert_int_equal(pid.generation, 0);
}

static procbuf_status end_it_meanwhile(void *context, procbuf_writeable slice) {
  const procbuf_readwrite_buffer *buffer = context;
  assert_restart_is_busy();
  assert_int_equal(procbuf_process_fault(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_readwrite_dead(buffer);
  assert_restart_is_busy();
  procbuf_writeable_fill(slice, 0x42);
  return procbuf_writeable_len(slice) == 8 ? PROCBUF_OK : PROCBUF_SIZE;
}

static procbuf_status enter_again_and_end_it(void *context, procbuf_writeable slice) {
  const procbuf_readwrite_buffer *buffer = context;
  assert_int_equal(procbuf_readwrite_mut_enter(buffer, end_it_meanwhile, context), PROCBUF_OK);
  assert_restart_is_busy(); /* one enter is still open */
  procbuf_writeable_fill(slice, 0x43);
  return PROCBUF_OK;
}

static void P_DEAD_an_open_enter_ends_as_it_began(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, enter_again_and_end_it, &buffer), PROCBUF_OK);
  for (unsigned i = 0; i < 8; i++)
    assert_int_equal(fx.ram[0][i], 0x43);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
  assert_int_equal(fx.ram[0][0], 0);
}

static procbuf_status restart_second(void *context, procbuf_readable slice) {
  (void)slice;
  procbuf_pid *second = context;
  return procbuf_process_restart(&fx.kernel, *second, second);
}

static void an_open_enter_holds_up_no_other_process(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  procbuf_pid second = fixture_second();
  assert_int_equal(procbuf_readwrite_enter(&buffer, restart_second, &second), PROCBUF_OK);
}

static procbuf_status consume_it(void *context, procbuf_writeable slice) {
  procbuf_readwrite_buffer *buffer = context;
  procbuf_readwrite_consume(buffer);
  procbuf_writeable_fill(slice, 0x42);
  return PROCBUF_CANCEL;
}

static void the_callback_may_consume_the_handle(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, consume_it, &buffer), PROCBUF_CANCEL);
  for (unsigned i = 0; i < 8; i++)
    assert_int_equal(fx.ram[0][i], 0x42);
  assert_int_equal(fx.ram[0][8], 0);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
}

static procbuf_status swap_the_slot(void *context, procbuf_writeable slice) {
  (void)context;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, 0, 0);
  return procbuf_writeable_len(slice) == 8 ? PROCBUF_OK : PROCBUF_SIZE;
}

static void an_open_slice_outlives_a_kernel_entry(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, swap_the_slot, NULL), PROCBUF_OK);
  assert_readwrite_dead(&buffer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(B_GET_each_kind),
      FIXTURE_TEST(B_GET_errors_in_order),
      FIXTURE_TEST(B_GET_unused_slots_are_empty),
      FIXTURE_TEST(B_DEFAULT_belongs_to_no_process),
      FIXTURE_TEST(B_PTR_is_null_for_length_zero),
      FIXTURE_TEST(P_DEAD_buffers_die_at_once),
      FIXTURE_TEST(P_DEAD_stopped_processes_buffers_work),
      FIXTURE_TEST(P_GEN_buffers_do_not_survive_restart),
      FIXTURE_TEST(B_RETURNED_handles_end_with_each_system_call),
      FIXTURE_TEST(B_RETURNED_other_calls_leave_handles_alone),
      FIXTURE_TEST(B_EXTERNAL_lives_as_long_as_its_pid),
      FIXTURE_TEST(B_EXTERNAL_judges_ranges_in_every_build),
      FIXTURE_TEST(B_EXTERNAL_raises_the_mark),
      FIXTURE_TEST(B_EXTERNAL_takes_empty_ranges_anywhere),
      FIXTURE_TEST(B_CONSUME_yields_the_raw_range),
      FIXTURE_TEST(B_CONSUME_of_a_dead_handle),
      FIXTURE_TEST(P_DEAD_an_open_enter_ends_as_it_began),
      FIXTURE_TEST(an_open_enter_holds_up_no_other_process),
      FIXTURE_TEST(the_callback_may_consume_the_handle),
      FIXTURE_TEST(an_open_slice_outlives_a_kernel_entry),
  };
  return FIXTURE_RUN(tests);
}
