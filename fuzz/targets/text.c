// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: the text parser takes any bytes: it either says where the first mistake is, inside the text, or
// gives a program that survives text -> binary -> text unchanged.
#include "host/frame.h"
#include "host/host.h"
#include "targets/target.h"

#include <stdlib.h>
#include <string.h>

const bool target_takes_text = true;

struct printed {
  char *text;
  size_t length, room;
};

static void append(void *context, const char *text, size_t length) {
  struct printed *printed = context;
  if (printed->length + length > printed->room) abort(); // PRINT_MAX below is too small
  memcpy(printed->text + printed->length, text, length);
  printed->length += length;
}

#define PRINT_MAX 65536u

static struct printed print(const struct program *program, char *room) {
  struct printed printed = {room, 0, PRINT_MAX};
  program_print(program, &(struct text_sink){&printed, append});
  return printed;
}

// What the property asks for: a name for the finding, and what it means that it does not hold. A frame of its
// own, so that the stack says which it was.
struct requirement {
  const char *name, *meaning;
  void (*fail)(void);
};

#define REQUIREMENT(name, meaning)                                                                           \
  FRAME(failed_##name, meaning, frame_abort)                                                                 \
  static const struct requirement required_##name = {#name, meaning, failed_##name};

REQUIREMENT(line, "an error's line lies outside the text")
REQUIREMENT(column, "an error's column lies outside the text")
REQUIREMENT(expected, "an error does not say what was expected")
REQUIREMENT(found, "an error's found word has no end")
REQUIREMENT(parse, "printed text does not parse")
REQUIREMENT(program, "parse(print(p)) is not p")
REQUIREMENT(text, "text -> binary -> text loses something")

static void require(bool held, const struct requirement *requirement) {
  if (held) return;
  fprintf(stderr, "== procbuf text failure\nfinding:  text-%s\n%s\n== end of procbuf text failure\n",
          requirement->name, requirement->meaning);
  requirement->fail();
}

static void check_error(const struct parse_error *error, const uint8_t *data, size_t size) {
  size_t lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += data[i] == '\n';
  require(error->line >= 1 && error->line <= lines, &required_line);
  require(error->column >= 1 && error->column <= size + 1, &required_column);
  require(error->expected && *error->expected, &required_expected);
  require(memchr(error->found, 0, sizeof error->found) != 0, &required_found);
}

static void check_round_trip(const struct program *program) {
  static char once[PRINT_MAX], twice[PRINT_MAX];
  static uint8_t binary[PROGRAM_BINARY_MAX], again[PROGRAM_BINARY_MAX];
  static struct program decoded, parsed;
  struct parse_error error;
  const struct printed first = print(program, once);
  require(program_parse(&parsed, first.text, first.length, &error), &required_parse);
  const size_t size = program_encode(program, binary);
  program_decode(&decoded, binary, size);
  require(program_encode(&parsed, again) == size && memcmp(binary, again, size) == 0, &required_program);
  const struct printed second = print(&decoded, twice);
  require(first.length == second.length && memcmp(once, twice, first.length) == 0, &required_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct program program;
  struct parse_error error = {0};
  if (program_parse(&program, (const char *)data, size, &error))
    check_round_trip(&program);
  else
    check_error(&error, data, size);
  return 0;
}
