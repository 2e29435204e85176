// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Prints a dictionary for fuzzing engines that mutate bytes, name="value" on each line: the words of the text form, each once; or, with
// --records, the record of each op in binary, so that an engine puts whole ops into a program.
#include "program/program.h"
#include <stdio.h>
#include <string.h>

static const char *const directives[] = {"processes", "layout", "lives", "granule", "off"};
#define DIRECTIVE_COUNT (sizeof directives / sizeof directives[0])

// One byte for each word there can be, and more: BYTE and OFFSET have values but no words.
struct word_places {
  char directives[DIRECTIVE_COUNT];
  char ops[OP_COUNT];
#define SMALL(type, width, count, words) char type[count];
#define PLACE(type, width, count, words) char type[count];
#define WIDE(type, width)
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
};

struct seen {
  const char *words[sizeof(struct word_places)];
  size_t count;
};

static bool is_seen(const struct seen *seen, const char *word) {
  for (size_t i = 0; i < seen->count; i++)
    if (strcmp(seen->words[i], word) == 0) return true;
  return false;
}

// The empty word of a plain length is no word to put into a text.
static void print_word(struct seen *seen, const char *name, const char *word) {
  if (word[0] == '\0' || is_seen(seen, word)) return;
  seen->words[seen->count++] = word;
  printf("%s=\"%s\"\n", name, word);
}

static void print_operand_words(struct seen *seen, const struct operand_info *info) {
  if (info->words == NULL) return;
  for (unsigned i = 0; i < info->count; i++)
    print_word(seen, info->text, info->words[i]);
}

static void print_words(void) {
  static struct seen seen;
  for (size_t i = 0; i < DIRECTIVE_COUNT; i++)
    print_word(&seen, "directive", directives[i]);
  for (unsigned code = 0; code < OP_COUNT; code++)
    print_word(&seen, "op", program_ops[code].text);
  for (unsigned type = 0; type < OPERAND_TYPE_COUNT; type++)
    print_operand_words(&seen, &program_operands[type]);
}

static void print_records(void) {
  static struct program program = {.op_count = 1};
  static uint8_t binary[PROGRAM_BINARY_MAX];
  for (unsigned code = 0; code < OP_COUNT; code++) {
    program.ops[0] = (struct op){.code = (uint8_t)code};
    const size_t size = program_encode(&program, binary);
    printf("op=\"");
    for (size_t i = PROGRAM_HEADER_SIZE; i < size; i++)
      printf("\\x%02x", binary[i]);
    printf("\"\n");
  }
}

int main(int count, char **arguments) {
  const bool records = count == 2 && strcmp(arguments[1], "--records") == 0;
  if (count > 1 && !records) {
    fprintf(stderr, "usage: dictionary [--records]\n");
    return 2;
  }
  if (records)
    print_records();
  else
    print_words();
  return fflush(stdout) == 0 ? 0 : 1;
}
