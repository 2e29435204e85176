// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/host.h"

#include "host/feedback.h"

#include <stdlib.h>

static struct lockstep lockstep;
static struct program current;
static const struct program *running;
static uint64_t programs;
static host_take *diverted;
static void *diverted_context;

static void write_file(void *context, const char *text, size_t length) {
  fwrite(text, 1, length, context);
}

struct text_sink host_sink(FILE *file) {
  return (struct text_sink){file, write_file};
}

const struct lockstep *host_lockstep(void) {
  return &lockstep;
}

// A sanitizer's report says where in the code; this adds what the program was, once.
static void print_running(void) {
  const struct program *program = running;
  const struct text_sink sink = host_sink(stderr);
  running = 0;
  if (!program) return;
  fprintf(stderr, "== procbuf program in progress, step %zu\n", lockstep.current + 1);
  program_print(program, &sink);
  fprintf(stderr, "== end of procbuf program in progress\n");
}

// Called by the sanitizers' runtimes, if they are there, when they have something to report. MSan has no such
// hook, only the death callback; with an engine that one is the engine's, which saves the input with it.
// NOLINTBEGIN(bugprone-reserved-identifier): the runtimes' names
void __asan_on_error(void);
void __ubsan_on_report(void);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
void __libfuzzer_is_present(void) __attribute__((weak));

void __asan_on_error(void) {
  print_running();
}

void __ubsan_on_report(void) {
  print_running();
}
// NOLINTEND(bugprone-reserved-identifier)

static void print_statistics(void) {
  fprintf(stderr, "PROCBUF_STATS steps=%llu refused=%llu programs=%llu\n", (unsigned long long)lockstep.steps,
          (unsigned long long)lockstep.refused, (unsigned long long)programs);
}

static void set_up(void) {
  static bool done;
  if (done) return;
  done = true;
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(print_running);
  if (getenv("PROCBUF_STATS")) atexit(print_statistics);
}

static void require_watched(const struct program *program) {
  if (program->layout != PROGRAM_LAYOUT_ABSTRACT || machine_is_watched()) return;
  fprintf(stderr, "layout %u is abstract: it needs a build whose accesses are watched\n",
          PROGRAM_LAYOUT_ABSTRACT);
  exit(2);
}

void host_divert(host_take *take, void *context) {
  diverted = take;
  diverted_context = context;
}

bool host_run(const struct program *program, const struct lockstep_options *options) {
  if (diverted) {
    diverted(diverted_context, program);
    return true;
  }
  set_up();
  require_watched(program);
  running = program;
  programs++;
  bool fine = lockstep_run(&lockstep, program, options);
  if (!fine && !options->thorough) {
    const struct lockstep_failure first = lockstep.failure;
    const struct lockstep_options thorough = {.thorough = true, .canary = options->canary};
    if (lockstep_run(&lockstep, program, &thorough)) lockstep.failure = first;
  }
  running = 0;
  return fine;
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
  if (focus->layout >= 0) program->layout = (uint8_t)focus->layout;
  if (focus->op_count == 0) return;
  program->switched_off = 0;
  for (size_t i = 0; i < program->op_count; i++)
    bend_op(&program->ops[i], focus);
}

int host_fuzz(const uint8_t *data, size_t size, const struct host_focus *focus) {
  program_decode(&current, data, size);
  current.switched_off = 0; // has had its effect, and is nothing that a reader of a report needs
  host_bend(&current, focus);
  const struct lockstep_options options = {.observer = feedback_on(&current)};
  if (host_run(&current, &options)) return 0;
  const struct text_sink sink = host_sink(stderr);
  lockstep_report(&lockstep, &sink);
  abort();
}
