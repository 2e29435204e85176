// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Text to program, or the first mistake in it.
#include "program/program.h"

// One text for each kind of mistake. Those of the operands are in tables.c, beside their words.
#define EXPECTED_OP "an op such as allow; before the first op also processes, layout, lives, granule or off"
#define EXPECTED_OP_NOT_OFF "an op that is not switched off"
#define EXPECTED_OP_TO_SWITCH_OFF "an op to switch off, such as nop"
#define EXPECTED_FEWER_OPS "at most 256 ops"
#define EXPECTED_DIRECTIVE_FIRST "directives before the first op only"
#define EXPECTED_DIRECTIVE_ONCE "each directive at most once"
#define EXPECTED_DIRECTIVE_NUMBER "a number, in decimal or as 0x1f"
#define EXPECTED_LINE_END "the end of the line"
#define EXPECTED_NO_CONTROL "text without NUL and control characters"
#define EXPECTED_SHORT_WORD "a word of at most 31 bytes"
#define EXPECTED_BYTE_RANGE "a byte, 0x00 to 0xff"
#define EXPECTED_OFFSET_RANGE "an offset from 0 to 255"
#define EXPECTED_SIGNED_RANGE "a signed offset from -32768 to 32767"
#define EXPECTED_RAW_RANGE "a raw number of at most 64 bits"

_Static_assert(PROGRAM_OPS_MAX == 256, "EXPECTED_FEWER_OPS names it");

#define WORD_MAX 31u
_Static_assert(sizeof((struct parse_error *)0)->found == WORD_MAX + 1, "EXPECTED_SHORT_WORD names it");

enum directive {
  DIRECTIVE_PROCESSES,
  DIRECTIVE_LAYOUT,
  DIRECTIVE_LIVES,
  DIRECTIVE_GRANULE,
  DIRECTIVE_OFF,
  DIRECTIVE_COUNT
};

static const struct directive_info {
  const char *word;
  unsigned least, most; // of its number, if it has one
  const char *expected_range;
} directives[DIRECTIVE_COUNT] = {
    [DIRECTIVE_PROCESSES] = {"processes", 2, 4, "2 to 4 processes"},
    [DIRECTIVE_LAYOUT] = {"layout", 0, 5, "a layout from 0 to 5"},
    [DIRECTIVE_LIVES] = {"lives", 0, 3, "lives from 0 to 3"},
    [DIRECTIVE_GRANULE] = {"granule", 0, 3, "a granule from 0 to 3"},
    [DIRECTIVE_OFF] = {"off", 0, 0, 0},
};
_Static_assert(PROGRAM_LAYOUT_COUNT == 6, "the layout directive names the last one");

struct parser {
  const char *text;
  size_t length;
  size_t at;                // the next byte to read
  size_t line;              // counts from 1
  size_t line_start;        // of its first byte
  const char *word;         // the current word
  size_t word_length;       // 0 at the end of the line
  unsigned directives_seen; // bits
  struct program *program;
  struct parse_error *error;
};

// A span of text, not zero-terminated.
struct span {
  const char *text;
  size_t length;
};

// The text from here on

static bool more(const struct parser *parser) {
  return parser->at < parser->length;
}

static char next(const struct parser *parser) {
  return parser->text[parser->at];
}

// Mistakes

static bool fail_at(const struct parser *parser, const char *place, const char *expected) {
  parser->error->line = parser->line;
  parser->error->column = (size_t)(place - (parser->text + parser->line_start)) + 1;
  parser->error->expected = expected;
  return false;
}

static bool fail(const struct parser *parser, const char *expected) {
  const size_t length = parser->word_length < WORD_MAX ? parser->word_length : WORD_MAX;
  __builtin_memcpy(parser->error->found, parser->word, length);
  parser->error->found[length] = '\0';
  return fail_at(parser, parser->word, expected);
}

// A control character is named, not repeated: the message may go to a terminal.
static bool fail_control(const struct parser *parser) {
  const char *digits = "0123456789abcdef";
  const unsigned char c = (unsigned char)next(parser);
  const char name[] = {'\\', 'x', digits[c >> 4], digits[c & 15], '\0'};
  __builtin_memcpy(parser->error->found, name, sizeof name);
  return fail_at(parser, parser->text + parser->at, EXPECTED_NO_CONTROL);
}

// Words and lines

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

static bool is_control(char c) {
  return ((unsigned char)c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

static bool ends_word(char c) {
  return is_blank(c) || is_control(c) || c == '\n' || c == '#';
}

// Nothing to skip where the line is at its end, or at a control character.
static void skip_comment(struct parser *parser) {
  while (more(parser) && next(parser) != '\n' && !is_control(next(parser)))
    parser->at++;
}

// Reads the line's next word; at its end an empty one, which stands before the comment.
static bool next_word(struct parser *parser) {
  while (more(parser) && is_blank(next(parser)))
    parser->at++;
  parser->word = parser->text + parser->at;
  while (more(parser) && !ends_word(next(parser)))
    parser->at++;
  parser->word_length = (size_t)(parser->text + parser->at - parser->word);
  if (parser->word_length == 0) skip_comment(parser);
  if (more(parser) && is_control(next(parser))) return fail_control(parser);
  return parser->word_length <= WORD_MAX || fail(parser, EXPECTED_SHORT_WORD);
}

static bool line_end(struct parser *parser) {
  if (!next_word(parser)) return false;
  return parser->word_length == 0 || fail(parser, EXPECTED_LINE_END);
}

static void next_line(struct parser *parser) {
  if (!more(parser)) return;
  parser->at++;
  parser->line++;
  parser->line_start = parser->at;
}

// Matching

// The length of a zero-terminated word if the span begins with it, else SIZE_MAX.
static size_t prefix_length(struct span span, const char *word) {
  size_t i = 0;
  for (; word[i] != '\0'; i++)
    if (i == span.length || span.text[i] != word[i]) return SIZE_MAX;
  return i;
}

static bool is_word(const struct parser *parser, const char *word) {
  const struct span span = {parser->word, parser->word_length};
  return prefix_length(span, word) == parser->word_length;
}

static struct span after(struct span span, size_t count) {
  return (struct span){span.text + count, span.length - count};
}

enum reading { READ, NOT_A_NUMBER, OUT_OF_RANGE };

static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
  return 16;
}

// Digits to the end of the span. Not-a-number goes before out-of-range, so it reads on after an overflow.
static enum reading read_digits(struct span span, unsigned base, uint64_t *value) {
  const uint64_t limit = base == 16 ? UINT64_MAX / 16 : UINT64_MAX / 10;
  enum reading reading = span.length == 0 ? NOT_A_NUMBER : READ;
  *value = 0;
  for (size_t i = 0; i < span.length; i++) {
    const unsigned digit = digit_value(span.text[i]);
    if (digit >= base) return NOT_A_NUMBER;
    if (*value > limit || *value * base > UINT64_MAX - digit) reading = OUT_OF_RANGE;
    *value = *value * base + digit;
  }
  return reading;
}

static enum reading read_number(struct span span, uint64_t most, uint64_t *value) {
  const bool hex = prefix_length(span, "0x") == 2;
  const enum reading reading = read_digits(hex ? after(span, 2) : span, hex ? 16 : 10, value);
  return reading == READ && *value > most ? OUT_OF_RANGE : reading;
}

static enum reading read_signed(struct span span, int16_t *value) {
  const bool negative = span.length > 0 && span.text[0] == '-';
  const bool positive = span.length > 0 && span.text[0] == '+';
  uint64_t magnitude;
  const enum reading reading =
      read_number(negative || positive ? after(span, 1) : span, negative ? 32768 : 32767, &magnitude);
  if (reading == READ) *value = (int16_t)(negative ? -(int)magnitude : (int)magnitude);
  return reading;
}

// Operands

static bool expect_number(struct parser *parser, enum reading reading, const char *expected,
                          const char *expected_range) {
  if (reading == READ) return true;
  return fail(parser, reading == OUT_OF_RANGE ? expected_range : expected);
}

static bool parse_number(struct parser *parser, unsigned type, uint64_t most, const char *expected_range,
                         uint64_t *value) {
  const struct span span = {parser->word, parser->word_length};
  return expect_number(parser, read_number(span, most, value), program_expected[type], expected_range);
}

static bool parse_small_number(struct parser *parser, unsigned type, const char *expected_range,
                               struct operand *operand) {
  uint64_t value;
  if (!parse_number(parser, type, 255, expected_range, &value)) return false;
  operand->base = (uint8_t)value;
  return true;
}

static bool parse_choice(struct parser *parser, unsigned type, struct operand *operand) {
  const struct operand_info *info = &program_operands[type];
  for (unsigned i = 0; i < info->count; i++) {
    if (!is_word(parser, info->words[i])) continue;
    operand->base = (uint8_t)i;
    return true;
  }
  return fail(parser, program_expected[type]);
}

// Takes the longest base that the span begins with: "flash-end+1" counts from flash-end. SIZE_MAX: none.
static size_t match_base(struct span span, unsigned type, uint8_t *base) {
  const struct operand_info *info = &program_operands[type];
  size_t longest = SIZE_MAX;
  for (unsigned i = 0; i < info->count; i++) {
    const size_t length = prefix_length(span, info->words[i]);
    if (length == SIZE_MAX || (longest != SIZE_MAX && length < longest)) continue;
    longest = length;
    *base = (uint8_t)i;
  }
  return longest;
}

static bool has_sign(struct span span) {
  return span.text[0] == '+' || span.text[0] == '-';
}

// A base and what is added to it. A plain length is the empty base: there the number must be, and needs no
// sign.
static enum reading read_place(struct span span, unsigned type, struct operand *operand) {
  const size_t length = match_base(span, type, &operand->base);
  if (length == SIZE_MAX) return NOT_A_NUMBER;
  const struct span rest = after(span, length);
  if (length != 0) {
    if (rest.length == 0) return READ;
    if (!has_sign(rest)) return NOT_A_NUMBER;
  }
  return read_signed(rest, &operand->offset);
}

static bool parse_place(struct parser *parser, unsigned type, struct span span, struct operand *operand) {
  const enum reading reading = read_place(span, type, operand);
  return expect_number(parser, reading, program_expected[type], EXPECTED_SIGNED_RANGE);
}

static bool parse_address(struct parser *parser, struct operand *operand) {
  const struct span span = {parser->word, parser->word_length};
  const bool prefixed = span.length > 2 && span.text[0] == 'p' && span.text[2] == '.';
  if (!prefixed) return parse_place(parser, OPERAND_ADDRESS, span, operand);
  const char slot = span.text[1];
  if (slot < '0' || slot > '3') return fail(parser, program_expected[OPERAND_ADDRESS]);
  operand->process = (uint8_t)(slot - '0' + 1);
  return parse_place(parser, OPERAND_ADDRESS, after(span, 3), operand);
}

static bool parse_operand(struct parser *parser, unsigned type, struct operand *operand) {
  if (!next_word(parser)) return false;
  switch (type) {
  case OPERAND_ADDRESS:
    return parse_address(parser, operand);
  case OPERAND_LENGTH:
    return parse_place(parser, type, (struct span){parser->word, parser->word_length}, operand);
  case OPERAND_RAW:
    return parse_number(parser, type, UINT64_MAX, EXPECTED_RAW_RANGE, &operand->raw);
  case OPERAND_BYTE:
    return parse_small_number(parser, type, EXPECTED_BYTE_RANGE, operand);
  case OPERAND_OFFSET:
    return parse_small_number(parser, type, EXPECTED_OFFSET_RANGE, operand);
  default:
    return parse_choice(parser, type, operand);
  }
}

// Ops

// The op that the current word names, or OP_COUNT.
static unsigned find_op(const struct parser *parser) {
  unsigned code = 0;
  while (code < OP_COUNT && !is_word(parser, program_ops[code].text))
    code++;
  return code;
}

static bool parse_op(struct parser *parser) {
  struct program *program = parser->program;
  const unsigned code = find_op(parser);
  if (code == OP_COUNT) return fail(parser, EXPECTED_OP);
  if (op_set_has(&program->switched_off, code)) return fail(parser, EXPECTED_OP_NOT_OFF);
  if (program->op_count == PROGRAM_OPS_MAX) return fail(parser, EXPECTED_FEWER_OPS);
  struct op *op = &program->ops[program->op_count++];
  *op = (struct op){.code = (uint8_t)code};
  const uint8_t *types = program_ops[code].operands;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++)
    if (!parse_operand(parser, types[i], &op->operands[i])) return false;
  return line_end(parser);
}

// Directives

// The directive that the current word names, or DIRECTIVE_COUNT.
static unsigned find_directive(const struct parser *parser) {
  unsigned directive = 0;
  while (directive < DIRECTIVE_COUNT && !is_word(parser, directives[directive].word))
    directive++;
  return directive;
}

static bool parse_off(struct parser *parser) {
  if (!next_word(parser)) return false;
  do {
    const unsigned code = find_op(parser);
    if (code == OP_COUNT) return fail(parser, EXPECTED_OP_TO_SWITCH_OFF);
    op_set_add(&parser->program->switched_off, code);
    if (!next_word(parser)) return false;
  } while (parser->word_length != 0);
  return true;
}

static bool parse_directive_number(struct parser *parser, const struct directive_info *info, uint8_t *field) {
  if (!next_word(parser)) return false;
  uint64_t value;
  enum reading reading = read_number((struct span){parser->word, parser->word_length}, info->most, &value);
  if (reading == READ && value < info->least) reading = OUT_OF_RANGE;
  if (!expect_number(parser, reading, EXPECTED_DIRECTIVE_NUMBER, info->expected_range)) return false;
  *field = (uint8_t)value;
  return line_end(parser);
}

static bool parse_directive(struct parser *parser, unsigned directive) {
  struct program *program = parser->program;
  if (program->op_count != 0) return fail(parser, EXPECTED_DIRECTIVE_FIRST);
  if (parser->directives_seen >> directive & 1) return fail(parser, EXPECTED_DIRECTIVE_ONCE);
  parser->directives_seen |= 1u << directive;
  switch (directive) {
  case DIRECTIVE_PROCESSES:
    return parse_directive_number(parser, &directives[directive], &program->process_count);
  case DIRECTIVE_LAYOUT:
    return parse_directive_number(parser, &directives[directive], &program->layout);
  case DIRECTIVE_LIVES:
    return parse_directive_number(parser, &directives[directive], &program->lives);
  case DIRECTIVE_GRANULE:
    return parse_directive_number(parser, &directives[directive], &program->granule);
  default:
    return parse_off(parser);
  }
}

static bool parse_line(struct parser *parser) {
  if (!next_word(parser)) return false;
  if (parser->word_length == 0) return true;
  const unsigned directive = find_directive(parser);
  return directive == DIRECTIVE_COUNT ? parse_op(parser) : parse_directive(parser, directive);
}

static void start_empty(struct program *program) {
  program->process_count = 2;
  program->layout = 0;
  program->lives = 0;
  program->granule = 0;
  program->switched_off = (struct op_set){{0}};
  program->op_count = 0;
}

bool program_parse(struct program *program, const char *text, size_t length, struct parse_error *error) {
  struct parser parser = {.text = text, .length = length, .line = 1, .program = program, .error = error};
  start_empty(program);
  while (more(&parser)) {
    if (!parse_line(&parser)) return false;
    next_line(&parser);
  }
  return true;
}
