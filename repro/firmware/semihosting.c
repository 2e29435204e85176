// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "semihosting.h"

#include "start.h"
#include "system.h"

enum {
  SYS_OPEN = 0x01,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_GET_CMDLINE = 0x15,
  SYS_EXIT_EXTENDED = 0x20,
};
enum { MODE_READ_BINARY = 1, MODE_WRITE = 4 };
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static intptr_t file = -1, console = -1;

static size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  return length;
}

static intptr_t open(const char *path, uintptr_t mode) {
  const uintptr_t block[] = {(uintptr_t)path, mode, length_of(path)};
  return semihosting_call(SYS_OPEN, block);
}

bool system_open(const char *path) {
  file = open(path, MODE_READ_BINARY);
  return file >= 0;
}

// The call returns how many bytes it did not read; it may read fewer than the file has left.
size_t system_read(void *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const uintptr_t block[] = {(uintptr_t)file, (uintptr_t)bytes + done, size - done};
    const uintptr_t left = (uintptr_t)semihosting_call(SYS_READ, block);
    if (left >= size - done) break;
    done = size - left;
  }
  return done;
}

void system_write(const char *text, size_t length) {
  if (console < 0) console = open(":tt", MODE_WRITE);
  while (length > 0) {
    const uintptr_t block[] = {(uintptr_t)console, (uintptr_t)text, length};
    const uintptr_t left = (uintptr_t)semihosting_call(SYS_WRITE, block);
    if (left >= length) system_exit(STATUS_FAULT);
    text += length - left;
    length = left;
  }
}

_Noreturn void system_exit(enum exit_status status) {
  const uintptr_t block[] = {ADP_STOPPED_APPLICATION_EXIT, status};
  for (;;)
    semihosting_call(SYS_EXIT_EXTENDED, block);
}

// The command line as QEMU puts it together: the image's name, a blank, the bundle's path.
static const char *argument(char *line) {
  while (*line && *line != ' ')
    line++;
  return *line ? line + 1 : line;
}

_Noreturn void system_start(void) {
  static char line[1024];
  const uintptr_t block[] = {(uintptr_t)line, sizeof line};
  if (semihosting_call(SYS_GET_CMDLINE, block) != 0) line[0] = 0;
  system_exit(image_main(argument(line)));
}
