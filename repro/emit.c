// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// emit: prints a failing program as a C program that needs only the library. `emit --help` is its manual.
#include "emitter.h"
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "tool.h"
#include "trial.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIMIT_MS 2000u

static const char manual[] =
    "usage: emit [options] FILE\n"
    "Prints a program as C: plain calls of the library, up to the step that fails, and what must come of "
    "each by "
    "the\n"
    "clauses. The C program fails on the library that this tool was built with, and passes once that is "
    "mended.\n"
    "Text and binary are told by the content.\n"
    "  --all        every step, of a program that fails or passes\n"
    "  --watch      the C program checks each load and store of the library, as lockstep does\n"
    "  --hex BYTES  take the program that these hexadecimal digits encode\n"
    "  --raw        take a binary file of any size, as a fuzzer does\n"
    "  --help       this text\n"
    "Exit status: 0 printed; 2 wrong use; 3 the program does not fail, the input is not a test case, or the "
    "output\n"
    "can't be written.\n";

struct emit {
  struct program program;
  size_t programs;
  const char *name, *hex;
  bool all, raw, watch;
};

// ---- where the program fails

// How far the trial has come, in memory that outlives its process.
struct progress {
  size_t steps; // told of so far, in the order of the program
};

static void note_step(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome) {
  (void)l, (void)outcome;
  ((struct progress *)context)->steps = index + 1;
}

static bool is_lockstep(const char *check) {
  static const char *const checks[] = {"result", "state", "memory", "access", "protection"};
  for (unsigned i = 0; i < sizeof checks / sizeof *checks; i++)
    if (strcmp(check, checks[i]) == 0) return true;
  return false;
}

static struct progress *share_progress(void) {
  FILE *file = tmpfile();
  void *shared = MAP_FAILED;
  if (file && ftruncate(fileno(file), sizeof(struct progress)) == 0)
    shared = mmap(0, sizeof(struct progress), PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
  if (shared == MAP_FAILED) perror("a temporary file");
  if (file) fclose(file);
  return shared == MAP_FAILED ? 0 : shared;
}

// A step is told of before it is checked; what ends the process does so before.
static bool attempt(const struct program *program, bool blind, struct trial_ending *ending,
                    struct emit_failure *failure) {
  struct progress *progress = share_progress();
  if (!progress) return false;
  const struct lockstep_observer observer = {progress, note_step};
  const struct trial trial = {{.thorough = true, .observer = &observer, .blind = blind}, LIMIT_MS};
  const bool ran = trial_run(&trial, program, ending);
  *failure = (struct emit_failure){.check = ending->check, .clause = ending->clause, .step = progress->steps};
  if (is_lockstep(ending->check) && progress->steps > 0) failure->step--;
  munmap(progress, sizeof *progress);
  return ran;
}

// What must be watched to be seen: numbers without memory behind them, what happens between two accesses, and an
// access that leaves nothing behind which another check finds.
static bool must_watch(const struct program *program, const struct emit_failure *failure) {
  const size_t end = failure->check && failure->step < program->op_count ? failure->step : program->op_count;
  for (size_t i = 0; i < end; i++)
    if (failure->check && program->ops[i].code == OP_RACE) return true;
  return program->layout == PROGRAM_LAYOUT_ABSTRACT;
}

struct finding {
  struct emit_failure failure;
  struct trial_ending ending, blind_ending;
  bool watch;
};

static bool find(const struct program *program, struct finding *finding) {
  struct emit_failure blind;
  if (!attempt(program, false, &finding->ending, &finding->failure)) return false;
  finding->watch = must_watch(program, &finding->failure);
  if (finding->watch || strcmp(finding->ending.check, "access") != 0) return true;
  if (!attempt(program, true, &finding->blind_ending, &blind)) return false;
  finding->watch = !finding->blind_ending.failed;
  if (!finding->watch) finding->failure = blind;
  return true;
}

// ---- the run

static int misuse(const char *what) {
  fprintf(stderr, "emit: %s\n%s", what, manual);
  return TOOL_MISUSE;
}

static int print(const struct emit *emit, const struct emit_failure *failure, bool watch) {
  static struct emitter emitter;
  emitter.failure = failure;
  emitter.name = emit->name;
  emitter.watched = watch || emit->watch;
  if (!emitter_run(&emitter, &emit->program, stdout)) return TOOL_UNABLE;
  return tool_end(TOOL_CLEAN);
}

static int print_all(const struct emit *emit) {
  const struct emit_failure none = {0};
  return print(emit, &none, must_watch(&emit->program, &none));
}

static int print_failing(const struct emit *emit) {
  static struct finding finding;
  if (!find(&emit->program, &finding)) return TOOL_UNABLE;
  if (!finding.ending.failed) {
    fprintf(stderr, "%s: does not fail; expected a program that does, or --all\n", emit->name);
    return TOOL_UNABLE;
  }
  fprintf(stderr, "emit: step %zu fails by check %s, clause %s%s\n", finding.failure.step + 1,
          finding.failure.check, finding.failure.clause,
          finding.watch ? "; watched, or it would not show" : "");
  return print(emit, &finding.failure, finding.watch);
}

// ---- the command line

enum choice { OPTION_ALL = 1, OPTION_WATCH, OPTION_HEX, OPTION_RAW, OPTION_HELP };

static const struct option options[] = {
    {"all", no_argument, 0, OPTION_ALL},       {"watch", no_argument, 0, OPTION_WATCH},
    {"hex", required_argument, 0, OPTION_HEX}, {"raw", no_argument, 0, OPTION_RAW},
    {"help", no_argument, 0, OPTION_HELP},     {0, 0, 0, 0},
};

static bool take_option(struct emit *emit, int option) {
  switch (option) {
  case OPTION_ALL:
    emit->all = true;
    return true;
  case OPTION_WATCH:
    emit->watch = true;
    return true;
  case OPTION_HEX:
    emit->hex = optarg;
    return true;
  case OPTION_RAW:
    emit->raw = true;
    return true;
  default:
    return false;
  }
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  struct emit *emit = context;
  emit->programs++;
  return input_program(path, bytes, size, emit->raw, &emit->program);
}

int main(int argc, char **argv) {
  static struct emit emit;
  tool_start();
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return tool_help(manual);
    if (!take_option(&emit, option)) return misuse("wrong use");
  }
  if (argc - optind != (emit.hex ? 0 : 1)) return misuse("expected one program");
  emit.name = emit.hex ? "--hex" : argv[optind];
  if (emit.hex && !option_hex(emit.hex, &emit.program)) return TOOL_MISUSE;
  if (!emit.hex && input_each(emit.name, take, &emit) > 0) return TOOL_UNABLE;
  if (emit.programs > 1) return misuse("expected one program, found a folder of them");
  return emit.all ? print_all(&emit) : print_failing(&emit);
}
