// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Makes the mutator libFuzzer's. Linked into a target, the engine asks it for every mutation and crossover; left
// out, the engine mutates bytes.
#include "host/host.h"
#include "mutate/mutate.h"
#include "targets/target.h"

// The engine's own mutation, for a target whose inputs are text; absent with other engines.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max_size, unsigned seed);

#pragma weak target_takes_text
#pragma weak target_focus

static struct mutate_scope scope_for(size_t max_size) {
  struct mutate_scope scope = mutate_everything();
  const size_t room = (max_size - PROGRAM_HEADER_SIZE) / PROGRAM_RECORD_SIZE;
  if (room < scope.op_max) scope.op_max = room;
  if (!&target_focus) return scope;
  scope.layout = target_focus.layout;
  if (target_focus.op_count > 0) scope.ops = (struct op_set){{0}};
  for (size_t i = 0; i < target_focus.op_count; i++)
    op_set_add(&scope.ops, target_focus.ops[i]);
  return scope;
}

static size_t mutate_text(uint8_t *data, size_t size, size_t max_size) {
  return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, max_size) : size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  static struct program program;
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  if (&target_takes_text || max_size < PROGRAM_HEADER_SIZE) return mutate_text(data, size, max_size);
  const struct mutate_scope scope = scope_for(max_size);
  program_decode(&program, data, size);
  mutate_program(&program, &scope, seed);
  const size_t length = program_encode(&program, bytes);
  __builtin_memcpy(data, bytes, length);
  return length;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max_size, unsigned seed) {
  static struct program program, partner;
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  if (&target_takes_text || max_size < PROGRAM_HEADER_SIZE) return 0; // the engine then mutates instead
  const struct mutate_scope scope = scope_for(max_size);
  program_decode(&program, data, size);
  program_decode(&partner, other, other_size);
  mutate_splice(&program, &partner, &scope, seed);
  const size_t length = program_encode(&program, bytes);
  __builtin_memcpy(out, bytes, length);
  return length;
}
