// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The shrinker on predicates that look at the program alone, so that the shortest failing program is known.
#include "shrinker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct program program;
static char printed[1 << 15];
static size_t written, asked;

static void append(void *context, const char *text, size_t length) {
  (void)context;
  assert_true(written + length < sizeof printed);
  memcpy(printed + written, text, length);
  written += length;
  printed[written] = 0;
}

static const char *print(const struct program *p) {
  written = 0;
  printed[0] = 0;
  program_print(p, &(struct text_sink){0, append});
  return printed;
}

static void parse(const char *text) {
  struct parse_error error;
  if (!program_parse(&program, text, strlen(text), &error))
    fail_msg("%zu:%zu: expected %s", error.line, error.column, error.expected);
}

static const char *shrunk_by(shrink_fails *fails, void *context) {
  assert_true(fails(context, &program));
  asked = shrink_program(&program, &(struct shrink_question){fails, context, 100000});
  assert_true(fails(context, &program));
  return print(&program);
}

static const char *shrunk(const char *text, shrink_fails *fails, void *context) {
  parse(text);
  return shrunk_by(fails, context);
}

// ---- predicates

static const struct op *find(const struct program *p, uint8_t code, size_t from) {
  for (size_t i = from; i < p->op_count; i++)
    if (p->ops[i].code == code) return &p->ops[i];
  return 0;
}

static bool always(void *context, const struct program *p) {
  (void)context, (void)p;
  return true;
}

// Whether the text, an op with its operands, is in the program.
static bool holds_text(void *context, const struct program *p) {
  return strstr(print(p), context) != 0;
}

static bool fault_then_restart_of_one_process(void *context, const struct program *p) {
  (void)context;
  for (size_t i = 0; i < p->op_count; i++)
    for (size_t k = i + 1; k < p->op_count && p->ops[i].code == OP_FAULT; k++)
      if (p->ops[k].code == OP_RESTART && p->ops[k].operands[0].base == p->ops[i].operands[0].base)
        return true;
  return false;
}

static bool grant_of_100_or_more(void *context, const struct program *p) {
  (void)context;
  const struct op *op = find(p, OP_GRANT, 0);
  return op && op->operands[1].base == LENGTH_PLAIN && op->operands[1].offset >= 100;
}

static bool raw_above(void *context, const struct program *p) {
  const uint64_t *bound = context;
  const struct op *op = find(p, OP_LET_RAW, 0);
  return op && op->operands[1].raw > *bound;
}

static bool get_then_len_of_one_buffer(void *context, const struct program *p) {
  (void)context;
  const struct op *get = find(p, OP_GET, 0);
  const struct op *len = get ? find(p, OP_LEN, (size_t)(get - p->ops)) : 0;
  return len && len->operands[0].base == get->operands[0].base;
}

static bool register_then_its_use(void *context, const struct program *p) {
  (void)context;
  const struct op *let = find(p, OP_LET, 0);
  const struct op *brk = let ? find(p, OP_BRK, (size_t)(let - p->ops)) : 0;
  return brk && brk->operands[1].base == ADDRESS_N0 + let->operands[0].base;
}

// Fails while as many enters as leaves are there, and an fill: no op but that can go alone.
static bool balanced(void *context, const struct program *p) {
  (void)context;
  int enters = 0;
  for (size_t i = 0; i < p->op_count; i++)
    enters += (p->ops[i].code == OP_ENTER) - (p->ops[i].code == OP_LEAVE);
  return enters == 0 && find(p, OP_FILL, 0);
}

static bool on_layout_3(void *context, const struct program *p) {
  (void)context;
  return p->layout >= 3 && p->process_count >= 3;
}

// A program fails by its digest: nothing is monotone. Used to see that what is returned fails, whatever failing is.
static bool by_digest(void *context, const struct program *p) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  const unsigned *salt = context;
  const size_t size = program_encode(p, bytes);
  uint32_t digest = 2166136261u + *salt;
  for (size_t i = 0; i < size; i++)
    digest = (digest ^ bytes[i]) * 16777619u;
  return (digest >> 8) % 3 == 0;
}

// ---- tests

static void what_always_fails_becomes_nothing(void **state) {
  (void)state;
  assert_string_equal(shrunk("processes 4\nlayout 3\nlives 2\nnop\nlive p1\nlive p2\n", always, 0), "");
}

static void an_empty_program_stays_empty(void **state) {
  (void)state;
  assert_string_equal(shrunk("", always, 0), "");
}

static void one_op_is_found_among_many(void **state) {
  (void)state;
  static char text[8192];
  size_t length = 0;
  for (unsigned i = 0; i < 256; i++)
    length +=
        (size_t)snprintf(text + length, sizeof text - length, i == 93 ? "fault p2\n" : "live p%u\n", i % 4);
  assert_string_equal(shrunk(text, holds_text, "fault p2"), "fault p2\n");
  assert_true(asked < 100);
}

static void two_ops_that_belong_together_are_kept(void **state) {
  (void)state;
  assert_string_equal(
      shrunk("live p0\nfault p3\nnop\nlive p2\nrestart p3\nnop\n", fault_then_restart_of_one_process, 0),
      "fault p0\nrestart p0\n");
}

static void two_ops_that_can_only_go_together_go(void **state) {
  (void)state;
  assert_string_equal(shrunk("enter b0 s0\nnop\nfill s0 0x07\nleave ok\nlive p0\n", balanced, 0),
                      "fill s0 0x00\n");
}

static void numbers_go_down_to_the_lowest_that_fails(void **state) {
  (void)state;
  assert_string_equal(shrunk("grant p0 17321 4096\n", grant_of_100_or_more, 0), "grant p0 100 0\n");
  uint64_t bound = 0xfffffffffffffff0u;
  assert_string_equal(shrunk("let-raw n2 0xffffffffffffffff\n", raw_above, &bound),
                      "let-raw n0 0xfffffffffffffff1\n");
  bound = 0;
  assert_string_equal(shrunk("let-raw n2 0xffffffffffffffff\n", raw_above, &bound), "let-raw n0 0x1\n");
}

static void names_are_lowered_in_all_their_uses(void **state) {
  (void)state;
  assert_string_equal(shrunk("get b5 p3 us d1 7\nlen b5\n", get_then_len_of_one_buffer, 0),
                      "get b0 p0 ro d0 0\nlen b0\n");
  assert_string_equal(shrunk("let n3 top-9\nbrk p1.old p2.n3+4\n", register_then_its_use, 0),
                      "let n0 ram\nbrk p0 n0\n");
}

static void places_become_plain(void **state) {
  (void)state;
  assert_string_equal(shrunk("brk p2 p3.kbrk-14\n", holds_text, "brk p"), "brk p0 ram\n");
  assert_string_equal(shrunk("sbrk p2 to-top-14\n", holds_text, "sbrk p"), "sbrk p0 0\n");
  assert_string_equal(shrunk("user-write p1.brk-9 to-brk-3 0x81\n", holds_text, "brk-9"),
                      "user-write brk-9 0 0x00\n");
}

static void an_op_gives_way_to_a_simpler_one(void **state) {
  (void)state;
  assert_string_equal(shrunk("must-at s3 9\n", holds_text, "at s"), "at s0 0\n");
  assert_string_equal(shrunk("mut-enter b1 s1\n", holds_text, "enter b"), "enter b0 s0\n");
}

static void the_machine_becomes_as_simple_as_it_may(void **state) {
  (void)state;
  assert_string_equal(shrunk("processes 4\nlayout 4\nlives 3\nnop\n", on_layout_3, 0),
                      "processes 3\nlayout 3\n");
}

// Ops that are switched off have been dropped when the program was read.
static void the_swarm_mask_goes(void **state) {
  (void)state;
  assert_string_equal(shrunk("off live\nnop\nfault p0\n", holds_text, "fault"), "fault p0\n");
}

static uint32_t next(uint32_t *seed) {
  return (*seed = *seed * 1664525u + 1013904223u) >> 8;
}

static void random_program(uint32_t *seed) {
  static uint8_t bytes[PROGRAM_HEADER_SIZE + 20 * PROGRAM_RECORD_SIZE];
  memset(bytes, 0, sizeof bytes);
  for (size_t i = PROGRAM_HEADER_SIZE; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)next(seed);
  program_decode(&program, bytes, sizeof bytes);
}

static void require_canonical(void) {
  static uint8_t bytes[PROGRAM_BINARY_MAX], again[PROGRAM_BINARY_MAX];
  static struct program decoded;
  const size_t size = program_encode(&program, bytes);
  program_decode(&decoded, bytes, size);
  assert_int_equal(program_encode(&decoded, again), size);
  assert_memory_equal(bytes, again, size);
  const char *text = print(&program);
  parse(text);
  assert_int_equal(program_encode(&program, again), size);
  assert_memory_equal(bytes, again, size);
}

static void require_one_minimal(shrink_fails *fails, void *context) {
  static struct program without;
  for (size_t gone = 0; gone < program.op_count; gone++) {
    without = program;
    for (size_t i = gone; i + 1 < without.op_count; i++)
      without.ops[i] = without.ops[i + 1];
    without.op_count--;
    assert_false(fails(context, &without));
  }
}

static void whatever_failing_is_the_result_fails_and_is_minimal(void **state) {
  (void)state;
  uint32_t seed = 7;
  for (unsigned salt = 0; salt < 40; salt++) {
    do
      random_program(&seed);
    while (!by_digest(&salt, &program));
    shrunk_by(by_digest, &salt);
    require_one_minimal(by_digest, &salt);
    require_canonical();
  }
}

static void it_is_deterministic(void **state) {
  (void)state;
  static char once[sizeof printed];
  unsigned salt = 3;
  uint32_t seed = 0;
  do
    random_program(&seed);
  while (!by_digest(&salt, &program));
  static struct program start;
  start = program;
  shrunk_by(by_digest, &salt);
  memcpy(once, printed, sizeof once);
  const size_t runs = asked;
  program = start;
  assert_string_equal(shrunk_by(by_digest, &salt), once);
  assert_int_equal(asked, runs);
}

static size_t questions;

static bool count_questions(void *context, const struct program *p) {
  questions++;
  return grant_of_100_or_more(context, p);
}

static void it_asks_no_more_often_than_it_may(void **state) {
  (void)state;
  for (size_t most = 0; most < 12; most++) {
    parse("live p0\nlive p1\ngrant p3 12345 128\nlive p2\n");
    questions = 0;
    const size_t runs = shrink_program(&program, &(struct shrink_question){count_questions, 0, most});
    assert_int_equal(questions, runs);
    assert_true(runs <= most);
    assert_true(grant_of_100_or_more(0, &program));
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_always_fails_becomes_nothing),
      cmocka_unit_test(an_empty_program_stays_empty),
      cmocka_unit_test(one_op_is_found_among_many),
      cmocka_unit_test(two_ops_that_belong_together_are_kept),
      cmocka_unit_test(two_ops_that_can_only_go_together_go),
      cmocka_unit_test(numbers_go_down_to_the_lowest_that_fails),
      cmocka_unit_test(names_are_lowered_in_all_their_uses),
      cmocka_unit_test(places_become_plain),
      cmocka_unit_test(an_op_gives_way_to_a_simpler_one),
      cmocka_unit_test(the_machine_becomes_as_simple_as_it_may),
      cmocka_unit_test(the_swarm_mask_goes),
      cmocka_unit_test(whatever_failing_is_the_result_fails_and_is_minimal),
      cmocka_unit_test(it_is_deterministic),
      cmocka_unit_test(it_asks_no_more_often_than_it_may),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
