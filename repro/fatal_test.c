// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What ends a run before its end: each in a child, whose status and report are looked at.
#include "fatal.h"

#include "host/host.h"
#include "tool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct program program;
static char said[1 << 16];

static void stop_step(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome) {
  const int *signal = context;
  (void)l, (void)outcome;
  if (index != 1) return;
  if (*signal) raise(*signal);
  for (;;)
    pause();
}

// The child: a program whose second step never comes back, or raises a signal.
static void run_program(int signal) {
  const struct text_sink out = host_sink(stdout);
  const struct lockstep_observer observer = {&signal, stop_step};
  const struct lockstep_options options = {.observer = &observer, .trace = &out};
  fatal_begin("a file", 1);
  host_run(&program, &options);
}

// ... or an input of a target that runs none.
static void run_bytes(int signal) {
  fatal_begin("a file", 1);
  if (signal) raise(signal);
  for (;;)
    pause();
}

static void read_all(int from) {
  size_t length = 0;
  for (ssize_t count = 1; count > 0 && length < sizeof said - 1; length += (size_t)count) {
    count = read(from, said + length, sizeof said - 1 - length);
    assert_true(count >= 0);
  }
  said[length] = 0;
}

// Runs it in a child, whose stdout and stderr go to `said`. Returns its exit status, -1: a signal ended it.
static int end_of(void (*run)(int signal), int signal) {
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  fflush(0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    tool_start();
    fatal_start();
    run(signal);
    _exit(TOOL_CLEAN);
  }
  close(ends[1]);
  read_all(ends[0]);
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void must_say(const char *text) {
  if (!strstr(said, text)) fail_msg("did not say %s but\n%s", text, said);
}

static void a_hang_is_reported(void **state) {
  (void)state;
  assert_int_equal(end_of(run_program, 0), TOOL_FAILED);
  must_say("== procbuf hang\nlimit:    1 s\nfinding:  hang-nop\nstep:     2: nop\n");
  must_say("program:\nlive p0\nnop\nlive p1\nreplay:   build/asan/replay --trace --limit 1 --hex 0000");
  must_say("\n== end of procbuf hang\n");
}

static void the_steps_before_a_hang_are_traced(void **state) {
  (void)state;
  assert_int_equal(end_of(run_program, 0), TOOL_FAILED);
  must_say("live p0 -> OK 1\n");
  assert_true(strstr(said, "live p0 -> OK 1\n") < strstr(said, "== procbuf hang"));
}

static void a_signal_is_reported(void **state) {
  (void)state;
  assert_int_equal(end_of(run_program, SIGABRT), TOOL_FAILED);
  must_say("== procbuf signal\nsignal:   6\nfinding:  signal-6-nop\nstep:     2: nop\n");
  must_say("\n== end of procbuf signal\n");
}

static void an_input_without_a_program_hangs_too(void **state) {
  (void)state;
  assert_int_equal(end_of(run_bytes, 0), TOOL_FAILED);
  must_say("== procbuf hang\nlimit:    1 s\nfinding:  hang-input\ninput:    a file\n");
  must_say("\n== end of procbuf hang\n");
}

static void an_abort_after_the_run_has_said_it_all(void **state) {
  (void)state;
  assert_int_equal(end_of(run_bytes, SIGABRT), TOOL_FAILED);
  assert_string_equal(said, "");
}

static int start(void **state) {
  static const char text[] = "live p0\nnop\nlive p1\n";
  struct parse_error error;
  (void)state;
  return program_parse(&program, text, sizeof text - 1, &error) ? 0 : -1;
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hang_is_reported),
      cmocka_unit_test(the_steps_before_a_hang_are_traced),
      cmocka_unit_test(a_signal_is_reported),
      cmocka_unit_test(an_input_without_a_program_hangs_too),
      cmocka_unit_test(an_abort_after_the_run_has_said_it_all),
  };
  return cmocka_run_group_tests(tests, start, 0);
}
