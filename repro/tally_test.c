// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The tally: that it counts what happened, says what never did, and notices what should not have.
#include "tally.h"

#include "program/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lockstep lockstep;
static struct program program;
static struct tally tally;

static void run(const char *text) {
  const struct lockstep_observer observer = {&tally, tally_step};
  const struct lockstep_options options = {.observer = &observer};
  struct parse_error error;
  if (!program_parse(&program, text, strlen(text), &error))
    fail_msg("%zu:%zu: expected %s", error.line, error.column, error.expected);
  assert_true(lockstep_run(&lockstep, &program, &options));
  tally_program_ends(&tally);
}

static int start(void **state) {
  (void)state;
  tally = (struct tally){0};
  return 0;
}

// What the tally prints, or its gaps, as one string.
static const char *printed(bool gaps, size_t *count) {
  static char text[1 << 16];
  FILE *file = fmemopen(text, sizeof text, "w");
  assert_non_null(file);
  text[0] = 0;
  if (gaps)
    *count = tally_print_gaps(&tally, true, file);
  else
    tally_print(&tally, file);
  assert_int_equal(fclose(file), 0);
  return text;
}

static void steps_count_by_their_word(void **state) {
  (void)state;
  run("live p0\nlive p1\nrestart p3\nleave ok\n");
  assert_int_equal(tally.words[OP_LIVE][WORD_OK], 2);
  assert_int_equal(tally.words[OP_RESTART][WORD_NOSUCHAPP], 1);
  assert_int_equal(tally.words[OP_LEAVE][WORD_REFUSED], 1);
}

static void the_error_in_the_registers_is_the_word_of_svc(void **state) {
  (void)state;
  run("let-length n0 d3\nsvc p0 3\nlet-length n0 d0\nsvc p0 3\nsvc p0 0\n");
  assert_int_equal(tally.words[OP_SVC][WORD_NODEVICE], 1);
  assert_int_equal(tally.words[OP_SVC][WORD_OK], 1);
  assert_int_equal(tally.words[OP_SVC][WORD_UNHANDLED], 1);
}

static void a_pair_is_two_steps_carried_out_without_one_between(void **state) {
  (void)state;
  run("live p0\nnop\nleave ok\nnop\nlive p0\n");
  run("live p0\n");
  assert_int_equal(tally.pairs[OP_LIVE][OP_NOP], 1);
  assert_int_equal(tally.pairs[OP_NOP][OP_LIVE], 1);
  assert_int_equal(tally.pairs[OP_NOP][OP_NOP], 0);   // a refused step between
  assert_int_equal(tally.pairs[OP_NOP][OP_LEAVE], 0); // refused
  assert_int_equal(tally.pairs[OP_LIVE][OP_LIVE], 0); // of two programs
}

static void programs_count_by_their_depth(void **state) {
  (void)state;
  run("external b0 p0 rw granted ram 8\nenter b0 s0\nenter b0 s0\nleave ok\nleave ok\nsbrk p0 0\n");
  run("");
  assert_int_equal(tally.programs, 2);
  assert_int_equal(tally.executed[4], 1); // 5 to 8
  assert_int_equal(tally.executed[0], 1);
  assert_int_equal(tally.entries[1], 1);
  assert_int_equal(tally.entries[0], 1);
  assert_int_equal(tally.nesting[2], 1);
  assert_int_equal(tally.nesting[0], 1);
}

static void the_leaves_that_the_end_adds_are_not_counted(void **state) {
  (void)state;
  run("external b0 p0 rw granted ram 8\nenter b0 s0\n");
  assert_int_equal(tally.words[OP_LEAVE][WORD_OK], 0);
}

static void overlaps_are_told_apart(void **state) {
  (void)state;
  const struct model_span range = {100, 10};
  static const struct {
    struct model_span other;
    enum overlap overlap;
  } cases[] = {
      {{100, 10}, OVERLAP_EQUAL},  {{100, 9}, OVERLAP_NESTED},       {{101, 9}, OVERLAP_NESTED},
      {{99, 12}, OVERLAP_NESTED},  {{100, 11}, OVERLAP_NESTED},      {{109, 1}, OVERLAP_NESTED},
      {{109, 2}, OVERLAP_PARTIAL}, {{99, 2}, OVERLAP_PARTIAL},       {{90, 10}, OVERLAP_NONE},
      {{110, 1}, OVERLAP_NONE},    {{UINTPTR_MAX, 1}, OVERLAP_NONE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(overlap_of(&range, &cases[i].other), cases[i].overlap);
    assert_int_equal(overlap_of(&cases[i].other, &range), cases[i].overlap);
  }
}

// A slot's own range, one that it held before, and empty ones overlap nothing.
static void ranges_overlap_those_of_other_slots_only(void **state) {
  (void)state;
  run("allow p0 rw d0 0 ram 8\nallow p0 rw d0 0 ram+4 8\nallow p0 rw d0 1 ram+4 0\nallow p0 rw d0 2 brk 8\n");
  assert_int_equal(tally.overlaps[OVERLAP_NONE], 2);
  run("allow p0 rw d0 0 ram 8\nallow p0 ro d1 0 ram 8\nexternal b0 p0 us granted ram+1 8\n");
  assert_int_equal(tally.overlaps[OVERLAP_NONE], 3);
  assert_int_equal(tally.overlaps[OVERLAP_EQUAL], 1);
  assert_int_equal(tally.overlaps[OVERLAP_PARTIAL], 1);
  run("allow p0 rw d0 0 ram 8\nlet-length n0 d0\nlet-length n1 1\nlet n2 ram+2\nlet-length n3 2\nsvc p0 3\n");
  assert_int_equal(tally.overlaps[OVERLAP_NONE], 4);
  assert_int_equal(tally.overlaps[OVERLAP_NESTED], 1);
}

static void what_never_happened_is_named(void **state) {
  (void)state;
  size_t gaps = 0;
  run("live p0\nnop\nrestart p0\n");
  const char *text = printed(true, &gaps);
  assert_non_null(strstr(text, "never carried out: brk\n"));
  assert_null(strstr(text, "never carried out: live\n"));
  assert_non_null(strstr(text, "never: restart -> NOSUCHAPP\n"));
  assert_null(strstr(text, "never: restart -> OK\n"));
  assert_non_null(strstr(text, "never right after live: restart live\n"));
  assert_int_equal(gaps, OP_COUNT - 3 + 4 + 3 * 3 - 2);
}

static void an_unlisted_word_is_named(void **state) {
  (void)state;
  size_t gaps;
  tally.words[OP_NOP][WORD_OK] = tally.words[OP_NOP][WORD_NOACK] = 7;
  assert_non_null(strstr(printed(true, &gaps), "not in fuzz/program/words.def: nop -> NOACK, 7 times\n"));
}

static void with_everything_seen_there_is_no_gap(void **state) {
  (void)state;
  size_t gaps = 1;
  for (unsigned op = 0; op < OP_COUNT; op++) {
    for (unsigned word = 0; word < WORD_COUNT; word++)
      tally.words[op][word] = program_op_words[op] >> word & 1u;
    for (unsigned second = 0; second < OP_COUNT; second++)
      tally.pairs[op][second] = 1;
  }
  assert_string_equal(printed(true, &gaps), "");
  assert_int_equal(gaps, 0);
}

static void what_is_printed_tells_zero_from_impossible(void **state) {
  (void)state;
  run("leave ok\n");
  const char *text = printed(false, 0);
  assert_non_null(strstr(text, "1 programs, 1 steps, 1 refused (100.0%)\n"));
  assert_non_null(strstr(text, "\nleave                   1    100.0%         0         .  "));
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(steps_count_by_their_word, start),
      cmocka_unit_test_setup(the_error_in_the_registers_is_the_word_of_svc, start),
      cmocka_unit_test_setup(a_pair_is_two_steps_carried_out_without_one_between, start),
      cmocka_unit_test_setup(programs_count_by_their_depth, start),
      cmocka_unit_test_setup(the_leaves_that_the_end_adds_are_not_counted, start),
      cmocka_unit_test_setup(overlaps_are_told_apart, start),
      cmocka_unit_test_setup(ranges_overlap_those_of_other_slots_only, start),
      cmocka_unit_test_setup(what_never_happened_is_named, start),
      cmocka_unit_test_setup(an_unlisted_word_is_named, start),
      cmocka_unit_test_setup(with_everything_seen_there_is_no_gap, start),
      cmocka_unit_test_setup(what_is_printed_tells_zero_from_impossible, start),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
