// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Not a property: the target that must fail. A program of n ops breaks check n of the harness on purpose (1
// result, 2 state, 3 memory, 4 access, 5 sanitizer; counted on from there), so an engine, a test runner or a
// report that does not say so is broken.
#include "host/host.h"
#include "targets/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct program program;
  program_decode(&program, data, size);
  if (program.op_count == 0) return 0;
  const unsigned which = CANARY_RESULT + (unsigned)(program.op_count - 1) % (CANARY_COUNT - 1);
  const struct lockstep_options options = {.canary = (enum lockstep_canary)which};
  return host_run(&program, &options) ? 0 : host_fail();
}
