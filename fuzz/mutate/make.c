// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "mutate/make.h"

static bool is_open(const struct maker *maker, unsigned code) {
  return maker->count < MAKE_MAX && op_set_has(&maker->scope->ops, code) &&
         !op_set_has(&maker->switched_off, code);
}

// Appends an op as it is. False: the scope has no such op, or there is no room.
static bool put(struct maker *maker, const struct op *op) {
  if (!is_open(maker, op->code)) return false;
  maker->ops[maker->count++] = *op;
  sketch_advance(&maker->sketch, op);
  return true;
}

static struct op drawn(const struct maker *maker, unsigned code) {
  struct op op = {.code = (uint8_t)code};
  draw_operands(&op, &maker->sketch, maker->random);
  return op;
}

static void set_small(struct op *op, unsigned type, unsigned value) {
  struct operand *operand = sketch_operand(op, type, 0);
  if (operand) operand->base = (uint8_t)value;
}

// ---- what an op needs

// A process, on a machine that starts without: its blocks are drawn, the rest is left to the machine.
static void need_process(struct maker *maker) {
  static const unsigned codes[] = {OP_LET_RAW, OP_LAYOUT_RAM, OP_LAYOUT_FLASH, OP_CREATE};
  if (maker->sketch.processes != 0) return;
  for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
    const struct op op = drawn(maker, codes[i]);
    put(maker, &op);
  }
}

// A shared range that a buffer can be got from; *share is the op.
static bool need_share(struct maker *maker, bool writeable, struct op *share) {
  const struct sketch *sketch = &maker->sketch;
  const size_t kept = sketch->share_count < SKETCH_SHARES ? sketch->share_count : SKETCH_SHARES;
  if (kept > 0 && random_chance(maker->random, 65)) {
    *share = sketch->shares[random_below(maker->random, kept)];
    const struct operand *kind = sketch_operand_of(share, OPERAND_KIND, 0);
    if (share->code == OP_ALLOW && (!writeable || kind->base != STEP_READONLY)) return true;
  }
  *share = drawn(maker, OP_ALLOW);
  if (writeable) set_small(share, OPERAND_KIND, STEP_READWRITE);
  draw_range(share, &maker->sketch, maker->random);
  return put(maker, share);
}

static bool make_got_buffer(struct maker *maker, bool writeable) {
  static const uint8_t types[] = {OPERAND_PROCESS, OPERAND_KIND, OPERAND_DRIVER, OPERAND_NUMBER};
  struct op share;
  if (!need_share(maker, writeable, &share)) return false;
  struct op get = drawn(maker, OP_GET);
  for (unsigned i = 0; i < sizeof types; i++)
    set_small(&get, types[i], sketch_operand_of(&share, types[i], 0)->base);
  return put(maker, &get);
}

static bool make_external_buffer(struct maker *maker, bool writeable) {
  struct op external = drawn(maker, OP_EXTERNAL);
  if (writeable) set_small(&external, OPERAND_KIND, STEP_READWRITE);
  draw_range(&external, &maker->sketch, maker->random);
  return put(maker, &external);
}

static bool need_buffer(struct maker *maker, bool writeable, uint8_t *buffer) {
  const bool found = draw_live_buffer(&maker->sketch, writeable, maker->random, buffer);
  if (found && random_chance(maker->random, 80)) return true;
  const bool external = random_chance(maker->random, 25);
  if (external ? make_external_buffer(maker, writeable) : make_got_buffer(maker, writeable)) {
    *buffer = sketch_operand_of(&maker->ops[maker->count - 1], OPERAND_BUFFER, 0)->base;
    return true;
  }
  return found;
}

static bool make_entered_slice(struct maker *maker, bool writeable) {
  const unsigned code = writeable || random_chance(maker->random, 40) ? OP_MUT_ENTER : OP_ENTER;
  uint8_t buffer;
  if (!is_open(maker, code) || !need_buffer(maker, code == OP_MUT_ENTER, &buffer)) return false;
  struct op enter = drawn(maker, code);
  set_small(&enter, OPERAND_BUFFER, buffer);
  return put(maker, &enter);
}

static bool make_wrapped_slice(struct maker *maker, bool writeable) {
  const struct op wrap = drawn(maker, writeable ? OP_WRAP_MUT : OP_WRAP);
  return put(maker, &wrap);
}

static bool need_slice(struct maker *maker, bool writeable, uint8_t *slice) {
  const bool found = draw_live_slice(&maker->sketch, writeable, maker->random, slice);
  if (found && random_chance(maker->random, 85)) return true;
  const bool entered = maker->sketch.depth < STEP_NESTING_MAX && random_chance(maker->random, 85);
  if (entered ? make_entered_slice(maker, writeable) : make_wrapped_slice(maker, writeable)) {
    *slice = sketch_operand_of(&maker->ops[maker->count - 1], OPERAND_SLICE, 0)->base;
    return true;
  }
  return found;
}

// Registers as a process would load them for an allow call: driver, allow number, range.
static void need_registers(struct maker *maker) {
  struct op lets[] = {drawn(maker, OP_LET_LENGTH), drawn(maker, OP_LET_LENGTH), drawn(maker, OP_LET),
                      drawn(maker, OP_LET_LENGTH)};
  struct op range = drawn(maker, OP_ALLOW);
  for (unsigned i = 0; i < sizeof lets / sizeof *lets; i++)
    set_small(&lets[i], OPERAND_REGISTER, i);
  draw_range(&range, &maker->sketch, maker->random);
  *sketch_operand(&lets[0], OPERAND_LENGTH, 0) =
      (struct operand){.base = (uint8_t)(LENGTH_D0 + random_below(maker->random, 3))};
  *sketch_operand(&lets[1], OPERAND_LENGTH, 0) =
      (struct operand){.base = LENGTH_PLAIN, .offset = (int16_t)random_below(maker->random, 4)};
  *sketch_operand(&lets[2], OPERAND_ADDRESS, 0) = *sketch_operand(&range, OPERAND_ADDRESS, 0);
  *sketch_operand(&lets[3], OPERAND_LENGTH, 0) = *sketch_operand(&range, OPERAND_LENGTH, 0);
  for (unsigned i = 0; i < sizeof lets / sizeof *lets; i++)
    put(maker, &lets[i]);
}

// ---- the op itself

// The slices and the buffer that the op uses, as opposed to those that it makes.
static void need_things(struct maker *maker, struct op *op) {
  const unsigned roles = program_ops[op->code].roles;
  const bool writes = (roles & ROLE_WRITES) != 0;
  uint8_t found;
  for (unsigned nth = 0; nth < 2; nth++) {
    struct operand *buffer = sketch_operand(op, OPERAND_BUFFER, nth);
    if (buffer && !(roles & ROLE_MAKES_BUFFER) && need_buffer(maker, writes, &found)) buffer->base = found;
    struct operand *slice = sketch_operand(op, OPERAND_SLICE, nth);
    const bool made = nth == 0 && (roles & ROLE_MAKES_SLICE);
    if (slice && !made && need_slice(maker, nth == 0 && writes, &found)) slice->base = found;
  }
}

static unsigned draw_code(const struct maker *maker) {
  const struct op_set ops = op_set_without(&maker->scope->ops, &maker->switched_off);
  unsigned left = (unsigned)random_below(maker->random, op_set_count(&ops)), code = 0;
  while (!op_set_has(&ops, code) || left-- > 0)
    code++;
  return code;
}

static bool draws_nothing(const struct maker *maker) {
  const struct op_set ops = op_set_without(&maker->scope->ops, &maker->switched_off);
  return op_set_count(&ops) == 0;
}

// Needs are met most of the time only, so that what happens without is seen too.
#define NEEDS_PERCENT 90u

void make_ops(struct maker *maker) {
  maker->count = 0;
  if (draws_nothing(maker)) return;
  const unsigned code = draw_code(maker);
  need_process(maker);
  if ((program_ops[code].roles & ROLE_REGISTERS) && random_chance(maker->random, 60)) need_registers(maker);
  struct op op = drawn(maker, code);
  if (random_chance(maker->random, NEEDS_PERCENT)) need_things(maker, &op);
  put(maker, &op);
}
