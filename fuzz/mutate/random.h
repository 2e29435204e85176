// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Random numbers of a seed: the same everywhere, so that a mutation can be had again (splitmix64).
#ifndef FUZZ_MUTATE_RANDOM_H
#define FUZZ_MUTATE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random_source {
  uint64_t state;
};

static inline uint64_t random_bits(struct random_source *source) {
  uint64_t bits = source->state += 0x9e3779b97f4a7c15u;
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
  return bits ^ bits >> 31;
}

// One of 0..count-1; count is above 0 and has 32 bits.
static inline size_t random_below(struct random_source *source, size_t count) {
  return (size_t)((random_bits(source) >> 32) * count >> 32);
}

static inline bool random_chance(struct random_source *source, unsigned percent) {
  return random_below(source, 100) < percent;
}

// An index of weights, each as likely as its weight says. Not all are 0.
static inline size_t random_weighted(struct random_source *source, const uint8_t *weights, size_t count) {
  size_t sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += weights[i];
  size_t left = random_below(source, sum), i = 0;
  while (left >= weights[i])
    left -= weights[i++];
  return i;
}

#endif
