// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// replay: runs programs in lockstep, outside any fuzzer, and converts between their forms. `replay --help` is
// its manual.
#include "fatal.h"
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "tool.h"

#include <getopt.h>

enum action { ACTION_RUN, ACTION_PRINT, ACTION_ASSEMBLE };

struct replay {
  enum action action;
  const char *out; // folder that --assemble writes to
  bool raw;
  unsigned limit;
  struct lockstep_options options;
  size_t programs, findings, refused, unwritten; // refused: not test cases
};

static const char manual[] =
    "usage: replay [options] FILE|FOLDER ...\n"
    "Runs programs on the library and the shadow model in lockstep. Text and binary are told by the content. "
    "What is not a "
    "test case is\n"
    "named and counted, and those behind it run.\n"
    "  --trace          print each step and what came of it\n"
    "  --thorough       compare everything after each step\n"
    "  --limit SECONDS  a program that takes longer, by wall clock, hangs (10)\n"
    "  --print          print each program as text instead of running it\n"
    "  --assemble DIR   write each program as binary to DIR/NAME.bin, which must not exist, instead of "
    "running it\n"
    "  --hex BYTES      run the program that these hexadecimal digits encode\n"
    "  --raw            take binary files of any size up to a program's, as a fuzzer does\n"
    "  --canary CHECK   break a check on purpose: result, state, memory, access or sanitizer\n"
    "  --help           this text\n"
    "Exit status: 0 all inputs ran and agree; 1 a program failed; 2 wrong use; 3 something is not a test "
    "case, or could "
    "not be written.\n";

static bool run(struct replay *replay, const char *name, const struct program *program) {
  const struct text_sink sink = host_sink(stderr);
  if (host_obstacle(program)) {
    fprintf(stderr, "%s: %s\n", name, host_obstacle(program));
    return false;
  }
  if (replay->options.trace) printf("# %s\n", name);
  replay->programs++;
  fatal_begin(name, replay->limit);
  const bool fine = host_run(program, &replay->options);
  fatal_end();
  if (fine) return true;
  fprintf(stderr, "%s: failed\n", name);
  host_report(&sink);
  replay->findings++;
  return true;
}

// False: it is not a test case here.
static bool take_program(struct replay *replay, const char *name, const struct program *program) {
  const struct text_sink sink = host_sink(stdout);
  if (replay->action == ACTION_RUN) return run(replay, name, program);
  replay->programs++;
  if (replay->action == ACTION_PRINT)
    program_print(program, &sink);
  else if (!output_binary(replay->out, name, program))
    replay->unwritten++;
  return true;
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  struct replay *replay = context;
  return input_program(path, bytes, size, replay->raw, &program) && take_program(replay, path, &program);
}

// False: wrong use.
static bool take_hex(struct replay *replay, const char *text) {
  static struct program program;
  if (!option_hex(text, &program)) return false;
  replay->refused += !take_program(replay, "--hex", &program);
  return true;
}

static int misuse(const char *what) {
  fprintf(stderr, "replay: %s\n%s", what, manual);
  return TOOL_MISUSE;
}

static int finish(const struct replay *replay) {
  const struct lockstep *l = host_lockstep();
  if (replay->action == ACTION_RUN)
    fprintf(stderr, "replay: %zu programs, %llu steps, %llu refused, %zu failed", replay->programs,
            (unsigned long long)l->steps, (unsigned long long)l->refused, replay->findings);
  else if (replay->refused > 0)
    fprintf(stderr, "replay: %zu programs", replay->programs);
  if (replay->refused > 0) fprintf(stderr, ", %zu not test cases", replay->refused);
  if (replay->action == ACTION_RUN || replay->refused > 0) fprintf(stderr, "\n");
  return tool_end(tool_status(replay->findings, replay->refused + replay->unwritten));
}

enum choice {
  OPTION_TRACE = 1,
  OPTION_THOROUGH,
  OPTION_LIMIT,
  OPTION_PRINT,
  OPTION_ASSEMBLE,
  OPTION_HEX,
  OPTION_RAW,
  OPTION_CANARY,
  OPTION_HELP
};

static const struct option options[] = {
    {"trace", no_argument, 0, OPTION_TRACE},
    {"thorough", no_argument, 0, OPTION_THOROUGH},
    {"limit", required_argument, 0, OPTION_LIMIT},
    {"print", no_argument, 0, OPTION_PRINT},
    {"assemble", required_argument, 0, OPTION_ASSEMBLE},
    {"hex", required_argument, 0, OPTION_HEX},
    {"raw", no_argument, 0, OPTION_RAW},
    {"canary", required_argument, 0, OPTION_CANARY},
    {"help", no_argument, 0, OPTION_HELP},
    {0, 0, 0, 0},
};

// Takes one option. False: it makes no sense, and that has been said.
static bool take_option(struct replay *replay, int option, const struct text_sink *out, const char **hex) {
  switch (option) {
  case OPTION_TRACE:
    replay->options.trace = out;
    return true;
  case OPTION_THOROUGH:
    replay->options.thorough = true;
    return true;
  case OPTION_LIMIT:
    return option_seconds("--limit", optarg, &replay->limit);
  case OPTION_PRINT:
    replay->action = ACTION_PRINT;
    return true;
  case OPTION_ASSEMBLE:
    replay->action = ACTION_ASSEMBLE;
    replay->out = optarg;
    return true;
  case OPTION_HEX:
    *hex = optarg;
    return true;
  case OPTION_RAW:
    replay->raw = true;
    return true;
  case OPTION_CANARY:
    return option_canary(optarg, &replay->options.canary);
  default:
    return false;
  }
}

int main(int argc, char **argv) {
  const struct text_sink out = host_sink(stdout);
  struct replay replay = {.action = ACTION_RUN, .limit = FATAL_LIMIT_SECONDS};
  const char *hex = 0;
  tool_start();
  host_stand_alone();
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return tool_help(manual);
    if (!take_option(&replay, option, &out, &hex)) return misuse("wrong use");
  }
  if (!hex && optind == argc) return misuse("expected at least one program");
  fatal_start();
  if (hex && !take_hex(&replay, hex)) return TOOL_MISUSE;
  for (int i = optind; i < argc; i++)
    replay.refused += input_each(argv[i], take, &replay);
  return finish(&replay);
}
