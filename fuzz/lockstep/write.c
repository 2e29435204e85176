// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lockstep/write.h"

void write_text(const struct text_sink *sink, const char *text) {
  sink->write(sink->context, text, __builtin_strlen(text));
}

static void write_base(const struct text_sink *sink, uintptr_t number, unsigned base, unsigned digits) {
  char text[24];
  size_t at = sizeof text;
  do {
    text[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number || sizeof text - at < digits);
  sink->write(sink->context, text + at, sizeof text - at);
}

void write_decimal(const struct text_sink *sink, uintptr_t number) {
  write_base(sink, number, 10, 1);
}

void write_hex(const struct text_sink *sink, uintptr_t number, unsigned digits) {
  write_base(sink, number, 16, digits);
}

void write_offset(const struct text_sink *sink, const char *base, intptr_t offset) {
  write_text(sink, base);
  if (offset == 0) return;
  write_text(sink, offset < 0 ? "-" : "+");
  write_decimal(sink, offset < 0 ? 0 - (uintptr_t)offset : (uintptr_t)offset);
}
