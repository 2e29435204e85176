// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Stands in for a fuzzing engine: runs a target on files and folders. So the same target is a fuzzer when
// linked with an engine, and a regression test when linked with this. Text programs (.txt) are assembled
// first, unless the target itself takes text. With --print in front it prints the programs that the target
// would run, bent as the target bends them: what shrink needs of a finding.
#include "host/host.h"
#include "input.h"
#include "targets/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Most targets do not define it.
#pragma weak target_takes_text

static bool run(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  static uint8_t binary[PROGRAM_BINARY_MAX];
  size_t *inputs = context;
  ++*inputs;
  if (!input_is_text(path) || &target_takes_text) {
    LLVMFuzzerTestOneInput(bytes, size);
    return true;
  }
  if (!input_program(path, bytes, size, false, &program)) return false;
  LLVMFuzzerTestOneInput(binary, program_encode(&program, binary));
  return true;
}

int main(int argc, char **argv) {
  size_t inputs = 0;
  const bool print = argc > 1 && strcmp(argv[1], "--print") == 0;
  if (print) host_print_only();
  for (int i = 1; i < argc; i++)
    if (argv[i][0] != '-' && !input_each(argv[i], run, &inputs)) // an engine's options are no inputs
      return 2;
  if (inputs == 0) {
    fprintf(stderr, "usage: %s [--print] FILE|FOLDER ...\n", argv[0]);
    return 2;
  }
  if (!print) fprintf(stderr, "%s: %zu inputs, none failed\n", argv[0], inputs);
  return 0;
}
