// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/host.h"

#include "host/clauses.h"
#include "host/fail.h"
#include "host/feedback.h"
#include "host/known.h"
#include "host/progress.h"
#include "host/stack.h"

#include <stdlib.h>

static struct lockstep lockstep;
static struct program current;
static bool alone;
static uint64_t programs;
static bool watched_by_someone; // who wants statistics

static void write_file(void *context, const char *text, size_t length) {
  fwrite(text, 1, length, context);
}

struct text_sink host_sink(FILE *file) {
  return (struct text_sink){file, write_file};
}

const struct lockstep *host_lockstep(void) {
  return &lockstep;
}

// Printed at the end, and for who watches a run now and then: whenever the number of programs is a power of two.
static void print_statistics(void) {
  fprintf(stderr, "PROCBUF_STATS steps=%llu refused=%llu programs=%llu\n", (unsigned long long)lockstep.steps,
          (unsigned long long)lockstep.refused, (unsigned long long)programs);
}

// What can't be understood ends the process without exit's callbacks, from which an engine would take it for
// a finding.
static void set_up_known(void) {
  const char *names = getenv("PROCBUF_KNOWN");
  if (alone || !names || !*names) return;
  if (!known_set(names)) _Exit(2);
  atexit(known_print);
}

static void set_up(void) {
  static bool done;
  if (done) return;
  done = true;
  watched_by_someone = getenv("PROCBUF_STATS") != 0;
  if (watched_by_someone) atexit(print_statistics);
  set_up_known();
}

void host_stand_alone(void) {
  alone = true;
  progress_on_death();
}

const char *host_obstacle(const struct program *program) {
  if (program->layout != PROGRAM_LAYOUT_ABSTRACT || machine_is_watched()) return 0;
  return "layout 5 is abstract: it needs a build whose accesses are watched";
}

static bool run_once(const struct program *program, struct lockstep_options options) {
  stack_forget();
  options.failed = stack_keep;
  return lockstep_run(&lockstep, program, &options);
}

// Once more, for a report that names the right step.
static void run_thoroughly(const struct program *program, const struct lockstep_options *options) {
  const struct lockstep_failure first = lockstep.failure;
  if (run_once(program, (struct lockstep_options){.thorough = true, .canary = options->canary}))
    lockstep.failure = first;
}

bool host_run(const struct program *program, const struct lockstep_options *options) {
  set_up();
  if (host_obstacle(program)) {
    fprintf(stderr, "%s\n", host_obstacle(program));
    exit(3);
  }
  programs++;
  if (watched_by_someone && programs > 1 && (programs & (programs - 1)) == 0) print_statistics();
  progress_is(&lockstep, program);
  const bool fine = run_once(program, *options);
  if (!fine && !options->thorough) run_thoroughly(program, options);
  progress_is(&lockstep, 0);
  return fine;
}

void host_report(const struct text_sink *sink) {
  struct lockstep_notes notes = {.says = clause_says(lockstep.failure.clause)};
  notes.function_count = stack_functions(&notes.functions);
  lockstep_report(&lockstep, &notes, sink);
}

int host_fail(void) {
  const struct text_sink sink = host_sink(stderr);
  char name[LOCKSTEP_NAME_MAX];
  lockstep_failure_name(&lockstep, name);
  if (known_counts(name)) return -1;
  host_report(&sink);
  known_print(); // abort calls nobody at exit
  fail_abort(&lockstep);
}

static uint8_t bend_code(uint8_t code, const struct host_focus *focus) {
  for (size_t i = 0; i < focus->op_count; i++)
    if (focus->ops[i] == code) return code;
  return focus->ops[code % focus->op_count];
}

// An op takes over the operands of the one it replaces only if their types agree; others start at zero, as a
// zero record does.
static void bend_op(struct op *op, const struct host_focus *focus) {
  const uint8_t code = bend_code(op->code, focus);
  if (code == op->code) return;
  struct op bent = {.code = code};
  const uint8_t *from = program_ops[op->code].operands, *to = program_ops[code].operands;
  bool open = true; // `from` has not ended yet
  for (unsigned i = 0; to[i] != OPERAND_NONE && open; i++) {
    open = from[i] != OPERAND_NONE;
    if (from[i] == to[i]) bent.operands[i] = op->operands[i];
  }
  *op = bent;
}

void host_bend(struct program *program, const struct host_focus *focus) {
  program->switched_off =
      (struct op_set){{0}}; // has had its effect, and is nothing that a reader of a report needs
  if (focus->layout >= 0) program->layout = (uint8_t)focus->layout;
  for (size_t i = 0; focus->op_count > 0 && i < program->op_count; i++)
    bend_op(&program->ops[i], focus);
}

int host_fuzz(const uint8_t *data, size_t size, const struct host_focus *focus) {
  program_decode(&current, data, size);
  host_bend(&current, focus);
  if (host_obstacle(&current)) return -1; // nothing to see in this build
  const struct lockstep_options options = {.observer = feedback_on(&current)};
  return host_run(&current, &options) ? 0 : host_fail();
}
