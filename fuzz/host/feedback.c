// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/feedback.h"

// libFuzzer clears these before each input and looks at them after it, as at counters of its own.
__attribute__((section("__libfuzzer_extra_counters"))) static struct {
  uint8_t words[OP_COUNT][WORD_COUNT];
  uint8_t pairs[OP_COUNT][OP_COUNT];
} seen;

static bool after; // the step before was carried out; it was `previous`
static uint8_t previous;

static void step(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome) {
  (void)context;
  const bool carried_out = outcome->word != WORD_REFUSED;
  if (index >= l->program->op_count) return; // the end leaves what is open
  const uint8_t code = l->program->ops[index].code;
  seen.words[code][outcome->word] = 1;
  if (after && carried_out) seen.pairs[previous][code] = 1;
  after = carried_out;
  previous = code;
}

#define LOOKED_AT_ONE_IN 8u

const struct lockstep_observer *feedback_on(const struct program *program) {
  static const struct lockstep_observer observer = {0, step};
  after = false;
  return program->op_count % LOOKED_AT_ONE_IN == 0 ? &observer : 0;
}
