// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool write_file(const char *path, const uint8_t *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  const bool written = file && fwrite(bytes, 1, size, file) == size;
  const bool closed = file && fclose(file) == 0;
  if (!written || !closed) perror(path);
  return written && closed;
}

bool output_binary(const char *folder, const char *from, const struct program *program) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  const char *name = base_name(from);
  const int stem = (int)strcspn(name, ".");
  const size_t room = strlen(folder) + strlen(name) + 8;
  char *to = malloc(room);
  if (!to) {
    perror(from);
    return false;
  }
  snprintf(to, room, "%s/%.*s.bin", folder, stem, name);
  const bool fine = write_file(to, bytes, program_encode(program, bytes));
  free(to);
  return fine;
}
