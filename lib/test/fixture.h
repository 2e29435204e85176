// SPDX-License-Identifier: Apache-2.0 OR MIT
/** A small machine for the unit tests: two processes' memory, three drivers, a protection hook, a panic
 * catcher. */
#ifndef PROCBUF_TEST_FIXTURE_H
#define PROCBUF_TEST_FIXTURE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "procbuf/procbuf.h"

enum {
  RAM_SIZE = 1024,
  INITIAL_BREAK = 512,
  FLASH_SIZE = 256,
  HEADER_SIZE = 32,
  DRIVER_A = 0x10,    /* 2 read-only, 3 read-write, 2 userspace-readable slots, 24 bytes of state */
  DRIVER_B = 0x20,    /* 1 read-only slot, no state */
  DRIVER_NONE = 0x30, /* no slots at all */
  DRIVER_COUNT = 3,
  PINS_PER_PROCESS = 2,
  FILLER = 0xA5 /* what memory holds before anything was done to it */
};

typedef struct fixture {
  procbuf_kernel kernel;
  procbuf_process processes[2];
  uintptr_t grants[2 * DRIVER_COUNT];
  procbuf_pin_record pins[2 * PINS_PER_PROCESS];
  _Alignas(16) uint8_t ram[2][RAM_SIZE];
  _Alignas(16) uint8_t flash[2][FLASH_SIZE];
  procbuf_pid pid;  /* of the first process, created by the set-up */
  uintptr_t ms, me; /* its RAM */
  uintptr_t fs, fe; /* its flash */
} fixture;

/** What the platform's functions for caches were called with last, and how often. */
typedef struct cache {
  unsigned pinned;
  unsigned unpinned;
  procbuf_direction direction;
  procbuf_range range;
} cache;

/** The protection hook's orders and its notes. */
typedef struct hook {
  bool refuse;
  unsigned asked;
  size_t process_index;
  procbuf_process_info next;
  uint8_t byte_seen; /* what stood at watched when asked, to see that zeroing comes after */
  const uint8_t *watched;
  cache cache;
} hook;

extern fixture fx;
extern hook fx_hook;

/** cmocka set-up: a kernel with the first process created, generations from 1. */
int fixture_setup(void **state);

/** As fixture_setup, with generations from first. */
void fixture_start(uint32_t first);

/** The layout of process 0 or 1 over the fixture's memory. */
procbuf_layout fixture_layout(unsigned process);

/** The second process, created now. */
procbuf_pid fixture_second(void);

/** What the kernel knows of the first process's slot. */
procbuf_process_info fixture_info(void);

/** An allow by the first process; asserts status, and on error that the passed range came back. Gives the
 * range. */
procbuf_range fixture_allow(procbuf_status expected, procbuf_kind kind, uintptr_t driver, uintptr_t number,
                            uintptr_t address, size_t length);

/** A read-write buffer over [ms + from, ms + from + length) of the first process, in driver A's slot 0. */
procbuf_readwrite_buffer fixture_readwrite(size_t from, size_t length);

/** Notes everything, for fixture_assert_unchanged. */
void fixture_snapshot(void);

/** Asserts that nothing changed since the snapshot but the kernel entry (X-NOCHANGE). */
void fixture_assert_unchanged(void);

/** Asserts ms <= hwm <= brk <= kbrk <= me. */
void fixture_assert_order(void);

/* Catches procbuf_panic. Use FIXTURE_ASSERT_PANICS. */
extern jmp_buf fixture_panic_jump;
extern volatile int fixture_panic_armed;
extern volatile procbuf_panic_reason fixture_panic_reason;

#define FIXTURE_ASSERT_PANICS(reason, statement)                                                             \
  do {                                                                                                       \
    if (setjmp(fixture_panic_jump) == 0) {                                                                   \
      fixture_panic_armed = 1;                                                                               \
      statement;                                                                                             \
      fail_msg("no panic: %s", #statement);                                                                  \
    }                                                                                                        \
    assert_int_equal(fixture_panic_reason, reason);                                                          \
  } while (0)

#define FIXTURE_TEST(name) cmocka_unit_test_setup(name, fixture_setup)
#define FIXTURE_RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
