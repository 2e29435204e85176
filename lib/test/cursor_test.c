// SPDX-License-Identifier: Apache-2.0 OR MIT
#define PROCBUF_STARTUP
#include "fixture.h"

#include <procbuf/cursor.h>
#include <string.h>

static const procbuf_external_process_capability external = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;

static uint8_t memory[64];

static int zero(void **state) {
  memset(memory, 0, sizeof memory);
  return fixture_setup(state);
}

static procbuf_writeable writer(size_t n) {
  return procbuf_writeable_wrap(memory, n);
}

static procbuf_readable reader(size_t n) {
  return procbuf_readable_wrap(memory, n);
}

static void C_NUMBER_in_both_orders(void **state) {
  (void)state;
  procbuf_writeable to = writer(29);
  assert_int_equal(procbuf_cursor_write_u8(&to, 0x01), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u16_le(&to, 0x0302), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u16_be(&to, 0x0405), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u32_le(&to, 0x09080706), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u32_be(&to, 0x0a0b0c0d), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u64_le(&to, UINT64_C(0x1514131211100f0e)), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_u64_be(&to, UINT64_C(0x161718191a1b1c1d)), PROCBUF_OK);
  assert_int_equal(procbuf_writeable_len(to), 0);
  for (unsigned i = 0; i < 29; i++)
    assert_int_equal(memory[i], i + 1);

  procbuf_readable from = reader(29);
  uint8_t u8 = 0;
  uint16_t le16 = 0, be16 = 0;
  uint32_t le32 = 0, be32 = 0;
  uint64_t le64 = 0, be64 = 0;
  assert_int_equal(procbuf_cursor_read_u8(&from, &u8), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u16_le(&from, &le16), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u16_be(&from, &be16), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u32_le(&from, &le32), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u32_be(&from, &be32), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u64_le(&from, &le64), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_read_u64_be(&from, &be64), PROCBUF_OK);
  assert_true(u8 == 1 && le16 == 0x0302 && be16 == 0x0405 && le32 == 0x09080706 && be32 == 0x0a0b0c0d);
  assert_true(le64 == UINT64_C(0x1514131211100f0e) && be64 == UINT64_C(0x161718191a1b1c1d));
  assert_int_equal(procbuf_readable_len(from), 0);
}

#define ASSERT_TOO_SHORT(type, name, bytes)                                                                  \
  do {                                                                                                       \
    procbuf_readable from = reader((bytes) - 1);                                                             \
    procbuf_writeable to = writer((bytes) - 1);                                                              \
    type value = 0x5a;                                                                                       \
    assert_int_equal(procbuf_cursor_read_##name(&from, &value), PROCBUF_SIZE);                               \
    assert_int_equal(procbuf_cursor_write_##name(&to, value), PROCBUF_SIZE);                                 \
    assert_true(value == 0x5a);                                                                              \
    assert_int_equal(procbuf_readable_len(from), (bytes) - 1);                                               \
    assert_int_equal(procbuf_writeable_len(to), (bytes) - 1);                                                \
    assert_int_equal(memory[0], 0);                                                                          \
  } while (0)

static void C_CURSOR_stays_where_a_number_does_not_fit(void **state) {
  (void)state;
  ASSERT_TOO_SHORT(uint8_t, u8, 1);
  ASSERT_TOO_SHORT(uint16_t, u16_le, 2);
  ASSERT_TOO_SHORT(uint16_t, u16_be, 2);
  ASSERT_TOO_SHORT(uint32_t, u32_le, 4);
  ASSERT_TOO_SHORT(uint32_t, u32_be, 4);
  ASSERT_TOO_SHORT(uint64_t, u64_le, 8);
  ASSERT_TOO_SHORT(uint64_t, u64_be, 8);
}

static void C_BYTES_copies_and_slices(void **state) {
  (void)state;
  procbuf_writeable to = writer(8), hole;
  assert_int_equal(procbuf_cursor_write_bytes(&to, "abc", 3), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_slice(&to, 2, &hole), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_bytes(&to, "fgh!", 4), PROCBUF_SIZE);
  assert_int_equal(procbuf_cursor_write_bytes(&to, "fgh", 3), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_bytes(&to, NULL, 0), PROCBUF_OK);
  assert_int_equal(procbuf_writeable_copy_from(hole, "de", 2), PROCBUF_OK);
  assert_memory_equal(memory, "abcdefgh", 8);

  procbuf_readable from = reader(8), field;
  char text[8] = "-------";
  assert_int_equal(procbuf_cursor_read_bytes(&from, text, SIZE_MAX), PROCBUF_SIZE);
  assert_int_equal(procbuf_cursor_read_bytes(&from, text, 3), PROCBUF_OK);
  assert_memory_equal(text, "abc----", 8);
  assert_int_equal(procbuf_cursor_read_slice(&from, 6, &field), PROCBUF_SIZE);
  assert_int_equal(procbuf_cursor_read_slice(&from, 4, &field), PROCBUF_OK);
  assert_int_equal(procbuf_readable_len(field), 4);
  assert_int_equal(procbuf_readable_must_at(field, 3), 'g');
  assert_int_equal(procbuf_readable_len(from), 1);
  assert_int_equal(procbuf_cursor_read_slice(&from, 1, &from), PROCBUF_OK);
  assert_int_equal(procbuf_readable_must_at(from, 0), 'h');
}

static void C_TEXT_ends_in_a_zero(void **state) {
  (void)state;
  procbuf_writeable to = writer(8);
  assert_int_equal(procbuf_cursor_write_text(&to, "abc"), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_text(&to, "defg"), PROCBUF_SIZE);
  assert_int_equal(procbuf_cursor_write_text(&to, "def"), PROCBUF_OK);
  assert_int_equal(procbuf_cursor_write_text(&to, ""), PROCBUF_SIZE);
  assert_memory_equal(memory, "abc\0def\0", 9);

  procbuf_readable from = reader(7);
  char text[8] = "-------";
  assert_int_equal(procbuf_cursor_read_text(&from, text, 3), PROCBUF_SIZE);
  assert_memory_equal(text, "\0\0\0----", 8);
  assert_int_equal(procbuf_cursor_read_text(&from, NULL, 0), PROCBUF_SIZE);
  assert_int_equal(procbuf_cursor_read_text(&from, text, 4), PROCBUF_OK);
  assert_string_equal(text, "abc");
  assert_int_equal(procbuf_cursor_read_text(&from, text, sizeof text), PROCBUF_SIZE);
  assert_int_equal(procbuf_readable_len(from), 3);
  assert_memory_equal(text, "\0\0\0\0---", 8);
}

static procbuf_readonly_buffer buffer_of(uintptr_t address, size_t n) {
  procbuf_readonly_buffer buffer = PROCBUF_READONLY_BUFFER_DEFAULT;
  assert_int_equal(
      procbuf_readonly_external(&external, &fx.kernel, fx.pid, (procbuf_range){address, n}, &buffer),
      PROCBUF_OK);
  return buffer;
}

static void C_GATHER_one_behind_the_other(void **state) {
  (void)state;
  memcpy((void *)fx.ms, "abcdef", 6);
  const procbuf_readonly_buffer buffers[] = {buffer_of(fx.ms + 2, 3), buffer_of(fx.ms, 0),
                                             buffer_of(fx.ms, 4)};
  assert_int_equal(procbuf_gather(buffers, 3, memory, 6), PROCBUF_SIZE);
  assert_int_equal(procbuf_gather(buffers, 3, memory, 8), PROCBUF_SIZE);
  assert_int_equal(memory[0], 0);
  assert_int_equal(procbuf_gather(buffers, 3, memory, 7), PROCBUF_OK);
  assert_memory_equal(memory, "cdeabcd", 8);
  assert_int_equal(procbuf_gather(buffers, 0, NULL, 0), PROCBUF_OK);
  assert_int_equal(procbuf_gather(buffers, 0, memory, 1), PROCBUF_SIZE);
  assert_int_equal(procbuf_gather(buffers + 1, 1, NULL, 0), PROCBUF_OK);
  assert_int_equal(procbuf_process_terminate(&fx.kernel, fx.pid), PROCBUF_OK);
  assert_int_equal(procbuf_gather(buffers, 3, memory, 7), PROCBUF_NOSUCHAPP);
}

static void B_RO_of_a_readwrite_buffer(void **state) {
  (void)state;
  procbuf_readwrite_buffer both = PROCBUF_READWRITE_BUFFER_DEFAULT;
  procbuf_readonly_buffer view = procbuf_readwrite_as_readonly(&both);
  assert_int_equal(procbuf_gather(&view, 1, memory, 0), PROCBUF_NOSUCHAPP);
  assert_int_equal(
      procbuf_readwrite_external(&external, &fx.kernel, fx.pid, (procbuf_range){fx.ms, 4}, &both),
      PROCBUF_OK);
  view = procbuf_readwrite_as_readonly(&both);
  assert_int_equal(procbuf_readonly_len(&view), 4);
  assert_true(procbuf_readonly_ptr(&view) == fx.ms);
  assert_int_equal(procbuf_gather(&view, 1, memory, 4), PROCBUF_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(C_NUMBER_in_both_orders, zero),
      cmocka_unit_test_setup(C_CURSOR_stays_where_a_number_does_not_fit, zero),
      cmocka_unit_test_setup(C_BYTES_copies_and_slices, zero),
      cmocka_unit_test_setup(C_TEXT_ends_in_a_zero, zero),
      cmocka_unit_test_setup(C_GATHER_one_behind_the_other, zero),
      cmocka_unit_test_setup(B_RO_of_a_readwrite_buffer, zero),
  };
  return FIXTURE_RUN(tests);
}
