// SPDX-License-Identifier: Apache-2.0 OR MIT
/* Slices over kernel arrays (S-WRAP), for the rules that hold for all slices; epoch_test has those of an
 * enter. */
#include "fixture.h"

#include <string.h>

static uint8_t bytes[10];

static int count_up(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)i;
  return 0;
}

static procbuf_readable readable(void) {
  return procbuf_readable_wrap(bytes, sizeof bytes);
}

static procbuf_writeable writeable(void) {
  return procbuf_writeable_wrap(bytes, sizeof bytes);
}

static void assert_bytes(const char *expected) {
  char text[sizeof bytes + 1] = {0};
  for (unsigned i = 0; i < sizeof bytes; i++)
    text[i] = (char)(bytes[i] < 10 ? '0' + bytes[i] : 'X');
  assert_string_equal(text, expected);
}

static void S_WRAP_sees_the_array(void **state) {
  (void)state;
  assert_int_equal(procbuf_readable_len(readable()), 10);
  assert_int_equal(procbuf_writeable_len(writeable()), 10);
  assert_int_equal(procbuf_readable_len(procbuf_writeable_as_readable(writeable())), 10);
  assert_int_equal(procbuf_readable_len(procbuf_readable_wrap(NULL, 0)), 0);
  assert_int_equal(procbuf_writeable_len(procbuf_writeable_wrap(NULL, 0)), 0);
}

static void S_GET_at_is_present_below_len(void **state) {
  (void)state;
  uint8_t byte = 77;
  assert_true(procbuf_readable_at(readable(), 0, &byte));
  assert_int_equal(byte, 0);
  assert_true(procbuf_readable_at(readable(), 9, &byte));
  assert_int_equal(byte, 9);
  assert_false(procbuf_readable_at(readable(), 10, &byte));
  assert_false(procbuf_readable_at(readable(), SIZE_MAX, &byte));
  assert_int_equal(byte, 9);
}

static void S_GET_set_is_present_below_len(void **state) {
  (void)state;
  assert_true(procbuf_writeable_set(writeable(), 9, 200));
  assert_false(procbuf_writeable_set(writeable(), 10, 200));
  assert_false(procbuf_writeable_set(writeable(), SIZE_MAX, 200));
  assert_bytes("012345678X");
}

/* Asserts what sub says of [from, to), of both types of slice. Gives the readable one. */
static procbuf_readable assert_sub(bool present, size_t from, size_t to) {
  procbuf_readable out = procbuf_readable_wrap("?", 1);
  procbuf_writeable writeable_out = procbuf_writeable_wrap(bytes, 1);
  assert_int_equal(procbuf_readable_sub(readable(), from, to, &out), present);
  assert_int_equal(procbuf_writeable_sub(writeable(), from, to, &writeable_out), present);
  assert_int_equal(procbuf_readable_len(out), present ? to - from : 1);
  assert_int_equal(procbuf_writeable_len(writeable_out), present ? to - from : 1);
  return out;
}

static void S_GET_sub_is_present_within_len(void **state) {
  (void)state;
  assert_sub(true, 0, 10);
  assert_sub(true, 3, 7);
  assert_sub(true, 0, 0);
  assert_sub(true, 10, 10);
  assert_sub(false, 0, 11);
  assert_sub(false, 10, 11);
  assert_sub(false, 11, 11);
  assert_sub(false, 7, 3);
  assert_sub(false, SIZE_MAX, SIZE_MAX);
  assert_sub(false, 1, SIZE_MAX);
  assert_sub(false, SIZE_MAX, 1);
  assert_int_equal(procbuf_readable_must_at(assert_sub(true, 3, 7), 0), 3);
}

static void S_GET_sub_from_and_sub_to(void **state) {
  (void)state;
  procbuf_readable r = procbuf_readable_wrap("?", 1);
  procbuf_writeable w = procbuf_writeable_wrap(bytes, 1);
  assert_false(procbuf_readable_sub_from(readable(), 11, &r));
  assert_false(procbuf_readable_sub_to(readable(), 11, &r));
  assert_false(procbuf_writeable_sub_from(writeable(), SIZE_MAX, &w));
  assert_false(procbuf_writeable_sub_to(writeable(), SIZE_MAX, &w));
  assert_int_equal(procbuf_readable_len(r), 1);
  assert_int_equal(procbuf_writeable_len(w), 1);
  assert_true(procbuf_readable_sub_from(readable(), 10, &r));
  assert_int_equal(procbuf_readable_len(r), 0);
  assert_true(procbuf_readable_sub_from(readable(), 8, &r));
  assert_int_equal(procbuf_readable_must_at(r, 1), 9);
  assert_true(procbuf_readable_sub_to(readable(), 2, &r));
  assert_int_equal(procbuf_readable_len(r), 2);
  assert_true(procbuf_writeable_sub_from(writeable(), 9, &w));
  assert_int_equal(procbuf_writeable_len(w), 1);
  assert_true(procbuf_writeable_sub_to(writeable(), 10, &w));
  assert_int_equal(procbuf_writeable_len(w), 10);
}

static void S_GET_sub_of_sub_never_escapes(void **state) {
  (void)state;
  procbuf_readable inner = assert_sub(true, 2, 6);
  procbuf_readable out;
  uint8_t byte;
  assert_false(procbuf_readable_sub(inner, 0, 5, &out));
  assert_false(procbuf_readable_at(inner, 4, &byte));
  assert_true(procbuf_readable_sub(inner, 1, 4, &out));
  assert_int_equal(procbuf_readable_must_at(out, 2), 5);
  assert_false(procbuf_readable_sub_to(out, 4, &out));
}

static void S_COPY_to_needs_equal_lengths(void **state) {
  (void)state;
  uint8_t kernel[11];
  memset(kernel, 0xEE, sizeof kernel);
  assert_int_equal(procbuf_readable_copy_to(readable(), kernel, 9), PROCBUF_SIZE);
  assert_int_equal(procbuf_readable_copy_to(readable(), kernel, 11), PROCBUF_SIZE);
  assert_int_equal(kernel[0], 0xEE);
  assert_int_equal(procbuf_readable_copy_to(readable(), kernel, 10), PROCBUF_OK);
  assert_memory_equal(kernel, bytes, 10);
  assert_int_equal(kernel[10], 0xEE);
}

static void S_COPY_from_needs_equal_lengths(void **state) {
  (void)state;
  const uint8_t kernel[11] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 99};
  assert_int_equal(procbuf_writeable_copy_from(writeable(), kernel, 9), PROCBUF_SIZE);
  assert_int_equal(procbuf_writeable_copy_from(writeable(), kernel, 11), PROCBUF_SIZE);
  assert_bytes("0123456789");
  assert_int_equal(procbuf_writeable_copy_from(writeable(), kernel, 10), PROCBUF_OK);
  assert_bytes("9876543210");
}

static void X_ZERO_empty_slices_reach_no_byte(void **state) {
  (void)state;
  procbuf_readable r = procbuf_readable_wrap(NULL, 0);
  procbuf_writeable w = procbuf_writeable_wrap(NULL, 0);
  bool equal = false;
  assert_int_equal(procbuf_readable_copy_to(r, NULL, 0), PROCBUF_OK);
  assert_int_equal(procbuf_readable_copy_to(r, bytes, 1), PROCBUF_SIZE);
  assert_int_equal(procbuf_writeable_copy_from(w, NULL, 0), PROCBUF_OK);
  assert_int_equal(procbuf_writeable_move(w, r), PROCBUF_OK);
  procbuf_writeable_fill(w, 1);
  assert_int_equal(procbuf_readable_compare(r, NULL, 0, &equal), PROCBUF_OK);
  assert_true(equal);
  assert_true(procbuf_readable_sub(r, 0, 0, &r));
}

/* Moves [from, from + n) to [to, to + n) of the same array. */
static procbuf_status move(size_t to, size_t from, size_t n) {
  return procbuf_writeable_move(procbuf_writeable_must_sub(writeable(), to, to + n),
                                procbuf_readable_must_sub(readable(), from, from + n));
}

static void S_MOVE_as_if_read_whole_first(void **state) {
  (void)state;
  assert_int_equal(move(2, 0, 6), PROCBUF_OK);
  assert_bytes("0101234589");
  count_up(NULL);
  assert_int_equal(move(0, 2, 6), PROCBUF_OK);
  assert_bytes("2345676789");
  count_up(NULL);
  assert_int_equal(move(5, 0, 5), PROCBUF_OK);
  assert_bytes("0123401234");
  assert_int_equal(move(3, 3, 4), PROCBUF_OK);
  assert_bytes("0123401234");
}

static void S_MOVE_needs_equal_lengths(void **state) {
  (void)state;
  procbuf_readable three = procbuf_readable_must_sub(readable(), 0, 3);
  assert_int_equal(procbuf_writeable_move(writeable(), three), PROCBUF_SIZE);
  assert_int_equal(procbuf_writeable_move(procbuf_writeable_must_sub(writeable(), 8, 10), three),
                   PROCBUF_SIZE);
  assert_bytes("0123456789");
}

static void S_FILL_visits_exactly_len(void **state) {
  (void)state;
  procbuf_writeable_fill(procbuf_writeable_must_sub(writeable(), 2, 5), 200);
  assert_bytes("01XXX56789");
}

static void S_CMP_sees_every_byte(void **state) {
  (void)state;
  uint8_t kernel[10];
  bool equal = false;
  memcpy(kernel, bytes, sizeof kernel);
  assert_int_equal(procbuf_readable_compare(readable(), kernel, 10, &equal), PROCBUF_OK);
  assert_true(equal);
  for (unsigned i = 0; i < 80; i++) {
    kernel[i / 8] ^= (uint8_t)(1u << i % 8);
    assert_int_equal(procbuf_readable_compare(readable(), kernel, 10, &equal), PROCBUF_OK);
    assert_false(equal);
    kernel[i / 8] ^= (uint8_t)(1u << i % 8);
  }
}

static void S_CMP_needs_equal_lengths(void **state) {
  (void)state;
  bool equal = true;
  assert_int_equal(procbuf_readable_compare(readable(), "", 0, &equal), PROCBUF_SIZE);
  assert_int_equal(procbuf_readable_compare(readable(), bytes, 11, &equal), PROCBUF_SIZE);
  assert_true(equal);
}

static void S_ITER_visits_exactly_len(void **state) {
  (void)state;
  uint8_t byte = 77;
  procbuf_bytes iterator = procbuf_readable_bytes(readable());
  for (unsigned i = 0; i < 10; i++) {
    assert_true(procbuf_bytes_next(&iterator, &byte));
    assert_int_equal(byte, i);
  }
  for (unsigned i = 0; i < 2; i++)
    assert_false(procbuf_bytes_next(&iterator, &byte));
  assert_int_equal(byte, 9);
  iterator = procbuf_readable_bytes(procbuf_readable_wrap(NULL, 0));
  assert_false(procbuf_bytes_next(&iterator, &byte));
}

static void X_ALIAS_iterators_see_writes_made_meanwhile(void **state) {
  (void)state;
  uint8_t byte;
  procbuf_bytes iterator = procbuf_readable_bytes(readable());
  assert_true(procbuf_bytes_next(&iterator, &byte));
  assert_true(procbuf_writeable_set(writeable(), 1, 200));
  assert_true(procbuf_bytes_next(&iterator, &byte));
  assert_int_equal(byte, 200);
}

static void S_CHUNKS_cover_the_slice_once(void **state) {
  (void)state;
  const size_t sizes[] = {1, 3, 5, 9, 10, 11, SIZE_MAX};
  for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    procbuf_readable_chunks chunks;
    procbuf_readable chunk;
    size_t seen = 0;
    assert_int_equal(procbuf_readable_chunks_of(readable(), sizes[i], &chunks), PROCBUF_OK);
    while (procbuf_readable_chunks_next(&chunks, &chunk)) {
      size_t left = sizeof bytes - seen;
      assert_int_equal(procbuf_readable_len(chunk), sizes[i] < left ? sizes[i] : left);
      assert_int_equal(procbuf_readable_must_at(chunk, 0), seen);
      seen += procbuf_readable_len(chunk);
    }
    assert_int_equal(seen, sizeof bytes);
    assert_false(procbuf_readable_chunks_next(&chunks, &chunk));
  }
}

static void S_CHUNKS_writeable(void **state) {
  (void)state;
  procbuf_writeable_chunks chunks;
  procbuf_writeable chunk;
  assert_int_equal(procbuf_writeable_chunks_of(writeable(), 4, &chunks), PROCBUF_OK);
  for (uint8_t i = 1; procbuf_writeable_chunks_next(&chunks, &chunk); i++)
    procbuf_writeable_fill(chunk, i);
  assert_bytes("1111222233");
}

static void S_CHUNKS_of_zero_or_of_nothing(void **state) {
  (void)state;
  procbuf_readable_chunks r;
  procbuf_writeable_chunks w;
  procbuf_readable chunk;
  procbuf_writeable writeable_chunk;
  assert_int_equal(procbuf_readable_chunks_of(procbuf_readable_wrap(NULL, 0), 4, &r), PROCBUF_OK);
  assert_int_equal(procbuf_writeable_chunks_of(procbuf_writeable_wrap(NULL, 0), 4, &w), PROCBUF_OK);
  assert_int_equal(procbuf_readable_chunks_of(readable(), 0, &r), PROCBUF_INVAL);
  assert_int_equal(procbuf_writeable_chunks_of(writeable(), 0, &w), PROCBUF_INVAL);
  assert_false(procbuf_readable_chunks_next(&r, &chunk));
  assert_false(procbuf_writeable_chunks_next(&w, &writeable_chunk));
}

static void asserting_forms_do_what_the_checked_ones_do(void **state) {
  (void)state;
  uint8_t kernel[10];
  assert_int_equal(procbuf_readable_must_at(readable(), 9), 9);
  procbuf_writeable_must_set(writeable(), 0, 200);
  assert_bytes("X123456789");
  assert_int_equal(procbuf_readable_len(procbuf_readable_must_sub(readable(), 10, 10)), 0);
  assert_int_equal(procbuf_writeable_len(procbuf_writeable_must_sub(writeable(), 0, 10)), 10);
  procbuf_readable_must_copy_to(readable(), kernel, 10);
  kernel[9] = 201;
  procbuf_writeable_must_copy_from(writeable(), kernel, 10);
  assert_bytes("X12345678X");
}

static void asserting_forms_panic(void **state) {
  (void)state;
  uint8_t kernel[10] = {0};
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_OUT_OF_RANGE, procbuf_readable_must_at(readable(), 10));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_OUT_OF_RANGE, procbuf_writeable_must_set(writeable(), 10, 1));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_OUT_OF_RANGE, procbuf_readable_must_sub(readable(), 0, 11));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_OUT_OF_RANGE, procbuf_writeable_must_sub(writeable(), 5, 4));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_SIZE, procbuf_readable_must_copy_to(readable(), kernel, 9));
  FIXTURE_ASSERT_PANICS(PROCBUF_PANIC_SIZE, procbuf_writeable_must_copy_from(writeable(), kernel, 9));
  assert_bytes("0123456789");
}

#define SLICE_TEST(name) cmocka_unit_test_setup(name, count_up)

int main(void) {
  const struct CMUnitTest tests[] = {
      SLICE_TEST(S_WRAP_sees_the_array),
      SLICE_TEST(S_GET_at_is_present_below_len),
      SLICE_TEST(S_GET_set_is_present_below_len),
      SLICE_TEST(S_GET_sub_is_present_within_len),
      SLICE_TEST(S_GET_sub_from_and_sub_to),
      SLICE_TEST(S_GET_sub_of_sub_never_escapes),
      SLICE_TEST(S_COPY_to_needs_equal_lengths),
      SLICE_TEST(S_COPY_from_needs_equal_lengths),
      SLICE_TEST(X_ZERO_empty_slices_reach_no_byte),
      SLICE_TEST(S_MOVE_as_if_read_whole_first),
      SLICE_TEST(S_MOVE_needs_equal_lengths),
      SLICE_TEST(S_FILL_visits_exactly_len),
      SLICE_TEST(S_CMP_sees_every_byte),
      SLICE_TEST(S_CMP_needs_equal_lengths),
      SLICE_TEST(S_ITER_visits_exactly_len),
      SLICE_TEST(X_ALIAS_iterators_see_writes_made_meanwhile),
      SLICE_TEST(S_CHUNKS_cover_the_slice_once),
      SLICE_TEST(S_CHUNKS_writeable),
      SLICE_TEST(S_CHUNKS_of_zero_or_of_nothing),
      SLICE_TEST(asserting_forms_do_what_the_checked_ones_do),
      SLICE_TEST(asserting_forms_panic),
  };
  return FIXTURE_RUN(tests);
}
