// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Drawing the operands of an op so that it is likely to meet something: a live thing, its edge, one past it, a
// stale or a foreign one now and then.
#ifndef FUZZ_MUTATE_DRAW_H
#define FUZZ_MUTATE_DRAW_H

#include "mutate/random.h"
#include "mutate/sketch.h"

// Draws all operands of an op anew, for a place that the sketch describes.
void draw_operands(struct op *op, const struct sketch *sketch, struct random_source *random);

// Draws one operand anew.
void draw_operand(struct op *op, unsigned i, const struct sketch *sketch, struct random_source *random);

// Draws the range of an op anew: its ADDRESS, and the LENGTH behind it. Likely one that the process may share.
void draw_range(struct op *op, const struct sketch *sketch, struct random_source *random);

// Moves an operand a little: a number by one or to a power of two, a thing to its neighbour.
void draw_nudge(struct op *op, unsigned i, struct random_source *random);

// A live buffer or slice that can do what is asked, into *found. False: the sketch knows of none.
bool draw_live_buffer(const struct sketch *sketch, bool writeable, struct random_source *random,
                      uint8_t *found);
bool draw_live_slice(const struct sketch *sketch, bool writeable, struct random_source *random,
                     uint8_t *found);

#endif
