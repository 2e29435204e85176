// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// shrink: makes a failing program short and simple, as long as it fails in the same way. `shrink --help` is its
// manual.
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "shrinker.h"
#include "trial.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum exit_code { EXIT_SHRUNK = 0, EXIT_FINE = 1, EXIT_MISUSE = 2 };

#define LIMIT_SECONDS 2
#define RUNS_MAX 1000000u

struct shrink {
  struct program program;
  size_t programs; // how many were given
  const char *name, *out, *hex;
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
    "same "
    "sanitizer,\n"
    "signal or hang. Prints it as text. A name that ends in .txt is text, any other is binary.\n"
    "  --out FILE       write it to a file that does not exist yet\n"
    "  --force          ... or does\n"
    "  --any            any failure will do\n"
    "  --limit SECONDS  what takes longer hangs (2)\n"
    "  --time SECONDS   stop after so long, with the best found by then\n"
    "  --hex BYTES      shrink the program that these hexadecimal digits encode\n"
    "  --raw            take a binary file of any size, as a fuzzer does\n"
    "  --canary CHECK   break a check on purpose: result, state, memory, access or sanitizer\n"
    "  --help           this text\n"
    "On stderr: shrink: 57 ops -> 3 ops, 412 runs, check result, clause P-OWN\n"
    "Exit status: 0 shrunk, or as short as can be; 1 the program does not fail; 2 wrong use, or an input "
    "that "
    "can't be read.\n";

// Names of sanitizer options that the environment can still change. Addresses are enough here: to look up names
// takes a second for each report.
// NOLINTBEGIN(bugprone-reserved-identifier): the runtimes' names
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
  return EXIT_MISUSE;
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
  shrink->last = ending;
  return true;
}

// ---- the answer

static bool may_write(const struct shrink *shrink) {
  if (!shrink->out || shrink->force || access(shrink->out, F_OK) != 0) return true;
  fprintf(stderr, "%s: exists; expected a new file, or --force\n", shrink->out);
  return false;
}

static bool write_program(const struct shrink *shrink) {
  FILE *file = shrink->out ? fopen(shrink->out, shrink->force ? "w" : "wx") : stdout;
  if (!file) {
    perror(shrink->out);
    return false;
  }
  const struct text_sink sink = host_sink(file);
  program_print(&shrink->program, &sink);
  bool written = fflush(file) == 0 && !ferror(file);
  if (shrink->out && fclose(file) != 0) written = false;
  if (!written) perror(shrink->out ? shrink->out : "stdout");
  return written;
}

static int run(struct shrink *shrink) {
  const size_t ops = shrink->program.op_count;
  if (!trial_run(&shrink->trial, &shrink->program, &shrink->first)) return EXIT_MISUSE;
  if (!shrink->first.failed) {
    fprintf(stderr, "%s: does not fail; expected a program that does\n", shrink->name);
    return EXIT_FINE;
  }
  if (strcmp(shrink->first.check, "exit-2") == 0) { // host_run can't run it in this build
    fprintf(stderr, "%s: %s", shrink->name, shrink->first.words);
    return EXIT_MISUSE;
  }
  shrink->last = shrink->first;
  const struct shrink_question question = {fails_alike, shrink, RUNS_MAX};
  const size_t runs = 1 + shrink_program(&shrink->program, &question);
  if (!write_program(shrink)) return EXIT_MISUSE;
  fprintf(stderr, "shrink: %zu ops -> %zu ops, %zu runs, check %s, clause %s%s\n", ops,
          shrink->program.op_count, runs, shrink->last.check, shrink->last.clause,
          shrink->stopped ? ", out of time" : "");
  return EXIT_SHRUNK;
}

// ---- the command line

enum choice {
  OPTION_OUT = 1,
  OPTION_FORCE,
  OPTION_ANY,
  OPTION_LIMIT,
  OPTION_TIME,
  OPTION_HEX,
  OPTION_RAW,
  OPTION_CANARY,
  OPTION_HELP
};

static const struct option options[] = {
    {"out", required_argument, 0, OPTION_OUT},   {"force", no_argument, 0, OPTION_FORCE},
    {"any", no_argument, 0, OPTION_ANY},         {"limit", required_argument, 0, OPTION_LIMIT},
    {"time", required_argument, 0, OPTION_TIME}, {"hex", required_argument, 0, OPTION_HEX},
    {"raw", no_argument, 0, OPTION_RAW},         {"canary", required_argument, 0, OPTION_CANARY},
    {"help", no_argument, 0, OPTION_HELP},       {0, 0, 0, 0},
};

static bool take_seconds(const char *text, unsigned *seconds) {
  char *end;
  const unsigned long number = strtoul(text, &end, 10);
  *seconds = (unsigned)number;
  if (*text >= '0' && *text <= '9' && !*end && number > 0 && number <= 86400) return true;
  fprintf(stderr, "expected seconds from 1 to 86400, found \"%s\"\n", text);
  return false;
}

static bool take_limit(struct trial *trial) {
  unsigned seconds;
  if (!take_seconds(optarg, &seconds)) return false;
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
  case OPTION_LIMIT:
    return take_limit(&shrink->trial);
  case OPTION_TIME:
    return take_seconds(optarg, &shrink->seconds);
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

int main(int argc, char **argv) {
  static struct shrink shrink = {.trial.limit_ms = LIMIT_SECONDS * 1000};
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return fputs(manual, stdout) < 0 ? EXIT_MISUSE : EXIT_SHRUNK;
    if (!take_option(&shrink, option)) return misuse("wrong use");
  }
  if (argc - optind != (shrink.hex ? 0 : 1)) return misuse("expected one program");
  shrink.name = shrink.hex ? "--hex" : argv[optind];
  if (!may_write(&shrink)) return EXIT_MISUSE;
  if (shrink.hex ? !option_hex(shrink.hex, &shrink.program) : !input_each(shrink.name, take, &shrink))
    return EXIT_MISUSE;
  if (shrink.programs > 1) return misuse("expected one program, found a folder of them");
  return run(&shrink);
}
