// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Inputs told apart by their content: which bytes are text, and which binary ones are a program.
#include "input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct bytes {
  const char *bytes;
  size_t size;
};
#define BYTES(text) {text, sizeof(text) - 1}

static bool is_text(const struct bytes *bytes) {
  return input_is_text((const unsigned char *)bytes->bytes, bytes->size);
}

static void text_is_utf8_without_controls(void **state) {
  (void)state;
  static const struct bytes texts[] = {
      BYTES("n"),        BYTES("\n"),           BYTES("nop\r\n\tnop"),     BYTES("~ "),
      BYTES("\xc3\xa9"), BYTES("\xe2\x82\xac"), BYTES("\xf0\x9f\x98\x80"),
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_true(is_text(&texts[i]));
}

static void all_else_is_binary(void **state) {
  (void)state;
  static const struct bytes binaries[] = {
      BYTES(""),     BYTES("\0"),   BYTES("nop\n\0"),   BYTES("\x1b[m"),   BYTES("\x7f"),
      BYTES("\x80"), BYTES("\xff"), BYTES("nop \xe9 "), BYTES("\xe2\x82"), BYTES("\xc1\x80"),
  };
  for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
    assert_false(is_text(&binaries[i]));
}

// A program in binary form is never text: its header begins with a number below 3.
static void no_encoded_program_is_text(void **state) {
  (void)state;
  static unsigned char bytes[PROGRAM_BINARY_MAX];
  static const char text[] = "allow p0 rw d0 0 ram 8\nlive p1\n";
  static struct program program;
  struct parse_error error;
  assert_true(program_parse(&program, text, sizeof text - 1, &error));
  assert_false(input_is_text(bytes, program_encode(&program, bytes)));
}

static bool is_program(const char *path, const char *bytes, size_t size, bool raw) {
  static struct program program;
  return input_program(path, (const unsigned char *)bytes, size, raw, &program);
}

static void a_name_promises_text_only(void **state) {
  (void)state;
  static const char text[] = "live p0\n", zeros[32];
  assert_true(is_program("a.txt", text, sizeof text - 1, false));
  assert_true(is_program("a.bin", text, sizeof text - 1, false));
  assert_true(is_program("a", zeros, sizeof zeros, false));
  assert_false(is_program("a.txt", zeros, sizeof zeros, false));
  assert_false(is_program("a.txt", zeros, sizeof zeros, true));
}

static void binary_is_whole_unless_raw(void **state) {
  (void)state;
  static char bytes[PROGRAM_BINARY_MAX + PROGRAM_RECORD_SIZE];
  assert_true(is_program("a", bytes, PROGRAM_BINARY_MAX, false));
  assert_true(is_program("a", bytes, PROGRAM_BINARY_MAX, true));
  assert_false(is_program("a", bytes, sizeof bytes, false));
  assert_false(is_program("a", bytes, sizeof bytes, true));
  assert_false(is_program("a", bytes, PROGRAM_HEADER_SIZE - 1, false));
  assert_false(is_program("a", bytes, PROGRAM_HEADER_SIZE + 1, false));
  assert_true(is_program("a", bytes, 1, true));
}

// The last byte has bits for more ops than there are.
static void a_header_is_canonical(void **state) {
  (void)state;
  for (size_t i = 0; i < PROGRAM_HEADER_SIZE; i++) {
    char bytes[PROGRAM_HEADER_SIZE] = {0};
    bytes[i] = 1;
    assert_int_equal(is_program("a", bytes, sizeof bytes, false), i * 8 < 32 + OP_COUNT);
    bytes[i] = (char)0xff;
    assert_int_equal(is_program("a", bytes, sizeof bytes, false), i >= 4 && i * 8 + 7 < 32 + OP_COUNT);
    assert_true(is_program("a", bytes, sizeof bytes, true));
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_utf8_without_controls), cmocka_unit_test(all_else_is_binary),
      cmocka_unit_test(no_encoded_program_is_text),    cmocka_unit_test(a_name_promises_text_only),
      cmocka_unit_test(binary_is_whole_unless_raw),    cmocka_unit_test(a_header_is_canonical),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
