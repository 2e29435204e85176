// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

enum { HEADER = 8, ROOM = 16, EXCEEDED = 1, HALT = 2 };

static uint8_t stream[HEADER + ROOM];
static uint8_t expected[HEADER + ROOM];

/* A stream with that header, data all FILLER. */
static void make(uint16_t version, uint16_t flags, uint32_t offset) {
  memset(stream, FILLER, sizeof stream);
  memcpy(stream, &version, 2);
  stream[2] = (uint8_t)(flags >> 8);
  stream[3] = (uint8_t)flags;
  memcpy(stream + 4, &offset, 4);
  memcpy(expected, stream, sizeof stream);
}

static void expect_offset(uint32_t offset) {
  memcpy(expected + 4, &offset, 4);
}

typedef struct source {
  const uint8_t *bytes;
  size_t left;
  size_t asked;
} source;

static bool next_byte(void *context, uint8_t *byte) {
  source *from = context;
  from->asked++;
  if (from->left == 0) return false;
  from->left--;
  *byte = *from->bytes++;
  return true;
}

typedef procbuf_status append_form(procbuf_writeable slice, const void *chunk, size_t n,
                                   procbuf_stream_result *result);

static procbuf_status append_from(procbuf_writeable slice, const void *chunk, size_t n,
                                  procbuf_stream_result *result) {
  source from = {.bytes = chunk, .left = n};
  return procbuf_stream_append_from(slice, next_byte, &from, result);
}

static append_form *const forms[] = {procbuf_stream_append, append_from};

static const procbuf_stream_result untouched = {true, 12345};

/* Appends n bytes of "abc..." and asserts the status and, for errors, that the result is unchanged. */
static procbuf_stream_result append(append_form *form, procbuf_status status, size_t n) {
  procbuf_stream_result result = untouched;
  procbuf_writeable slice = procbuf_writeable_wrap(stream, sizeof stream);
  assert_int_equal(form(slice, "abcdefghijklmnopqrstuvwxyz", n, &result), status);
  if (status != PROCBUF_OK) {
    assert_int_equal(result.first, untouched.first);
    assert_int_equal(result.offset, untouched.offset);
  }
  return result;
}

static void assert_result(procbuf_stream_result result, bool first, uint32_t offset) {
  assert_int_equal(result.first, first);
  assert_int_equal(result.offset, offset);
}

/* As expected; with_data: the data bytes are compared too (T-ITER may leave some behind the offset). */
static void assert_stream(bool with_data) {
  assert_memory_equal(stream, expected, with_data ? sizeof stream : HEADER);
}

static void T_APPEND_first_chunk(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, 0, 0);
    assert_result(append(forms[f], PROCBUF_OK, 3), true, 3);
    expect_offset(3);
    memcpy(expected + HEADER, "abc", 3);
    assert_stream(true);
  }
}

static void T_APPEND_later_chunk_keeps_what_is_before(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, HALT, 5);
    assert_result(append(forms[f], PROCBUF_OK, 2), false, 7);
    expect_offset(7);
    memcpy(expected + HEADER + 5, "ab", 2);
    assert_stream(true);
  }
}

static void T_APPEND_keeps_an_exceeded_flag(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, EXCEEDED, 0);
    assert_result(append(forms[f], PROCBUF_OK, 1), true, 1);
    expect_offset(1);
    expected[HEADER] = 'a';
    assert_stream(true);
  }
}

static void T_APPEND_exact_fit(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, 0, 0);
    assert_result(append(forms[f], PROCBUF_OK, ROOM), true, ROOM);
    make(0, 0, ROOM - 1);
    assert_result(append(forms[f], PROCBUF_OK, 1), false, ROOM);
    assert_int_equal(stream[HEADER + ROOM - 1], 'a');
  }
}

static void T_HEADER_fewer_than_8_bytes(void **state) {
  (void)state;
  make(1, 0xFFFF, UINT32_MAX);
  for (unsigned f = 0; f < 2; f++) {
    for (size_t length = 0; length < HEADER; length++) {
      procbuf_stream_result result = untouched;
      procbuf_writeable slice = procbuf_writeable_wrap(stream, length);
      assert_int_equal(forms[f](slice, "a", 1, &result), PROCBUF_SIZE);
      assert_int_equal(forms[f](slice, NULL, 0, &result), PROCBUF_SIZE);
      assert_int_equal(result.offset, untouched.offset);
    }
  }
  assert_stream(true);
}

static void T_HEADER_exactly_8_bytes(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, 0, 0);
    procbuf_stream_result result;
    procbuf_writeable slice = procbuf_writeable_wrap(stream, HEADER);
    assert_int_equal(forms[f](slice, NULL, 0, &result), PROCBUF_OK);
    assert_stream(true);
    assert_int_equal(forms[f](slice, "a", 1, &result), PROCBUF_SIZE);
    expected[3] = EXCEEDED;
    assert_stream(true);
  }
}

static void T_HEADER_version_and_reserved_flags(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    for (unsigned bit = 0; bit < 16; bit++) {
      make((uint16_t)(1u << bit), EXCEEDED | HALT, UINT32_MAX);
      append(forms[f], PROCBUF_INVAL, 1);
      assert_stream(true);
      if (bit < 2) continue;
      make(0, (uint16_t)(1u << bit | EXCEEDED | HALT), 0);
      append(forms[f], PROCBUF_INVAL, 0);
      assert_stream(true);
    }
  }
}

static void T_HALT_is_busy(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, EXCEEDED | HALT, UINT32_MAX);
    append(forms[f], PROCBUF_BUSY, 1);
    append(forms[f], PROCBUF_BUSY, 0);
    assert_stream(true);
  }
}

static void T_APPEND_offset_beyond_32_bits_fails(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, 0, UINT32_MAX - 2);
    append(forms[f], PROCBUF_FAIL, 3);
    assert_stream(true);
    append(forms[f], PROCBUF_SIZE, 2);
    expected[3] = EXCEEDED;
    assert_stream(true);
  }
  procbuf_stream_result result = untouched;
  procbuf_writeable slice = procbuf_writeable_wrap(stream, sizeof stream);
  volatile size_t most = UINT32_MAX; /* compilers know that no chunk is that long */
  make(0, 0, 1);
  assert_int_equal(procbuf_stream_append(slice, "", most, &result), PROCBUF_FAIL);
  most = SIZE_MAX;
  assert_int_equal(procbuf_stream_append(slice, "", most, &result), PROCBUF_FAIL);
  assert_stream(true);
}

static void T_FULL_sets_exceeded_and_nothing_else(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    make(0, HALT, 10);
    append(forms[f], PROCBUF_SIZE, 7);
    expected[3] = HALT | EXCEEDED;
    assert_stream(f == 0);
    make(0, EXCEEDED, 0);
    append(forms[f], PROCBUF_SIZE, ROOM + 1);
    assert_stream(f == 0);
  }
}

static void T_FULL_offset_beyond_the_data(void **state) {
  (void)state;
  for (unsigned f = 0; f < 2; f++) {
    for (size_t n = 0; n < 2; n++) {
      make(0, 0, ROOM + 1);
      append(forms[f], PROCBUF_SIZE, n);
      expected[3] = EXCEEDED;
      assert_stream(true);
    }
  }
}

static void T_EMPTY_changes_nothing(void **state) {
  (void)state;
  const uint32_t offsets[] = {0, 5, ROOM};
  for (unsigned f = 0; f < 2; f++) {
    for (unsigned i = 0; i < 3; i++) {
      make(0, HALT, offsets[i]);
      assert_result(append(forms[f], PROCBUF_OK, 0), false, offsets[i]);
      assert_stream(true);
    }
  }
}

static void T_ITER_source_is_not_asked_when_the_header_is_refused(void **state) {
  (void)state;
  procbuf_stream_result result;
  source from = {.bytes = (const uint8_t *)"abc", .left = 3};
  make(1, 0, 0);
  procbuf_writeable slice = procbuf_writeable_wrap(stream, sizeof stream);
  assert_int_equal(procbuf_stream_append_from(slice, next_byte, &from, &result), PROCBUF_INVAL);
  assert_int_equal(from.asked, 0);
}

static void T_ITER_source_is_not_asked_after_its_end(void **state) {
  (void)state;
  procbuf_stream_result result;
  source from = {.bytes = (const uint8_t *)"abc", .left = 3};
  make(0, 0, 0);
  procbuf_writeable slice = procbuf_writeable_wrap(stream, sizeof stream);
  assert_int_equal(procbuf_stream_append_from(slice, next_byte, &from, &result), PROCBUF_OK);
  assert_int_equal(from.asked, 4);
}

static bool endless(void *context, uint8_t *byte) {
  size_t *asked = context;
  ++*asked;
  *byte = 'z';
  return true;
}

/* Data that begins 2^32-1 bytes behind the header is where no offset counts to, however long the slice is. */
static void T_ITER_a_slice_longer_than_the_offset_counts(void **state) {
  (void)state;
  procbuf_writeable slice = procbuf_writeable_wrap(stream, SIZE_MAX);
  for (unsigned f = 0; f < 2; f++) {
    procbuf_stream_result result = untouched;
    make(0, 0, UINT32_MAX);
    assert_int_equal(forms[f](slice, "a", 1, &result), PROCBUF_FAIL);
    assert_stream(true);
  }
}

static void T_ITER_endless_sources_end(void **state) {
  (void)state;
  procbuf_stream_result result = untouched;
  size_t asked = 0;
  make(0, 0, UINT32_MAX - 5);
  procbuf_writeable slice = procbuf_writeable_wrap(stream, sizeof stream);
  assert_int_equal(procbuf_stream_append_from(slice, endless, &asked, &result), PROCBUF_FAIL);
  assert_int_equal(asked, 6);
  assert_stream(true);
}

static void any_alignment_is_good(void **state) {
  (void)state;
  static uint8_t room[HEADER + 4 + 8];
  for (unsigned f = 0; f < 2; f++) {
    for (size_t shift = 0; shift < 8; shift++) {
      memset(room, 0, sizeof room);
      procbuf_stream_result result;
      procbuf_writeable slice = procbuf_writeable_wrap(room + shift, HEADER + 4);
      assert_int_equal(forms[f](slice, "wxyz", 4, &result), PROCBUF_OK);
      assert_memory_equal(room + shift + HEADER, "wxyz", 4);
    }
  }
}

static procbuf_status append_in_enter(void *context, procbuf_writeable slice) {
  return procbuf_stream_append(slice, "ab", 2, context);
}

static void a_process_buffer_is_a_stream(void **state) {
  (void)state;
  procbuf_stream_result result = untouched;
  procbuf_readwrite_buffer buffer = fixture_readwrite(3, HEADER + 3);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, append_in_enter, &result), PROCBUF_OK);
  assert_result(result, true, 2);
  assert_int_equal(procbuf_readwrite_mut_enter(&buffer, append_in_enter, &result), PROCBUF_SIZE);
  assert_memory_equal(fx.ram[0] + 3 + HEADER, "ab\0", 3);
  assert_int_equal(fx.ram[0][3 + 3], EXCEEDED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(T_APPEND_first_chunk),
      cmocka_unit_test(T_APPEND_later_chunk_keeps_what_is_before),
      cmocka_unit_test(T_APPEND_keeps_an_exceeded_flag),
      cmocka_unit_test(T_APPEND_exact_fit),
      cmocka_unit_test(T_HEADER_fewer_than_8_bytes),
      cmocka_unit_test(T_HEADER_exactly_8_bytes),
      cmocka_unit_test(T_HEADER_version_and_reserved_flags),
      cmocka_unit_test(T_HALT_is_busy),
      cmocka_unit_test(T_APPEND_offset_beyond_32_bits_fails),
      cmocka_unit_test(T_FULL_sets_exceeded_and_nothing_else),
      cmocka_unit_test(T_FULL_offset_beyond_the_data),
      cmocka_unit_test(T_EMPTY_changes_nothing),
      cmocka_unit_test(T_ITER_source_is_not_asked_when_the_header_is_refused),
      cmocka_unit_test(T_ITER_source_is_not_asked_after_its_end),
      cmocka_unit_test(T_ITER_a_slice_longer_than_the_offset_counts),
      cmocka_unit_test(T_ITER_endless_sources_end),
      cmocka_unit_test(any_alignment_is_good),
      FIXTURE_TEST(a_process_buffer_is_a_stream),
  };
  return FIXTURE_RUN(tests);
}
