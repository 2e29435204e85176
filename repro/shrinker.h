// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The shrinker: turns a failing program into a short and simple one that still fails. It knows programs and
// nothing of what failing is: that it asks a predicate. Deterministic for a deterministic predicate.
#ifndef REPRO_SHRINKER_H
#define REPRO_SHRINKER_H

#include "program/program.h"

// Does this program still fail in the way that matters?
typedef bool shrink_fails(void *context, const struct program *program);

struct shrink_question {
  shrink_fails *fails;
  void *context;
  size_t runs_max; // after so many questions the answer counts as no
};

// Requires: *program fails, and is as decode or parse makes it. Ensures: it fails, is canonical (decode(encode)
// gives it back, no op is switched off) and, unless runs_max was reached, no single op can be left out, nor any
// operand made simpler by one step. Returns how often it asked.
size_t shrink_program(struct program *program, const struct shrink_question *question);

#endif
