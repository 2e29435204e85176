// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// An image that goes astray, for ci/shapes/astray_test.py. Its argument is pairs of hexadecimal numbers. Each pair
// but the last is an address and the word to store there, so that any instruction can be brought; the last is
// an address to call and what to call it with. An image that comes back from that has nothing to say.
#include "system.h"

#include <stdint.h>

struct pair {
  uintptr_t address, value;
};

static unsigned digit(char c) {
  return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

// Reads a number and the blank behind it; what follows them, or null if there is no number.
static const char *number(const char *text, uintptr_t *value) {
  const char *start = text;
  *value = 0;
  while (digit(*text) < 16)
    *value = *value << 4 | digit(*text++);
  if (text == start || (*text && *text != ' ')) return 0;
  return *text ? text + 1 : text;
}

static const char *read_pair(const char *text, struct pair *pair) {
  text = number(text, &pair->address);
  return text ? number(text, &pair->value) : 0;
}

enum exit_status image_main(const char *bundle) {
  const char *text = bundle; // not one here, but the argument's pairs
  struct pair pair;
  while ((text = read_pair(text, &pair)) && *text)
    *(volatile uint32_t *)pair.address = (uint32_t)pair.value;
  if (!text) return STATUS_MISUSE;
  ((void (*)(uintptr_t))pair.address)(pair.value);
  return STATUS_FINE;
}
