// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// shrink: makes a failing program short and simple, as long as it fails in the same way. `shrink --help` is
// its manual.
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "shrinker.h"
#include "tool.h"
#include "trial.h"

#include <getopt.h>
#include <string.h>
#include <time.h>

#define LIMIT_SECONDS 2
#define RUNS_MAX 1000000u

struct shrink {
  struct program program;
  size_t programs; // how many were given
  const char *name, *out, *hex;
  const char *only; // --name
  bool force, raw, any;
  unsigned seconds; // for everything; 0: no limit
  time_t deadline;
  bool stopped;
  struct trial trial;
  struct trial_ending first, last; // of the program given; of the best one by now
};

static const char manual[] =
    "usage: shrink [options] FILE\n"
    "Looks for the shortest and simplest program that still fails in the same way: the same check, or the "
    "same sanitizer,\n"
    "signal or hang. Prints it as text. Text and binary are told by the content.\n"
    "  --out FILE       write it to a file that does not exist yet\n"
    "  --force          ... or does\n"
    "  --any            any failure will do\n"
    "  --name NAME      only one that is called so, as reports have it behind finding:\n"
    "  --limit SECONDS  what takes longer hangs (2)\n"
    "  --time SECONDS   stop after so long, with the best found by then\n"
    "  --hex BYTES      shrink the program that these hexadecimal digits encode\n"
    "  --raw            take a binary file of any size up to a program's, as a fuzzer does\n"
    "  --canary CHECK   break a check on purpose: result, state, memory, access or sanitizer\n"
    "  --help           this text\n"
    "On stderr: shrink: 57 ops -> 3 ops, 412 runs, check result, clause P-OWN\n"
    "Exit status: 0 shrunk, or as short as can be; 2 wrong use; 3 there is nothing to shrink: the program "
    "does not fail, or "
    "the file is\n"
    "not a test case; or the output could not be written.\n";

// Names of sanitizer options that the environment can still change. Addresses are enough here: to look up
// names takes a second for each report. NOLINTBEGIN(bugprone-reserved-identifier): the runtimes' names
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__msan_default_options(void);

#define QUIET "symbolize=0:detect_leaks=0"

const char *__asan_default_options(void) {
  return QUIET;
}

const char *__ubsan_default_options(void) {
  return QUIET;
}

const char *__msan_default_options(void) {
  return QUIET;
}
// NOLINTEND(bugprone-reserved-identifier)

static int misuse(const char *what) {
  fprintf(stderr, "shrink: %s\n%s", what, manual);
  return TOOL_MISUSE;
}

// ---- the question

static bool out_of_time(struct shrink *shrink) {
  struct timespec now;
  if (shrink->seconds == 0) return false;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (shrink->deadline == 0) shrink->deadline = now.tv_sec + (time_t)shrink->seconds;
  shrink->stopped = now.tv_sec >= shrink->deadline;
  return shrink->stopped;
}

static bool fails_alike(void *context, const struct program *program) {
  struct shrink *shrink = context;
  struct trial_ending ending;
  if (out_of_time(shrink) || !trial_run(&shrink->trial, program, &ending) || !ending.failed) return false;
  if (!shrink->any && !trial_alike(&ending, &shrink->first)) return false;
  if (shrink->only && strcmp(ending.name, shrink->only) != 0) return false;
  shrink->last = ending;
  return true;
}

// ---- the answer

static void fill_program(void *context, FILE *file) {
  const struct text_sink sink = host_sink(file);
  program_print(context, &sink);
}

static bool write_program(struct shrink *shrink) {
  if (shrink->out) return output_file(shrink->out, shrink->force, fill_program, &shrink->program);
  fill_program(&shrink->program, stdout);
  return true;
}

static int run(struct shrink *shrink) {
  const size_t ops = shrink->program.op_count;
  if (!trial_run(&shrink->trial, &shrink->program, &shrink->first)) return TOOL_UNABLE;
  if (!shrink->first.failed || (shrink->only && strcmp(shrink->first.name, shrink->only) != 0)) {
    fprintf(stderr, "%s: does not fail%s%s; expected a program that does\n", shrink->name,
            shrink->only ? " as " : "", shrink->only ? shrink->only : "");
    return TOOL_UNABLE;
  }
  shrink->last = shrink->first;
  const struct shrink_question question = {fails_alike, shrink, RUNS_MAX};
  const size_t runs = 1 + shrink_program(&shrink->program, &question);
  if (!write_program(shrink)) return TOOL_UNABLE;
  fprintf(stderr, "shrink: %zu ops -> %zu ops, %zu runs, check %s, clause %s%s\n", ops,
          shrink->program.op_count, runs, shrink->last.check, shrink->last.clause,
          shrink->stopped ? ", out of time" : "");
  return tool_end(TOOL_CLEAN);
}

// ---- the command line

enum choice {
  OPTION_OUT = 1,
  OPTION_FORCE,
  OPTION_ANY,
  OPTION_NAME,
  OPTION_LIMIT,
  OPTION_TIME,
  OPTION_HEX,
  OPTION_RAW,
  OPTION_CANARY,
  OPTION_HELP
};

static const struct option options[] = {
    {"out", required_argument, 0, OPTION_OUT},
    {"force", no_argument, 0, OPTION_FORCE},
    {"any", no_argument, 0, OPTION_ANY},
    {"name", required_argument, 0, OPTION_NAME},
    {"limit", required_argument, 0, OPTION_LIMIT},
    {"time", required_argument, 0, OPTION_TIME},
    {"hex", required_argument, 0, OPTION_HEX},
    {"raw", no_argument, 0, OPTION_RAW},
    {"canary", required_argument, 0, OPTION_CANARY},
    {"help", no_argument, 0, OPTION_HELP},
    {0, 0, 0, 0},
};

static bool take_limit(struct trial *trial) {
  unsigned seconds;
  if (!option_seconds("--limit", optarg, &seconds)) return false;
  trial->limit_ms = seconds * 1000;
  return true;
}

static bool take_option(struct shrink *shrink, int option) {
  switch (option) {
  case OPTION_OUT:
    shrink->out = optarg;
    return true;
  case OPTION_FORCE:
    shrink->force = true;
    return true;
  case OPTION_ANY:
    shrink->any = true;
    return true;
  case OPTION_NAME:
    shrink->only = optarg;
    return true;
  case OPTION_LIMIT:
    return take_limit(&shrink->trial);
  case OPTION_TIME:
    return option_seconds("--time", optarg, &shrink->seconds);
  case OPTION_HEX:
    shrink->hex = optarg;
    return true;
  case OPTION_RAW:
    shrink->raw = true;
    return true;
  case OPTION_CANARY:
    return option_canary(optarg, &shrink->trial.options.canary);
  default:
    return false;
  }
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  struct shrink *shrink = context;
  shrink->programs++;
  return input_program(path, bytes, size, shrink->raw, &shrink->program);
}

// Reads the one program. Returns what is wrong, as a status.
static int read_program(struct shrink *shrink) {
  if (shrink->hex) {
    if (!option_hex(shrink->hex, &shrink->program)) return TOOL_MISUSE;
  } else if (input_each(shrink->name, take, shrink) > 0) {
    return TOOL_UNABLE;
  }
  if (shrink->programs > 1) return misuse("expected one program, found a folder of them");
  const char *obstacle = host_obstacle(&shrink->program);
  if (obstacle) fprintf(stderr, "%s: %s\n", shrink->name, obstacle);
  return obstacle ? TOOL_UNABLE : TOOL_CLEAN;
}

int main(int argc, char **argv) {
  static struct shrink shrink = {.trial.limit_ms = LIMIT_SECONDS * 1000};
  tool_start();
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return tool_help(manual);
    if (!take_option(&shrink, option)) return misuse("wrong use");
  }
  if (argc - optind != (shrink.hex ? 0 : 1)) return misuse("expected one program");
  shrink.name = shrink.hex ? "--hex" : argv[optind];
  if (shrink.out && !shrink.force && output_exists(shrink.out)) return TOOL_MISUSE;
  const int problem = read_program(&shrink);
  return problem ? problem : run(&shrink);
}
