// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static procbuf_registers call(uintptr_t syscall_class, procbuf_registers arguments) {
  procbuf_registers result = {{11, 12, 13, 14}};
  assert_true(procbuf_syscall_allow(&fx.kernel, fx.pid, syscall_class, &arguments, &result));
  return result;
}

static void assert_registers(procbuf_registers actual, uintptr_t r0, uintptr_t r1, uintptr_t r2,
                             uintptr_t r3) {
  const procbuf_registers expected = {{r0, r1, r2, r3}};
  assert_memory_equal(&actual, &expected, sizeof expected);
}

static void A_ABI_success_gives_the_old_range(void **state) {
  (void)state;
  const uintptr_t classes[] = {3, 4, 7};
  for (unsigned i = 0; i < 3; i++) {
    assert_registers(call(classes[i], (procbuf_registers){{DRIVER_A, 1, fx.ms + i, 8}}), 130, 0, 0, 8);
    assert_registers(call(classes[i], (procbuf_registers){{DRIVER_A, 1, 5, 0}}), 130, fx.ms + i, 8, 0);
    assert_registers(call(classes[i], (procbuf_registers){{DRIVER_A, 1, 0, 0}}), 130, 5, 0, 0);
  }
}

static void A_ABI_failure_gives_error_and_passed_range(void **state) {
  (void)state;
  assert_registers(call(3, (procbuf_registers){{99, 0, 21, 22}}), 2, 11, 21, 22);
  assert_registers(call(3, (procbuf_registers){{DRIVER_A, 3, fx.ms, 1}}), 2, 10, fx.ms, 1);
  assert_registers(call(4, (procbuf_registers){{DRIVER_A, 0, fx.me, 1}}), 2, 6, fx.me, 1);
  fx_hook.refuse = true;
  assert_registers(call(7, (procbuf_registers){{DRIVER_A, 0, fx.ms, 1}}), 2, 9, fx.ms, 1);
  fx.pid = PROCBUF_PID_NONE;
  assert_registers(call(3, (procbuf_registers){{DRIVER_A, 0, fx.ms, 1}}), 2, 1, fx.ms, 1);
}

static void A_ABI_classes_name_their_kind(void **state) {
  (void)state;
  uintptr_t flash = fx.fs + HEADER_SIZE;
  assert_registers(call(PROCBUF_CLASS_READONLY, (procbuf_registers){{DRIVER_A, 0, flash, 8}}), 130, 0, 0, 8);
  assert_registers(call(PROCBUF_CLASS_READWRITE, (procbuf_registers){{DRIVER_A, 2, fx.ms, 3}}), 130, 0, 0, 3);
  assert_registers(call(PROCBUF_CLASS_USERSPACE_READABLE, (procbuf_registers){{DRIVER_A, 2, fx.ms, 3}}), 2,
                   10, fx.ms, 3);
  procbuf_readwrite_buffer buffer;
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 2, &buffer), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_len(&buffer), 3);
}

static void A_ABI_arguments_and_result_may_be_one_object(void **state) {
  (void)state;
  procbuf_registers registers = {{DRIVER_A, 0, fx.ms + 4, 4}};
  assert_true(procbuf_syscall_allow(&fx.kernel, fx.pid, 3, &registers, &registers));
  assert_registers(registers, 130, 0, 0, 4);
  registers = (procbuf_registers){{DRIVER_A, 9, fx.ms + 4, 4}};
  assert_true(procbuf_syscall_allow(&fx.kernel, fx.pid, 3, &registers, &registers));
  assert_registers(registers, 2, 10, fx.ms + 4, 4);
}

static procbuf_registers memop(uintptr_t operation, uintptr_t argument) {
  procbuf_registers registers = {{operation, argument, 13, 14}};
  assert_true(procbuf_syscall_memop(&fx.kernel, fx.pid, 5, &registers, &registers));
  return registers;
}

static void M_OPS_report_bounds(void **state) {
  (void)state;
  procbuf_process_info info;
  assert_int_equal(procbuf_process_info_get(&fx.kernel, fx.pid, &info), PROCBUF_OK);
  const uintptr_t values[] = {info.ram_start, info.ram_end,      info.flash_start,
                              info.flash_end, info.kernel_break, 0};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
    assert_registers(memop(PROCBUF_MEMOP_RAM_START + i, 12), 129, values[i], 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_STACK_START, 12), 128, 12, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_HEAP_START, 12), 128, 12, 13, 14);
}

static void M_OPS_move_the_break(void **state) {
  (void)state;
  procbuf_process_info info;
  assert_int_equal(procbuf_process_info_get(&fx.kernel, fx.pid, &info), PROCBUF_OK);
  const uintptr_t old = info.app_break;
  assert_registers(memop(PROCBUF_MEMOP_BRK, old - 8), 128, old - 8, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_SBRK, 4), 129, old - 8, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_SBRK, (uintptr_t)-4), 129, old - 4, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_SBRK, 0), 129, old - 8, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_BRK, info.ram_end + 1), 0, 6, 13, 14);
  fx_hook.refuse = true;
  assert_registers(memop(PROCBUF_MEMOP_SBRK, 4), 0, 9, 13, 14);
}

static void M_ORDER_of_errors(void **state) {
  (void)state;
  assert_registers(memop(12, 0), 0, 10, 13, 14);
  assert_registers(memop(UINTPTR_MAX, 0), 0, 10, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_REGION_START, 0), 0, 1, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_REGION_END, 0), 0, 1, 13, 14);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_registers(memop(12, 0), 0, 1, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_BRK, 0), 0, 1, 13, 14);
  assert_registers(memop(PROCBUF_MEMOP_RAM_START, 0), 0, 1, 13, 14);
}

static void M_OPS_are_kernel_entries(void **state) {
  (void)state;
  for (uintptr_t operation = 0; operation < 13; operation++) {
    const uint64_t entry = fx.kernel.entry;
    memop(operation, 0);
    assert_true(fx.kernel.entry == entry + 1);
  }
}

static void A_ABI_other_classes_do_nothing(void **state) {
  (void)state;
  const uintptr_t others[] = {0, 1, 2, 6, 8, 0x103, 0x105, 0x10004, UINTPTR_MAX, UINTPTR_MAX - 4};
  const procbuf_registers arguments = {{DRIVER_A, 0, fx.ms, 8}};
  for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
    procbuf_registers result = {{11, 12, 13, 14}};
    uint64_t entry = fx.kernel.entry;
    fixture_snapshot();
    assert_false(procbuf_syscall_allow(&fx.kernel, fx.pid, others[i], &arguments, &result));
    assert_false(procbuf_syscall_memop(&fx.kernel, fx.pid, others[i], &arguments, &result));
    fixture_assert_unchanged();
    assert_true(fx.kernel.entry == entry);
    assert_registers(result, 11, 12, 13, 14);
  }
}

static void A_ABI_is_one_kernel_entry(void **state) {
  (void)state;
  uint64_t entry = fx.kernel.entry;
  call(3, (procbuf_registers){{DRIVER_A, 0, fx.ms, 8}});
  assert_true(fx.kernel.entry == entry + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(A_ABI_success_gives_the_old_range),
      FIXTURE_TEST(A_ABI_failure_gives_error_and_passed_range),
      FIXTURE_TEST(A_ABI_classes_name_their_kind),
      FIXTURE_TEST(A_ABI_arguments_and_result_may_be_one_object),
      FIXTURE_TEST(A_ABI_other_classes_do_nothing),
      FIXTURE_TEST(A_ABI_is_one_kernel_entry),
      FIXTURE_TEST(M_OPS_report_bounds),
      FIXTURE_TEST(M_OPS_move_the_break),
      FIXTURE_TEST(M_ORDER_of_errors),
      FIXTURE_TEST(M_OPS_are_kernel_entries),
  };
  return FIXTURE_RUN(tests);
}
