// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: whatever sequence of ops kernel, drivers and processes carry out, on every machine layout, the
// library does what the shadow model says: same results, same memory, no byte touched without right. All
// clauses of SPEC.
#include "host/host.h"
#include "targets/target.h"

const struct host_focus target_focus = {.layout = -1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return host_fuzz(data, size, &target_focus);
}
