// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The tally: what programs came to when they ran in lockstep, counted. It listens as an observer and knows
// nothing of files.
#ifndef REPRO_TALLY_H
#define REPRO_TALLY_H

#include "lockstep/lockstep.h"
#include "overlap.h"

#include <stdio.h>

// Bucket 0: none; bucket i: above half of 2^(i-1), up to that.
#define TALLY_BUCKETS 10u

struct tally {
  uint64_t programs;
  uint64_t words[OP_COUNT][WORD_COUNT]; // what steps came to (program_word)
  uint64_t pairs[OP_COUNT][OP_COUNT];   // both carried out, the second right behind the first in the program
  uint64_t executed[TALLY_BUCKETS];     // programs by the ops that they carried out
  uint64_t entries[TALLY_BUCKETS];      // ... by their kernel entries
  uint64_t nesting[STEP_NESTING_MAX + 1]; // ... by the most enters open at once
  uint64_t
      overlaps[OVERLAP_COUNT]; // allows and externals that stored a range, by its overlap with allowed ones
  struct tally_program {
    bool after; // the step before was carried out; it was `previous`
    uint8_t previous;
    unsigned executed, entries, nesting;
  } program; // the one in progress
};

// An observer's step; context: struct tally.
void tally_step(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome);

// After each program.
void tally_program_ends(struct tally *tally);

void tally_print(const struct tally *tally, FILE *file);
void tally_print_csv(const struct tally *tally, FILE *file); // the pairs, first op by second

// Prints what never happened and should have: ops carried out, the words of words.def, pairs if asked for; and
// what happened though words.def does not list it. Returns how much that is.
size_t tally_print_gaps(const struct tally *tally, bool pairs, FILE *file);

#endif
