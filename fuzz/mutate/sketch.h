// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What the ops of a program, read up to some place, have made: which buffers and slices are likely live there,
// what was shared. A guess, because no op is carried out; it follows from the roles in ops.def.
#ifndef FUZZ_MUTATE_SKETCH_H
#define FUZZ_MUTATE_SKETCH_H

#include "program/program.h"
#include "program/step.h"

#define SKETCH_SHARES 8u

struct sketch_buffer {
  bool live, writeable;
  bool fleeting; // holds for one kernel entry
  uint8_t process;
};

struct sketch_slice {
  bool live, writeable;
  uint8_t depth; // of the enter that it came from; 0: a wrapped kernel array
};

struct sketch {
  uint8_t depth;     // enters open
  uint8_t processes; // bit i: slot i was filled, and not ended since
  struct sketch_buffer buffers[STEP_BUFFERS];
  struct sketch_slice slices[STEP_SLICES];
  struct op shares[SKETCH_SHARES]; // the ops that shared a range last
  size_t share_count;              // of all; the last SKETCH_SHARES of them are kept
};

// At the start of a program.
void sketch_start(struct sketch *sketch, const struct program *program);

// After one more op.
void sketch_advance(struct sketch *sketch, const struct op *op);

// At the place before op `at`.
void sketch_read(struct sketch *sketch, const struct program *program, size_t at);

// The n-th operand of a type of an op; null if it has fewer.
struct operand *sketch_operand(struct op *op, unsigned type, unsigned n);
const struct operand *sketch_operand_of(const struct op *op, unsigned type, unsigned n);

#endif
