// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The order of things: the steps of a program one after the other, each on the model and then as C.
#include "emitter.h"

#include <stdlib.h>
#include <string.h>

static emit_op *const handlers[OP_COUNT] = {
#define OP(code, ...) [OP_##code] = emit_##code,
#include "program/ops.def"
#undef OP
};

// Ops that can change what the kernel knows of their process.
static const bool changes_process[OP_COUNT] = {
    [OP_RESTART] = true,      [OP_TERMINATE] = true, [OP_FAULT] = true, [OP_STATE] = true,
    [OP_BRK] = true,          [OP_SBRK] = true,      [OP_GRANT] = true, [OP_VISIT] = true,
    [OP_DRIVER_STATE] = true, [OP_EXTERNAL] = true,  [OP_ALLOW] = true, [OP_SVC] = true,
};

// Ops that call nothing of the library.
static const bool calls_nothing[OP_COUNT] = {
    [OP_NOP] = true,          [OP_LAYOUT_RAM] = true, [OP_LAYOUT_FLASH] = true, [OP_LET] = true,
    [OP_LET_LENGTH] = true,   [OP_LET_RAW] = true,    [OP_REFUSE] = true,       [OP_RACE] = true,
    [OP_GRANT_WRITE] = true,  [OP_HEADER] = true,     [OP_USER_WRITE] = true,   [OP_USER_READ] = true,
    [OP_KERNEL_WRITE] = true, [OP_DEVICE] = true,
};

// Ops that change memory by themselves, without the library.
static const bool changes_memory[OP_COUNT] = {
    [OP_GRANT_WRITE] = true, [OP_DRIVER_STATE] = true, [OP_HEADER] = true,
    [OP_USER_WRITE] = true,  [OP_KERNEL_WRITE] = true, [OP_DEVICE] = true,
};

static void write_body(void *context, const char *text, size_t length) {
  fwrite(text, 1, length, ((struct emit_body *)context)->file);
}

static void announce(struct emitter *e, size_t index, const struct op *op) {
  const struct text_sink sink = {&e->bodies[e->depth], write_body};
  emit_text(e, "\n  // %zu: ", index + 1);
  program_print_op(op, &sink);
  if (e->expected.word == WORD_REFUSED) emit_text(e, " (can't be carried out in this state)");
  if (e->failure->check && index == e->failure->step) emit_text(e, " <- fails");
  emit_text(e, "\n");
}

// Without watched accesses a race has no moment between two of them.
static void strike(struct emitter *e) {
  uintptr_t address;
  uint8_t byte;
  struct model_cell cell;
  if (e->watched || !model_race(&e->l.model, &address, &byte) || !model_reads(&e->l.model, address)) return;
  if (!model_cell(&e->l.model, address, &cell) || cell.may_write) return;
  emit_line(e, "pattern(%s, 1, 0x%02x, 0); // userspace", emit_number(e, address), byte);
}

// Whose call is written at the leave.
static bool is_enter(const struct emitter *e, const struct op *op) {
  const bool enter = op->code == OP_ENTER || op->code == OP_MUT_ENTER;
  return op->code == OP_LEAVE || (enter && e->expected.word == WORD_OK);
}

static void run_step(struct emitter *e, size_t index, const struct op *op) {
  lockstep_foresee_step(&e->l, op, &e->expected);
  const struct step step = e->l.step;
  if (op->code != OP_LEAVE || index < e->l.program->op_count) announce(e, index, op);
  if (e->expected.word == WORD_REFUSED) return;
  if (!calls_nothing[op->code] && !is_enter(e, op)) emit_rights(e);
  handlers[op->code](e, &step);
  strike(e);
  if (changes_process[op->code]) emit_process(e, step.process);
  if (!changes_memory[op->code]) emit_touched(e);
}

static void leave_all(struct emitter *e) {
  static const struct op leave = {.code = OP_LEAVE};
  while (e->depth > 0)
    run_step(e, e->l.program->op_count, &leave);
}

static void run_program(struct emitter *e) {
  const struct program *program = e->l.program;
  const bool cut = e->failure->check && e->failure->step < program->op_count;
  const size_t count = cut ? e->failure->step + 1 : program->op_count;
  for (size_t i = 0; i < count; i++)
    run_step(e, i, &program->ops[i]);
  // What a step spoils is seen right behind it.
  if (cut) emit_everything(e);
  leave_all(e);
  if (!cut) emit_everything(e);
}

static void begin(struct emitter *e, const struct program *program) {
  for (unsigned i = 0; i < program->process_count; i++)
    e->named[i] = program->layout != PROGRAM_LAYOUT_ABSTRACT;
  lockstep_foresee(&e->l, program);
  if (program->granule == STEP_GRANULE_EIGHTH) emit_use(e, PART_GRANULE_END);
  if (program->process_count < STEP_PROCESS_SLOTS) {
    const struct machine_block *next = &e->l.machine.memory.blocks[program->process_count];
    e->pending = (procbuf_layout){next->ram,   next->ram_size,   next->initial_break,
                                  next->flash, next->flash_size, next->header};
  }
  e->bodies[0].file = emit_open(&e->bodies[0].text, &e->bodies[0].size);
  e->callbacks = emit_open(&e->callbacks_text, &e->callbacks_size);
}

static bool close_all(struct emitter *e) {
  return fclose(e->bodies[0].file) == 0 && fclose(e->callbacks) == 0;
}

bool emitter_run(struct emitter *e, const struct program *program, FILE *out) {
  begin(e, program);
  run_program(e);
  const bool made = close_all(e);
  if (made) {
    emit_prologue(e, out);
    fprintf(out, "%sint main(void) {\n  set_up();\n%s\n  puts(\"passed\");\n  return 0;\n}\n%s",
            e->callbacks_text, e->bodies[0].text, e->watched ? "\n#endif\n" : "");
  }
  free(e->bodies[0].text);
  free(e->callbacks_text);
  return made && fflush(out) == 0 && !ferror(out);
}
