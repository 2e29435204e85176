// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Litmus of the barrier (X-BARRIER): what code generation does to the order of accesses around the switch.
 * Runs on the host, optimised, under both compilers; ci/litmus/litmus.py builds it, with LITMUS_BUILD naming the
 * build. Silent if all is well, exit status 0; else a line for each case that failed, and 1. 2: could not run.
 * Other architectures are not run: order.c is for those.
 *
 * Userspace. A real process reaches its memory behind the compiler's back. Here the memory is mapped twice, at
 * two arrays that the compiler takes for different objects: the kernel works on `ram`, userspace through
 * volatile accesses on `view`, which no compiler has to order against plain accesses of `ram`. (Inline asm
 * without a "memory" clobber would do for gcc; clang takes any volatile asm for one that may touch all memory,
 * which is a fence that no process gives.)
 *
 * Cases. To-user: the kernel writes, calls procbuf_to_user, userspace looks, the kernel writes over the same
 * bytes: only the barrier keeps the compiler from deleting the first store as dead. From-user: the kernel
 * reads, userspace changes the byte, procbuf_from_user, the kernel reads again: only the barrier keeps it from
 * using the value that it has. Each case stands on one of the two barriers alone. The slice is of the array
 * itself (S-WRAP), where the compiler knows most. Of an entered buffer it knows no address, so its bytes might
 * be `view` or the kernel object, and it moves nothing past accesses of those.
 *
 * Where a missing barrier can't be seen, and why:
 *   - Library and kernel compiled file by file, without LTO: the call of procbuf_to_user, which the compiler
 *     can't look into, orders as a fence does. So all is compiled as one unit, or with LTO.
 *   - The library's own access header: volatile single accesses, and a compiler fence after each block. The
 *     cases run on it too, and must pass, but only under plain_access.h does the port's barrier stand alone.
 *   - From-user at -O1 of clang 19: it forgets what it has read at any store, the volatile one of userspace
 *     included. To-user is seen at -O1 too.
 *   - To-user by stream append: the header, which userspace made, decides what is stored and where, and no
 *     compiler at hand goes so far as to delete that.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "procbuf/procbuf.h"

#ifndef LITMUS_BUILD
#define LITMUS_BUILD "a build without a name"
#endif

enum {
  SLICE = 16,
  PAGE = 65536, /* the largest of any host */
  WRITTEN = 0x5A
};

/* The byte of a stream's offset, native-endian at 4 to 7, that counts to 255. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { STREAM_COUNT = 4 };
#else
enum { STREAM_COUNT = 7 };
#endif

_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  (void)reason;
  abort();
}

/* Not inlined, so that cases don't mix; all calls in it are, so that each case is seen whole. */
#define ALONE __attribute__((noinline, flatten))
#define INLINED static inline __attribute__((always_inline))

/* Twice the same memory. External, so that the compiler can't know who else has the addresses. */
extern uint8_t ram[PAGE], view[PAGE];
_Alignas(PAGE) uint8_t ram[PAGE];
_Alignas(PAGE) uint8_t view[PAGE];

static procbuf_kernel kernel;

INLINED uint8_t userspace_load(size_t at) {
  return ((const volatile uint8_t *)view)[at];
}

INLINED void userspace_store(size_t at, uint8_t value) {
  ((volatile uint8_t *)view)[at] = value;
}

/* ---- ways of writing: all or the first byte of the slice becomes value */

INLINED void write_fill(procbuf_writeable slice, uint8_t value) {
  procbuf_writeable_fill(slice, value);
}

INLINED void write_copy_from(procbuf_writeable slice, uint8_t value) {
  uint8_t bytes[SLICE];
  memset(bytes, value, sizeof bytes);
  procbuf_writeable_copy_from(slice, bytes, sizeof bytes);
}

INLINED void write_set(procbuf_writeable slice, uint8_t value) {
  procbuf_writeable_set(slice, 0, value);
}

INLINED void write_move(procbuf_writeable slice, uint8_t value) {
  uint8_t bytes[SLICE];
  memset(bytes, value, sizeof bytes);
  procbuf_writeable_move(slice, procbuf_readable_wrap(bytes, sizeof bytes));
}

INLINED void write_chunk(procbuf_writeable slice, uint8_t value) {
  procbuf_writeable_chunks chunks;
  procbuf_writeable chunk;
  procbuf_writeable_chunks_of(slice, SLICE / 2, &chunks);
  if (procbuf_writeable_chunks_next(&chunks, &chunk)) procbuf_writeable_fill(chunk, value);
}

/* Counts as well: a byte of the stream's offset becomes 1. */
INLINED void write_stream(procbuf_writeable slice, uint8_t value) {
  procbuf_stream_result result;
  procbuf_stream_append(slice, &value, 1, &result);
}

/* ---- ways of reading: the first byte of the slice, which is 0 or WRITTEN */

INLINED uint8_t read_at(procbuf_readable slice) {
  uint8_t byte = 0;
  procbuf_readable_at(slice, 0, &byte);
  return byte;
}

INLINED uint8_t read_copy_to(procbuf_readable slice) {
  uint8_t bytes[SLICE] = {0};
  procbuf_readable_copy_to(slice, bytes, sizeof bytes);
  return bytes[0];
}

INLINED uint8_t read_compare(procbuf_readable slice) {
  static const uint8_t zeros[SLICE];
  bool equal = false;
  procbuf_readable_compare(slice, zeros, sizeof zeros, &equal);
  return equal ? 0 : WRITTEN;
}

INLINED uint8_t read_bytes(procbuf_readable slice) {
  procbuf_bytes bytes = procbuf_readable_bytes(slice);
  uint8_t byte = 0;
  procbuf_bytes_next(&bytes, &byte);
  return byte;
}

INLINED uint8_t read_move(procbuf_readable slice) {
  uint8_t bytes[SLICE] = {0};
  procbuf_writeable_move(procbuf_writeable_wrap(bytes, sizeof bytes), slice);
  return bytes[0];
}

/* The first byte is the low half of the stream's version, which must be 0. */
INLINED uint8_t read_stream(procbuf_readable slice) {
  procbuf_stream_result result;
  procbuf_writeable stream = procbuf_writeable_wrap(ram, procbuf_readable_len(slice));
  return procbuf_stream_append(stream, NULL, 0, &result) == PROCBUF_OK ? 0 : WRITTEN;
}

/* ---- the two bodies */

/* What userspace saw, at that byte, of the first of two writes. The second depends on it, so can't come before. */
INLINED uint8_t to_user(void (*write)(procbuf_writeable, uint8_t), size_t at) {
  procbuf_writeable slice = procbuf_writeable_wrap(ram, SLICE);
  write(slice, WRITTEN);
  procbuf_to_user(&kernel, PROCBUF_PID_NONE);
  uint8_t seen = userspace_load(at);
  procbuf_writeable_fill(slice, (uint8_t)(seen + 1));
  return seen;
}

/* What the kernel saw after userspace's store, which depends on what it saw before, so can't come before. */
INLINED uint8_t from_user(uint8_t (*read)(procbuf_readable)) {
  procbuf_readable slice = procbuf_readable_wrap(ram, SLICE);
  if (read(slice) != 0) return 0;
  userspace_store(0, WRITTEN);
  procbuf_from_user(&kernel);
  return read(slice);
}

/* ---- the cases: X(name, what the byte should be, the body) */

#define CASES(X)                                                                                             \
  X(to_user_fill, WRITTEN, to_user(write_fill, 0))                                                           \
  X(to_user_copy_from, WRITTEN, to_user(write_copy_from, 0))                                                 \
  X(to_user_set, WRITTEN, to_user(write_set, 0))                                                             \
  X(to_user_move, WRITTEN, to_user(write_move, 0))                                                           \
  X(to_user_chunk, WRITTEN, to_user(write_chunk, 0))                                                         \
  X(to_user_stream, 1, to_user(write_stream, STREAM_COUNT))                                                  \
  X(from_user_at, WRITTEN, from_user(read_at))                                                               \
  X(from_user_copy_to, WRITTEN, from_user(read_copy_to))                                                     \
  X(from_user_compare, WRITTEN, from_user(read_compare))                                                     \
  X(from_user_bytes, WRITTEN, from_user(read_bytes))                                                         \
  X(from_user_move, WRITTEN, from_user(read_move))                                                           \
  X(from_user_stream, WRITTEN, from_user(read_stream))

#define DEFINE(name, expected, body)                                                                         \
  ALONE static uint8_t name(void) {                                                                          \
    return body;                                                                                             \
  }
CASES(DEFINE)

static const struct {
  const char *name;
  uint8_t (*run)(void);
  uint8_t expected;
} cases[] = {
#define ROW(name, expected, body) {#name, name, expected},
    CASES(ROW)
#undef ROW
};

/* ---- the run */

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "litmus: %s\n", what);
  exit(2);
}

static void map_twice(void) {
  FILE *file = tmpfile();
  if (file == NULL || ftruncate(fileno(file), PAGE) != 0) give_up("no temporary file to map");
  void *const places[] = {ram, view};
  for (size_t i = 0; i < 2; i++) {
    if (mmap(places[i], PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fileno(file), 0) == MAP_FAILED)
      give_up("can't map memory twice");
  }
  fclose(file);
}

static void start_kernel(void) {
  static procbuf_process process;
  const procbuf_config config = {.processes = &process, .process_count = 1};
  if (procbuf_kernel_init(&kernel, &config) != PROCBUF_OK) give_up("no kernel");
}

static void zero(void) {
  for (size_t i = 0; i < SLICE; i++)
    userspace_store(i, 0);
}

/* Whether the case went well; a line if not. */
static bool passes(size_t i) {
  zero();
  uint8_t actual = cases[i].run();
  if (actual == cases[i].expected) return true;
  printf("X-BARRIER %s, %s: expected 0x%02x, actual 0x%02x\n", cases[i].name, LITMUS_BUILD, cases[i].expected,
         actual);
  return false;
}

int main(void) {
  bool good = true;
  map_twice();
  start_kernel();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    good = passes(i) && good;
  return good ? 0 : 1;
}
