// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "overlap.h"

#include "program/words.h"

static uintptr_t last_of(const struct model_span *span) {
  return span->address + (span->length - 1);
}

static bool holds(const struct model_span *outer, const struct model_span *inner) {
  return outer->address <= inner->address && last_of(inner) <= last_of(outer);
}

// Both hold something and, as allowed ranges do, end in the address space.
enum overlap overlap_of(const struct model_span *a, const struct model_span *b) {
  if (last_of(a) < b->address || last_of(b) < a->address) return OVERLAP_NONE;
  if (a->address == b->address && a->length == b->length) return OVERLAP_EQUAL;
  return holds(a, b) || holds(b, a) ? OVERLAP_NESTED : OVERLAP_PARTIAL;
}

// `own`: one slot that is equal is the step's own.
static enum overlap with_slots(const struct model *model, const struct model_span *range, bool own) {
  struct model_span slots[MODEL_SLOTS_MAX];
  const size_t count = model_allowed(model, slots, MODEL_SLOTS_MAX);
  enum overlap most = OVERLAP_NONE;
  for (size_t i = 0; i < count; i++) {
    const enum overlap overlap = overlap_of(range, &slots[i]);
    if (overlap == OVERLAP_EQUAL && own)
      own = false;
    else if (overlap > most)
      most = overlap;
  }
  return most;
}

bool overlap_of_step(const struct lockstep *l, const struct outcome *outcome, enum overlap *overlap) {
  const struct step *step = &l->step;
  struct model_span range = {step->address, step->length};
  if (step->op != OP_ALLOW && step->op != OP_SVC && step->op != OP_EXTERNAL) return false;
  if (step->op == OP_SVC && step->number == PROCBUF_CLASS_MEMOP) return false;
  if (program_word(step->op, outcome) != WORD_OK || l->machine.memory.abstract) return false;
  if (step->op == OP_SVC)
    range = (struct model_span){model_register(&l->model, 2), model_register(&l->model, 3)};
  if (range.length == 0) return false;
  *overlap = with_slots(&l->model, &range, step->op != OP_EXTERNAL);
  return true;
}
