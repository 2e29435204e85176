// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

fixture fx;
hook fx_hook;

static fixture snapshot;

jmp_buf fixture_panic_jump;
volatile int fixture_panic_armed;
volatile procbuf_panic_reason fixture_panic_reason;

_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  if (!fixture_panic_armed) {
    print_error("unexpected panic, reason %d\n", (int)reason);
    __builtin_trap();
  }
  fixture_panic_armed = 0;
  fixture_panic_reason = reason;
  longjmp(fixture_panic_jump, 1);
}

static const procbuf_driver drivers[DRIVER_COUNT] = {
    {.number = DRIVER_A,
     .readonly_count = 2,
     .readwrite_count = 3,
     .userspace_readable_count = 2,
     .state_size = 24},
    {.number = DRIVER_B, .readonly_count = 1},
    {.number = DRIVER_NONE},
};

static bool protect(void *context, size_t process_index, const procbuf_process_info *next) {
  hook *noted = context;
  noted->asked++;
  noted->process_index = process_index;
  noted->next = *next;
  if (noted->watched != NULL) noted->byte_seen = *noted->watched;
  return !noted->refuse;
}

static void pin(void *context, procbuf_direction direction, uintptr_t address, size_t length) {
  cache *noted = &((hook *)context)->cache;
  *noted = (cache){noted->pinned + 1, noted->unpinned, direction, {address, length}};
}

static void unpin(void *context, procbuf_direction direction, uintptr_t address, size_t length) {
  cache *noted = &((hook *)context)->cache;
  *noted = (cache){noted->pinned, noted->unpinned + 1, direction, {address, length}};
}

procbuf_layout fixture_layout(unsigned process) {
  return (procbuf_layout){.ram_start = (uintptr_t)fx.ram[process],
                          .ram_size = RAM_SIZE,
                          .initial_break = INITIAL_BREAK,
                          .flash_start = (uintptr_t)fx.flash[process],
                          .flash_size = FLASH_SIZE,
                          .header_size = HEADER_SIZE};
}

void fixture_start(uint32_t first) {
  memset(&fx, FILLER, sizeof fx);
  fx_hook = (hook){0};
  procbuf_config config = {.processes = fx.processes,
                           .process_count = 2,
                           .drivers = drivers,
                           .driver_count = DRIVER_COUNT,
                           .grants = fx.grants,
                           .first_generation = first,
                           .pins = fx.pins,
                           .pins_per_process = PINS_PER_PROCESS,
                           .platform = {.context = &fx_hook, .protect = protect, .pin = pin, .unpin = unpin}};
  assert_int_equal(procbuf_kernel_init(&fx.kernel, &config), PROCBUF_OK);
  procbuf_layout layout = fixture_layout(0);
  assert_int_equal(procbuf_process_create(&fx.kernel, &layout, &fx.pid), PROCBUF_OK);
  fx_hook = (hook){0};
  fx.ms = layout.ram_start;
  fx.me = layout.ram_start + RAM_SIZE;
  fx.fs = layout.flash_start;
  fx.fe = layout.flash_start + FLASH_SIZE;
}

int fixture_setup(void **state) {
  (void)state;
  fixture_start(0);
  return 0;
}

procbuf_pid fixture_second(void) {
  procbuf_layout layout = fixture_layout(1);
  procbuf_pid pid;
  assert_int_equal(procbuf_process_create(&fx.kernel, &layout, &pid), PROCBUF_OK);
  return pid;
}

procbuf_process_info fixture_info(void) {
  procbuf_process_info info;
  procbuf_pid pid = {0, fx.processes[0].generation};
  assert_int_equal(procbuf_process_info_get(&fx.kernel, pid, &info), PROCBUF_OK);
  return info;
}

procbuf_range fixture_allow(procbuf_status expected, procbuf_kind kind, uintptr_t driver, uintptr_t number,
                            uintptr_t address, size_t length) {
  procbuf_range range = {1, 1};
  fixture_snapshot();
  procbuf_status status =
      procbuf_allow(&fx.kernel, fx.pid, kind, driver, number, (procbuf_range){address, length}, &range);
  assert_string_equal(procbuf_status_name(status), procbuf_status_name(expected));
  if (expected != PROCBUF_OK) {
    fixture_assert_unchanged();
    assert_int_equal(range.address, address);
    assert_int_equal(range.length, length);
  }
  fixture_assert_order();
  return range;
}

procbuf_readwrite_buffer fixture_readwrite(size_t from, size_t length) {
  procbuf_readwrite_buffer buffer;
  fixture_allow(PROCBUF_OK, PROCBUF_READWRITE, DRIVER_A, 0, fx.ms + from, length);
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 0, &buffer), PROCBUF_OK);
  return buffer;
}

void fixture_snapshot(void) {
  memcpy(&snapshot, &fx, sizeof fx);
}

void fixture_assert_unchanged(void) {
  snapshot.kernel.entry = fx.kernel.entry;
  assert_memory_equal(&fx, &snapshot, sizeof fx);
}

void fixture_assert_order(void) {
  procbuf_process_info info = fixture_info();
  assert_true(info.ram_start <= info.high_water_mark);
  assert_true(info.high_water_mark <= info.app_break);
  assert_true(info.app_break <= info.kernel_break);
  assert_true(info.kernel_break <= info.ram_end);
}
