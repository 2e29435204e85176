// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// From a program to a C program that makes the same calls of the library and asserts what the model says must
// come of them. It needs nothing of the testbed: the library's headers and the C library. The library itself is
// not run here, so that what is broken in it can't spoil what is expected of it.
#ifndef REPRO_EMITTER_H
#define REPRO_EMITTER_H

#include "lockstep/lockstep.h"

#include <stdio.h>

// What is known of the failure that shall be shown.
struct emit_failure {
  const char *check, *clause; // null: none, the whole program is emitted
  size_t step;                // nothing behind it is emitted
};

// The C text of a callback in the making, or of `main`.
struct emit_body {
  FILE *file;
  char *text;
  size_t size;
  struct step step; // the enter that runs it
  unsigned number;
  char expression[96]; // the call that runs it, without its callback
};

// Parts of the C program that are there only if it uses them: one bit for each row of prologue.def.
enum emit_part {
#define PART(name, text) PART_##name,
#include "prologue.def"
#undef PART
  PART_COUNT
};

struct emitter {
  struct lockstep l; // its model is the run so far
  const struct emit_failure *failure;
  const char *name; // of the program
  FILE *callbacks;  // the finished ones
  char *callbacks_text;
  size_t callbacks_size;
  uint64_t parts; // enum emit_part
  struct outcome expected;
  procbuf_layout pending; // what create will use
  bool from_device[STEP_PINS];
  struct emit_body bodies[1 + STEP_NESTING_MAX];
  unsigned depth, enters;
  bool watched;                                         // the C program checks each load and store
  bool named[STEP_PROCESS_SLOTS];                       // it is about the blocks of this slot
  bool writeable[STEP_SLICES], readwrite[STEP_BUFFERS]; // what type each is of
};

// Writes the C program. False: no memory, or a write failed.
bool emitter_run(struct emitter *e, const struct program *program, FILE *out);

// ---- what the parts of the emitter share

typedef void emit_op(struct emitter *e, const struct step *step);
#define OP(code, ...) emit_op emit_##code;
#include "program/ops.def"
#undef OP

void emit_prologue(struct emitter *e, FILE *out);

// A file in memory. One that can't be opened ends the process with status 3.
FILE *emit_open(char **text, size_t *size);

// Text into the body in the making. emit_line adds the indentation and the end of the line.
void emit_text(struct emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_line(struct emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_use(struct emitter *e, enum emit_part part);

// A call that returns nothing to check.
void emit_call(struct emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A check, with the clause of this step: a call returns this status; an expression is this.
void emit_status(struct emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_equal(struct emitter *e, const char *expected, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// An output of a call that failed is as it was.
void emit_kept(struct emitter *e, const char *expected, const char *expression);
// If this step must end in the asserting hook: checks that. True: there is nothing left to do.
bool emit_panic(struct emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Numbers as C. The text holds until a few more of these were made.
const char *emit_number(struct emitter *e, uintptr_t number);
const char *emit_value(struct emitter *e, unsigned value); // of the expected outcome
const char *emit_pid(struct emitter *e, const struct step *step);
char *emit_buffer(void);
#define EMIT_BUFFER 160u

// What the library may load and store in this step, and nothing else (watched).
void emit_rights(struct emitter *e);
void emit_no_rights(struct emitter *e);

// The checks of memory and processes.
void emit_touched(struct emitter *e);
void emit_process(struct emitter *e, unsigned process);
void emit_everything(struct emitter *e);

// The register that a step's buffer is in, and its type as it stands in names of functions.
const char *emit_step_buffer(struct emitter *e, const struct step *step);
const char *emit_buffer_type(const struct emitter *e, const struct step *step);

#endif
