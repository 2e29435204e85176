// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What the host adds to lockstep: the clauses' sentences, and failures that are known.
#include "host/host.h"

#include "host/clauses.h"
#include "host/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct program program;
static char output[1 << 14];
static size_t written;

static void append(void *context, const char *text, size_t length) {
  (void)context;
  assert_true(written + length < sizeof output);
  memcpy(output + written, text, length);
  written += length;
  output[written] = 0;
}

static const struct text_sink sink = {0, append};

static bool run(const char *text, enum lockstep_canary canary) {
  struct parse_error error;
  assert_true(program_parse(&program, text, strlen(text), &error));
  written = 0;
  output[0] = 0;
  return host_run(&program, &(struct lockstep_options){.trace = &sink, .canary = canary});
}

static void each_clause_says_something(void **state) {
  (void)state;
  assert_true(clause_count > 0);
  for (size_t i = 0; i < clause_count; i++) {
    assert_ptr_equal(clause_says(clauses[i].name), clauses[i].says);
    assert_int_equal(clauses[i].says[strlen(clauses[i].says) - 1], '.');
  }
  assert_null(clause_says("-"));
  assert_null(clause_says("P-OWNER"));
}

// An op whose clause is not in the table would have no frame of its own, and no sentence.
static void each_ops_clause_is_in_the_table(void **state) {
  (void)state;
  for (size_t i = 0; i < OP_COUNT; i++)
    if (strcmp(program_ops[i].clause, "-") != 0 && !clause_says(program_ops[i].clause))
      fail_msg("%s: %s", program_ops[i].text, program_ops[i].clause);
}

static void a_report_quotes_the_clause(void **state) {
  (void)state;
  assert_false(run("live p0\n", CANARY_RESULT));
  written = 0;
  host_report(&sink);
  char expected[256];
  snprintf(expected, sizeof expected,
           "== procbuf lockstep failure\nfinding:  result-P-GEN-live\nclause:   P-GEN\nsays:     %s\n"
           "check:    result\nstep:     1: live p0\n",
           clause_says("P-GEN"));
  assert_memory_equal(output, expected, strlen(expected));
}

static void names_are_taken_whatever_they_are_made_of(void **state) {
  (void)state;
  assert_true(known_set("access-P-OWN-allow"));
  assert_true(known_set("result-none-nop,state-B-ENTER-mut-enter,memory-X-FETCH1-end,protection-P-DEAD-brk"));
  assert_true(known_counts("state-B-ENTER-mut-enter"));
  assert_false(known_counts("state-B-ENTER-enter"));
  assert_false(known_counts("access-P-OWN-allow")); // was in the list before
}

static void what_is_no_name_is_refused(void **state) {
  (void)state;
  static const char *const lists[] = {
      "access",
      "access-P-OWN",
      "access-P-OWN-",
      "access-P-OWNER-allow",
      "access-P-OWN-allow-",
      "access-P-OWN-allowed",
      "asan-P-OWN-allow",
      "none-P-OWN-allow",
      "access--allow",
      "access-P-OWN-allow,",
      ",access-P-OWN-allow",
      "access-P-OWN-allow, access-P-OWN-brk",
      "access-P-OWN-allow-and-much-more-than-any-name-of-a-failure-could-be-long",
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (known_set(lists[i])) fail_msg("taken: %s", lists[i]);
  assert_false(known_counts("access-P-OWN-allow"));
}

// The name is that of the thorough run, as in the report: the first run saw this at the program's end.
static void a_known_failure_is_passed_over(void **state) {
  (void)state;
  assert_true(known_set("memory-P-GEN-live"));
  assert_false(run("live p0\nlive p1\n", CANARY_MEMORY));
  assert_int_equal(host_fail(), -1);
}

static void nothing_of_a_failure_is_left_to_the_next_program(void **state) {
  (void)state;
  static const char text[] = "allow p0 rw d0 0 ram 4\nget b0 p0 rw d0 0\nmut-enter b0 s0\nfill s0 0x07\n";
  char first[sizeof output];
  assert_true(run(text, CANARY_NONE));
  memcpy(first, output, sizeof first);
  for (unsigned canary = CANARY_RESULT; canary <= CANARY_ACCESS; canary++) {
    if (canary == CANARY_ACCESS && !machine_is_watched()) continue;
    assert_false(run(text, (enum lockstep_canary)canary));
    assert_true(run(text, CANARY_NONE));
    assert_string_equal(output, first);
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_clause_says_something),
      cmocka_unit_test(each_ops_clause_is_in_the_table),
      cmocka_unit_test(a_report_quotes_the_clause),
      cmocka_unit_test(names_are_taken_whatever_they_are_made_of),
      cmocka_unit_test(what_is_no_name_is_refused),
      cmocka_unit_test(a_known_failure_is_passed_over),
      cmocka_unit_test(nothing_of_a_failure_is_left_to_the_next_program),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
