// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "mutate/mutate.h"

#include "mutate/make.h"

#define COMFORTABLE 40u // ops; a longer program rather loses some than gains more
#define PLACES_MAX 4u   // changed in one mutation

struct mutate_scope mutate_everything(void) {
  return (struct mutate_scope){.ops = op_set_below(OP_COUNT), .layout = -1, .op_max = PROGRAM_OPS_MAX};
}

struct mutation {
  struct program *program;
  const struct mutate_scope *scope;
  struct random_source random;
};

static size_t below(struct mutation *m, size_t count) {
  return random_below(&m->random, count);
}

// ---- ranges of ops

// Makes room for `count` ops before op `at`, as many of them as fit. Returns how many.
static size_t open_gap(struct mutation *m, size_t at, size_t count) {
  struct program *program = m->program;
  const size_t room = m->scope->op_max - program->op_count;
  if (count > room) count = room;
  __builtin_memmove(&program->ops[at + count], &program->ops[at],
                    (program->op_count - at) * sizeof *program->ops);
  program->op_count += count;
  return count;
}

static void put_ops(struct mutation *m, size_t at, const struct op *ops, size_t count) {
  count = open_gap(m, at, count);
  __builtin_memcpy(&m->program->ops[at], ops, count * sizeof *ops);
}

struct stretch {
  size_t at, count;
};

// Short ones are likelier; none is longer than the program or `most`.
static struct stretch draw_stretch(struct mutation *m, const struct program *program, size_t most) {
  const size_t longest = program->op_count < most ? program->op_count : most;
  const size_t count = 1 + below(m, 1 + below(m, longest));
  return (struct stretch){below(m, program->op_count - count + 1), count};
}

static size_t draw_place(struct mutation *m) {
  return random_chance(&m->random, 30) ? m->program->op_count : below(m, m->program->op_count + 1);
}

#define STRETCH_MAX 16u

// ---- the mutations; each requires at least one op

static void insert(struct mutation *m) {
  struct maker maker = {.scope = m->scope, .switched_off = m->program->switched_off, .random = &m->random};
  const size_t at = draw_place(m);
  sketch_read(&maker.sketch, m->program, at);
  make_ops(&maker);
  put_ops(m, at, maker.ops, maker.count);
}

static void close_gap(struct program *program, struct stretch s) {
  const size_t end = s.at + s.count;
  __builtin_memmove(&program->ops[s.at], &program->ops[end],
                    (program->op_count - end) * sizeof *program->ops);
  program->op_count -= s.count;
}

static void delete(struct mutation *m) {
  const bool is_long = m->program->op_count > COMFORTABLE;
  close_gap(m->program, draw_stretch(m, m->program, is_long ? STRETCH_MAX : 4));
}

static void copy_ops(struct mutation *m, const struct program *from, struct stretch s, size_t at) {
  struct op ops[STRETCH_MAX];
  __builtin_memcpy(ops, &from->ops[s.at], s.count * sizeof *ops);
  put_ops(m, at, ops, s.count);
}

static void duplicate(struct mutation *m) {
  copy_ops(m, m->program, draw_stretch(m, m->program, STRETCH_MAX), draw_place(m));
}

static void repeat(struct mutation *m) {
  const struct stretch s = draw_stretch(m, m->program, 4);
  for (size_t times = 1 + below(m, 3); times > 0; times--)
    copy_ops(m, m->program, s, s.at + s.count);
}

// Takes a stretch from where it is to another place: it and what lies between change places.
static void swap_ops(struct mutation *m) {
  struct op ops[STRETCH_MAX];
  const struct stretch s = draw_stretch(m, m->program, STRETCH_MAX);
  __builtin_memcpy(ops, &m->program->ops[s.at], s.count * sizeof *ops);
  close_gap(m->program, s);
  put_ops(m, draw_place(m), ops, s.count);
}

// An operand drawn at random of all that the program's ops have; false, if the op drawn has none.
static bool draw_target(struct mutation *m, size_t *at, unsigned *i) {
  *at = below(m, m->program->op_count);
  unsigned count = 0;
  while (program_ops[m->program->ops[*at].code].operands[count] != OPERAND_NONE)
    count++;
  *i = count > 0 ? (unsigned)below(m, count) : 0;
  return count > 0;
}

// Aims an operand at another thing: most often a live one, else a stale or a foreign one.
static void re_aim(struct mutation *m) {
  struct sketch sketch;
  size_t at;
  unsigned i;
  if (!draw_target(m, &at, &i)) return;
  sketch_read(&sketch, m->program, at);
  draw_operand(&m->program->ops[at], i, &sketch, &m->random);
}

static void nudge(struct mutation *m) {
  size_t at;
  unsigned i;
  if (draw_target(m, &at, &i)) draw_nudge(&m->program->ops[at], i, &m->random);
}

static void redraw(struct mutation *m) {
  struct sketch sketch;
  const size_t at = below(m, m->program->op_count);
  sketch_read(&sketch, m->program, at);
  draw_operands(&m->program->ops[at], &sketch, &m->random);
}

// The op to take a range or an operand from: another one that has what is asked.
static const struct op *draw_op_with(struct mutation *m, unsigned type) {
  const size_t start = below(m, m->program->op_count);
  for (size_t i = 0; i < m->program->op_count; i++) {
    const struct op *op = &m->program->ops[(start + i) % m->program->op_count];
    if (sketch_operand_of(op, type, 0)) return op;
  }
  return 0;
}

// What one op names, another names too: the same range, slot or thing.
static void copy_operands(struct mutation *m, const uint8_t *types, size_t count) {
  const struct op *from = draw_op_with(m, types[0]);
  struct op *to = &m->program->ops[below(m, m->program->op_count)];
  for (size_t i = 0; i < count && from; i++) {
    const struct operand *source = sketch_operand_of(from, types[i], 0);
    struct operand *operand = sketch_operand(to, types[i], 0);
    if (source && operand) *operand = *source;
  }
}

static void copy_range(struct mutation *m) {
  static const uint8_t types[] = {OPERAND_ADDRESS, OPERAND_LENGTH};
  copy_operands(m, types, sizeof types);
}

static void copy_slot(struct mutation *m) {
  static const uint8_t types[] = {OPERAND_DRIVER, OPERAND_KIND, OPERAND_NUMBER, OPERAND_PROCESS};
  copy_operands(m, types, sizeof types);
}

static void copy_process(struct mutation *m) {
  static const uint8_t types[] = {OPERAND_PROCESS};
  copy_operands(m, types, sizeof types);
}

static void change_header(struct mutation *m) {
  struct program *program = m->program;
  switch (below(m, 5)) {
  case 0:
    program->process_count = (uint8_t)(2 + below(m, 3));
    break;
  case 1:
    program->lives = (uint8_t)(random_chance(&m->random, 60) ? 0 : below(m, 4));
    break;
  case 2:
    program->granule = (uint8_t)(random_chance(&m->random, 50) ? 0 : below(m, STEP_GRANULE_COUNT));
    break;
  default:
    if (m->scope->layout < 0) program->layout = (uint8_t)below(m, PROGRAM_LAYOUT_COUNT);
    break;
  }
}

// Swarm: a program that does without some ops goes deeper into the rest.
static void change_swarm(struct mutation *m) {
  struct program *program = m->program;
  program->switched_off = (struct op_set){{0}};
  if (random_chance(&m->random, 40)) return;
  const unsigned percent = random_chance(&m->random, 50) ? 25 : 75;
  for (unsigned code = 0; code < OP_COUNT; code++)
    if (random_chance(&m->random, percent)) op_set_add(&program->switched_off, code);
  size_t kept = 0;
  for (size_t i = 0; i < program->op_count; i++)
    if (!op_set_has(&program->switched_off, program->ops[i].code)) program->ops[kept++] = program->ops[i];
  program->op_count = kept;
}

// A program written from nothing.
static void write_anew(struct mutation *m) {
  const size_t wanted = 2 + below(m, 24);
  m->program->op_count = 0;
  if (random_chance(&m->random, 40)) change_header(m);
  if (random_chance(&m->random, 30)) change_swarm(m);
  const struct op_set left = op_set_without(&m->scope->ops, &m->program->switched_off);
  if (op_set_count(&left) == 0) m->program->switched_off = (struct op_set){{0}};
  if (op_set_count(&m->scope->ops) == 0) return;
  while (m->program->op_count < wanted && m->program->op_count < m->scope->op_max)
    insert(m);
}

// ---- choosing among them

typedef void mutation_function(struct mutation *m);

static const struct {
  mutation_function *run;
  uint8_t weight, weight_when_long;
} mutations[] = {
    {insert, 40, 12},     {delete, 9, 40},       {duplicate, 5, 2},    {repeat, 3, 1},     {swap_ops, 5, 5},
    {re_aim, 12, 12},     {nudge, 14, 14},       {redraw, 6, 6},       {copy_range, 7, 7}, {copy_slot, 4, 4},
    {copy_process, 3, 3}, {change_header, 3, 3}, {change_swarm, 2, 3}, {write_anew, 1, 1},
};
#define MUTATION_COUNT (sizeof mutations / sizeof *mutations)

static void mutate_once(struct mutation *m) {
  uint8_t weights[MUTATION_COUNT];
  const bool is_long = m->program->op_count > COMFORTABLE;
  for (size_t i = 0; i < MUTATION_COUNT; i++)
    weights[i] = is_long ? mutations[i].weight_when_long : mutations[i].weight;
  if (m->program->op_count == 0)
    write_anew(m);
  else
    mutations[random_weighted(&m->random, weights, MUTATION_COUNT)].run(m);
}

static void cut(struct program *program, const struct mutate_scope *scope) {
  if (program->op_count > scope->op_max) program->op_count = scope->op_max;
  if (scope->layout >= 0) program->layout = (uint8_t)scope->layout;
}

void mutate_program(struct program *program, const struct mutate_scope *scope, uint32_t seed) {
  struct mutation m = {program, scope, {seed}};
  cut(program, scope);
  for (size_t places = 1 + below(&m, 1 + below(&m, PLACES_MAX)); places > 0; places--)
    mutate_once(&m);
}

void mutate_splice(struct program *program, const struct program *other, const struct mutate_scope *scope,
                   uint32_t seed) {
  struct mutation m = {program, scope, {seed}};
  cut(program, scope);
  if (other->op_count == 0) return;
  const struct stretch s = draw_stretch(&m, other, STRETCH_MAX);
  const size_t at = draw_place(&m);
  if (random_chance(&m.random, 30)) program->op_count = at;
  copy_ops(&m, other, s, at);
}
