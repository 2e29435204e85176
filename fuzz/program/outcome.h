// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What one step did, in words that the model and the machine share: each translates its own error numbers
// into these. Two outcomes are the same step result if outcome_equal says so.
#ifndef FUZZ_PROGRAM_OUTCOME_H
#define FUZZ_PROGRAM_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word {
  WORD_OK,
  WORD_FAIL,
  WORD_BUSY,
  WORD_ALREADY,
  WORD_OFF,
  WORD_RESERVE,
  WORD_INVAL,
  WORD_SIZE,
  WORD_CANCEL,
  WORD_NOMEM,
  WORD_NOSUPPORT,
  WORD_NODEVICE,
  WORD_UNINSTALLED,
  WORD_NOACK, // TRD 104's, in its order
  WORD_NOSUCHAPP,
  WORD_ABSENT,    // a checked form found nothing there (S-GET)
  WORD_UNHANDLED, // a system call class that is not the library's (A-ABI)
  WORD_PANIC,     // the asserting hook was called
  WORD_REFUSED,   // the step can't be carried out in this state; neither side runs it
  WORD_BROKEN, // the machine saw a promise broken that no other word can say (an output changed by a failing
               // call, a callback run twice)
  WORD_COUNT
};

enum value_tag { VALUE_NUMBER, VALUE_ADDRESS, VALUE_LENGTH, VALUE_BYTE, VALUE_DIGEST };

#define OUTCOME_VALUES_MAX 4u

struct outcome {
  uint8_t word; // enum word
  uint8_t count;
  uint8_t tags[OUTCOME_VALUES_MAX]; // enum value_tag
  uintptr_t values[OUTCOME_VALUES_MAX];
};

static inline void outcome_set(struct outcome *outcome, enum word word) {
  outcome->word = (uint8_t)word;
  outcome->count = 0;
}

static inline void outcome_add(struct outcome *outcome, enum value_tag tag, uintptr_t value) {
  outcome->tags[outcome->count] = (uint8_t)tag;
  outcome->values[outcome->count++] = value;
}

static inline bool outcome_equal(const struct outcome *a, const struct outcome *b) {
  if (a->word != b->word || a->count != b->count) return false;
  for (unsigned i = 0; i < a->count; i++)
    if (a->tags[i] != b->tags[i] || a->values[i] != b->values[i]) return false;
  return true;
}

// A 32-bit digest of bytes seen in order (FNV-1a), the same at every word size.
#define DIGEST_START 2166136261u
#define DIGEST_FACTOR 16777619u
static inline uint32_t digest_byte(uint32_t digest, uint8_t byte) {
  return (digest ^ byte) * DIGEST_FACTOR;
}

#endif
