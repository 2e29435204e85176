// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Makes the mutator AFL++'s: a custom mutator library, AFL_CUSTOM_MUTATOR_LIBRARY. It does not know the target,
// which bends what is not for it.
#include "mutate/mutate.h"
#include "mutate/random.h"

#include <stdlib.h>

void *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max_size);

struct afl_mutator {
  struct random_source random;
  struct program program, partner;
  uint8_t out[PROGRAM_BINARY_MAX];
};

void *afl_custom_init(void *afl, unsigned seed) {
  (void)afl;
  struct afl_mutator *mutator = calloc(1, sizeof *mutator);
  if (mutator) mutator->random.state = seed;
  return mutator;
}

void afl_custom_deinit(void *data) {
  free(data);
}

#define SPLICE_PERCENT 15u

size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max_size) {
  struct afl_mutator *mutator = data;
  struct mutate_scope scope = mutate_everything();
  if (max_size < PROGRAM_HEADER_SIZE) return 0;
  const size_t room = (max_size - PROGRAM_HEADER_SIZE) / PROGRAM_RECORD_SIZE;
  if (room < scope.op_max) scope.op_max = room;
  program_decode(&mutator->program, bytes, size);
  const uint32_t seed = (uint32_t)random_bits(&mutator->random);
  if (other && random_chance(&mutator->random, SPLICE_PERCENT)) {
    program_decode(&mutator->partner, other, other_size);
    mutate_splice(&mutator->program, &mutator->partner, &scope, seed);
  } else {
    mutate_program(&mutator->program, &scope, seed);
  }
  *out = mutator->out;
  return program_encode(&mutator->program, mutator->out);
}
