// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Making ops that can be carried out: an op comes with those that make what it needs, as far as the sketch
// says that they are missing: a slice needs an enter, that a buffer, that a shared range.
#ifndef FUZZ_MUTATE_MAKE_H
#define FUZZ_MUTATE_MAKE_H

#include "mutate/draw.h"
#include "mutate/mutate.h"

#define MAKE_MAX 16u // ops that one op can bring with it, itself included, and more

struct maker {
  const struct mutate_scope *scope;
  struct op_set switched_off; // ops that the program does without
  struct random_source *random;
  struct sketch sketch; // at the place behind the ops made so far
  struct op ops[MAKE_MAX];
  size_t count;
};

// Makes an op drawn from the scope, and what it needs. maker->ops holds them afterwards; none, if the program
// switches everything off.
void make_ops(struct maker *maker);

#endif
