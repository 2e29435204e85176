// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "input.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (16u << 20)

static bool complain(const char *path, const char *what) {
  fprintf(stderr, "%s: %s\n", path, what);
  return false;
}

// The buffer grows with what is read, so that a machine with little memory reads small files.
static bool grow(unsigned char **bytes, size_t *room) {
  *room = *room ? 2 * *room : 1u << 16;
  unsigned char *larger = realloc(*bytes, *room);
  if (larger) *bytes = larger;
  return larger != 0;
}

static const char *read_stream(FILE *file, unsigned char **bytes, size_t *size) {
  size_t room = 0;
  for (*bytes = 0, *size = 0; *size == room;) {
    if (room > INPUT_MAX) return "larger than 16 MiB";
    if (!grow(bytes, &room)) return "no memory to read it";
    *size += fread(*bytes + *size, 1, room - *size, file);
  }
  return ferror(file) ? "can't be read" : 0;
}

static bool read_whole(const char *path, unsigned char **bytes, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return complain(path, strerror(errno));
  const char *problem = read_stream(file, bytes, size);
  fclose(file);
  if (!problem && *size > INPUT_MAX) problem = "larger than 16 MiB";
  if (!problem) return true;
  free(*bytes);
  return complain(path, problem);
}

static bool visit_file(const char *path, input_visit *visit, void *context) {
  unsigned char *bytes = 0;
  size_t size = 0;
  if (!read_whole(path, &bytes, &size)) return false;
  // A copy of just the file's size, so that a sanitizer sees a read beyond its end.
  unsigned char *exact = malloc(size ? size : 1);
  if (exact) memcpy(exact, bytes, size);
  free(bytes);
  const bool fine = exact ? visit(context, path, exact, size) : complain(path, "no memory to read it");
  free(exact);
  return fine;
}

static int visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static char *join(const char *folder, const char *name) {
  const size_t length = strlen(folder) + strlen(name) + 2;
  char *path = malloc(length);
  if (path) snprintf(path, length, "%s/%s", folder, name);
  return path;
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool visit_entry(const char *folder, const char *name, size_t *files, input_visit *visit,
                        void *context) {
  char *path = join(folder, name);
  if (!path) return complain(folder, "no memory to list it");
  bool fine = true;
  if (!is_folder(path)) {
    ++*files;
    fine = visit_file(path, visit, context);
  }
  free(path);
  return fine;
}

static bool visit_folder(const char *path, input_visit *visit, void *context) {
  struct dirent **entries;
  const int count = scandir(path, &entries, visible, alphasort);
  if (count < 0) return complain(path, strerror(errno));
  size_t files = 0;
  bool fine = true;
  for (int i = 0; i < count; i++) {
    fine = fine && visit_entry(path, entries[i]->d_name, &files, visit, context);
    free(entries[i]);
  }
  free(entries);
  return files == 0 ? complain(path, "folder holds no files") : fine;
}

bool input_each(const char *path, input_visit *visit, void *context) {
  return is_folder(path) ? visit_folder(path, visit, context) : visit_file(path, visit, context);
}

bool input_is_text(const char *path) {
  const size_t length = strlen(path);
  return length >= 4 && strcmp(path + length - 4, ".txt") == 0;
}

static bool parse(const char *path, const unsigned char *bytes, size_t size, struct program *program) {
  struct parse_error error;
  if (program_parse(program, (const char *)bytes, size, &error)) return true;
  fprintf(stderr, "%s:%zu:%zu: expected %s, found %s%s%s\n", path, error.line, error.column, error.expected,
          *error.found ? "\"" : "the end of the line", error.found, *error.found ? "\"" : "");
  return false;
}

static bool check_size(const char *path, size_t size) {
  if (size >= PROGRAM_HEADER_SIZE && size <= PROGRAM_BINARY_MAX &&
      (size - PROGRAM_HEADER_SIZE) % PROGRAM_RECORD_SIZE == 0)
    return true;
  fprintf(stderr,
          "%s: damaged: %zu bytes, expected a header of %u and up to %u records of %u (--raw takes any "
          "bytes, as a fuzzer does)\n",
          path, size, PROGRAM_HEADER_SIZE, PROGRAM_OPS_MAX, PROGRAM_RECORD_SIZE);
  return false;
}

bool input_program(const char *path, const unsigned char *bytes, size_t size, bool raw,
                   struct program *program) {
  if (input_is_text(path)) return parse(path, bytes, size, program);
  if (!raw && !check_size(path, size)) return false;
  program_decode(program, bytes, size);
  return true;
}
