// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// A set of ops, one bit for each: what a program switches off, what a target takes.
#ifndef FUZZ_PROGRAM_OP_SET_H
#define FUZZ_PROGRAM_OP_SET_H

#include <stdbool.h>
#include <stdint.h>

#define OP_SET_WORDS 3u
#define OP_SET_MAX (OP_SET_WORDS * 32u) // ops that it has room for

// Bit i % 32 of word i / 32 is op i.
struct op_set {
  uint32_t words[OP_SET_WORDS];
};

static inline bool op_set_has(const struct op_set *set, unsigned code) {
  return set->words[code / 32] >> code % 32 & 1;
}

static inline void op_set_add(struct op_set *set, unsigned code) {
  set->words[code / 32] |= (uint32_t)1 << code % 32;
}

static inline struct op_set op_set_both(const struct op_set *a, const struct op_set *b) {
  struct op_set both;
  for (unsigned i = 0; i < OP_SET_WORDS; i++)
    both.words[i] = a->words[i] & b->words[i];
  return both;
}

static inline struct op_set op_set_without(const struct op_set *set, const struct op_set *removed) {
  struct op_set left;
  for (unsigned i = 0; i < OP_SET_WORDS; i++)
    left.words[i] = set->words[i] & ~removed->words[i];
  return left;
}

static inline unsigned op_set_count(const struct op_set *set) {
  unsigned count = 0;
  for (unsigned i = 0; i < OP_SET_WORDS; i++)
    count += (unsigned)__builtin_popcount(set->words[i]);
  return count;
}

// The ops below `count`.
static inline struct op_set op_set_below(unsigned count) {
  struct op_set set = {{0}};
  for (unsigned code = 0; code < count; code++)
    op_set_add(&set, code);
  return set;
}

#endif
