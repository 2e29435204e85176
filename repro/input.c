// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX (16u << 20)

static bool complain(const char *path, const char *what) {
  fprintf(stderr, "%s: %s\n", path, what);
  return false;
}

// ---- reading

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
  if (ferror(file)) return strerror(errno);
  if (*size > INPUT_MAX) return "larger than 16 MiB";
  return *size == 0 ? "empty; expected a program" : 0;
}

// Without waiting for somebody to write into a FIFO: one that nobody has opened for that is empty.
static FILE *open_stream(const char *path) {
  const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return 0;
  fcntl(file, F_SETFL, 0);
  FILE *stream = fdopen(file, "rb");
  if (!stream) close(file);
  return stream;
}

static bool read_whole(const char *path, unsigned char **bytes, size_t *size) {
  FILE *file = open_stream(path);
  if (!file) return complain(path, strerror(errno));
  const char *problem = read_stream(file, bytes, size);
  fclose(file);
  if (!problem) return true;
  free(*bytes);
  return complain(path, problem);
}

// ---- files and folders

static bool visit_file(const char *path, input_visit *visit, void *context) {
  unsigned char *bytes = 0;
  size_t size = 0;
  if (!read_whole(path, &bytes, &size)) return false;
  // A copy of just the file's size, so that a sanitizer sees a read beyond its end.
  unsigned char *exact = malloc(size);
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

struct folder {
  const char *path;
  input_visit *visit;
  void *context;
  size_t files, bad;
};

static void visit_path(struct folder *folder, const char *path) {
  struct stat info;
  const bool known = stat(path, &info) == 0;
  if (known && S_ISDIR(info.st_mode)) return;
  folder->files++;
  if (!known)
    complain(path, strerror(errno));
  else if (!S_ISREG(info.st_mode))
    complain(path, "expected a regular file, found a pipe, a socket or a device");
  else if (visit_file(path, folder->visit, folder->context))
    return;
  folder->bad++;
}

static void visit_entry(struct folder *folder, const char *name) {
  char *path = join(folder->path, name);
  if (path)
    visit_path(folder, path);
  else
    folder->bad += !complain(folder->path, "no memory to list it");
  free(path);
}

static size_t visit_folder(const char *path, input_visit *visit, void *context) {
  struct folder folder = {path, visit, context, 0, 0};
  struct dirent **entries;
  const int count = scandir(path, &entries, visible, alphasort);
  if (count < 0) return !complain(path, strerror(errno));
  for (int i = 0; i < count; i++) {
    visit_entry(&folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return folder.files == 0 ? !complain(path, "folder holds no files") : folder.bad;
}

size_t input_each(const char *path, input_visit *visit, void *context) {
  struct stat info;
  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return visit_folder(path, visit, context);
  return visit_file(path, visit, context) ? 0 : 1;
}

// ---- text or binary

// The length of the UTF-8 sequence that begins here, 0 if none does.
static size_t sequence_length(const unsigned char *bytes, size_t size) {
  const unsigned char first = bytes[0];
  const size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length > size || first > 0xf4) return 0;
  for (size_t i = 1; i < length; i++)
    if ((bytes[i] & 0xc0) != 0x80) return 0;
  return length;
}

static bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

// How many of the bytes are text, from the start.
static size_t text_length(const unsigned char *bytes, size_t size) {
  size_t at = 0;
  while (at < size && !is_control(bytes[at])) {
    const size_t length = sequence_length(bytes + at, size - at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool input_is_text(const unsigned char *bytes, size_t size) {
  return size > 0 && text_length(bytes, size) == size;
}

static bool is_named_text(const char *path) {
  const size_t length = strlen(path);
  return length >= 4 && strcmp(path + length - 4, ".txt") == 0;
}

// ---- programs

static bool parse(const char *path, const unsigned char *bytes, size_t size, struct program *program) {
  struct parse_error error;
  const bool parsed = program_parse(program, (const char *)bytes, size, &error);
  if (parsed && program->op_count > 0) return true;
  if (parsed)
    return complain(path, "no op in it; expected a program"); // a log whose lines look like comments
  fprintf(stderr, "%s:%zu:%zu: expected %s, found %s%s%s\n", path, error.line, error.column, error.expected,
          *error.found ? "\"" : "the end of the line", error.found, *error.found ? "\"" : "");
  return false;
}

static bool check_raw(const char *path, size_t size) {
  if (size <= PROGRAM_BINARY_MAX) return true;
  fprintf(stderr, "%s: %zu bytes, expected at most %u, which is the longest program\n", path, size,
          PROGRAM_BINARY_MAX);
  return false;
}

static bool check_size(const char *path, size_t size) {
  if (size >= PROGRAM_HEADER_SIZE && size <= PROGRAM_BINARY_MAX &&
      (size - PROGRAM_HEADER_SIZE) % PROGRAM_RECORD_SIZE == 0)
    return true;
  fprintf(stderr,
          "%s: damaged: %zu bytes, expected text, or a header of %u and up to %u records of %u (--raw takes "
          "any bytes, as a fuzzer does)\n",
          path, size, PROGRAM_HEADER_SIZE, PROGRAM_OPS_MAX, PROGRAM_RECORD_SIZE);
  return false;
}

// What program_encode writes is canonical: a header that is not was written by something else, or has lost bits.
static bool check_header(const char *path, const unsigned char *bytes) {
  static struct program program;
  static uint8_t canonical[PROGRAM_BINARY_MAX];
  program_decode(&program, bytes, PROGRAM_HEADER_SIZE);
  program_encode(&program, canonical);
  for (size_t i = 0; i < PROGRAM_HEADER_SIZE; i++) {
    if (bytes[i] == canonical[i]) continue;
    fprintf(
        stderr,
        "%s: damaged: byte %zu of the header is 0x%02x, expected 0x%02x (--raw takes any bytes, as a fuzzer "
        "does)\n",
        path, i, bytes[i], canonical[i]);
    return false;
  }
  return true;
}

static bool check_name(const char *path, const unsigned char *bytes, size_t size) {
  if (!is_named_text(path)) return true;
  const size_t at = text_length(bytes, size);
  fprintf(stderr, "%s: named .txt, but byte %zu, 0x%02x, is no text\n", path, at, bytes[at]);
  return false;
}

bool input_program(const char *path, const unsigned char *bytes, size_t size, bool raw,
                   struct program *program) {
  if (input_is_text(bytes, size)) return parse(path, bytes, size, program);
  if (!check_name(path, bytes, size)) return false;
  if (raw ? !check_raw(path, size) : !check_size(path, size) || !check_header(path, bytes)) return false;
  program_decode(program, bytes, size);
  return true;
}
