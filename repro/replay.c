// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// replay: runs programs in lockstep, outside any fuzzer, and converts between their forms. `replay --help` is
// its manual.
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "output.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum exit_code { EXIT_FINE = 0, EXIT_FINDING = 1, EXIT_MISUSE = 2 };

enum action { ACTION_RUN, ACTION_PRINT, ACTION_ASSEMBLE };

struct replay {
  enum action action;
  const char *out; // folder that --assemble writes to
  bool raw;
  struct lockstep_options options;
  size_t programs, findings;
};

static const char manual[] =
    "usage: replay [options] FILE|FOLDER ...\n"
    "Runs programs on the library and the shadow model in lockstep. A name that ends in .txt is text, any "
    "other is binary.\n"
    "  --trace          print each step and what came of it\n"
    "  --thorough       compare everything after each step\n"
    "  --print          print each program as text instead of running it\n"
    "  --assemble DIR   write each program as binary to DIR/NAME.bin instead of running it\n"
    "  --hex BYTES      run the program that these hexadecimal digits encode\n"
    "  --raw            take binary files of any size, as a fuzzer does\n"
    "  --canary CHECK   break a check on purpose: result, state, memory, access or sanitizer\n"
    "  --help           this text\n"
    "Exit status: 0 all agree; 1 a program failed; 2 wrong use, or an input that can't be read.\n";

static void print_program(const struct program *program) {
  const struct text_sink sink = host_sink(stdout);
  program_print(program, &sink);
}

static bool run(struct replay *replay, const char *name, const struct program *program) {
  const struct text_sink sink = host_sink(stderr);
  if (replay->options.trace) printf("# %s\n", name);
  replay->programs++;
  if (host_run(program, &replay->options)) return true;
  fflush(stdout);
  fprintf(stderr, "%s: failed\n", name);
  lockstep_report(host_lockstep(), &sink);
  replay->findings++;
  return true;
}

static bool take_program(struct replay *replay, const char *name, const struct program *program) {
  if (replay->action == ACTION_RUN) return run(replay, name, program);
  replay->programs++;
  if (replay->action == ACTION_ASSEMBLE) return output_binary(replay->out, name, program);
  print_program(program);
  return true;
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  struct replay *replay = context;
  return input_program(path, bytes, size, replay->raw, &program) && take_program(replay, path, &program);
}

static bool take_hex(struct replay *replay, const char *text) {
  static struct program program;
  return option_hex(text, &program) && take_program(replay, "--hex", &program);
}

static int misuse(const char *what) {
  fprintf(stderr, "replay: %s\n%s", what, manual);
  return EXIT_MISUSE;
}

static int finish(const struct replay *replay) {
  if (replay->programs == 0) return misuse("expected at least one program");
  if (replay->action == ACTION_RUN) {
    const struct lockstep *l = host_lockstep();
    fflush(stdout);
    fprintf(stderr, "replay: %zu programs, %llu steps, %llu refused, %zu failed\n", replay->programs,
            (unsigned long long)l->steps, (unsigned long long)l->refused, replay->findings);
  }
  return replay->findings ? EXIT_FINDING : EXIT_FINE;
}

enum choice {
  OPTION_TRACE = 1,
  OPTION_THOROUGH,
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
  struct replay replay = {.action = ACTION_RUN};
  const char *hex = 0;
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return fputs(manual, stdout) < 0 ? EXIT_MISUSE : EXIT_FINE;
    if (!take_option(&replay, option, &out, &hex)) return misuse("wrong use");
  }
  if (hex && !take_hex(&replay, hex)) return EXIT_MISUSE;
  for (int i = optind; i < argc; i++)
    if (!input_each(argv[i], take, &replay)) return EXIT_MISUSE;
  return finish(&replay);
}
