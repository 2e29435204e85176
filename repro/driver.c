// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Stands in for a fuzzing engine: runs a target on files and folders. So the same target is a fuzzer when
// linked with an engine, and a regression test when linked with this. Text programs (.txt) are assembled
// first, unless the target itself takes text. --print and --assemble DIR in front: instead of running them, it
// prints the programs that the target makes of its inputs, or writes them in binary to DIR/NAME.bin.
#include "host/host.h"
#include "input.h"
#include "output.h"
#include "targets/target.h"

#include <stdlib.h>
#include <string.h>

// Most targets do not define it.
#pragma weak target_takes_text

struct driver {
  const char *out;  // --assemble
  const char *path; // of the input that is running
  size_t inputs;
  bool failed;
};

static bool run(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  static uint8_t binary[PROGRAM_BINARY_MAX];
  struct driver *driver = context;
  driver->inputs++;
  driver->path = path;
  if (!input_is_text(path) || &target_takes_text) {
    LLVMFuzzerTestOneInput(bytes, size);
    return !driver->failed;
  }
  if (!input_program(path, bytes, size, false, &program)) return false;
  LLVMFuzzerTestOneInput(binary, program_encode(&program, binary));
  return !driver->failed;
}

static void print(void *context, const struct program *program) {
  const struct text_sink sink = host_sink(stdout);
  (void)context;
  program_print(program, &sink);
}

static void assemble(void *context, const struct program *program) {
  struct driver *driver = context;
  if (!output_binary(driver->out, driver->path, program)) driver->failed = true;
}

// Takes the options of this driver. Returns how many arguments they are.
static int take_options(struct driver *driver, int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--print") == 0) {
    host_divert(print, 0);
    return 1;
  }
  if (argc <= 2 || strcmp(argv[1], "--assemble") != 0) return 0;
  driver->out = argv[2];
  host_divert(assemble, driver);
  return 2;
}

int main(int argc, char **argv) {
  struct driver driver = {0};
  const int options = take_options(&driver, argc, argv);
  for (int i = 1 + options; i < argc; i++)
    if (argv[i][0] != '-' && !input_each(argv[i], run, &driver)) // an engine's options are no inputs
      return 2;
  if (driver.inputs == 0) {
    fprintf(stderr, "usage: %s [--print|--assemble DIR] FILE|FOLDER ...\n", argv[0]);
    return 2;
  }
  if (options == 0) fprintf(stderr, "%s: %zu inputs, none failed\n", argv[0], driver.inputs);
  return 0;
}
