// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Stands in for a fuzzing engine: runs a target on files and folders. So the same target is a fuzzer when
// linked with an engine, and a regression test when linked with this. An input is a program in text, or what
// an engine made: any bytes that are no longer than a program. A target that takes text gets all of them as
// they are. `--help` is the manual.
#include "fatal.h"
#include "host/host.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "targets/target.h"
#include "tool.h"

#include <string.h>

// Most targets do not define the first, and those that run all programs need not define the other.
#pragma weak target_takes_text
#pragma weak target_focus

enum action { ACTION_RUN, ACTION_PRINT, ACTION_ASSEMBLE, ACTION_HELP };

struct driver {
  const char *name; // of the target's binary
  enum action action;
  const char *out; // folder that --assemble writes to
  bool bend;
  unsigned limit;
  size_t inputs, refused, bent, unwritten; // refused: not test cases
};

static const char manual[] =
    "usage: TARGET [options] FILE|FOLDER ...\n"
    "Runs a fuzz target on programs in text, and on inputs as a fuzzer makes them: any bytes up to the "
    "length of a program.\n"
    "  --bend           an op or a layout that the target does not have becomes one that it has, as under a "
    "fuzzer\n"
    "  --limit SECONDS  an input that takes longer, by wall clock, hangs (10)\n"
    "  --print          print the programs that the target makes of its inputs instead of running them\n"
    "  --assemble DIR   write them in binary to DIR/NAME.bin, which must not exist\n"
    "  --help           this text\n"
    "Other options in front of a -- are a fuzzing engine's, and ignored.\n"
    "Exit status: 0 all inputs ran, none failed; 1 one failed; 2 wrong use; 3 something is not a test case, "
    "was bent, or could "
    "not be written.\n";

static int misuse(const char *what) {
  fprintf(stderr, "%s\n%s", what, manual);
  return TOOL_MISUSE;
}

// ---- one input

static bool complain(const char *path, const char *what) {
  fprintf(stderr, "%s: %s\n", path, what);
  return false;
}

static size_t count_bent(const struct program *from, const struct program *to) {
  size_t bent = 0;
  for (size_t i = 0; i < from->op_count; i++)
    bent += from->ops[i].code != to->ops[i].code;
  return bent;
}

// Is it another program now? Says so.
static bool is_bent(const char *path, const struct program *from, const struct program *to) {
  const size_t bent = count_bent(from, to);
  if (bent > 0)
    fprintf(stderr,
            "%s: %zu of %zu ops are not ops of this target; it runs another program (--bend allows it)\n",
            path, bent, from->op_count);
  if (from->layout != to->layout)
    fprintf(stderr,
            "%s: layout %u is not a layout of this target; it runs another program (--bend allows it)\n",
            path, from->layout);
  return bent > 0 || from->layout != to->layout;
}

static void run(const struct driver *driver, const char *path, const unsigned char *bytes, size_t size) {
  fatal_begin(path, driver->limit);
  LLVMFuzzerTestOneInput(bytes, size);
  fatal_end();
}

static void take_instead(struct driver *driver, const char *path, const struct program *program) {
  const struct text_sink sink = host_sink(stdout);
  if (driver->action == ACTION_PRINT)
    program_print(program, &sink);
  else if (!output_binary(driver->out, path, program))
    driver->unwritten++;
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program, bent;
  static uint8_t binary[PROGRAM_BINARY_MAX];
  struct driver *driver = context;
  if (!input_program(path, bytes, size, true, &program)) return false;
  bent = program;
  if (&target_focus) host_bend(&bent, &target_focus);
  if (host_obstacle(&bent)) return complain(path, host_obstacle(&bent));
  driver->inputs++;
  if (driver->action != ACTION_RUN) {
    take_instead(driver, path, &bent);
    return true;
  }
  if (!driver->bend && is_bent(path, &program, &bent)) driver->bent++;
  if (input_is_text(bytes, size))
    run(driver, path, binary, program_encode(&program, binary));
  else
    run(driver, path, bytes, size);
  return true;
}

static bool take_text(void *context, const char *path, const unsigned char *bytes, size_t size) {
  struct driver *driver = context;
  driver->inputs++;
  run(driver, path, bytes, size);
  return true;
}

// ---- the command line

// An option with an argument.
static bool take_argument(struct driver *driver, const char *name, const char *argument) {
  if (strcmp(name, "--limit") == 0) return option_seconds(name, argument, &driver->limit);
  driver->action = ACTION_ASSEMBLE;
  driver->out = argument;
  return true;
}

// Takes the option at argv[*at]. False: it is wrong, and that has been said.
static bool take_option(struct driver *driver, char **argv, int *at) {
  const char *name = argv[*at];
  if (strncmp(name, "--", 2) != 0) return true; // an engine's
  if (strcmp(name, "--limit") == 0 || strcmp(name, "--assemble") == 0)
    return argv[++*at] ? take_argument(driver, name, argv[*at]) : complain(name, "expected an argument");
  if (strcmp(name, "--bend") == 0)
    driver->bend = true;
  else if (strcmp(name, "--print") == 0)
    driver->action = ACTION_PRINT;
  else if (strcmp(name, "--help") == 0)
    driver->action = ACTION_HELP;
  else
    return complain(name, "no such option");
  return true;
}

// Takes the options and moves the inputs to argv[1..]. Returns how many these are, or -1.
static int take_arguments(struct driver *driver, int argc, char **argv) {
  int inputs = 0;
  bool behind = false; // the --
  for (int i = 1; i < argc; i++) {
    if (behind || argv[i][0] != '-')
      argv[++inputs] = argv[i];
    else if (strcmp(argv[i], "--") == 0)
      behind = true;
    else if (!take_option(driver, argv, &i))
      return -1;
  }
  return inputs;
}

static int finish(const struct driver *driver) {
  if (driver->action == ACTION_RUN || driver->refused > 0) {
    fprintf(stderr, "%s: %zu inputs, none failed", driver->name, driver->inputs);
    if (driver->bent > 0) fprintf(stderr, ", %zu ran as another program", driver->bent);
    if (driver->refused > 0) fprintf(stderr, ", %zu not test cases", driver->refused);
    fprintf(stderr, "\n");
  }
  return tool_end(tool_status(0, driver->bent + driver->refused + driver->unwritten));
}

int main(int argc, char **argv) {
  struct driver driver = {.name = argv[0], .limit = FATAL_LIMIT_SECONDS};
  tool_start();
  host_stand_alone();
  const int inputs = take_arguments(&driver, argc, argv);
  if (driver.action == ACTION_HELP) return tool_help(manual);
  if (inputs < 0) return misuse("wrong use");
  if (inputs == 0) return misuse("expected at least one input");
  if (&target_takes_text && driver.action != ACTION_RUN)
    return misuse("inputs of this target are text already");
  fatal_start();
  for (int i = 1; i <= inputs; i++)
    driver.refused += input_each(argv[i], &target_takes_text ? take_text : take, &driver);
  return finish(&driver);
}
