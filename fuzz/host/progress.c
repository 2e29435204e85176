// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/progress.h"

#include "host/clauses.h"
#include "host/host.h"

static const struct lockstep *lockstep;
static const struct program *running;

void progress_is(const struct lockstep *l, const struct program *program) {
  lockstep = l;
  running = program;
}

const struct program *host_running(void) {
  return running;
}

static void print_running(const char *check) {
  const struct program *program = running;
  const struct text_sink sink = host_sink(stderr);
  char name[LOCKSTEP_NAME_MAX];
  running = 0;
  if (!program) return;
  lockstep_progress_name(lockstep, check, name);
  fprintf(stderr, "== procbuf program in progress, step %zu\nfinding:  %s\n", lockstep->current + 1, name);
  const char *clause = model_clause(&lockstep->model), *says = lockstep->starting ? 0 : clause_says(clause);
  if (says) fprintf(stderr, "clause:   %s\nsays:     %s\n", clause, says);
  fprintf(stderr, "program:\n");
  program_print(program, &sink);
  fprintf(stderr, "== end of procbuf program in progress\n");
}

// Called by the sanitizers' runtimes, if they are there, when they have something to report.
// NOLINTBEGIN(bugprone-reserved-identifier): the runtimes' names
void __asan_on_error(void);
void __ubsan_on_report(void);
void __msan_init(void) __attribute__((weak));
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

void __asan_on_error(void) {
  print_running("asan");
}

void __ubsan_on_report(void) {
  print_running("ubsan");
}

static void on_death(void) {
  print_running(__msan_init ? "msan" : "sanitizer");
}

void progress_on_death(void) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(on_death);
}
// NOLINTEND(bugprone-reserved-identifier)
