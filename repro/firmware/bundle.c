// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bundle.h"

#include "print.h"
#include "system.h"

static const char *bundle;
static size_t position;

static bool complain(const char *expected) {
  output_text(bundle);
  output_text(": byte ");
  output_number(position);
  output_text(": expected ");
  output_text(expected);
  output_text("\n");
  return false;
}

static bool take(void *bytes, size_t size) {
  if (system_read(bytes, size) != size) return false;
  position += size;
  return true;
}

bool bundle_open(const char *path) {
  char magic[sizeof BUNDLE_MAGIC - 1];
  bundle = path;
  position = 0;
  if (!system_open(path)) return complain("a bundle that can be opened");
  const size_t got = system_read(magic, sizeof magic);
  if (got != sizeof magic || __builtin_memcmp(magic, BUNDLE_MAGIC, sizeof magic) != 0)
    return complain("the first line of a bundle, as ci/shapes/shapes.py writes it");
  position = got;
  return true;
}

static size_t number(const uint8_t *bytes) {
  return bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

static bool read_program(char *name, size_t name_length, struct program *program, size_t size) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  if (name_length > BUNDLE_NAME_MAX) return complain("a name of at most 255 bytes");
  if (!take(name, name_length)) return complain("a name, found the end of the file");
  name[name_length] = 0;
  if (size > sizeof bytes || size < PROGRAM_HEADER_SIZE) return complain("a program of a possible size");
  if (!take(bytes, size)) return complain("a program, found the end of the file");
  program_decode(program, bytes, size);
  return true;
}

enum bundle_next bundle_read(char name[BUNDLE_NAME_MAX + 1], struct program *program) {
  uint8_t sizes[8];
  const size_t got = system_read(sizes, sizeof sizes);
  if (got == 0) return BUNDLE_END;
  if (got < sizeof sizes) {
    complain("two lengths, found the end of the file");
    return BUNDLE_DAMAGED;
  }
  position += got;
  return read_program(name, number(sizes), program, number(sizes + 4)) ? BUNDLE_PROGRAM : BUNDLE_DAMAGED;
}
