// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// An image as a program of an operating system.
#include "system.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *file;

bool system_open(const char *path) {
  file = fopen(path, "rb");
  return file != 0;
}

size_t system_read(void *bytes, size_t size) {
  return fread(bytes, 1, size, file);
}

void system_write(const char *text, size_t length) {
  if (fwrite(text, 1, length, stdout) != length) exit(STATUS_FAULT);
}

_Noreturn void system_exit(enum exit_status status) {
  exit((int)status);
}

int main(int argc, char **argv) {
  if (argc == 2) return (int)image_main(argv[1]);
  fputs("usage: image BUNDLE\n", stderr);
  return STATUS_MISUSE;
}
