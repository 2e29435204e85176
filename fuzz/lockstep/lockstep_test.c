// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Lockstep itself: that it agrees when it should, that each check fails when what it looks at is broken, and
// that the report says what docs/design.md promises.
#include "host/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lockstep lockstep;
static struct program program;
static char output[1 << 16];
static size_t written;

static void append(void *context, const char *text, size_t length) {
  (void)context;
  assert_true(written + length < sizeof output);
  memcpy(output + written, text, length);
  written += length;
  output[written] = 0;
}

static const struct text_sink sink = {0, append};

static void parse(const char *text) {
  struct parse_error error;
  if (!program_parse(&program, text, strlen(text), &error))
    fail_msg("%zu:%zu: expected %s", error.line, error.column, error.expected);
}

static bool run(const char *text, struct lockstep_options options) {
  parse(text);
  written = 0;
  return lockstep_run(&lockstep, &program, &options);
}

static const char *trace(const char *text) {
  assert_true(run(text, (struct lockstep_options){.trace = &sink, .thorough = true}));
  return output;
}

static const char *report(void) {
  written = 0;
  lockstep_report(&lockstep, 0, &sink);
  return output;
}

static void an_empty_program_agrees(void **state) {
  (void)state;
  assert_true(run("", (struct lockstep_options){.thorough = true}));
}

static void every_layout_starts_in_agreement(void **state) {
  (void)state;
  for (unsigned layout = 0; layout < PROGRAM_LAYOUT_COUNT; layout++) {
    char text[64];
    snprintf(text, sizeof text, "processes 4\nlayout %u\nnop\n", layout);
    assert_true(run(text, (struct lockstep_options){.thorough = true}));
  }
}

static void a_trace_names_addresses_by_what_they_are_near_to(void **state) {
  (void)state;
  assert_string_equal(
      trace("brk p0 brk+8\nallow p1 rw d0 0 p0.ram 4\nallow p0 ro d3 0 top-7 max-1\nlet n0 kernel+3\n"),
      "brk p0 brk+8 -> OK p0.ram+192\n"
      "allow p1 rw d0 0 p0.ram 4 -> INVAL p0.ram 4\n"
      "allow p0 ro d3 0 top-7 max-1 -> NODEVICE top-7 max-1\n"
      "let n0 kernel+3 -> OK\n");
}

static void ops_run_inside_their_enter(void **state) {
  (void)state;
  assert_string_equal(trace("allow p0 rw d0 0 ram 4\nget b0 p0 rw d0 0\nmut-enter b0 s0\nfill s0 0x07\nleave "
                            "busy\nslice-len s0\n"),
                      "allow p0 rw d0 0 ram 4 -> OK null 0\n"
                      "get b0 p0 rw d0 0 -> OK\n"
                      "mut-enter b0 s0 -> OK 4\n"
                      "fill s0 0x07 -> OK\n"
                      "leave busy -> OK 2\n"
                      "slice-len s0 -> PANIC\n");
}

static void the_end_of_a_program_leaves_every_enter(void **state) {
  (void)state;
  assert_string_equal(trace("allow p0 rw d0 0 ram 4\nget b0 p0 rw d0 0\nenter b0 s0\nenter b0 s1\n"),
                      "allow p0 rw d0 0 ram 4 -> OK null 0\n"
                      "get b0 p0 rw d0 0 -> OK\n"
                      "enter b0 s0 -> OK 4\n"
                      "enter b0 s1 -> OK 4\n"
                      "(end) leave ok -> OK 0\n"
                      "(end) leave ok -> OK 0\n");
}

static void a_refused_step_runs_on_neither_side(void **state) {
  (void)state;
  assert_string_equal(trace("leave ok\nuser-write end 1 0x00\n"),
                      "leave ok -> REFUSED\nuser-write end 1 0x00 -> REFUSED\n");
}

static void a_race_changes_the_byte_after_its_fetch(void **state) {
  (void)state;
  const char *text =
      trace("user-write ram 2 0x10\nallow p0 ro d0 0 ram 2\nget b0 p0 ro d0 0\nenter b0 s0\nrace ram 0x99\n"
            "at s0 0\nat s0 0\n");
  assert_non_null(strstr(text, "at s0 0 -> OK 0x10\nat s0 0 -> OK 0x99\n"));
}

struct song {
  enum lockstep_canary canary;
  enum lockstep_check check;
  const char *in_report;
};

// Each check fails when the thing that it looks at is broken on purpose.
static void each_canary_is_noticed_by_its_own_check(void **state) {
  (void)state;
  static const struct song songs[] = {
      {CANARY_RESULT, CHECK_RESULT, "finding:  result-none-nop\nclause:   -\ncheck:    result\n"},
      {CANARY_STATE, CHECK_STATE, "finding:  state-none-nop\nclause:   -\ncheck:    state\n"},
      {CANARY_MEMORY, CHECK_MEMORY, "finding:  memory-P-GEN-end\nclause:   P-GEN\ncheck:    memory\n"},
      {CANARY_ACCESS, CHECK_ACCESS, "finding:  access-X-BOUNDS-nop\nclause:   X-BOUNDS\ncheck:    access\n"},
  };
  for (size_t i = 0; i < sizeof songs / sizeof *songs; i++) {
    if (songs[i].canary == CANARY_ACCESS && !machine_is_watched()) continue;
    assert_false(run("nop\nlive p0\n", (struct lockstep_options){.canary = songs[i].canary}));
    assert_int_equal(lockstep.failure.check, songs[i].check);
    assert_non_null(strstr(report(), songs[i].in_report));
  }
}

static void a_report_has_clause_step_expectation_shadow_program_and_replay(void **state) {
  (void)state;
  assert_false(run("nop\n", (struct lockstep_options){.canary = CANARY_MEMORY, .thorough = true}));
  const char *text = report();
  static const char *const parts[] = {
      "== procbuf lockstep failure\n",
      "clause:   ",
      "step:     1: nop\n",
      "expected: 0x00 at p0.ram\n",
      "actual:   0x01 at p0.ram\n",
      "shadow:   a = application",
      " >00a",
      "program:\nnop\n",
      "replay:   build/asan/replay --trace --hex 00",
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(text, parts[i])) fail_msg("missing \"%s\" in:\n%s", parts[i], text);
}

static unsigned calls;
static size_t failed_step;

static void note(const struct lockstep *l) {
  calls++;
  failed_step = l->failure.step;
}

static void whoever_asks_is_told_of_the_first_failure_alone(void **state) {
  (void)state;
  calls = 0;
  assert_true(run("nop\n", (struct lockstep_options){.failed = note}));
  assert_int_equal(calls, 0);
  assert_false(run("nop\nlive p0\n", (struct lockstep_options){.canary = CANARY_MEMORY, .failed = note}));
  assert_int_equal(calls, 1);
  assert_int_equal(failed_step, 2);
}

static void notes_are_printed_where_they_belong(void **state) {
  (void)state;
  static const char *const functions[] = {"inner lib/src/a.c:1", "outer lib/src/b.c:2"};
  static const struct lockstep_notes notes = {"Something.", functions, 2};
  assert_false(run("nop\n", (struct lockstep_options){.canary = CANARY_RESULT}));
  written = 0;
  lockstep_report(&lockstep, &notes, &sink);
  assert_non_null(strstr(output,
                         "clause:   -\nsays:     Something.\ncheck:    result\n"
                         "in:       inner lib/src/a.c:1\nin:       outer lib/src/b.c:2\nstep:     1: nop\n"));
}

// The fast run looks at what a step could touch, so it sees this at the program's end only; a thorough one
// names the step.
static void a_thorough_run_names_the_step(void **state) {
  (void)state;
  assert_false(run("nop\nlive p0\n", (struct lockstep_options){.canary = CANARY_MEMORY}));
  assert_int_equal(lockstep.failure.step, 2);
  assert_true(host_lockstep() != &lockstep);
  assert_false(host_run(&program, &(struct lockstep_options){.canary = CANARY_MEMORY}));
  assert_int_equal(host_lockstep()->failure.step, 0);
}

static void bending_keeps_ops_in_focus_and_replaces_the_others(void **state) {
  (void)state;
  static const uint8_t ops[] = {OP_BRK, OP_LIVE};
  parse("brk p1 ram+4\nterminate p1\nnop\n");
  host_bend(&program, &(struct host_focus){ops, sizeof ops, 3});
  assert_int_equal(program.layout, 3);
  assert_int_equal(program.ops[0].code, OP_BRK);
  assert_int_equal(program.ops[0].operands[1].offset, 4);
  for (size_t i = 0; i < program.op_count; i++)
    assert_true(program.ops[i].code == OP_BRK || program.ops[i].code == OP_LIVE);
  assert_int_equal(program.ops[1].operands[0].base, 1); // terminate's process is taken over
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_program_agrees),
      cmocka_unit_test(every_layout_starts_in_agreement),
      cmocka_unit_test(a_trace_names_addresses_by_what_they_are_near_to),
      cmocka_unit_test(ops_run_inside_their_enter),
      cmocka_unit_test(the_end_of_a_program_leaves_every_enter),
      cmocka_unit_test(a_refused_step_runs_on_neither_side),
      cmocka_unit_test(a_race_changes_the_byte_after_its_fetch),
      cmocka_unit_test(each_canary_is_noticed_by_its_own_check),
      cmocka_unit_test(a_report_has_clause_step_expectation_shadow_program_and_replay),
      cmocka_unit_test(whoever_asks_is_told_of_the_first_failure_alone),
      cmocka_unit_test(notes_are_printed_where_they_belong),
      cmocka_unit_test(a_thorough_run_names_the_step),
      cmocka_unit_test(bending_keeps_ops_in_focus_and_replaces_the_others),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
