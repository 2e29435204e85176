// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "mutate/sketch.h"

static unsigned operand_index(const struct op *op, unsigned type, unsigned n) {
  const uint8_t *types = program_ops[op->code].operands;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++)
    if (types[i] == type && n-- == 0) return i;
  return PROGRAM_OPERANDS_MAX;
}

struct operand *sketch_operand(struct op *op, unsigned type, unsigned n) {
  const unsigned i = operand_index(op, type, n);
  return i < PROGRAM_OPERANDS_MAX ? &op->operands[i] : 0;
}

const struct operand *sketch_operand_of(const struct op *op, unsigned type, unsigned n) {
  const unsigned i = operand_index(op, type, n);
  return i < PROGRAM_OPERANDS_MAX ? &op->operands[i] : 0;
}

// The value of a small operand, 0 without one.
static unsigned value(const struct op *op, unsigned type, unsigned n) {
  const struct operand *operand = sketch_operand_of(op, type, n);
  return operand ? operand->base : 0;
}

static unsigned process_of(const struct op *op) {
  return value(op, OPERAND_PROCESS, 0) % STEP_PROCESS_SLOTS;
}

void sketch_start(struct sketch *sketch, const struct program *program) {
  *sketch = (struct sketch){0};
  const bool abstract = program->layout == PROGRAM_LAYOUT_ABSTRACT;
  sketch->processes = (uint8_t)(abstract ? 0 : (1u << program->process_count) - 1);
}

static void end_buffers(struct sketch *sketch, bool fleeting_only, unsigned process) {
  for (unsigned i = 0; i < STEP_BUFFERS; i++) {
    struct sketch_buffer *buffer = &sketch->buffers[i];
    if (fleeting_only ? buffer->fleeting : buffer->process == process) buffer->live = false;
  }
}

static void end_thing(struct sketch *sketch, const struct op *op) {
  const struct operand *buffer = sketch_operand_of(op, OPERAND_BUFFER, 0);
  if (buffer)
    sketch->buffers[buffer->base].live = false;
  else
    end_buffers(sketch, false, process_of(op));
}

static void make_buffer(struct sketch *sketch, const struct op *op) {
  sketch->buffers[value(op, OPERAND_BUFFER, 0)] = (struct sketch_buffer){
      .live = sketch_operand_of(op, OPERAND_PROCESS, 0) != 0,
      .writeable = value(op, OPERAND_KIND, 0) != STEP_READONLY,
      .fleeting = sketch_operand_of(op, OPERAND_DRIVER, 0) != 0,
      .process = (uint8_t)process_of(op),
  };
}

static void make_slice(struct sketch *sketch, const struct op *op, unsigned roles) {
  const struct operand *parent = sketch_operand_of(op, OPERAND_SLICE, 1);
  struct sketch_slice made = {.live = true, .writeable = (roles & ROLE_WRITES) != 0};
  if (roles & ROLE_OPENS) {
    made.live = sketch->buffers[value(op, OPERAND_BUFFER, 0)].live && sketch->depth < STEP_NESTING_MAX;
    if (!made.live) return;
    made.depth = ++sketch->depth;
  } else if (parent) {
    made = sketch->slices[parent->base];
    made.writeable = made.writeable && (roles & ROLE_KEEPS);
  }
  sketch->slices[value(op, OPERAND_SLICE, 0)] = made;
}

static void close_enter(struct sketch *sketch) {
  if (sketch->depth == 0) return;
  for (unsigned i = 0; i < STEP_SLICES; i++)
    if (sketch->slices[i].depth == sketch->depth) sketch->slices[i].live = false;
  sketch->depth--;
}

void sketch_advance(struct sketch *sketch, const struct op *op) {
  const unsigned roles = program_ops[op->code].roles;
  if (roles & ROLE_ENTRY) end_buffers(sketch, true, 0);
  if (roles & ROLE_CREATES) sketch->processes = (uint8_t)(sketch->processes << 1 | 1);
  if (roles & ROLE_ENDS) end_thing(sketch, op);
  if (roles & ROLE_SHARES) sketch->shares[sketch->share_count++ % SKETCH_SHARES] = *op;
  if (roles & ROLE_MAKES_BUFFER) make_buffer(sketch, op);
  if (roles & ROLE_MAKES_SLICE) make_slice(sketch, op, roles);
  if (roles & ROLE_CLOSES) close_enter(sketch);
}

void sketch_read(struct sketch *sketch, const struct program *program, size_t at) {
  sketch_start(sketch, program);
  for (size_t i = 0; i < at; i++)
    sketch_advance(sketch, &program->ops[i]);
}
