// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The failure report: what a person needs to understand a failure, and the command that shows it again.
#include "lockstep/lockstep.h"
#include "lockstep/write.h"

#define SHADOW_ROW 16u
#define SHADOW_ROWS 3u

static void write_label(const struct text_sink *sink, const char *label) {
  write_text(sink, label);
  for (size_t i = __builtin_strlen(label); i < 10; i++)
    write_text(sink, " ");
}

static void report_step(const struct lockstep *l, const struct text_sink *sink) {
  const size_t step = l->failure.step;
  write_label(sink, "step:");
  write_decimal(sink, step + 1);
  write_text(sink, ": ");
  if (step < l->program->op_count)
    program_print_op(&l->program->ops[step], sink);
  else
    write_text(sink, "the end of the program");
  write_text(sink, "\n");
}

static void report_result(const struct lockstep *l, const struct text_sink *sink) {
  write_label(sink, "expected:");
  lockstep_print_outcome(l, &l->failure.expected, sink);
  write_text(sink, "\n");
  write_label(sink, "actual:");
  lockstep_print_outcome(l, &l->failure.actual, sink);
  write_text(sink, "\n");
}

static void report_state_number(const struct lockstep *l, const char *label, uintptr_t number,
                                const struct text_sink *sink) {
  write_label(sink, label);
  write_text(sink, "p");
  write_decimal(sink, l->failure.process);
  write_text(sink, " ");
  write_text(sink, l->failure.what);
  write_text(sink, " = ");
  lockstep_print_address(l, number, sink);
  write_text(sink, "\n");
}

static void report_byte(const struct lockstep *l, const char *label, uint8_t byte,
                        const struct text_sink *sink) {
  write_label(sink, label);
  write_text(sink, "0x");
  write_hex(sink, byte, 2);
  write_text(sink, " at ");
  lockstep_print_address(l, l->failure.address, sink);
  write_text(sink, "\n");
}

static void report_access(const struct lockstep *l, const struct text_sink *sink) {
  static const char *const verdicts[] = {
      "fine",
      ", where this step has no access",
      ", where this step has access only in the other direction",
      ", a second time in one call",
      ", which the same call wrote",
      ", of no bytes",
      ", through the wrong door",
  };
  write_label(sink, "access:");
  write_text(sink, l->failure.store ? "a store at " : "a load at ");
  lockstep_print_address(l, l->failure.address, sink);
  write_text(sink, verdicts[l->failure.verdict]);
  write_text(sink, "\n");
}

static void report_right(const struct lockstep *l, const char *label, enum userspace_right right,
                         const struct text_sink *sink) {
  static const char *const rights[] = {" may not touch ", " may read ", " may read and write "};
  write_label(sink, label);
  write_text(sink, "p");
  write_decimal(sink, l->failure.process);
  write_text(sink, rights[right]);
  lockstep_print_address(l, l->failure.address, sink);
  write_text(sink, "\n");
}

static const char *owner_letter(const struct model_cell *cell) {
  static const char *const letters[] = {".", "a", "h", "g", "s", "p", "f", "k", "k"};
  return letters[cell->owner];
}

static void report_shadow_byte(const struct lockstep *l, uintptr_t address, const struct text_sink *sink) {
  struct model_cell cell;
  write_text(sink, address == l->failure.address ? " >" : "  ");
  if (!model_cell(&l->model, address, &cell)) {
    write_text(sink, "--.");
    return;
  }
  if (cell.known)
    write_hex(sink, cell.value, 2);
  else
    write_text(sink, "??");
  write_text(sink, owner_letter(&cell));
}

static void report_actual_byte(const struct lockstep *l, uintptr_t address, const struct text_sink *sink) {
  uint8_t byte;
  write_text(sink, "  ");
  if (!memory_holds(&l->machine.memory, address, 1)) {
    write_text(sink, "-- ");
    return;
  }
  memory_peek(address, &byte, 1);
  write_hex(sink, byte, 2);
  write_text(sink, " ");
}

static void report_row(const struct lockstep *l, uintptr_t row, const struct text_sink *sink) {
  write_text(sink, "  shadow");
  for (unsigned i = 0; i < SHADOW_ROW; i++)
    report_shadow_byte(l, row + i, sink);
  write_text(sink, "   ");
  lockstep_print_address(l, row, sink);
  write_text(sink, "\n  memory");
  for (unsigned i = 0; i < SHADOW_ROW; i++)
    report_actual_byte(l, row + i, sink);
  write_text(sink, "\n");
}

static void report_shadow(const struct lockstep *l, const struct text_sink *sink) {
  const uintptr_t first = l->failure.address - l->failure.address % SHADOW_ROW - SHADOW_ROW;
  write_text(sink, "shadow:   a = application, h = hole, g = grant, s = slots, p = protected header, f = "
                   "flash, k = kernel, . = nobody's\n");
  for (unsigned i = 0; i < SHADOW_ROWS; i++)
    report_row(l, first + i * SHADOW_ROW, sink);
}

static void report_expectation(const struct lockstep *l, const struct text_sink *sink) {
  if (l->failure.has_result) report_result(l, sink);
  switch (l->failure.check) {
  case CHECK_STATE:
    report_state_number(l, "expected:", l->failure.expected_number, sink);
    report_state_number(l, "actual:", l->failure.actual_number, sink);
    break;
  case CHECK_MEMORY:
    report_byte(l, "expected:", l->failure.expected_byte, sink);
    report_byte(l, "actual:", l->failure.actual_byte, sink);
    break;
  case CHECK_ACCESS:
    report_access(l, sink);
    break;
  case CHECK_PROTECTION:
    report_right(l, "expected:", l->failure.expected_right, sink);
    report_right(l, "actual:", l->failure.actual_right, sink);
    break;
  case CHECK_RESULT:
  case CHECK_NONE:
    break;
  }
  if (l->failure.has_address) report_shadow(l, sink);
}

void lockstep_print_digits(const struct program *program, const struct text_sink *sink) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  const size_t size = program_encode(program, bytes);
  for (size_t i = 0; i < size; i++)
    write_hex(sink, bytes[i], 2);
}

static void report_replay(const struct lockstep *l, const struct text_sink *sink) {
  write_text(sink, "replay:   build/asan/replay --trace --hex ");
  lockstep_print_digits(l->program, sink);
  write_text(sink, "\n");
}

const char *lockstep_check_name(enum lockstep_check check) {
  static const char *const names[] = {"none", "result", "state", "memory", "access", "protection"};
  return names[check];
}

static void report_line(const char *label, const char *text, const struct text_sink *sink) {
  write_label(sink, label);
  write_text(sink, text);
  write_text(sink, "\n");
}

// What failed, by what rule, and where in the library.
static void report_failure(const struct lockstep *l, const struct lockstep_notes *notes,
                           const struct text_sink *sink) {
  char name[LOCKSTEP_NAME_MAX];
  lockstep_failure_name(l, name);
  report_line("finding:", name, sink);
  report_line("clause:", l->failure.clause, sink);
  if (notes->says) report_line("says:", notes->says, sink);
  report_line("check:", lockstep_check_name(l->failure.check), sink);
  for (size_t i = 0; i < notes->function_count; i++)
    report_line("in:", notes->functions[i], sink);
}

void lockstep_report(const struct lockstep *l, const struct lockstep_notes *notes,
                     const struct text_sink *sink) {
  static const struct lockstep_notes none;
  write_text(sink, "== procbuf lockstep failure\n");
  report_failure(l, notes ? notes : &none, sink);
  report_step(l, sink);
  report_expectation(l, sink);
  write_text(sink, "program:\n");
  program_print(l->program, sink);
  report_replay(l, sink);
  write_text(sink, "== end of procbuf lockstep failure\n");
}
