// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Mutation of programs: of ops and what they name, not of bytes. Pure functions of their arguments and a seed;
// freestanding C. Thin adapters make them libFuzzer's and AFL++'s mutators (libfuzzer.c, aflpp.c).
#ifndef FUZZ_MUTATE_MUTATE_H
#define FUZZ_MUTATE_MUTATE_H

#include "program/program.h"

// What a target takes.
struct mutate_scope {
  struct op_set ops; // that may be put in
  int layout;        // the layout of all its programs; -1: any
  size_t op_max;     // longest program, at most PROGRAM_OPS_MAX
};

// All ops, any layout, programs as long as they go.
struct mutate_scope mutate_everything(void);

// Changes a program in one to a few places; a program without ops is written anew. The result is one that
// decode or parse could have made, of at most scope->op_max ops.
void mutate_program(struct program *program, const struct mutate_scope *scope, uint32_t seed);

// Puts ranges of ops of `other` into a program: at one place, or over what is there.
void mutate_splice(struct program *program, const struct program *other, const struct mutate_scope *scope,
                   uint32_t seed);

#endif
