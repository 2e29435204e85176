// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Arrays of bytes, looked at a word at a time. Not memcmp: under a fuzzer that one tells the engine of each
// difference, and those of the shadow are no lead.
#ifndef FUZZ_MODEL_BYTES_H
#define FUZZ_MODEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t bytes_word(const uint8_t *bytes) {
  uint64_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

// How many bytes, from the first on, are the same in a and b as far as the mask goes.
static inline size_t bytes_same(const uint8_t *a, const uint8_t *b, const uint8_t *mask, size_t length) {
  const size_t step = sizeof(uint64_t);
  size_t i = 0;
  while (length - i >= step && ((bytes_word(a + i) ^ bytes_word(b + i)) & bytes_word(mask + i)) == 0)
    i += step;
  while (i < length && ((a[i] ^ b[i]) & mask[i]) == 0)
    i++;
  return i;
}

static inline bool bytes_all(const uint8_t *bytes, uint8_t byte, size_t length) {
  const uint64_t word = byte * (UINT64_MAX / UINT8_MAX);
  size_t i = 0;
  while (length - i >= sizeof word && bytes_word(bytes + i) == word)
    i += sizeof word;
  while (i < length && bytes[i] == byte)
    i++;
  return i == length;
}

#endif
