// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/fail.h"

#include "host/frame.h"

#include <string.h>

const char *volatile frame_entered;
void (*volatile frame_abort)(void) = abort;

typedef void frame(void);

// What the frames of an op and of a check call.
static frame *op_calls, *check_calls;

#define CLAUSE(id, name, says) FRAME(failed_clause_##id, name, frame_abort)
#include "clauses.def"
#undef CLAUSE
FRAME(failed_clause_none, "-", frame_abort)

#define OP(code, text, ...) FRAME(failed_op_##code, text, op_calls)
#include "program/ops.def"
#undef OP
FRAME(failed_op_end, "the end of the program", op_calls)

FRAME(failed_check_none, "none", check_calls)
FRAME(failed_check_result, "result", check_calls)
FRAME(failed_check_state, "state", check_calls)
FRAME(failed_check_memory, "memory", check_calls)
FRAME(failed_check_access, "access", check_calls)
FRAME(failed_check_protection, "protection", check_calls)

static frame *clause_frame(const char *clause) {
#define CLAUSE(id, name, says)                                                                               \
  if (strcmp(clause, name) == 0) return failed_clause_##id;
#include "clauses.def"
#undef CLAUSE
  return failed_clause_none;
}

static frame *op_frame(const struct lockstep *l) {
  static frame *const frames[OP_COUNT] = {
#define OP(code, ...) failed_op_##code,
#include "program/ops.def"
#undef OP
  };
  const struct program *program = l->program;
  return l->failure.step < program->op_count ? frames[program->ops[l->failure.step].code] : failed_op_end;
}

static frame *check_frame(enum lockstep_check check) {
  static frame *const frames[] = {
      [CHECK_NONE] = failed_check_none,     [CHECK_RESULT] = failed_check_result,
      [CHECK_STATE] = failed_check_state,   [CHECK_MEMORY] = failed_check_memory,
      [CHECK_ACCESS] = failed_check_access, [CHECK_PROTECTION] = failed_check_protection,
  };
  return frames[check];
}

_Noreturn void fail_abort(const struct lockstep *l) {
  op_calls = clause_frame(l->failure.clause);
  check_calls = op_frame(l);
  check_frame(l->failure.check)();
  abort();
}
