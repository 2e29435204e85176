// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * What an access costs, in one table: each operation of the library beside a plain baseline that does the
 * same work without it. Build lean, -O2, the library in files of its own. Operations and baselines take turns, and the best of many turns of
 * each counts, so that a busy machine disturbs both alike and the figures little.
 *
 *   enter+copy_to n   enter a buffer, copy its n bytes to kernel memory, always the same, so always in the
 *                     first cache | memcpy of n bytes in a function of its own
 *   ... n, moving     the same over WINDOWS buffers in turn, to as many places: memory that no first cache
 *                     holds
 *   allow swap        swap the range of a slot that exists | call of an empty function
 *   stream append 64  enter a buffer, append 64 bytes to its stream | call of an empty function
 *   ... from a source the same from a byte source | call of an empty function
 *   enter             enter a buffer and do nothing | call of an empty function
 *   enter+sub         enter a buffer, take the length of a sub-slice of it | call of an empty function
 *   enter+bytes n     enter a buffer, copy its n bytes with an iterator | a loop over volatile bytes
 *   enter+at n        the same by index | the same
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROCBUF_STARTUP /* for the capability that the moving windows are made with */
#include "procbuf/procbuf.h"

enum {
  WINDOW = 4096,
  WINDOWS = 64,
  BREAK = WINDOW * WINDOWS,
  RAM_SIZE = BREAK + 8192,
  TURNS = 400,
  CALLS = 512,
  CHUNK = 64
};

_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  (void)reason;
  abort();
}

static procbuf_kernel kernel;
static procbuf_process process;
static uintptr_t grants[1];
static _Alignas(64) uint8_t ram[RAM_SIZE];
static _Alignas(64) uint8_t kernel_memory[BREAK];
static const procbuf_driver driver = {.number = 1, .readonly_count = 1, .readwrite_count = 1};
static procbuf_pid pid;
static procbuf_readonly_buffer readonly;
static procbuf_readwrite_buffer readwrite;
static procbuf_readonly_buffer windows[WINDOWS];
static size_t window; /* the one whose turn it is */

/* One row of the table: two functions that take the same number of bytes. */
typedef struct measurement {
  const char *name;
  void (*operation)(size_t n);
  void (*baseline)(size_t n);
  size_t n;
} measurement;

static void require(procbuf_status status) {
  if (status == PROCBUF_OK) return;
  fprintf(stderr, "bench: unexpected status %s\n", procbuf_status_name(status));
  exit(1);
}

/* The compiler believes that all memory was read and written here. */
static inline void clobber(void) {
  __asm__ volatile("" ::: "memory");
}

static procbuf_status copy(void *context, procbuf_readable slice) {
  const size_t *n = context;
  return procbuf_readable_copy_to(slice, kernel_memory, *n);
}

static __attribute__((noinline)) void enter_and_copy(size_t n) {
  procbuf_readonly_enter(&readonly, copy, &n);
  clobber();
}

static __attribute__((noinline)) void plain_copy(size_t n) {
  memcpy(kernel_memory, ram, n);
  clobber();
}

static procbuf_status copy_window(void *context, procbuf_readable slice) {
  const size_t *n = context;
  return procbuf_readable_copy_to(slice, kernel_memory + window * WINDOW, *n);
}

static __attribute__((noinline)) void enter_and_copy_moving(size_t n) {
  window = (window + 1) % WINDOWS;
  procbuf_readonly_enter(&windows[window], copy_window, &n);
  clobber();
}

static __attribute__((noinline)) void plain_copy_moving(size_t n) {
  window = (window + 1) % WINDOWS;
  memcpy(kernel_memory + window * WINDOW, ram + window * WINDOW, n);
  clobber();
}

static __attribute__((noinline)) void nothing(size_t n) {
  (void)n;
  clobber();
}

static __attribute__((noinline)) void swap(size_t n) {
  procbuf_range range;
  procbuf_allow(&kernel, pid, PROCBUF_READWRITE, driver.number, 0, (procbuf_range){(uintptr_t)ram, n},
                &range);
  clobber();
}

static procbuf_status append_chunk(void *context, procbuf_writeable slice) {
  const size_t *n = context;
  procbuf_stream_result result;
  return procbuf_stream_append(slice, kernel_memory, *n, &result);
}

static __attribute__((noinline)) void append(size_t n) {
  memset(ram + 4, 0, 4); /* the offset: an empty stream each time, as userspace makes it */
  procbuf_readwrite_mut_enter(&readwrite, append_chunk, &n);
  clobber();
}

typedef struct source {
  size_t at;
  size_t n;
} source;

static bool next_byte(void *context, uint8_t *byte) {
  source *from = context;
  if (from->at == from->n) return false;
  *byte = kernel_memory[from->at++];
  return true;
}

static procbuf_status append_source(void *context, procbuf_writeable slice) {
  procbuf_stream_result result;
  return procbuf_stream_append_from(slice, next_byte, context, &result);
}

static __attribute__((noinline)) void append_from(size_t n) {
  source from = {0, n};
  memset(ram + 4, 0, 4);
  procbuf_readwrite_mut_enter(&readwrite, append_source, &from);
  clobber();
}

static procbuf_status do_nothing(void *context, procbuf_readable slice) {
  (void)context, (void)slice;
  return PROCBUF_OK;
}

static __attribute__((noinline)) void enter(size_t n) {
  (void)n;
  procbuf_readonly_enter(&readonly, do_nothing, NULL);
  clobber();
}

static procbuf_status take_part(void *context, procbuf_readable slice) {
  size_t *n = context;
  procbuf_readable part;
  if (!procbuf_readable_sub(slice, 8, *n, &part)) return PROCBUF_SIZE;
  *n = procbuf_readable_len(part);
  return PROCBUF_OK;
}

static __attribute__((noinline)) void enter_and_sub(size_t n) {
  procbuf_readonly_enter(&readonly, take_part, &n);
  clobber();
}

static procbuf_status copy_by_iterator(void *context, procbuf_readable slice) {
  (void)context;
  procbuf_bytes bytes = procbuf_readable_bytes(slice);
  uint8_t byte;
  for (size_t i = 0; procbuf_bytes_next(&bytes, &byte); i++)
    kernel_memory[i] = byte;
  return PROCBUF_OK;
}

static __attribute__((noinline)) void enter_and_iterate(size_t n) {
  (void)n;
  procbuf_readonly_enter(&readonly, copy_by_iterator, NULL);
  clobber();
}

static procbuf_status copy_by_index(void *context, procbuf_readable slice) {
  const size_t *n = context;
  for (size_t i = 0; i < *n; i++) {
    if (!procbuf_readable_at(slice, i, &kernel_memory[i])) return PROCBUF_SIZE;
  }
  return PROCBUF_OK;
}

static __attribute__((noinline)) void enter_and_index(size_t n) {
  procbuf_readonly_enter(&readonly, copy_by_index, &n);
  clobber();
}

static __attribute__((noinline)) void plain_bytes(size_t n) {
  const volatile uint8_t *from = ram;
  for (size_t i = 0; i < n; i++)
    kernel_memory[i] = from[i];
  clobber();
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds of CALLS calls. */
static uint64_t turn(void (*function)(size_t n), size_t n) {
  uint64_t start = now();
  for (unsigned i = 0; i < CALLS; i++)
    function(n);
  return now() - start;
}

static void start_process(void) {
  procbuf_config config = {
      .processes = &process, .process_count = 1, .drivers = &driver, .driver_count = 1, .grants = grants};
  procbuf_layout layout = {.ram_start = (uintptr_t)ram, .ram_size = sizeof ram, .initial_break = BREAK};
  require(procbuf_kernel_init(&kernel, &config));
  require(procbuf_process_create(&kernel, &layout, &pid));
}

/* A buffer over each window, of WINDOW bytes: the size that the moving rows copy. */
static void share_windows(void) {
  static const procbuf_external_process_capability capability = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;
  for (size_t i = 0; i < WINDOWS; i++) {
    procbuf_range range = {(uintptr_t)ram + i * WINDOW, WINDOW};
    require(procbuf_readonly_external(&capability, &kernel, pid, range, &windows[i]));
  }
}

/* Shares the first n bytes in both slots, and gets them. */
static void share(size_t n) {
  procbuf_range all = {(uintptr_t)ram, n};
  procbuf_range old;
  require(procbuf_allow(&kernel, pid, PROCBUF_READONLY, driver.number, 0, all, &old));
  all.length = BREAK;
  require(procbuf_allow(&kernel, pid, PROCBUF_READWRITE, driver.number, 0, all, &old));
  require(procbuf_readonly_get(&kernel, pid, driver.number, 0, &readonly));
  require(procbuf_readwrite_get(&kernel, pid, driver.number, 0, &readwrite));
}

/* The operations do not look at what the library returns; this does, once. */
static void prove_that_it_works(const measurement *row) {
  memset(ram, 0, BREAK);
  memset(kernel_memory, 1, BREAK);
  row->operation(row->n);
  bool copies = row->operation == enter_and_copy || row->baseline == plain_bytes;
  if (copies && memcmp(ram, kernel_memory, row->n) != 0) require(PROCBUF_FAIL);
  bool appends = row->operation == append || row->operation == append_from;
  if (appends && ram[8 + row->n - 1] != 1) require(PROCBUF_FAIL);
}

static void measure(const measurement *row) {
  uint64_t best = UINT64_MAX;
  uint64_t best_baseline = UINT64_MAX;
  share(row->n);
  prove_that_it_works(row);
  for (unsigned i = 0; i < TURNS; i++) {
    uint64_t spent = turn(row->operation, row->n);
    uint64_t spent_baseline = turn(row->baseline, row->n);
    if (spent < best) best = spent;
    if (spent_baseline < best_baseline) best_baseline = spent_baseline;
  }
  double ns = (double)best / (double)CALLS;
  double baseline_ns = (double)best_baseline / (double)CALLS;
  printf("%-20s %10.2f %12.2f %8.2f %14.2f\n", row->name, ns, baseline_ns, ns / baseline_ns,
         ns - baseline_ns);
}

int main(void) {
  static const measurement rows[] = {
      {"enter+copy_to 16", enter_and_copy, plain_copy, 16},
      {"enter+copy_to 64", enter_and_copy, plain_copy, 64},
      {"enter+copy_to 1024", enter_and_copy, plain_copy, 1024},
      {"enter+copy_to 4096", enter_and_copy, plain_copy, 4096},
      {"... 4096, moving", enter_and_copy_moving, plain_copy_moving, WINDOW},
      {"allow swap", swap, nothing, 16},
      {"stream append 64", append, nothing, CHUNK},
      {"... from a source", append_from, nothing, CHUNK},
      {"enter", enter, nothing, CHUNK},
      {"enter+sub", enter_and_sub, nothing, CHUNK},
      {"enter+bytes 1024", enter_and_iterate, plain_bytes, 1024},
      {"enter+at 1024", enter_and_index, plain_bytes, 1024},
  };
  printf("%-20s %10s %12s %8s %14s\n", "what", "ns", "baseline ns", "ratio", "difference ns");
  start_process();
  share_windows();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    measure(&rows[i]);
  return 0;
}
