// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "mutate/draw.h"

#define STRAY_PERCENT 12u // how often a thing is drawn without regard to what is live

// ---- numbers

static int sign(struct random_source *random, int number) {
  return random_chance(random, 50) ? number : -number;
}

// Most often 0 or next to it; now and then anything.
static int16_t near_zero(struct random_source *random) {
  static const uint8_t weights[] = {45, 22, 18, 10, 4, 1};
  switch (random_weighted(random, weights, sizeof weights)) {
  case 0:
    return 0;
  case 1:
    return (int16_t)sign(random, 1);
  case 2:
    return (int16_t)sign(random, (int)random_below(random, 17));
  case 3:
    return (int16_t)sign(random, 1 << random_below(random, 10));
  case 4:
    return (int16_t)sign(random, (int)random_below(random, 600));
  default:
    return (int16_t)(random_bits(random) & 0xffffu);
  }
}

static int16_t small_length(struct random_source *random) {
  static const uint8_t weights[] = {8, 12, 45, 25, 10};
  switch (random_weighted(random, weights, sizeof weights)) {
  case 0:
    return 0;
  case 1:
    return 1;
  case 2:
    return (int16_t)random_below(random, 17);
  case 3:
    return (int16_t)(8u + random_below(random, 25));
  default:
    return (int16_t)random_below(random, 260);
  }
}

// A power of two or the number before or after it, a small number, or any.
static uint64_t raw_number(struct random_source *random) {
  const uint64_t power = (uint64_t)1 << random_below(random, 64);
  switch (random_below(random, 6)) {
  case 0:
    return random_below(random, 300);
  case 1:
    return power - 1;
  case 2:
    return power;
  case 3:
    return 0 - power;
  case 4:
    return 0 - (uint64_t)random_below(random, 300);
  default:
    return random_bits(random) >> random_below(random, 64);
  }
}

// ---- things

static uint8_t draw_process(const struct sketch *sketch, struct random_source *random) {
  static const uint8_t weights[] = {55, 20, 8, 5, 6, 3, 2, 1}; // p0..p3, p0.old..p3.old
  if (sketch->share_count > 0 && random_chance(random, 30)) {
    const struct op *share = &sketch->shares[(sketch->share_count - 1) % SKETCH_SHARES];
    const struct operand *process = sketch_operand_of(share, OPERAND_PROCESS, 0);
    if (process) return process->base;
  }
  return (uint8_t)random_weighted(random, weights, sizeof weights);
}

bool draw_live_buffer(const struct sketch *sketch, bool writeable, struct random_source *random,
                      uint8_t *found) {
  uint8_t weights[STEP_BUFFERS];
  unsigned count = 0;
  for (unsigned i = 0; i < STEP_BUFFERS; i++) {
    const struct sketch_buffer *buffer = &sketch->buffers[i];
    weights[i] = buffer->live && (buffer->writeable || !writeable);
    count += weights[i];
  }
  if (count > 0) *found = (uint8_t)random_weighted(random, weights, STEP_BUFFERS);
  return count > 0;
}

bool draw_live_slice(const struct sketch *sketch, bool writeable, struct random_source *random,
                     uint8_t *found) {
  uint8_t weights[STEP_SLICES];
  unsigned count = 0;
  for (unsigned i = 0; i < STEP_SLICES; i++) {
    const struct sketch_slice *slice = &sketch->slices[i];
    weights[i] = slice->live && (slice->writeable || !writeable);
    count += weights[i];
  }
  if (count > 0) *found = (uint8_t)random_weighted(random, weights, STEP_SLICES);
  return count > 0;
}

static uint8_t few(struct random_source *random, size_t count) {
  return (uint8_t)random_below(random, random_chance(random, 80) && count > 4 ? 4 : count);
}

static uint8_t draw_buffer(const struct op *op, const struct sketch *sketch, struct random_source *random) {
  const unsigned roles = program_ops[op->code].roles;
  uint8_t found;
  if (roles & ROLE_MAKES_BUFFER || random_chance(random, STRAY_PERCENT)) return few(random, STEP_BUFFERS);
  const bool writeable = (roles & ROLE_OPENS) && (roles & ROLE_WRITES);
  return draw_live_buffer(sketch, writeable, random, &found) ? found : few(random, STEP_BUFFERS);
}

static uint8_t draw_slice(const struct op *op, unsigned nth, const struct sketch *sketch,
                          struct random_source *random) {
  const unsigned roles = program_ops[op->code].roles;
  const bool made = nth == 0 && (roles & ROLE_MAKES_SLICE);
  uint8_t found;
  if (made || random_chance(random, STRAY_PERCENT)) return few(random, STEP_SLICES);
  const bool writeable = nth == 0 && (roles & ROLE_WRITES);
  return draw_live_slice(sketch, writeable, random, &found) ? found : few(random, STEP_SLICES);
}

// ---- addresses and lengths

// Where something may begin or end, as likely as it is to be interesting; in the order of enum address_base.
static const uint8_t edge_weights[ADDRESS_BASE_COUNT] = {
    [ADDRESS_RAM] = 16,        [ADDRESS_BRK] = 20,  [ADDRESS_KBRK] = 10,    [ADDRESS_END] = 8,
    [ADDRESS_HWM] = 10,        [ADDRESS_FLASH] = 3, [ADDRESS_READABLE] = 5, [ADDRESS_FLASH_END] = 3,
    [ADDRESS_GRANT] = 6,       [ADDRESS_LAST] = 10, [ADDRESS_PREVIOUS] = 4, [ADDRESS_NULL] = 3,
    [ADDRESS_TOP] = 3,         [ADDRESS_HALF] = 1,  [ADDRESS_KERNEL] = 1,   [ADDRESS_SPARE] = 2,
    [ADDRESS_SPARE_FLASH] = 1, [ADDRESS_N0] = 1,    [ADDRESS_N1] = 1,       [ADDRESS_N2] = 1,
    [ADDRESS_N3] = 1,
};

static const uint8_t length_edge_weights[LENGTH_BASE_COUNT] = {
    [LENGTH_PLAIN] = 30,       [LENGTH_TO_BRK] = 20, [LENGTH_TO_KBRK] = 6, [LENGTH_TO_END] = 6,
    [LENGTH_TO_FLASH_END] = 4, [LENGTH_TO_TOP] = 5,  [LENGTH_LEN] = 8,     [LENGTH_MAX] = 6,
    [LENGTH_HALF] = 6,         [LENGTH_U32_MAX] = 2, [LENGTH_SPARE] = 2,   [LENGTH_D0] = 1,
    [LENGTH_D1] = 1,           [LENGTH_D2] = 1,      [LENGTH_D3] = 1,      [LENGTH_N0] = 2,
    [LENGTH_N1] = 2,           [LENGTH_N2] = 2,      [LENGTH_N3] = 2,
};

static struct operand place(unsigned base, int offset) {
  return (struct operand){.base = (uint8_t)base, .offset = (int16_t)offset};
}

static uint8_t owner(struct random_source *random) {
  return (uint8_t)(random_chance(random, 90) ? 0 : 1 + random_below(random, STEP_PROCESS_SLOTS));
}

static struct operand edge_address(struct random_source *random) {
  const size_t base = random_weighted(random, edge_weights, ADDRESS_BASE_COUNT);
  struct operand address = place((unsigned)base, near_zero(random));
  address.process = owner(random);
  return address;
}

static struct operand edge_length(struct random_source *random) {
  const size_t base = random_weighted(random, length_edge_weights, LENGTH_BASE_COUNT);
  return place((unsigned)base, base == LENGTH_PLAIN ? small_length(random) : near_zero(random));
}

struct drawn_range {
  struct operand address, length;
};

static struct drawn_range inside_ram(struct random_source *random) {
  const int offset = random_chance(random, 40) ? 0 : small_length(random);
  return (struct drawn_range){place(ADDRESS_RAM, offset), place(LENGTH_PLAIN, small_length(random))};
}

static struct drawn_range up_to_break(struct random_source *random) {
  const int length = small_length(random);
  return (struct drawn_range){place(ADDRESS_BRK, -length), place(LENGTH_PLAIN, length)};
}

static struct drawn_range over_a_shared_one(struct random_source *random) {
  const unsigned base = random_chance(random, 75) ? ADDRESS_LAST : ADDRESS_PREVIOUS;
  const int offset = random_chance(random, 50) ? 0 : sign(random, (int)random_below(random, 9));
  return (struct drawn_range){place(base, offset), place(LENGTH_PLAIN, small_length(random))};
}

static struct drawn_range in_flash(struct random_source *random) {
  const int length = small_length(random);
  if (random_chance(random, 50))
    return (struct drawn_range){place(ADDRESS_READABLE, small_length(random) / 4),
                                place(LENGTH_PLAIN, length)};
  return (struct drawn_range){place(ADDRESS_FLASH_END, -length), place(LENGTH_PLAIN, length)};
}

static struct drawn_range between_edges(struct random_source *random) {
  return (struct drawn_range){edge_address(random), edge_length(random)};
}

// The range of an op that shared one: the very same bytes, of the same process.
static bool same_as_a_share(struct op *op, const struct sketch *sketch, struct random_source *random) {
  const size_t kept = sketch->share_count < SKETCH_SHARES ? sketch->share_count : SKETCH_SHARES;
  if (kept == 0) return false;
  const struct op *share = &sketch->shares[random_below(random, kept)];
  const struct operand *address = sketch_operand_of(share, OPERAND_ADDRESS, 0);
  const struct operand *process = sketch_operand_of(share, OPERAND_PROCESS, 0);
  if (!address || !process) return false;
  *sketch_operand(op, OPERAND_ADDRESS, 0) = *address;
  if (address->process == 0)
    sketch_operand(op, OPERAND_ADDRESS, 0)->process = (uint8_t)(process->base % STEP_PROCESS_SLOTS + 1);
  return true;
}

void draw_range(struct op *op, const struct sketch *sketch, struct random_source *random) {
  static const uint8_t weights[] = {34, 14, 22, 8, 22};
  static struct drawn_range (*const ways[])(struct random_source *) = {
      inside_ram, up_to_break, over_a_shared_one, in_flash, between_edges};
  struct operand *address = sketch_operand(op, OPERAND_ADDRESS, 0);
  struct operand *length = sketch_operand(op, OPERAND_LENGTH, 0);
  const struct drawn_range range = ways[random_weighted(random, weights, sizeof weights)](random);
  if (address && !(random_chance(random, 30) && same_as_a_share(op, sketch, random)))
    *address = range.address;
  if (length && !(program_ops[op->code].roles & ROLE_COUNTS)) *length = range.length;
}

// A count: none, some, or next to the last one there is.
static struct operand draw_count(struct random_source *random) {
  static const uint8_t weights[] = {35, 25, 25, 15};
  switch (random_weighted(random, weights, sizeof weights)) {
  case 0:
    return place(LENGTH_PLAIN, 0);
  case 1:
    return place(LENGTH_PLAIN, small_length(random));
  case 2:
    return place(LENGTH_U32_MAX, -(int)random_below(random, 17));
  default:
    return edge_length(random);
  }
}

// A length of what the op's slice or buffer holds, or an index into it; or of what an address stands for; or a
// plain one.
static struct operand draw_length(const struct op *op, struct random_source *random) {
  if (program_ops[op->code].roles & ROLE_COUNTS) return draw_count(random);
  const bool measured =
      sketch_operand_of(op, OPERAND_SLICE, 0) != 0 || sketch_operand_of(op, OPERAND_BUFFER, 0) != 0;
  if (measured && random_chance(random, 55))
    return place(LENGTH_LEN, random_chance(random, 60) ? 0 : near_zero(random));
  if (random_chance(random, 60)) return place(LENGTH_PLAIN, small_length(random));
  return edge_length(random);
}

// ---- operands

static uint8_t draw_small(unsigned type, struct random_source *random) {
  static const uint8_t numbers[] = {30, 20, 15, 8, 8, 8, 2, 8, 1, 1, 1, 1, 2, 2, 2, 2, 1};
  static const uint8_t drivers[] = {50, 35, 6, 9};
  const size_t count = program_operands[type].count;
  switch (type) {
  case OPERAND_NUMBER:
    return (uint8_t)random_weighted(random, numbers, sizeof numbers);
  case OPERAND_DRIVER:
    return (uint8_t)random_weighted(random, drivers, sizeof drivers);
  case OPERAND_CAPABILITY:
    return random_chance(random, 8);
  case OPERAND_BYTE:
  case OPERAND_OFFSET:
    if (random_chance(random, 35)) return 0;
    return (uint8_t)random_below(random, random_chance(random, 65) ? 5 : count);
  default:
    return (uint8_t)random_below(random, count);
  }
}

static unsigned nth_of_its_type(const struct op *op, unsigned i) {
  const uint8_t *types = program_ops[op->code].operands;
  unsigned nth = 0;
  for (unsigned j = 0; j < i; j++)
    nth += types[j] == types[i];
  return nth;
}

void draw_operand(struct op *op, unsigned i, const struct sketch *sketch, struct random_source *random) {
  const unsigned type = program_ops[op->code].operands[i];
  struct operand *operand = &op->operands[i];
  *operand = (struct operand){0};
  switch (type) {
  case OPERAND_PROCESS:
    operand->base = draw_process(sketch, random);
    break;
  case OPERAND_BUFFER:
    operand->base = draw_buffer(op, sketch, random);
    break;
  case OPERAND_SLICE:
    operand->base = draw_slice(op, nth_of_its_type(op, i), sketch, random);
    break;
  case OPERAND_ADDRESS:
    *operand = edge_address(random);
    break;
  case OPERAND_LENGTH:
    *operand = draw_length(op, random);
    break;
  case OPERAND_RAW:
    operand->raw = raw_number(random);
    break;
  default:
    operand->base = draw_small(type, random);
    break;
  }
}

// A slot that was shared before is what most ops with a slot are about.
static void aim_at_a_share(struct op *op, const struct sketch *sketch, struct random_source *random) {
  static const uint8_t types[] = {OPERAND_PROCESS, OPERAND_KIND, OPERAND_DRIVER, OPERAND_NUMBER};
  const size_t kept = sketch->share_count < SKETCH_SHARES ? sketch->share_count : SKETCH_SHARES;
  if (kept == 0) return;
  const struct op *share = &sketch->shares[random_below(random, kept)];
  for (unsigned i = 0; i < sizeof types; i++) {
    struct operand *to = sketch_operand(op, types[i], 0);
    const struct operand *from = sketch_operand_of(share, types[i], 0);
    if (to && from) *to = *from;
  }
}

void draw_operands(struct op *op, const struct sketch *sketch, struct random_source *random) {
  const uint8_t *types = program_ops[op->code].operands;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++)
    draw_operand(op, i, sketch, random);
  if (sketch_operand(op, OPERAND_ADDRESS, 0) && random_chance(random, 70)) draw_range(op, sketch, random);
  if (sketch_operand(op, OPERAND_DRIVER, 0) && random_chance(random, 60)) aim_at_a_share(op, sketch, random);
}

static int16_t nudge_number(int16_t number, struct random_source *random) {
  static const int8_t steps[] = {1, -1, 1, -1, 2, -2, 4, 8, -8};
  if (random_chance(random, 15)) return near_zero(random);
  return (int16_t)(uint16_t)(number + steps[random_below(random, sizeof steps)]);
}

void draw_nudge(struct op *op, unsigned i, struct random_source *random) {
  const unsigned type = program_ops[op->code].operands[i];
  struct operand *operand = &op->operands[i];
  const unsigned count = program_operands[type].count;
  switch (type) {
  case OPERAND_ADDRESS:
  case OPERAND_LENGTH:
    operand->offset = nudge_number(operand->offset, random);
    break;
  case OPERAND_RAW:
    operand->raw += random_chance(random, 50) ? 1 : UINT64_MAX;
    break;
  default:
    operand->base = (uint8_t)((operand->base + (random_chance(random, 50) ? 1 : count - 1)) % count);
    break;
  }
}
