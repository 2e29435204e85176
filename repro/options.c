// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c) {
  static const char digits[] = "0123456789abcdef";
  const char *at = c ? strchr(digits, c) : 0;
  return at ? (int)(at - digits) : -1;
}

static bool take_digits(const char *text, size_t length, uint8_t *bytes) {
  for (size_t i = 0; i < length; i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) {
      fprintf(stderr, "--hex: expected hexadecimal digits 0-9 a-f, found \"%.2s\" at %zu\n", text + i, i + 1);
      return false;
    }
    bytes[i / 2] = (uint8_t)(high * 16 + low);
  }
  return true;
}

bool option_hex(const char *text, struct program *program) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  const size_t length = strlen(text);
  if (length == 0 || length % 2 || length / 2 > sizeof bytes) {
    fprintf(stderr, "--hex: expected an even number of hexadecimal digits, at most %zu, found %zu\n",
            2 * sizeof bytes, length);
    return false;
  }
  if (!take_digits(text, length, bytes)) return false;
  program_decode(program, bytes, length / 2);
  return true;
}

bool option_canary(const char *name, enum lockstep_canary *canary) {
  static const char *const names[CANARY_COUNT] = {"none", "result", "state", "memory", "access", "sanitizer"};
  for (unsigned i = CANARY_RESULT; i < CANARY_COUNT; i++) {
    if (strcmp(name, names[i]) != 0) continue;
    *canary = (enum lockstep_canary)i;
    return true;
  }
  fprintf(stderr, "--canary: expected result, state, memory, access or sanitizer, found \"%s\"\n", name);
  return false;
}

bool option_seconds(const char *name, const char *text, unsigned *seconds) {
  char *end;
  const unsigned long number = strtoul(text, &end, 10);
  *seconds = (unsigned)number;
  if (*text >= '0' && *text <= '9' && !*end && number > 0 && number <= 86400) return true;
  fprintf(stderr, "%s: expected seconds from 1 to 86400, found \"%s\"\n", name, text);
  return false;
}
