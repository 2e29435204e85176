// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Stands in for an engine that is not to be had here: runs the target on the files given, then says how many they were and what was reached, as
// one number. Its instrumentation is that of honggfuzz and Centipede: trace-pc-guard.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

#define GUARDS_MAX (1u << 20)
static uint32_t guard_count;
static uint64_t hits[GUARDS_MAX];

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop) {
  for (; start < stop && *start == 0; start++)
    *start = ++guard_count;
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard) {
  hits[*guard % GUARDS_MAX]++;
}

#define IGNORED(name)                                                                                        \
  void __sanitizer_cov_##name(void);                                                                         \
  void __sanitizer_cov_##name(void) {                                                                        \
  }
IGNORED(pcs_init)
IGNORED(trace_pc_indir)
IGNORED(trace_switch)
IGNORED(trace_cmp1)
IGNORED(trace_cmp2)
IGNORED(trace_cmp4)
IGNORED(trace_cmp8)
IGNORED(trace_const_cmp1)
IGNORED(trace_const_cmp2)
IGNORED(trace_const_cmp4)
IGNORED(trace_const_cmp8)

static void run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = malloc(2u << 20);
  if (!file || !bytes) exit(2);
  const size_t size = fread(bytes, 1, 2u << 20, file);
  fclose(file);
  uint8_t *exact = malloc(size ? size : 1); // so that AddressSanitizer knows where it ends
  if (!exact) exit(2);
  for (size_t i = 0; i < size; i++)
    exact[i] = bytes[i];
  free(bytes);
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
}

int main(int count, char **arguments) {
  for (int i = 1; i < count; i++)
    run_file(arguments[i]);
  uint64_t sum = 14695981039346656037u;
  for (uint32_t i = 1; i <= guard_count; i++)
    sum = (sum ^ hits[i]) * 1099511628211u;
  printf("ENGINE ran %d inputs, reached %016llx\n", count - 1, (unsigned long long)sum);
  return fflush(stdout) == 0 ? 0 : 2;
}
