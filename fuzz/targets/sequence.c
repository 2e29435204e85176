// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: whatever sequence of ops kernel, drivers and processes carry out, on every machine layout, the
// library does what the shadow model says: same results, same memory, no byte touched without right. All
// clauses of SPEC.
#include "host/host.h"
#include "targets/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct host_focus everything = {.layout = -1};
  return host_fuzz(data, size, &everything);
}
