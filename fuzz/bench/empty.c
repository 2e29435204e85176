// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The target that does nothing: what the engine and the sanitizers cost by themselves. ci/fuzz/speed.py measures
// against it.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)data;
  (void)size;
  return 0;
}
