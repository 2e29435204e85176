// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tally.h"

#include "program/words.h"

// A step's word, kept in bounds: a broken library may return any number.
static enum word word_of(uint8_t op, const struct outcome *outcome) {
  const enum word word = program_word(op, outcome);
  return word < WORD_COUNT ? word : WORD_BROKEN;
}

static bool begins_entry(uint8_t op, enum word word) {
  switch (op) {
  case OP_ALLOW:
  case OP_BRK:
  case OP_SBRK:
  case OP_TO_USER:
    return true;
  case OP_SVC:
    return word != WORD_UNHANDLED;
  default:
    return false;
  }
}

static void carried_out(struct tally *tally, const struct lockstep *l, uint8_t op,
                        const struct outcome *outcome) {
  struct tally_program *program = &tally->program;
  enum overlap overlap;
  const unsigned nesting = model_nesting(&l->model);
  program->executed++;
  program->entries += begins_entry(op, word_of(op, outcome));
  if (nesting > program->nesting) program->nesting = nesting;
  if (program->after) tally->pairs[program->previous][op]++;
  if (overlap_of_step(l, outcome, &overlap)) tally->overlaps[overlap]++;
}

void tally_step(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome) {
  struct tally *tally = context;
  if (index >= l->program->op_count) return; // added by the program's end
  const uint8_t op = l->program->ops[index].code;
  tally->words[op][word_of(op, outcome)]++;
  const bool refused = outcome->word == WORD_REFUSED;
  if (!refused) carried_out(tally, l, op, outcome);
  tally->program.after = !refused;
  tally->program.previous = op;
}

static unsigned bucket(unsigned number) {
  unsigned i = 0;
  while (i + 1 < TALLY_BUCKETS && number > (i == 0 ? 0 : 1u << (i - 1)))
    i++;
  return i;
}

void tally_program_ends(struct tally *tally) {
  const struct tally_program *program = &tally->program;
  tally->programs++;
  tally->executed[bucket(program->executed)]++;
  tally->entries[bucket(program->entries)]++;
  tally->nesting[program->nesting]++;
  tally->program = (struct tally_program){0};
}
