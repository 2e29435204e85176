// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const char *path, int error) {
  fprintf(stderr, "%s: %s\n", path, strerror(error));
  return false;
}

bool output_exists(const char *path) {
  struct stat info;
  if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  fprintf(stderr, "%s: exists; expected the name of a new file\n", path);
  return true;
}

// Fills and closes the file. errno tells what went wrong.
static bool fill_file(FILE *file, output_fill *fill, void *context) {
  errno = 0;
  fill(context, file);
  bool written = fflush(file) == 0 && !ferror(file);
  const int error = errno;
  if (fclose(file) != 0) return false;
  errno = error ? error : EIO;
  return written;
}

static bool write_direct(const char *path, output_fill *fill, void *context) {
  FILE *file = fopen(path, "w");
  return (file && fill_file(file, fill, context)) || complain(path, errno);
}

static bool write_and_rename(const char *temporary, const char *path, output_fill *fill, void *context) {
  FILE *file = fopen(temporary, "wx");
  if (!file) return complain(path, errno);
  if (fill_file(file, fill, context) && rename(temporary, path) == 0) return true;
  const int error = errno;
  unlink(temporary);
  return complain(path, error);
}

static char *temporary_name(const char *path) {
  const size_t room = strlen(path) + 32;
  char *name = malloc(room);
  if (name) snprintf(name, room, "%s.%ld.tmp", path, (long)getpid());
  return name;
}

bool output_file(const char *path, bool replace, output_fill *fill, void *context) {
  struct stat info;
  if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode)) return write_direct(path, fill, context);
  if (!replace && output_exists(path)) return false;
  char *temporary = temporary_name(path);
  const bool fine = temporary ? write_and_rename(temporary, path, fill, context) : complain(path, errno);
  free(temporary);
  return fine;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static void fill_binary(void *context, FILE *file) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  const struct program *const *program = context;
  fwrite(bytes, 1, program_encode(*program, bytes), file);
}

bool output_binary(const char *folder, const char *from, const struct program *program) {
  const char *name = base_name(from);
  const int stem = (int)strcspn(name, ".");
  const size_t room = strlen(folder) + strlen(name) + 8;
  char *to = malloc(room);
  if (!to) return complain(from, errno);
  snprintf(to, room, "%s/%.*s.bin", folder, stem, name);
  const bool fine = output_file(to, false, fill_binary, &program);
  free(to);
  return fine;
}
