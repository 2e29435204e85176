// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The harness that the testbed is measured against: the input's bytes choose API calls and their arguments, over
// two processes, and nothing but the sanitizers and the library's own asserts judges what comes of them. No
// model, no expectation, no watched access: it is for the variants of plain access, fuzzplain and fuzzlean.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PROCBUF_STARTUP // for the capability of the external buffers
#include "procbuf/procbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PROCESSES = 2, DRIVERS = 2, HANDLES = 4, RAM = 1024, FLASH = 256, SCRATCH = 64, CALLS_MAX = 200 };

static const procbuf_driver drivers[DRIVERS] = {
    {.number = 0, .readonly_count = 2, .readwrite_count = 2, .userspace_readable_count = 1, .state_size = 16},
    {.number = 1, .readonly_count = 1, .readwrite_count = 1},
};
static const procbuf_external_process_capability capability = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;

// Each block an object of its own, so that ASan puts red zones around it.
static _Alignas(16) uint8_t ram0[RAM], ram1[RAM], flash0[FLASH], flash1[FLASH];
static uint8_t *const rams[PROCESSES] = {ram0, ram1}, *const flashes[PROCESSES] = {flash0, flash1};
static uint8_t scratch[SCRATCH];

static procbuf_process processes[PROCESSES];
static uintptr_t grants[PROCESSES * DRIVERS];
static procbuf_kernel kernel;
static procbuf_pid pids[PROCESSES];
static procbuf_readonly_buffer readonly[HANDLES];
static procbuf_readwrite_buffer readwrite[HANDLES];

// ---- arguments out of the input; zeros when it is used up

static struct {
  const uint8_t *data;
  size_t left;
} input;

static uintptr_t take(size_t bytes) {
  uintptr_t value = 0;
  if (bytes > input.left) bytes = input.left;
  for (size_t i = 0; i < bytes; i++)
    value |= (uintptr_t)input.data[i] << 8 * i;
  input.data += bytes;
  input.left -= bytes;
  return value;
}

static unsigned below(unsigned count) {
  return (unsigned)take(1) % count;
}

static uintptr_t word(void) {
  return take(sizeof(uintptr_t));
}

static uintptr_t address(void) {
  const unsigned base = below(8);
  if (base == 0) return word();
  if (base == 1) return (uintptr_t)flashes[below(PROCESSES)] + take(2) % (FLASH + 16);
  return (uintptr_t)rams[base % PROCESSES] + take(2) % (RAM + 16);
}

static size_t length(void) {
  return below(8) == 0 ? word() : take(2) % (RAM + 16);
}

static uintptr_t number(void) {
  const unsigned chosen = below(8);
  return chosen == 7 ? word() : chosen % 4;
}

static procbuf_pid pid(void) {
  const unsigned chosen = below(16);
  const uint32_t made_up = chosen == 15 ? (uint32_t)take(4) : 0;
  return made_up ? (procbuf_pid){made_up % 4, made_up >> 2} : pids[chosen % PROCESSES];
}

static procbuf_range range(void) {
  const uintptr_t start = address();
  return (procbuf_range){start, length()};
}

// ---- slices, inside an enter

// Part of the slice half of the time, small enough for the scratch memory.
static bool sub_bounds(size_t *from, size_t *to) {
  if (below(2)) return false;
  *from = length();
  *to = *from + take(1) % (SCRATCH + 1);
  return true;
}

static void iterate(procbuf_readable slice) {
  procbuf_bytes bytes = procbuf_readable_bytes(slice);
  procbuf_readable_chunks chunks;
  uint8_t byte;
  while (procbuf_bytes_next(&bytes, &byte))
    scratch[byte % SCRATCH]++;
  if (procbuf_readable_chunks_of(slice, take(1), &chunks) != PROCBUF_OK) return;
  while (procbuf_readable_chunks_next(&chunks, &slice))
    procbuf_readable_copy_to(slice, scratch, SCRATCH);
}

static procbuf_status read_slice(void *context, procbuf_readable slice) {
  size_t from, to;
  uint8_t byte;
  bool equal;
  (void)context;
  if (sub_bounds(&from, &to)) procbuf_readable_sub(slice, from, to, &slice);
  const size_t n = procbuf_readable_len(slice), fitting = n <= SCRATCH ? n : SCRATCH;
  switch (below(4)) {
  case 0:
    procbuf_readable_at(slice, length(), &byte);
    break;
  case 1:
    procbuf_readable_copy_to(slice, scratch, fitting);
    break;
  case 2:
    procbuf_readable_compare(slice, scratch, fitting, &equal);
    break;
  default:
    iterate(slice);
  }
  return PROCBUF_OK;
}

static bool source(void *context, uint8_t *byte) {
  unsigned *left = context;
  if (*left == 0) return false;
  *byte = (uint8_t)*left;
  *left -= 1;
  return true;
}

static procbuf_status write_slice(void *context, procbuf_writeable slice) {
  procbuf_writeable whole = slice;
  procbuf_stream_result result;
  size_t from, to;
  unsigned count;
  (void)context;
  if (sub_bounds(&from, &to)) procbuf_writeable_sub(slice, from, to, &slice);
  const size_t n = procbuf_writeable_len(slice);
  switch (below(6)) {
  case 0:
    from = length();
    procbuf_writeable_set(slice, from, (uint8_t)take(1));
    break;
  case 1:
    procbuf_writeable_copy_from(slice, scratch, n <= SCRATCH ? n : SCRATCH);
    break;
  case 2:
    procbuf_writeable_fill(slice, (uint8_t)take(1));
    break;
  case 3:
    if (procbuf_writeable_sub_from(whole, length(), &whole) && procbuf_writeable_sub_to(whole, n, &whole))
      procbuf_writeable_move(slice, procbuf_writeable_as_readable(whole));
    break;
  case 4:
    procbuf_stream_append(slice, scratch, take(1) % (SCRATCH + 1), &result);
    break;
  default:
    count = below(SCRATCH);
    procbuf_stream_append_from(slice, source, &count, &result);
  }
  return PROCBUF_OK;
}

// ---- calls

static void restart(void) {
  procbuf_pid *restarted = &pids[below(PROCESSES)];
  procbuf_process_restart(&kernel, *restarted, restarted);
}

static void set_state(void) {
  const procbuf_pid changed = pid();
  const procbuf_state state = (procbuf_state)below(PROCBUF_TERMINATED + 1);
  if (state == PROCBUF_TERMINATED) procbuf_process_terminate(&kernel, changed);
  if (state == PROCBUF_FAULTED) procbuf_process_fault(&kernel, changed);
  procbuf_process_set_state(&kernel, changed, state);
}

static void move_break(void) {
  const procbuf_pid moved = pid();
  uintptr_t old;
  if (below(2))
    procbuf_brk(&kernel, moved, address(), &old);
  else
    procbuf_sbrk(&kernel, moved, (intptr_t)(below(2) ? length() : 0 - length()), &old);
}

static void grant(void) {
  const procbuf_pid owner = pid();
  const size_t size = length();
  uintptr_t made;
  if (procbuf_grant_allocate(&kernel, owner, size, (size_t)1 << below(64), &made) == PROCBUF_OK)
    memset((void *)made, 0xA5, size);
}

static void driver_state(void) {
  const procbuf_pid owner = pid();
  void *state;
  if (procbuf_grant_state(&kernel, owner, number(), &state) == PROCBUF_OK)
    memset(state, 0x5A, drivers[0].state_size);
}

static void allow(void) {
  const procbuf_pid caller = pid();
  const unsigned kind = below(4);
  const uintptr_t driver = number(), slot = number();
  const procbuf_range passed = range();
  procbuf_registers registers = {{driver, slot, passed.address, passed.length}};
  procbuf_range old;
  if (kind < 3)
    procbuf_allow(&kernel, caller, (procbuf_kind)kind, driver, slot, passed, &old);
  else
    procbuf_syscall_allow(&kernel, caller, take(1) % 10, &registers, &registers);
}

static void get(void) {
  const procbuf_pid owner = pid();
  const uintptr_t driver = number(), slot = number();
  const unsigned kind = below(3), handle = below(HANDLES);
  if (kind == 0) procbuf_readonly_get(&kernel, owner, driver, slot, &readonly[handle]);
  if (kind == 1) procbuf_readwrite_get(&kernel, owner, driver, slot, &readwrite[handle]);
  if (kind == 2) procbuf_userspace_readable_get(&kernel, owner, driver, slot, &readwrite[handle]);
}

static void external(void) {
  const procbuf_pid owner = pid();
  const unsigned handle = below(HANDLES);
  if (below(2))
    procbuf_readonly_external(&capability, &kernel, owner, range(), &readonly[handle]);
  else
    procbuf_readwrite_external(&capability, &kernel, owner, range(), &readwrite[handle]);
}

static void enter(void) {
  const unsigned handle = below(HANDLES), how = below(4);
  if (how == 0) procbuf_readonly_enter(&readonly[handle], read_slice, NULL);
  if (how == 1) procbuf_readwrite_enter(&readwrite[handle], read_slice, NULL);
  if (how >= 2) procbuf_readwrite_mut_enter(&readwrite[handle], write_slice, NULL);
}

static void consume(void) {
  const unsigned handle = below(HANDLES);
  procbuf_readonly_consume(&readonly[handle]);
  procbuf_readwrite_consume(&readwrite[handle]);
}

// A process runs: it changes some of its own memory, where the stream headers are too.
static void run_process(void) {
  const procbuf_pid runs = pids[below(PROCESSES)];
  const uintptr_t value = word();
  procbuf_process_info info;
  if (procbuf_process_info_get(&kernel, runs, &info) != PROCBUF_OK) return;
  procbuf_to_user(&kernel, runs);
  const uintptr_t own = info.app_break - info.ram_start;
  if (own > sizeof value)
    memcpy((uint8_t *)info.ram_start + take(2) % (own - sizeof value), &value, sizeof value);
  procbuf_from_user(&kernel);
}

// Both processes start with layouts of the input's.
static void start(void) {
  static const procbuf_config config = {.processes = processes,
                                        .process_count = PROCESSES,
                                        .drivers = drivers,
                                        .driver_count = DRIVERS,
                                        .grants = grants};
  memset(pids, 0, sizeof pids);
  memset(readonly, 0, sizeof readonly);
  memset(readwrite, 0, sizeof readwrite);
  procbuf_kernel_init(&kernel, &config);
  for (unsigned i = 0; i < PROCESSES; i++) {
    memset(rams[i], 0, RAM);
    const procbuf_layout layout = {.ram_start = (uintptr_t)rams[i],
                                   .ram_size = RAM - below(16),
                                   .initial_break = take(2) % (RAM + 16),
                                   .flash_start = (uintptr_t)flashes[i],
                                   .flash_size = FLASH - below(16),
                                   .header_size = below(FLASH)};
    procbuf_process_create(&kernel, &layout, &pids[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const calls[])(void) = {restart, set_state, move_break, grant,      driver_state, allow,
                                        allow,   allow,     get,        get,        external,     enter,
                                        enter,   enter,     consume,    run_process};
  input.data = data;
  input.left = size;
  start();
  for (unsigned i = 0; i < CALLS_MAX && input.left > 0; i++)
    calls[below(sizeof calls / sizeof *calls)]();
  return 0;
}
