// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "print.h"

#include "system.h"

static char pending[4096];
static size_t used;

void output_flush(void) {
  if (used > 0) system_write(pending, used);
  used = 0;
}

static void put(void *context, const char *text, size_t length) {
  (void)context;
  for (size_t i = 0; i < length; i++) {
    if (used == sizeof pending) output_flush();
    pending[used++] = text[i];
  }
}

const struct text_sink output = {0, put};

void output_text(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  put(0, text, length);
}

void output_number(unsigned long long number) {
  char digits[20];
  size_t at = sizeof digits;
  do
    digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  put(0, digits + at, sizeof digits - at);
}

void output_counts(const char *const *names, const unsigned *counts, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    output_text(i ? ", " : "");
    output_text(names[i]);
    output_text(" ");
    output_number(counts[i]);
  }
}
