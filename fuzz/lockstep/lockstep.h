// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Lockstep: runs a program on the model and on the machine, step by step, and checks each step four ways:
// results, memory, access, and (by the build) the sanitizers. Freestanding C; the caller supplies the struct.
#ifndef FUZZ_LOCKSTEP_LOCKSTEP_H
#define FUZZ_LOCKSTEP_LOCKSTEP_H

#include "lockstep/canary.h"
#include "machine/machine.h"
#include "machine/userspace.h"
#include "model/state.h"
#include "program/program.h"

enum lockstep_check {
  CHECK_NONE,
  CHECK_RESULT,     // the outcome is not the model's
  CHECK_STATE,      // breaks, marks or state of a process are not the model's
  CHECK_MEMORY,     // a byte is not the shadow's
  CHECK_ACCESS,     // the library touched a byte that it must not
  CHECK_PROTECTION, // the hardware gives a process what the model does not, or keeps from it what is its own
};

struct lockstep_failure {
  enum lockstep_check check;
  size_t step;      // index of the op; op_count = at the end of the program
  bool has_address; // memory and access
  uintptr_t address;
  uint8_t expected_byte, actual_byte; // memory
  bool store;                         // access
  enum model_verdict verdict;         // access
  bool has_result;                    // result; also access, if the result is wrong too
  struct outcome expected, actual;
  const char *what; // state: which number
  uintptr_t expected_number, actual_number;
  unsigned process;                                  // state, protection
  enum userspace_right expected_right, actual_right; // protection
  const char *clause;
};

struct lockstep;

// Told of each step once it is over, in the order of the trace; a refused one too. For the leaves that the
// program's end adds, index is op_count.
struct lockstep_observer {
  void *context;
  void (*step)(void *context, const struct lockstep *l, size_t index, const struct outcome *outcome);
};

struct lockstep_options {
  bool thorough;                 // everything is compared after each step, not what the step could touch
  const struct text_sink *trace; // each step and its outcome; null: no trace
  const struct lockstep_observer *observer; // null: none
  enum lockstep_canary canary;              // breaks one check in each step, to see it fail
  bool blind; // single accesses are not checked, as if the library's were its own
  // Called at the moment of the first failure, from inside what failed, when l->failure has check, step and
  // clause; null: nobody is.
  void (*failed)(const struct lockstep *l);
};

struct lockstep_enter; // one enter in progress, run.c

struct lockstep {
  struct machine machine; // first, because its memory is aligned for the largest alignment of a grant
  const struct program *program;
  struct lockstep_options options;
  struct model model;
  struct lockstep_failure failure;
  bool starting;    // the machine makes its first processes: accesses are not checked
  size_t next;      // the next op
  size_t current;   // the op whose accesses are being watched
  struct step step; // the same, resolved
  struct lockstep_enter *enter;
  struct outcome leave; // what the leave in progress must come to
  size_t leave_step;
  uint64_t steps, refused; // over all runs
};

// Runs a program. False: l->failure says what went wrong first.
bool lockstep_run(struct lockstep *l, const struct program *program, const struct lockstep_options *options);

// Makes ready to run a program on the model alone: to say what must come of it, whatever the library does.
// Nothing of the library runs.
void lockstep_foresee(struct lockstep *l, const struct program *program);

// Carries out one op on the model alone. *expected is what must come of it, l->step the op resolved.
void lockstep_foresee_step(struct lockstep *l, const struct op *op, struct outcome *expected);

// What a host can add to a report, and firmware can't.
struct lockstep_notes {
  const char *says;             // what the clause says
  const char *const *functions; // that were running at a bad access, innermost first
  size_t function_count;
};

// Prints the report of the failure of the last run: its name, clause, step, expected and actual, the shadow
// around the address, the program, and the command that replays it. notes: null, or with nulls in it.
void lockstep_report(const struct lockstep *l, const struct lockstep_notes *notes,
                     const struct text_sink *sink);

// Names what failed in the last run: check, clause and the step's op, such as "access-P-OWN-allow". Letters,
// digits and dashes only, zero-terminated. No clause is "none", the end of the program "end".
#define LOCKSTEP_NAME_MAX 64u
void lockstep_failure_name(const struct lockstep *l, char *name);

// The same of a step in progress that something outside lockstep ends, with a check of that name; "start" if
// the machine has not got to the first step.
void lockstep_progress_name(const struct lockstep *l, const char *check, char *name);

// "allow", "end"
const char *lockstep_op_name(const struct lockstep *l, size_t step);

// A program in binary form as hexadecimal digits, as `replay --hex` takes it.
void lockstep_print_digits(const struct program *program, const struct text_sink *sink);

// "result", "state", "memory", "access", "protection".
const char *lockstep_check_name(enum lockstep_check check);

// Resolves one op against the model's state as it is now.
void lockstep_resolve(const struct lockstep *l, const struct op *op, struct step *step);

// "OK", "INVAL", ...
const char *lockstep_word_name(enum word word);

// What an outcome, an address, a number looks like, the same at every word size.
void lockstep_print_outcome(const struct lockstep *l, const struct outcome *outcome,
                            const struct text_sink *sink);
void lockstep_print_address(const struct lockstep *l, uintptr_t address, const struct text_sink *sink);

#endif
