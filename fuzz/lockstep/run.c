// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Running a program in lockstep. The model goes first and says what must come of a step and which bytes it
// may touch; then the machine runs it under the model's eyes; then everything is compared.
#include "lockstep/check.h"
#include "lockstep/write.h"

// An enter whose callback may be running. They nest as the C stack does.
struct lockstep_enter {
  size_t index;
  struct step step;
  struct outcome expected;
  bool ran;
};

static void trace(const struct lockstep *l, size_t index, const struct outcome *outcome,
                  const struct text_sink *sink) {
  if (index < l->program->op_count)
    program_print_op(&l->program->ops[index], sink);
  else
    write_text(sink, "(end) leave ok");
  write_text(sink, " -> ");
  lockstep_print_outcome(l, outcome, sink);
  write_text(sink, "\n");
}

// A step is over: whoever wants to know is told.
static void tell(const struct lockstep *l, size_t index, const struct outcome *outcome) {
  const struct lockstep_observer *observer = l->options.observer;
  if (l->options.trace) trace(l, index, outcome, l->options.trace);
  if (observer) observer->step(observer->context, l, index, outcome);
}

static void arm_race(struct lockstep *l) {
  uintptr_t address;
  uint8_t byte;
  if (model_race(&l->model, &address, &byte)) machine_race_arm(&l->machine, address, byte);
}

// A plain build has no moment between two accesses: there the byte changes after the step, as it would for a
// library that keeps X-FETCH1.
static bool race_late(struct lockstep *l, uintptr_t address, uint8_t byte) {
  struct model_cell cell;
  if (!model_reads(&l->model, address)) return false;
  if (model_cell(&l->model, address, &cell) && !cell.may_write) memory_poke(address, &byte, 1);
  return true;
}

static void settle_race(struct lockstep *l) {
  uintptr_t address;
  uint8_t byte;
  if (!model_race(&l->model, &address, &byte)) return;
  const bool fired = machine_is_watched() ? machine_race_fired(&l->machine) : race_late(l, address, byte);
  if (fired) model_race_fired(&l->model);
}

static void finish_step(struct lockstep *l, size_t index, const struct outcome *expected,
                        const struct outcome *outcome) {
  struct outcome actual = *outcome;
  settle_race(l);
  if (l->options.canary != CANARY_NONE) canary_sing(l, l->options.canary, &actual);
  tell(l, index, &actual);
  check_step(l, index, expected, &actual);
}

static void run_ops(struct lockstep *l);

static void run_enter(struct lockstep *l, size_t index, const struct outcome *expected) {
  struct lockstep_enter *outer = l->enter;
  struct lockstep_enter enter = {.index = index, .step = l->step, .expected = *expected};
  struct outcome actual;
  l->enter = &enter;
  machine_step(&l->machine, &enter.step, &actual);
  l->enter = outer;
  if (!enter.ran)
    finish_step(l, index, expected, &actual);
  else if (l->failure.check == CHECK_NONE)
    finish_step(l, l->leave_step, &l->leave, &actual);
}

static void run_step(struct lockstep *l, size_t index, const struct op *op) {
  struct outcome expected, actual;
  lockstep_resolve(l, op, &l->step);
  l->current = index;
  l->steps++;
  model_step(&l->model, &l->step, &expected);
  if (expected.word == WORD_REFUSED) {
    l->refused++;
    tell(l, index, &expected);
    return;
  }
  if (op->code == OP_LEAVE) {
    l->leave = expected;
    l->leave_step = index;
    return;
  }
  arm_race(l);
  if (op->code == OP_ENTER || op->code == OP_MUT_ENTER) {
    run_enter(l, index, &expected);
    return;
  }
  machine_step(&l->machine, &l->step, &actual);
  finish_step(l, index, &expected, &actual);
}

// Runs ops until the program ends, something fails, or the innermost enter is left.
static void run_ops(struct lockstep *l) {
  const unsigned depth = model_nesting(&l->model);
  while (l->failure.check == CHECK_NONE && l->next < l->program->op_count &&
         model_nesting(&l->model) == depth) {
    const size_t index = l->next++;
    run_step(l, index, &l->program->ops[index]);
  }
}

static uint8_t inside(void *context, const struct outcome *entered) {
  static const struct op leave = {.code = OP_LEAVE};
  struct lockstep *l = context;
  struct lockstep_enter *enter = l->enter;
  enter->ran = true;
  finish_step(l, enter->index, &enter->expected, entered);
  if (l->failure.check != CHECK_NONE) return 0;
  const unsigned depth = model_nesting(&l->model);
  run_ops(l);
  if (l->failure.check == CHECK_NONE && model_nesting(&l->model) == depth)
    run_step(l, l->program->op_count, &leave);
  return l->leave.count ? (uint8_t)l->leave.values[0] : 0;
}

typedef enum model_verdict judge_access(struct model *model, uintptr_t address, size_t length, size_t *bad);

static void observe(struct lockstep *l, judge_access *judge, bool store, uintptr_t address, size_t length) {
  if (l->starting || l->options.blind) return;
  size_t bad = 0;
  const enum model_verdict verdict = judge(&l->model, address, length, &bad);
  if (verdict != VERDICT_FINE) fail_access(l, store, verdict, address + bad);
}

static void observe_load(void *context, uintptr_t address, size_t length) {
  observe(context, model_load, false, address, length);
}

static void observe_store(void *context, uintptr_t address, size_t length) {
  observe(context, model_store, true, address, length);
}

static void observe_zero(void *context, uintptr_t address, size_t length) {
  observe(context, model_zeroing, true, address, length);
}

static void start_machine(struct lockstep *l) {
  const struct machine_setup setup = {
      .process_count = l->program->process_count,
      .layout = l->program->layout,
      .lives = l->program->lives,
      .granule = l->program->granule,
      .observer = {l, observe_load, observe_store, observe_zero},
      .inside = inside,
      .inside_context = l,
  };
  l->starting = true;
  machine_start(&l->machine, &setup);
  l->starting = false;
}

typedef struct model_driver driver_of(const struct lockstep *l, unsigned driver);

static struct model_driver driver_as_planned(const struct lockstep *l, unsigned driver) {
  (void)l;
  const struct machine_driver_plan *plan = &machine_driver_plans[driver];
  const unsigned slots = (unsigned)plan->readonly + plan->readwrite + plan->userspace_readable;
  return (struct model_driver){plan->number,     plan->readonly,
                               plan->readwrite,  plan->userspace_readable,
                               plan->grant_size, slots * 2 * sizeof(uintptr_t)};
}

static struct model_driver driver_of_library(const struct lockstep *l, unsigned driver) {
  struct model_driver made = driver_as_planned(l, driver);
  made.grant_size = machine_grant_size(&l->machine, driver);
  made.opaque_size = machine_slots_size(&l->machine, driver);
  return made;
}

static void start_model(struct lockstep *l, driver_of *driver) {
  const struct machine_memory *memory = &l->machine.memory;
  struct model_setup setup = {
      .abstract = memory->abstract,
      .split = PROCBUF_ACCESS_SPLIT,
      .process_count = l->program->process_count,
      .lives = l->program->lives,
      .granule = l->program->granule,
      .scratch = (uintptr_t)memory->scratch,
      .array = (uintptr_t)memory->array,
  };
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &memory->blocks[i];
    setup.blocks[i] = (struct model_block){block->ram,   block->ram_size,   block->initial_break,
                                           block->flash, block->flash_size, block->header};
  }
  for (unsigned i = 0; i < STEP_DRIVERS; i++)
    setup.drivers[i] = driver(l, i);
  model_start(&l->model, &setup);
}

bool lockstep_run(struct lockstep *l, const struct program *program, const struct lockstep_options *options) {
  l->program = program;
  l->options = *options;
  l->failure = (struct lockstep_failure){.check = CHECK_NONE};
  l->next = 0;
  l->current = 0;
  l->enter = 0;
  l->step = (struct step){0};
  start_machine(l);
  start_model(l, driver_of_library);
  run_ops(l);
  if (l->failure.check == CHECK_NONE) check_all(l, program->op_count);
  return l->failure.check == CHECK_NONE;
}

void lockstep_foresee(struct lockstep *l, const struct program *program) {
  l->program = program;
  l->options = (struct lockstep_options){.thorough = false};
  memory_start(&l->machine.memory, program->layout);
  start_model(l, driver_as_planned);
}

// A race strikes as in a plain build: a library that keeps X-FETCH1 fetches each byte that it may read.
void lockstep_foresee_step(struct lockstep *l, const struct op *op, struct outcome *expected) {
  uintptr_t address;
  uint8_t byte;
  lockstep_resolve(l, op, &l->step);
  model_step(&l->model, &l->step, expected);
  if (model_race(&l->model, &address, &byte) && model_reads(&l->model, address)) model_race_fired(&l->model);
}
