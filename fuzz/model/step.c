// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// From an op's number to the function that carries it out.
#include "model/internal.h"

typedef void run_function(struct model *model, const struct step *step, struct outcome *outcome);

static run_function *const functions[OP_COUNT] = {
#define OP(code, ...) model_run_##code,
#include "program/ops.def"
#undef OP
};

static const char *const clauses[OP_COUNT] = {
#define OP(code, text, clause, ...) clause,
#include "program/ops.def"
#undef OP
};

// A race holds for one step, whatever comes of that.
static void take_race(struct model *model) {
  model->racing = model->armed;
  model->armed = false;
  model->fired = false;
}

void model_step(struct model *model, const struct step *step, struct outcome *outcome) {
  model_clear_marks(model);
  model->zeroed = (struct range){0, 0};
  take_race(model);
  outcome_set(outcome, WORD_OK);
  if (step->op >= OP_COUNT) {
    model->clause = "-";
    model_refuse(outcome);
    return;
  }
  model->clause = clauses[step->op];
  functions[step->op](model, step, outcome);
}

void model_fail(struct model *model, struct outcome *outcome, enum word word, const char *clause) {
  model->clause = clause;
  outcome_set(outcome, word);
}

void model_refuse(struct outcome *outcome) {
  outcome_set(outcome, WORD_REFUSED);
}

const char *model_clause(const struct model *model) {
  return model->clause;
}
