// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The text form: what is accepted, what the canonical print of it is, and each mistake with its place.
#include "program/program.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MUTATIONS 20000u
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct program program;
static struct parse_error error;

struct text {
  char bytes[64 * 1024];
  size_t length;
};
static struct text printed;

// Helpers

static uint64_t random_state;

static uint64_t random_number(void) {
  uint64_t z = random_state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t random_below(size_t limit) {
  return limit == 0 ? 0 : (size_t)(random_number() % limit);
}

static int seed_random(void **state) {
  (void)state;
  random_state = 2;
  return 0;
}

static void append(void *context, const char *piece, size_t length) {
  struct text *to = context;
  assert_true(length <= sizeof to->bytes - to->length);
  memcpy(to->bytes + to->length, piece, length);
  to->length += length;
}

static void print(struct text *to) {
  const struct text_sink sink = {to, append};
  to->length = 0;
  program_print(&program, &sink);
}

// Parses a copy of exactly this size, so that a read past it is seen; what parse doesn't write must not
// matter.
static bool parse(const char *text, size_t length) {
  char *exact = malloc(length == 0 ? 1 : length);
  assert_non_null(exact);
  memcpy(exact, text, length);
  memset(&program, 0xa5, sizeof program);
  memset(&error, 0xa5, sizeof error);
  const bool parsed = program_parse(&program, exact, length, &error);
  free(exact);
  return parsed;
}

static void assert_parses(const char *text, size_t length) {
  if (parse(text, length)) return;
  fail_msg("%zu:%zu: '%s', expected %s in\n%.*s", error.line, error.column, error.found, error.expected,
           (int)length, text);
}

static void assert_prints(const char *canonical) {
  print(&printed);
  assert_int_equal(printed.length, strlen(canonical));
  assert_memory_equal(printed.bytes, canonical, printed.length);
}

static void assert_canonical_form(const char *text, const char *canonical) {
  assert_parses(text, strlen(text));
  assert_prints(canonical);
}

// What is accepted

static const char example[] = "processes 3\n"
                              "layout 1\n"
                              "lives 2\n"
                              "off brk sbrk\n"
                              "allow p0 ro d0 0 ram+16 to-brk-1\n"
                              "get b0 p0.old rw d1 max\n"
                              "let-raw n3 0xffffffffffffffff\n"
                              "set s1 len-1 0x2a\n"
                              "leave uninstalled\n"
                              "grant p3 -32768 4096\n"
                              "copy-to s7 255 16\n"
                              "user-write p1.flash-end-32768 32767 0x00\n"
                              "from-user\n";

static void canonical_text_is_kept(void **state) {
  (void)state;
  assert_canonical_form(example, example);
  assert_int_equal(program.process_count, 3);
  assert_int_equal(program.layout, 1);
  assert_int_equal(program.lives, 2);
  assert_int_equal(op_set_count(&program.switched_off), 2);
  assert_true(op_set_has(&program.switched_off, OP_BRK) && op_set_has(&program.switched_off, OP_SBRK));
  assert_int_equal(program.op_count, 9);
}

static void operands_land_in_their_fields(void **state) {
  (void)state;
  assert_parses(example, strlen(example));
  const struct operand *allow = program.ops[0].operands;
  assert_int_equal(allow[4].base, ADDRESS_RAM);
  assert_int_equal(allow[4].process, 0);
  assert_int_equal(allow[4].offset, 16);
  assert_int_equal(allow[5].base, LENGTH_TO_BRK);
  assert_int_equal(allow[5].offset, -1);
  const struct operand *get = program.ops[1].operands;
  assert_int_equal(get[1].base, 4);
  assert_int_equal(get[4].base, 15);
  assert_int_equal(program.ops[2].operands[1].raw, UINT64_MAX);
  const struct operand *write = program.ops[7].operands;
  assert_int_equal(write[0].base, ADDRESS_FLASH_END);
  assert_int_equal(write[0].process, 2);
  assert_int_equal(write[0].offset, -32768);
  assert_int_equal(write[1].base, LENGTH_PLAIN);
  assert_int_equal(write[1].offset, 32767);
}

static const struct {
  const char *text;
  const char *canonical;
} accepted[] = {
    {"", ""},
    {"\n\n", ""},
    {"# only a comment", ""},
    {"nop", "nop\n"},
    {" \t nop \t \n", "nop\n"},
    {"nop# no blank needed\n\n # \xc3\xa9\nnop", "nop\nnop\n"},
    {"lives 0\nlayout 0\nprocesses 2\nnop\n", "nop\n"},
    {"lives 1\nprocesses 0x4 # more\n", "processes 4\nlives 1\n"},
    {"off sbrk brk sbrk\nnop\n", "off brk sbrk\nnop\n"},
    {"live\tp0", "live p0\n"},
    // An address: the longest base counts, and a number that is 0 goes.
    {"brk p0 flash-end+1", "brk p0 flash-end+1\n"},
    {"brk p0 flash-1", "brk p0 flash-1\n"},
    {"brk p0 p3.spare-flash-2", "brk p0 p3.spare-flash-2\n"},
    {"brk p0 spare-2", "brk p0 spare-2\n"},
    {"brk p0 end+0", "brk p0 end\n"},
    {"brk p0 p0.end-0", "brk p0 p0.end\n"},
    {"brk p0 previous+007", "brk p0 previous+7\n"},
    {"brk p0 n3+0x10", "brk p0 n3+16\n"},
    {"brk p0 ram-0x8000", "brk p0 ram-32768\n"},
    // A length
    {"sbrk p0 0", "sbrk p0 0\n"},
    {"sbrk p0 -0", "sbrk p0 0\n"},
    {"sbrk p0 +5", "sbrk p0 5\n"},
    {"sbrk p0 0x7fff", "sbrk p0 32767\n"},
    {"sbrk p0 -0x1", "sbrk p0 -1\n"},
    {"sbrk p0 to-flash-end-3", "sbrk p0 to-flash-end-3\n"},
    {"sbrk p0 to-end+1", "sbrk p0 to-end+1\n"},
    {"sbrk p0 len", "sbrk p0 len\n"},
    {"sbrk p0 u32-1", "sbrk p0 u32-1\n"},
    {"sbrk p0 d1", "sbrk p0 d1\n"},
    // Other numbers
    {"refuse 255", "refuse 0xff\n"},
    {"refuse 0x0A", "refuse 0x0a\n"},
    {"copy-to s0 0xff 1", "copy-to s0 255 1\n"},
    {"let-raw n0 18446744073709551615", "let-raw n0 0xffffffffffffffff\n"},
    {"let-raw n0 0x00001F", "let-raw n0 0x1f\n"},
};

static void other_forms_print_canonically(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(accepted); i++)
    assert_canonical_form(accepted[i].text, accepted[i].canonical);
}

static void one_op_prints_without_a_newline(void **state) {
  (void)state;
  const struct text_sink sink = {&printed, append};
  assert_parses("brk p1 p1.brk-4", 15);
  printed.length = 0;
  program_print_op(&program.ops[0], &sink);
  assert_int_equal(printed.length, 15);
  assert_memory_equal(printed.bytes, "brk p1 p1.brk-4", 15);
}

// Mistakes

static const char an_op[] =
    "an op such as allow; before the first op also processes, layout, lives, granule or off";
static const char a_process[] = "a process: p0 to p3, or p0.old to p3.old";
static const char an_address[] =
    "an address such as ram+16 or p1.brk-4, from: ram brk kbrk end hwm flash readable flash-end grant last "
    "previous null top half kernel spare spare-flash n0 n1 n2 n3";
static const char a_length[] =
    "a length such as 16, -1 or to-brk-1, from: to-brk to-kbrk to-end to-flash-end to-top "
    "len max half u32 spare d0 d1 d2 d3 n0 n1 n2 n3";
static const char in_range[] = "a signed offset from -32768 to 32767";
static const char line_end[] = "the end of the line";
static const char no_control[] = "text without NUL and control characters";
static const char directive_number[] = "a number, in decimal or as 0x1f";

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct mistake {
  const char *text;
  size_t length;
  size_t line, column;
  const char *found;
  const char *expected;
} mistakes[] = {
    // Ops
    {TEXT("frob"), 1, 1, "frob", an_op},
    {TEXT("nop\n\n  Nop"), 3, 3, "Nop", an_op},
    {TEXT("no"), 1, 1, "no", an_op},
    {TEXT("nops"), 1, 1, "nops", an_op},
    {TEXT("\xc3\xa9"), 1, 1, "\xc3\xa9", an_op},
    {TEXT("nop 1\n"), 1, 5, "1", line_end},
    {TEXT("nop\nlive p0 p1 # comment\n"), 2, 9, "p1", line_end},
    {TEXT("off brk\nbrk p0 ram\n"), 2, 1, "brk", "an op that is not switched off"},
    // Operands: missing, then wrong, for each type
    {TEXT("live"), 1, 5, "", a_process},
    {TEXT("live  # p0\n"), 1, 7, "", a_process},
    {TEXT("nop\nlive\nnop\n"), 2, 5, "", a_process},
    {TEXT("live p4"), 1, 6, "p4", a_process},
    {TEXT("live p0.ol"), 1, 6, "p0.ol", a_process},
    {TEXT("allow p0 rx d0 0 ram 1"), 1, 10, "rx", "a kind: ro, rw or us"},
    {TEXT("allow p0 ro d4 0 ram 1"), 1, 13, "d4", "a driver: d0 to d3"},
    {TEXT("allow p0 ro d0 14 ram 1"), 1, 16, "14", "a number: 0 to 11, 256, 259, half, max or 261"},
    {TEXT("allow p0 ro d0 0 rom 1"), 1, 18, "rom", an_address},
    {TEXT("allow p0 ro d0 0 ram"), 1, 21, "", a_length},
    {TEXT("state p0 asleep"), 1, 10, "asleep", "a state: running, yielded, stopped, faulted or terminated"},
    {TEXT("grant p0 1 5"), 1, 12, "5", "an alignment: 0 1 2 3 4 6 8 12 16 32 64 128 256 half max 4096"},
    {TEXT("external b0 p0 ro real ram 1"), 1, 19, "real", "a capability: granted or forged"},
    {TEXT("let n4 ram"), 1, 5, "n4", "a register: n0 to n3"},
    {TEXT("leave nosuchapp"), 1, 7, "nosuchapp",
     "a status: ok fail busy already off reserve inval size cancel nomem nosupport nodevice uninstalled "
     "noack"},
    {TEXT("len b8"), 1, 5, "b8", "a buffer: b0 to b7"},
    {TEXT("bytes s8"), 1, 7, "s8", "a slice: s0 to s7"},
    {TEXT("refuse 2a"), 1, 8, "2a", "a byte such as 0x2a"},
    {TEXT("refuse 0x"), 1, 8, "0x", "a byte such as 0x2a"},
    {TEXT("refuse"), 1, 7, "", "a byte such as 0x2a"},
    {TEXT("refuse -1"), 1, 8, "-1", "a byte such as 0x2a"},
    {TEXT("copy-to s0 x 1"), 1, 12, "x", "an offset such as 16"},
    {TEXT("let-raw n0 0xg"), 1, 12, "0xg", "a raw number such as 0x1f"},
    // Addresses and lengths
    {TEXT("brk p0 ram16"), 1, 8, "ram16", an_address},
    {TEXT("brk p0 ram+"), 1, 8, "ram+", an_address},
    {TEXT("brk p0 ram+-1"), 1, 8, "ram+-1", an_address},
    {TEXT("brk p0 ram+1+1"), 1, 8, "ram+1+1", an_address},
    {TEXT("brk p0 p4.ram"), 1, 8, "p4.ram", an_address},
    {TEXT("brk p0 p1."), 1, 8, "p1.", an_address},
    {TEXT("brk p0 p1"), 1, 8, "p1", an_address},
    {TEXT("brk p0 p0.old"), 1, 8, "p0.old", an_address},
    {TEXT("brk p0 16"), 1, 8, "16", an_address},
    {TEXT("brk p0 to-brk"), 1, 8, "to-brk", an_address},
    {TEXT("sbrk p0 to-"), 1, 9, "to-", a_length},
    {TEXT("sbrk p0 -"), 1, 9, "-", a_length},
    {TEXT("sbrk p0 n01"), 1, 9, "n01", a_length},
    {TEXT("sbrk p0 ram"), 1, 9, "ram", a_length},
    // Out of range
    {TEXT("brk p0 ram+32768"), 1, 8, "ram+32768", in_range},
    {TEXT("brk p0 ram-32769"), 1, 8, "ram-32769", in_range},
    {TEXT("brk p0 p0.ram+65536"), 1, 8, "p0.ram+65536", in_range},
    {TEXT("sbrk p0 32768"), 1, 9, "32768", in_range},
    {TEXT("sbrk p0 -32769"), 1, 9, "-32769", in_range},
    {TEXT("sbrk p0 18446744073709551616"), 1, 9, "18446744073709551616", in_range},
    {TEXT("sbrk p0 len+0x8000"), 1, 9, "len+0x8000", in_range},
    {TEXT("refuse 256"), 1, 8, "256", "a byte, 0x00 to 0xff"},
    {TEXT("refuse 0x100"), 1, 8, "0x100", "a byte, 0x00 to 0xff"},
    {TEXT("copy-to s0 256 1"), 1, 12, "256", "an offset from 0 to 255"},
    {TEXT("let-raw n0 0x10000000000000000"), 1, 12, "0x10000000000000000", "a raw number of at most 64 bits"},
    {TEXT("let-raw n0 18446744073709551616"), 1, 12, "18446744073709551616",
     "a raw number of at most 64 bits"},
    {TEXT("let-raw n0 99999999999999999999x"), 1, 12, "99999999999999999999x", "a raw number such as 0x1f"},
    // Directives
    {TEXT("processes"), 1, 10, "", directive_number},
    {TEXT("processes two"), 1, 11, "two", directive_number},
    {TEXT("processes 1"), 1, 11, "1", "2 to 4 processes"},
    {TEXT("processes 5"), 1, 11, "5", "2 to 4 processes"},
    {TEXT("processes 258"), 1, 11, "258", "2 to 4 processes"},
    {TEXT("processes 2 3"), 1, 13, "3", line_end},
    {TEXT("layout 6"), 1, 8, "6", "a layout from 0 to 5"},
    {TEXT("lives 4"), 1, 7, "4", "lives from 0 to 3"},
    {TEXT("granule 4"), 1, 9, "4", "a granule from 0 to 3"},
    {TEXT("off"), 1, 4, "", "an op to switch off, such as nop"},
    {TEXT("off brk frob"), 1, 9, "frob", "an op to switch off, such as nop"},
    {TEXT("nop\nlayout 1"), 2, 1, "layout", "directives before the first op only"},
    {TEXT("nop\noff brk"), 2, 1, "off", "directives before the first op only"},
    {TEXT("lives 1\nlives 1"), 2, 1, "lives", "each directive at most once"},
    {TEXT("off brk\n\noff sbrk"), 3, 1, "off", "each directive at most once"},
    // Characters and words
    {TEXT("nop\n no\0p"), 2, 4, "\\x00", no_control},
    {TEXT("nop\r\n"), 1, 4, "\\x0d", no_control},
    {TEXT("live p0 # \x1b[31m"), 1, 11, "\\x1b", no_control},
    {TEXT("\x7f"), 1, 1, "\\x7f", no_control},
    {TEXT("nop # \0\n"), 1, 7, "\\x00", no_control},
    {TEXT("live abcdefghijklmnopqrstuvwxyz012345"), 1, 6, "abcdefghijklmnopqrstuvwxyz01234",
     "a word of at most 31 bytes"},
    {TEXT("live abcdefghijklmnopqrstuvwxyz01234"), 1, 6, "abcdefghijklmnopqrstuvwxyz01234", a_process},
};

static void assert_mistake(const struct mistake *mistake) {
  if (parse(mistake->text, mistake->length)) fail_msg("accepted: %s", mistake->text);
  const bool same = error.line == mistake->line && error.column == mistake->column &&
                    strcmp(error.found, mistake->found) == 0 &&
                    strcmp(error.expected, mistake->expected) == 0;
  if (same) return;
  fail_msg("%s\n%zu:%zu: '%s', expected %s; should be\n%zu:%zu: '%s', expected %s", mistake->text, error.line,
           error.column, error.found, error.expected, mistake->line, mistake->column, mistake->found,
           mistake->expected);
}

static void each_mistake_is_named_and_placed(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(mistakes); i++)
    assert_mistake(&mistakes[i]);
}

static void at_most_256_ops(void **state) {
  (void)state;
  static struct text text;
  text.length = 0;
  append(&text, "lives 1\n", 8);
  for (unsigned i = 0; i < PROGRAM_OPS_MAX; i++)
    append(&text, "nop\n", 4);
  assert_parses(text.bytes, text.length);
  assert_int_equal(program.op_count, PROGRAM_OPS_MAX);
  append(&text, "# fine\n  nop\n", 13);
  const struct mistake mistake = {text.bytes, text.length, 259, 3, "nop", "at most 256 ops"};
  assert_mistake(&mistake);
}

// Mutations

static void random_text(struct text *to) {
  uint8_t data[PROGRAM_HEADER_SIZE + 12 * PROGRAM_RECORD_SIZE];
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t)random_number();
  for (size_t i = 4; i < 12; i++)
    data[i] &= (uint8_t)random_number();
  program_decode(&program, data, random_below(sizeof data));
  print(to);
}

// Replaces a stretch of the text by another: an insertion, a deletion, a copy, or all of them.
static void splice(struct text *text, size_t at, size_t removed, const char *piece, size_t inserted) {
  struct text old = {.length = text->length};
  memcpy(old.bytes, text->bytes, text->length);
  text->length = at;
  append(text, piece, inserted);
  append(text, old.bytes + at + removed, old.length - at - removed);
}

static void mutate(struct text *text) {
  static const char *const pieces[] = {"",       " ",  "\n",      "#",    "+",   "-",   ".",    "0x",
                                       "p0",     "\t", "\r",      "\x7f", "max", "ram", "-end", "99999",
                                       "off op", "10", "lives 1", "nop ", "to-", "x",   "\xff", "flash-end-"};
  const size_t at = random_below(text->length + 1);
  const size_t rest = text->length - at;
  const size_t removed = random_below(rest < 12 ? rest + 1 : 12);
  char piece[16];
  size_t length = random_below(rest < sizeof piece ? rest + 1 : sizeof piece);
  switch (random_number() % 4) {
  case 0: // a stretch of the text again, elsewhere
    memcpy(piece, text->bytes + at, length);
    splice(text, random_below(text->length + 1), 0, piece, length);
    break;
  case 1: // any byte, NUL included
    piece[0] = (char)random_number();
    splice(text, at, rest == 0 ? 0 : 1, piece, 1);
    break;
  case 2:
    text->length = at;
    break;
  default: {
    const char *word = pieces[random_below(COUNT_OF(pieces))];
    splice(text, at, removed, word, strlen(word));
    break;
  }
  }
}

// The bytes of a line, without its newline.
static size_t find_line(const struct text *text, size_t line, const char **start) {
  const char *at = text->bytes, *end = text->bytes + text->length;
  for (; line > 1; line--) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    assert_non_null(newline);
    at = newline + 1;
  }
  const char *newline = memchr(at, '\n', (size_t)(end - at));
  *start = at;
  return (size_t)((newline != NULL ? newline : end) - at);
}

static void assert_error_is_in(const struct text *text) {
  const char *start;
  assert_true(error.line >= 1);
  const size_t length = find_line(text, error.line, &start);
  assert_in_range(error.column, 1, length + 1);
  assert_true(strlen(error.expected) > 0);
  assert_non_null(memchr(error.found, '\0', sizeof error.found));
  const char *place = start + error.column - 1;
  if (strcmp(error.expected, no_control) == 0) {
    char name[5];
    (void)snprintf(name, sizeof name, "\\x%02x", (unsigned)(unsigned char)*place);
    assert_string_equal(error.found, name);
    return;
  }
  assert_true(strlen(error.found) <= length + 1 - error.column);
  assert_memory_equal(error.found, place, strlen(error.found));
}

static void assert_prints_a_fixed_point(void) {
  static struct text again;
  print(&printed);
  assert_parses(printed.bytes, printed.length);
  print(&again);
  assert_int_equal(again.length, printed.length);
  assert_memory_equal(again.bytes, printed.bytes, again.length);
}

static void mutated_text_parses_or_errs_inside_it(void **state) {
  (void)state;
  static struct text text;
  unsigned parsed = 0;
  for (unsigned i = 0; i < MUTATIONS; i++) {
    if (i % 4 == 0 || text.length > sizeof text.bytes / 2) random_text(&text);
    mutate(&text);
    if (parse(text.bytes, text.length)) {
      assert_prints_a_fixed_point();
      parsed++;
    } else {
      assert_error_is_in(&text);
    }
  }
  // Both outcomes, or the test shows little.
  assert_in_range(parsed, MUTATIONS / 50, MUTATIONS - MUTATIONS / 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(canonical_text_is_kept),
      cmocka_unit_test(operands_land_in_their_fields),
      cmocka_unit_test(other_forms_print_canonically),
      cmocka_unit_test(one_op_prints_without_a_newline),
      cmocka_unit_test(each_mistake_is_named_and_placed),
      cmocka_unit_test(at_most_256_ops),
      cmocka_unit_test_setup(mutated_text_parses_or_errs_inside_it, seed_random),
  };
  return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
