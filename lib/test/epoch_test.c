// SPDX-License-Identifier: Apache-2.0 OR MIT
/* Slices of an enter: what they reach while it is open, and, in checked builds, that they are caught after
 * (X-EPOCH). */
#include "fixture.h"

#include <string.h>
#include <ucontext.h>

typedef struct kept {
  procbuf_readable readable;
  procbuf_writeable writeable;
} kept;

static procbuf_status keep_slices(void *context, procbuf_writeable slice) {
  kept *slices = context;
  slices->writeable = slice;
  slices->readable = procbuf_writeable_as_readable(slice);
  return PROCBUF_OK;
}

static procbuf_status write_then_read(void *context, procbuf_writeable slice) {
  (void)context;
  procbuf_writeable_must_copy_from(slice, "userdata", 8);
  char back[8];
  procbuf_readable_must_copy_to(procbuf_writeable_as_readable(slice), back, 8);
  assert_memory_equal(back, "userdata", 8);
  return PROCBUF_OK;
}

static void slices_reach_the_process_memory(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(4, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, write_then_read, NULL), PROCBUF_OK);
  assert_memory_equal(fx.ram[0], "\0\0\0\0userdata\0", 13);
}

static procbuf_status read_through_the_other(void *context, procbuf_readable slice) {
  (void)context;
  assert_int_equal(procbuf_readable_must_at(slice, 0), 0x61);
  return PROCBUF_OK;
}

static procbuf_status write_and_enter_the_other(void *context, procbuf_writeable slice) {
  const procbuf_readonly_buffer *other = context;
  procbuf_writeable_must_set(slice, 4, 0x61);
  assert_int_equal(procbuf_readonly_enter(other, read_through_the_other, NULL), PROCBUF_OK);
  procbuf_writeable_must_set(slice, 0, 1); /* the inner enter's end is not this one's */
  return PROCBUF_OK;
}

static void X_ALIAS_a_write_is_seen_through_the_other_buffer(void **state) {
  (void)state;
  fixture_allow(PROCBUF_OK, PROCBUF_READONLY, DRIVER_B, 0, fx.ms + 4, 8);
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  procbuf_readonly_buffer other;
  assert_int_equal(procbuf_readonly_get(&fx.kernel, fx.pid, DRIVER_B, 0, &other), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, write_and_enter_the_other, &other), PROCBUF_OK);
}

static jmp_buf way_out;

static procbuf_status leave_by_a_jump(void *context, procbuf_writeable slice) {
  kept *slices = context;
  slices->writeable = slice;
  longjmp(way_out, 1);
}

static procbuf_status enter_and_leave_by_a_jump(void *context, procbuf_writeable slice) {
  (void)slice;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  return procbuf_readwrite_mut_enter(&buffer, leave_by_a_jump, context);
}

/* What lay on the stack of the enters that were left is overwritten. */
static void use_the_stack(void) {
  volatile uint8_t bytes[4096];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = 0x5A;
}

static void B_ABANDON_after_a_jump(void **state) {
  (void)state;
  static kept slices;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  if (setjmp(way_out) == 0) (void)procbuf_readwrite_mut_enter(&buffer, enter_and_leave_by_a_jump, &slices);
  use_the_stack();
  procbuf_enters_abandon(&fx.kernel);
  if (PROCBUF_CHECKED)
    FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_STALE_SLICE, procbuf_writeable_fill(slices.writeable, 1));
  buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, write_then_read, NULL), PROCBUF_OK);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
}

/* Two threads of the kernel, the second on a stack of its own. */
static ucontext_t first_thread;
static ucontext_t second_thread;
static _Alignas(16) uint8_t second_stack[256 * 1024];

static procbuf_status hold_open(void *context, procbuf_writeable slice) {
  (void)context;
  assert_int_equal(swapcontext(&second_thread, &first_thread),
                   0); /* the first one's enter closes meanwhile */
  procbuf_writeable_fill(slice, 2);
  return PROCBUF_OK;
}

static void enter_in_the_second(void) {
  procbuf_readwrite_buffer buffer;
  assert_int_equal(procbuf_readwrite_get(&fx.kernel, fx.pid, DRIVER_A, 0, &buffer), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, hold_open, NULL), PROCBUF_OK);
}

static procbuf_status switch_to_the_second(void *context, procbuf_writeable slice) {
  (void)context;
  assert_int_equal(swapcontext(&first_thread, &second_thread), 0);
  procbuf_writeable_fill(slice, 1);
  return PROCBUF_OK;
}

static void B_ABANDON_enters_close_in_any_order(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(getcontext(&second_thread), 0);
  second_thread.uc_stack.ss_sp = second_stack;
  second_thread.uc_stack.ss_size = sizeof second_stack;
  second_thread.uc_link = &first_thread;
  makecontext(&second_thread, enter_in_the_second, 0);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, switch_to_the_second, NULL), PROCBUF_OK);
  assert_int_equal(fx.ram[0][0], 1);
  assert_int_equal(swapcontext(&first_thread, &second_thread), 0);
  assert_int_equal(fx.ram[0][0], 2);
  assert_int_equal(procbuf_process_restart(&fx.kernel, fx.pid, &fx.pid), PROCBUF_OK);
}

#if PROCBUF_CHECKED

/* A source that, asked once, appends to one stream, or feeds it from a source of its own. */
typedef struct eater {
  procbuf_writeable stream;
  struct eater *inner;
  bool asked;
} eater;

static bool eat(void *context, uint8_t *next) {
  eater *from = context;
  procbuf_stream_result result;
  if (from->asked) return false;
  from->asked = true;
  if (from->inner != NULL) {
    (void)procbuf_stream_append_from(from->stream, eat, from->inner, &result);
  } else {
    (void)procbuf_stream_append(from->stream, "x", 1, &result);
  }
  *next = 'y';
  return true;
}

/* The slice is two streams of 12 bytes. */
static procbuf_status feed(void *context, procbuf_writeable slice) {
  procbuf_stream_result result;
  procbuf_writeable one = procbuf_writeable_must_sub(slice, 0, 12),
                    other = procbuf_writeable_must_sub(slice, 12, 24);
  eater of_the_other = {other, NULL, false}, of_the_same = {one, NULL, false};
  eater by_the_other = {other, &of_the_same, false};
  (void)context;
  procbuf_writeable_fill(slice, 0);
  assert_int_equal(procbuf_stream_append_from(one, eat, &of_the_other, &result), PROCBUF_OK);
  assert_memory_equal(fx.ram[0] + 8, "y\0\0", 3);
  assert_memory_equal(fx.ram[0] + 20, "x\0\0", 3);
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_FED_STREAM,
                        (void)procbuf_stream_append_from(one, eat, &of_the_same, &result));
  assert_int_equal(procbuf_stream_append(one, "z", 1, &result), PROCBUF_OK);
  assert_memory_equal(fx.ram[0] + 8, "yz\0", 3);
  of_the_same.asked = false;
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_FED_STREAM,
                        (void)procbuf_stream_append_from(one, eat, &by_the_other, &result));
  longjmp(way_out, 1); /* the source in between was left */
}

static void T_ITER_source_appends_to_the_stream_that_it_feeds(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 24);
  if (setjmp(way_out) == 0) (void)procbuf_readwrite_mut_enter(&buffer, feed, NULL);
  procbuf_enters_abandon(&fx.kernel);
  buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, write_then_read, NULL), PROCBUF_OK);
}

/* Slices of an enter over 8 bytes that is closed. */
static kept stale(void) {
  kept slices;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, keep_slices, &slices), PROCBUF_OK);
  return slices;
}

#define ASSERT_STALE(statement) FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_STALE_SLICE, statement)

static uint8_t kernel_bytes[8];
static uint8_t byte;
static bool equal;

static void X_EPOCH_readable_uses(void **state) {
  (void)state;
  kept s = stale();
  ASSERT_STALE(procbuf_readable_len(s.readable));
  ASSERT_STALE(procbuf_readable_at(s.readable, 0, &byte));
  ASSERT_STALE(procbuf_readable_at(s.readable, 99, &byte));
  ASSERT_STALE(procbuf_readable_sub(s.readable, 0, 1, &s.readable));
  ASSERT_STALE(procbuf_readable_sub_from(s.readable, 0, &s.readable));
  ASSERT_STALE(procbuf_readable_sub_to(s.readable, 0, &s.readable));
  ASSERT_STALE(procbuf_readable_copy_to(s.readable, kernel_bytes, 8));
  ASSERT_STALE(procbuf_readable_copy_to(s.readable, kernel_bytes, 7));
  ASSERT_STALE(procbuf_readable_compare(s.readable, kernel_bytes, 8, &equal));
  ASSERT_STALE(procbuf_readable_bytes(s.readable));
  procbuf_readable_chunks chunks;
  ASSERT_STALE(procbuf_readable_chunks_of(s.readable, 0, &chunks));
  ASSERT_STALE(procbuf_readable_must_at(s.readable, 99));
  ASSERT_STALE(procbuf_readable_must_sub(s.readable, 9, 9));
  ASSERT_STALE(procbuf_readable_must_copy_to(s.readable, kernel_bytes, 7));
}

static void X_EPOCH_writeable_uses(void **state) {
  (void)state;
  kept s = stale();
  fixture_snapshot();
  ASSERT_STALE(procbuf_writeable_len(s.writeable));
  ASSERT_STALE(procbuf_writeable_as_readable(s.writeable));
  ASSERT_STALE(procbuf_writeable_set(s.writeable, 0, 1));
  ASSERT_STALE(procbuf_writeable_sub(s.writeable, 0, 1, &s.writeable));
  ASSERT_STALE(procbuf_writeable_sub_from(s.writeable, 0, &s.writeable));
  ASSERT_STALE(procbuf_writeable_sub_to(s.writeable, 0, &s.writeable));
  ASSERT_STALE(procbuf_writeable_copy_from(s.writeable, "12345678", 8));
  ASSERT_STALE(procbuf_writeable_fill(s.writeable, 1));
  procbuf_writeable_chunks chunks;
  ASSERT_STALE(procbuf_writeable_chunks_of(s.writeable, 0, &chunks));
  ASSERT_STALE(procbuf_writeable_must_set(s.writeable, 99, 1));
  ASSERT_STALE(procbuf_writeable_must_sub(s.writeable, 9, 9));
  ASSERT_STALE(procbuf_writeable_must_copy_from(s.writeable, "1234567", 7));
  fixture_assert_unchanged();
}

static void X_EPOCH_move_looks_at_both(void **state) {
  (void)state;
  kept s = stale();
  ASSERT_STALE(procbuf_writeable_move(s.writeable, procbuf_readable_wrap(kernel_bytes, 8)));
  ASSERT_STALE(procbuf_writeable_move(procbuf_writeable_wrap(kernel_bytes, 8), s.readable));
}

static bool no_bytes(void *context, uint8_t *next) {
  (void)context;
  *next = 0;
  return false;
}

static void X_EPOCH_streams(void **state) {
  (void)state;
  kept s = stale();
  procbuf_stream_result result;
  ASSERT_STALE(procbuf_stream_append(s.writeable, "x", 1, &result));
  ASSERT_STALE(procbuf_stream_append_from(s.writeable, no_bytes, NULL, &result));
}

/* Iterators and parts made in an enter that is closed. */
typedef struct parts {
  procbuf_bytes bytes;
  procbuf_readable_chunks chunks;
  procbuf_writeable_chunks writeable_chunks;
  procbuf_readable empty;
  procbuf_readable chunk;
} parts;

static procbuf_status keep_parts(void *context, procbuf_writeable slice) {
  parts *made = context;
  procbuf_readable view = procbuf_writeable_as_readable(slice);
  made->bytes = procbuf_readable_bytes(view);
  assert_int_equal(procbuf_readable_chunks_of(view, 8, &made->chunks), PROCBUF_OK);
  assert_int_equal(procbuf_writeable_chunks_of(slice, 8, &made->writeable_chunks), PROCBUF_OK);
  assert_true(procbuf_readable_sub(view, 8, 8, &made->empty));
  assert_true(procbuf_readable_chunks_next(&made->chunks, &made->chunk)); /* its end is reached */
  return PROCBUF_OK;
}

static void X_EPOCH_iterators_and_parts(void **state) {
  (void)state;
  parts made;
  procbuf_writeable chunk;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, keep_parts, &made), PROCBUF_OK);
  ASSERT_STALE(procbuf_bytes_next(&made.bytes, &byte));
  ASSERT_STALE(procbuf_readable_chunks_next(&made.chunks, &made.chunk));
  ASSERT_STALE(procbuf_writeable_chunks_next(&made.writeable_chunks, &chunk));
  ASSERT_STALE(procbuf_readable_len(made.chunk));
  ASSERT_STALE(procbuf_readable_len(made.empty));
}

static procbuf_status use_outer(void *context, procbuf_writeable slice) {
  const kept *outer = context;
  assert_int_equal(procbuf_writeable_len(slice), 8);
  assert_int_equal(procbuf_readable_len(outer->readable), 8);
  return PROCBUF_OK;
}

static procbuf_status keep_and_enter_again(void *context, procbuf_writeable slice) {
  const procbuf_readwrite_buffer *buffer = context;
  kept outer;
  kept inner;
  keep_slices(&outer, slice);
  assert_int_equal(procbuf_readwrite_mut_enter(buffer, use_outer, &outer), PROCBUF_OK);
  assert_int_equal(procbuf_readwrite_mut_enter(buffer, keep_slices, &inner), PROCBUF_OK);
  ASSERT_STALE(procbuf_writeable_len(inner.writeable));
  return procbuf_writeable_len(slice) == 8 ? PROCBUF_OK : PROCBUF_SIZE;
}

static void X_EPOCH_nested_enters(void **state) {
  (void)state;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, keep_and_enter_again, &buffer), PROCBUF_OK);
}

static procbuf_status use_stale(void *context, procbuf_writeable slice) {
  const kept *old = context;
  (void)slice;
  ASSERT_STALE(procbuf_readable_len(old->readable));
  return PROCBUF_OK;
}

static void X_EPOCH_a_later_enter_does_not_revive(void **state) {
  (void)state;
  kept s = stale();
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, use_stale, &s), PROCBUF_OK);
}

static void X_EPOCH_empty_slices_too(void **state) {
  (void)state;
  kept s;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 0);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, keep_slices, &s), PROCBUF_OK);
  ASSERT_STALE(procbuf_readable_len(s.readable));
}

#define TESTS_OF_THIS_SHAPE                                                                                  \
  FIXTURE_TEST(X_EPOCH_readable_uses), FIXTURE_TEST(X_EPOCH_writeable_uses),                                 \
      FIXTURE_TEST(X_EPOCH_move_looks_at_both), FIXTURE_TEST(X_EPOCH_streams),                               \
      FIXTURE_TEST(X_EPOCH_iterators_and_parts), FIXTURE_TEST(X_EPOCH_nested_enters),                        \
      FIXTURE_TEST(X_EPOCH_a_later_enter_does_not_revive), FIXTURE_TEST(X_EPOCH_empty_slices_too),           \
      FIXTURE_TEST(T_ITER_source_appends_to_the_stream_that_it_feeds)

#else

static void lean_slices_carry_no_epoch(void **state) {
  (void)state;
  kept s;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, keep_slices, &s), PROCBUF_OK);
  assert_int_equal(procbuf_readable_len(s.readable), 8);
  assert_int_equal(procbuf_writeable_len(s.writeable), 8);
}

#define TESTS_OF_THIS_SHAPE FIXTURE_TEST(lean_slices_carry_no_epoch)

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(slices_reach_the_process_memory),
      FIXTURE_TEST(X_ALIAS_a_write_is_seen_through_the_other_buffer),
      FIXTURE_TEST(B_ABANDON_after_a_jump),
      FIXTURE_TEST(B_ABANDON_enters_close_in_any_order),
      TESTS_OF_THIS_SHAPE,
  };
  return FIXTURE_RUN(tests);
}
