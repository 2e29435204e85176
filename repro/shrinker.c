// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Greedy passes, from those that save most to those that only tidy up, until none of them changes anything. Each
// accepted candidate is smaller than the one before in one order: fewer ops, then a simpler op, then lower bases
// and values, then smaller numbers. So it ends.
#include "shrinker.h"

// Programs longer than this are not tried without each two of their ops, which costs the square of their length.
#define PAIRS_MAX 24u

// SMALL operands with more values than this are numbers rather than choices.
#define CHOICES_MAX 16u

struct shrinker {
  const struct shrink_question *question;
  size_t runs;
  bool changed; // in this round of passes
  struct program *best;
  struct program candidate;
};

static void start_candidate(struct shrinker *s) {
  s->candidate = *s->best;
}

// True: the candidate fails too, and is the best from here on.
static bool try_candidate(struct shrinker *s) {
  if (s->runs >= s->question->runs_max) return false;
  s->runs++;
  if (!s->question->fails(s->question->context, &s->candidate)) return false;
  *s->best = s->candidate;
  s->changed = true;
  return true;
}

// ---- fewer ops

static void remove_ops(struct program *program, size_t first, size_t count) {
  for (size_t i = first; i + count < program->op_count; i++)
    program->ops[i] = program->ops[i + count];
  program->op_count -= count;
}

static bool try_without(struct shrinker *s, size_t first, size_t count) {
  start_candidate(s);
  remove_ops(&s->candidate, first, count);
  return try_candidate(s);
}

// From the end, because what follows the failing step goes first and in one piece.
static void drop_chunks(struct shrinker *s, size_t size) {
  for (size_t end = s->best->op_count; end > 0;) {
    const size_t count = end < size ? end : size;
    end -= count;
    try_without(s, end, count);
  }
}

static void drop_ops(struct shrinker *s) {
  for (size_t size = s->best->op_count; size > 0; size /= 2)
    drop_chunks(s, size);
}

// Two ops that need each other, such as an enter and its leave, go together.
static bool drop_partner(struct shrinker *s, size_t last) {
  for (size_t first = 0; first < last; first++) {
    start_candidate(s);
    remove_ops(&s->candidate, last, 1);
    remove_ops(&s->candidate, first, 1);
    if (try_candidate(s)) return true;
  }
  return false;
}

static void drop_pairs(struct shrinker *s) {
  if (s->best->op_count > PAIRS_MAX) return;
  for (size_t last = s->best->op_count; last-- > 0;)
    if (last < s->best->op_count) drop_partner(s, last);
}

// ---- a simpler machine

static void lower_header(struct shrinker *s, uint8_t lowest, const uint8_t *in_best, uint8_t *in_candidate) {
  for (uint8_t value = lowest; value < *in_best; value++) {
    start_candidate(s);
    *in_candidate = value;
    if (try_candidate(s)) return;
  }
}

static void simplify_machine(struct shrinker *s) {
  lower_header(s, 2, &s->best->process_count, &s->candidate.process_count);
  lower_header(s, 0, &s->best->layout, &s->candidate.layout);
  lower_header(s, 0, &s->best->lives, &s->candidate.lives);
  lower_header(s, 0, &s->best->granule, &s->candidate.granule);
}

// ---- simpler ops

// Ops that take the same operands, and where the second asks less of the reader.
static const struct {
  uint8_t from, to;
} simpler_ops[] = {
    {OP_FAULT, OP_TERMINATE},      {OP_MUT_ENTER, OP_ENTER},
    {OP_WRAP_MUT, OP_WRAP},        {OP_MUST_AT, OP_AT},
    {OP_MUST_SET, OP_SET},         {OP_MUST_SUB, OP_SUB},
    {OP_MUST_COPY_TO, OP_COPY_TO}, {OP_MUST_COPY_FROM, OP_COPY_FROM},
    {OP_APPEND_FROM, OP_APPEND},   {OP_SUB_FROM, OP_SUB_TO},
};

static void simplify_code(struct shrinker *s, size_t op) {
  for (size_t i = 0; i < sizeof simpler_ops / sizeof *simpler_ops; i++) {
    if (s->best->ops[op].code != simpler_ops[i].from) continue;
    start_candidate(s);
    s->candidate.ops[op].code = simpler_ops[i].to;
    if (try_candidate(s)) return;
  }
}

// ---- simpler operands

static bool try_operand(struct shrinker *s, size_t op, unsigned nth, const struct operand *operand) {
  start_candidate(s);
  s->candidate.ops[op].operands[nth] = *operand;
  return try_candidate(s);
}

// Sets the number in an operand of a numeric type; of a PLACE that is its offset, whose sign stays.
static void set_number(struct operand *operand, unsigned type, uint64_t value) {
  if (type == OPERAND_RAW)
    operand->raw = value;
  else if (type == OPERAND_ADDRESS || type == OPERAND_LENGTH)
    operand->offset = (int16_t)(operand->offset < 0 ? -(int32_t)value : (int32_t)value);
  else
    operand->base = (uint8_t)value;
}

static uint64_t number_of(const struct operand *operand, unsigned type) {
  if (type == OPERAND_RAW) return operand->raw;
  if (type == OPERAND_ADDRESS || type == OPERAND_LENGTH)
    return (uint64_t)(operand->offset < 0 ? -(int32_t)operand->offset : operand->offset);
  return operand->base;
}

static bool try_number(struct shrinker *s, size_t op, unsigned nth, unsigned type, uint64_t value) {
  struct operand operand = s->best->ops[op].operands[nth];
  set_number(&operand, type, value);
  return try_operand(s, op, nth, &operand);
}

// To 0 or 1 at once, else towards the lowest number that fails, in steps half as large each time.
static void lower_number(struct shrinker *s, size_t op, unsigned nth, unsigned type) {
  uint64_t value = number_of(&s->best->ops[op].operands[nth], type);
  for (uint64_t low = 0; low < 2 && low < value; low++)
    if (try_number(s, op, nth, type, low)) return;
  for (uint64_t step = value / 2; step > 0; step /= 2)
    if (value - step > 1 && try_number(s, op, nth, type, value - step)) value -= step;
}

static void lower_choice(struct shrinker *s, size_t op, unsigned nth) {
  struct operand operand = {0};
  const uint8_t base = s->best->ops[op].operands[nth].base;
  for (; operand.base < base; operand.base++)
    if (try_operand(s, op, nth, &operand)) return;
}

static void make_positive(struct shrinker *s, size_t op, unsigned nth) {
  struct operand operand = s->best->ops[op].operands[nth];
  if (operand.offset >= 0 || operand.offset == INT16_MIN) return;
  operand.offset = (int16_t)-operand.offset;
  try_operand(s, op, nth, &operand);
}

static void lower_address_process(struct shrinker *s, size_t op, unsigned nth) {
  struct operand operand = s->best->ops[op].operands[nth];
  const uint8_t process = operand.process;
  for (operand.process = 0; operand.process < process; operand.process++)
    if (try_operand(s, op, nth, &operand)) return;
}

// Another base rarely goes with the same offset, so plain ones are tried as well.
static bool try_base(struct shrinker *s, size_t op, unsigned nth, uint8_t base) {
  static const int16_t offsets[] = {0, 1, 8, 64};
  struct operand operand = s->best->ops[op].operands[nth];
  operand.base = base;
  if (try_operand(s, op, nth, &operand)) return true;
  const int16_t tried = operand.offset;
  const size_t count = base == 0 ? sizeof offsets / sizeof *offsets : 1; // the first base is worth the most
  for (size_t i = 0; i < count; i++) {
    operand.offset = offsets[i];
    if (operand.offset != tried && try_operand(s, op, nth, &operand)) return true;
  }
  return false;
}

static void lower_base(struct shrinker *s, size_t op, unsigned nth) {
  const uint8_t base = s->best->ops[op].operands[nth].base;
  for (uint8_t lower = 0; lower < base; lower++)
    if (try_base(s, op, nth, lower)) return;
}

static void simplify_place(struct shrinker *s, size_t op, unsigned nth, unsigned type) {
  if (type == OPERAND_ADDRESS) lower_address_process(s, op, nth);
  lower_base(s, op, nth);
  lower_number(s, op, nth, type);
  make_positive(s, op, nth);
}

static void simplify_operand(struct shrinker *s, size_t op, unsigned nth, unsigned type) {
  const unsigned count = program_operands[type].count;
  if (type == OPERAND_ADDRESS || type == OPERAND_LENGTH)
    simplify_place(s, op, nth, type);
  else if (type == OPERAND_RAW || count > CHOICES_MAX)
    lower_number(s, op, nth, type);
  else
    lower_choice(s, op, nth);
}

static void simplify_ops(struct shrinker *s) {
  for (size_t op = 0; op < s->best->op_count; op++) {
    simplify_code(s, op);
    const uint8_t *types = program_ops[s->best->ops[op].code].operands;
    for (unsigned nth = 0; types[nth] != OPERAND_NONE; nth++)
      simplify_operand(s, op, nth, types[nth]);
  }
}

// ---- lower names, everywhere at once: one use of a buffer alone can't be renamed

static bool rename_choice(struct operand *operand, unsigned first, unsigned from, unsigned to) {
  if (operand->base != first + from) return false;
  operand->base = (uint8_t)(first + to);
  return true;
}

static bool rename_process(struct operand *operand, unsigned type, unsigned from, unsigned to) {
  if (type == OPERAND_PROCESS)
    return rename_choice(operand, 0, from, to) || rename_choice(operand, 4, from, to); // 4: p0.old
  if (type != OPERAND_ADDRESS || operand->process != from + 1) return false;
  operand->process = (uint8_t)(to + 1);
  return true;
}

static bool rename_operand(struct operand *operand, unsigned type, unsigned what, unsigned from,
                           unsigned to) {
  if (what == OPERAND_PROCESS) return rename_process(operand, type, from, to);
  if (type == what) return rename_choice(operand, 0, from, to);
  if (what == OPERAND_REGISTER && type == OPERAND_ADDRESS)
    return rename_choice(operand, ADDRESS_N0, from, to);
  if (what == OPERAND_REGISTER && type == OPERAND_LENGTH) return rename_choice(operand, LENGTH_N0, from, to);
  if (what == OPERAND_DRIVER && type == OPERAND_LENGTH) return rename_choice(operand, LENGTH_D0, from, to);
  return false;
}

static bool rename_in_op(struct op *op, unsigned what, unsigned from, unsigned to) {
  const uint8_t *types = program_ops[op->code].operands;
  bool renamed = false;
  for (unsigned nth = 0; types[nth] != OPERAND_NONE; nth++)
    renamed |= rename_operand(&op->operands[nth], types[nth], what, from, to);
  return renamed;
}

static bool try_rename(struct shrinker *s, unsigned what, unsigned from, unsigned to) {
  bool renamed = false;
  start_candidate(s);
  for (size_t i = 0; i < s->candidate.op_count; i++)
    renamed |= rename_in_op(&s->candidate.ops[i], what, from, to);
  return renamed && try_candidate(s);
}

static void lower_name(struct shrinker *s, unsigned what, unsigned from) {
  for (unsigned to = 0; to < from; to++)
    if (try_rename(s, what, from, to)) return;
}

static void lower_names(struct shrinker *s) {
  static const uint8_t named[] = {OPERAND_PROCESS, OPERAND_DRIVER,   OPERAND_NUMBER, OPERAND_BUFFER,
                                  OPERAND_SLICE,   OPERAND_REGISTER, OPERAND_PIN};
  for (size_t i = 0; i < sizeof named; i++) {
    const unsigned count = named[i] == OPERAND_PROCESS ? 4 : program_operands[named[i]].count;
    for (unsigned from = 1; from < count; from++)
      lower_name(s, named[i], from);
  }
}

size_t shrink_program(struct program *program, const struct shrink_question *question) {
  struct shrinker s = {.question = question, .best = program, .changed = true};
  program->switched_off =
      (struct op_set){{0}}; // decode and parse have dropped these ops, so it says nothing any more
  while (s.changed) {
    s.changed = false;
    drop_ops(&s);
    drop_pairs(&s);
    simplify_machine(&s);
    lower_names(&s);
    simplify_ops(&s);
  }
  return s.runs;
}
