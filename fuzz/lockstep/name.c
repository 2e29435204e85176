// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The name of a finding: what tells one kind of failure from another.
#include "lockstep/lockstep.h"

static size_t put(char *name, size_t at, const char *text) {
  while (*text && at < LOCKSTEP_NAME_MAX - 1)
    name[at++] = *text++;
  name[at] = 0;
  return at;
}

static void put_name(char *name, const char *check, const char *clause, const char *op) {
  size_t at = put(name, 0, check);
  at = put(name, at, "-");
  at = put(name, at, clause[0] == '-' ? "none" : clause);
  at = put(name, at, "-");
  put(name, at, op);
}

const char *lockstep_op_name(const struct lockstep *l, size_t step) {
  return step < l->program->op_count ? program_ops[l->program->ops[step].code].text : "end";
}

void lockstep_failure_name(const struct lockstep *l, char *name) {
  put_name(name, lockstep_check_name(l->failure.check), l->failure.clause,
           lockstep_op_name(l, l->failure.step));
}

void lockstep_progress_name(const struct lockstep *l, const char *check, char *name) {
  if (l->starting)
    put_name(name, check, "-", "start");
  else
    put_name(name, check, model_clause(&l->model), lockstep_op_name(l, l->current));
}
