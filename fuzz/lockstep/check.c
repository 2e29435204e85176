// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lockstep/check.h"

struct lockstep_failure *check_fail(struct lockstep *l, enum lockstep_check check, size_t index,
                                    const char *clause) {
  if (l->failure.check != CHECK_NONE) return 0;
  l->failure = (struct lockstep_failure){.check = check, .step = index, .clause = clause};
  if (l->options.failed) l->options.failed(l);
  return &l->failure;
}

void fail_access(struct lockstep *l, bool store, enum model_verdict verdict, uintptr_t address) {
  static const char *const clauses[] = {"-", "X-BOUNDS", "B-RO", "X-FETCH1", "X-FETCH1", "X-ZERO", "X-DOOR"};
  struct lockstep_failure *failure = check_fail(l, CHECK_ACCESS, l->current, clauses[verdict]);
  if (!failure) return;
  failure->has_address = true;
  failure->address = address;
  failure->store = store;
  failure->verdict = verdict;
}

// A step that failed by an access may fail by its result too; then the result says more about the cause.
static void check_result(struct lockstep *l, size_t index, const struct outcome *expected,
                         const struct outcome *actual) {
  if (outcome_equal(expected, actual)) return;
  check_fail(l, CHECK_RESULT, index, "-");
  if (l->failure.step != index) return;
  l->failure.clause = model_clause(&l->model);
  l->failure.has_result = true;
  l->failure.expected = *expected;
  l->failure.actual = *actual;
}

static void check_fact(struct lockstep *l, size_t index, unsigned process, const char *clause,
                       const char *what, uintptr_t expected, uintptr_t actual) {
  if (expected == actual) return;
  struct lockstep_failure *failure = check_fail(l, CHECK_STATE, index, clause);
  if (!failure) return;
  failure->process = process;
  failure->what = what;
  failure->expected_number = expected;
  failure->actual_number = actual;
}

static void check_number(struct lockstep *l, size_t index, unsigned process, const char *what,
                         uintptr_t expected, uintptr_t actual) {
  check_fact(l, index, process, model_clause(&l->model), what, expected, actual);
}

static uintptr_t state_number(procbuf_state state) {
  switch (state) {
  case PROCBUF_RUNNING:
    return STEP_RUNNING;
  case PROCBUF_YIELDED:
    return STEP_YIELDED;
  case PROCBUF_STOPPED:
    return STEP_STOPPED;
  case PROCBUF_FAULTED:
    return STEP_FAULTED;
  case PROCBUF_TERMINATED:
    return STEP_TERMINATED;
  case PROCBUF_STATE_FREE:
    break;
  }
  return UINTPTR_MAX;
}

// What the hook has heard last of a process is so. Its bounds, which never change, are for shapes that go by them.
static void check_told(struct lockstep *l, size_t index, unsigned process, const struct model_view *view) {
  const procbuf_process_info *told = &l->machine.told[process];
  const bool dead = told->state == PROCBUF_FAULTED || told->state == PROCBUF_TERMINATED;
  check_fact(l, index, process, "P-HOOK", "life told to the hook", view->live, !dead);
  if (!view->live) return;
  check_fact(l, index, process, "P-HOOK", "break told to the hook", view->brk, told->app_break);
  check_fact(l, index, process, "P-HOOK", "kernel break told to the hook", view->kbrk, told->kernel_break);
}

static void check_process(struct lockstep *l, size_t index, unsigned process) {
  struct model_view view;
  procbuf_process_info info;
  model_view(&l->model, process, &view);
  const bool held = machine_info(&l->machine, process, &info);
  check_number(l, index, process, "held", view.held, held);
  if (!held || !view.held) return;
  check_number(l, index, process, "state", view.state, state_number(info.state));
  check_number(l, index, process, "start of RAM", view.ram, info.ram_start);
  check_number(l, index, process, "end of RAM", view.end, info.ram_end);
  check_number(l, index, process, "break", view.brk, info.app_break);
  check_number(l, index, process, "kernel break", view.kbrk, info.kernel_break);
  check_number(l, index, process, "high-water mark", view.hwm, info.high_water_mark);
  check_number(l, index, process, "start of flash", view.flash, info.flash_start);
  check_number(l, index, process, "readable flash", view.readable, info.flash_readable);
  check_number(l, index, process, "end of flash", view.flash_end, info.flash_end);
  check_number(l, index, process, "live", view.live,
               procbuf_process_is_live(&l->machine.kernel, l->machine.pids[process]));
  check_told(l, index, process, &view);
}

#define PIECE 256u

static void check_piece(struct lockstep *l, size_t index, uintptr_t address, size_t length) {
  uint8_t actual[PIECE];
  memory_peek(address, actual, length);
  const size_t at = model_differs(&l->model, address, actual, length);
  if (at < length) {
    struct lockstep_failure *failure = check_fail(l, CHECK_MEMORY, index, model_clause(&l->model));
    struct model_cell cell = {0};
    model_cell(&l->model, address + at, &cell);
    if (!failure) return;
    failure->has_address = true;
    failure->address = address + at;
    failure->expected_byte = cell.value;
    failure->actual_byte = actual[at];
  }
  if (l->step.op == OP_APPEND_FROM) model_adopt(&l->model, address, actual, length);
}

static void check_memory(struct lockstep *l, size_t index, uintptr_t address, size_t length) {
  while (length > 0 && l->failure.check == CHECK_NONE) {
    const size_t piece = length < PIECE ? length : PIECE;
    check_piece(l, index, address, piece);
    address += piece;
    length -= piece;
  }
}

static void check_touched(struct lockstep *l, size_t index) {
  size_t count;
  const struct model_span *spans = model_touched(&l->model, &count);
  for (size_t i = 0; i < count; i++)
    if (memory_holds(&l->machine.memory, spans[i].address, spans[i].length))
      check_memory(l, index, spans[i].address, spans[i].length);
}

void check_all(struct lockstep *l, size_t index) {
  const struct machine_memory *memory = &l->machine.memory;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    check_process(l, index, i);
    check_memory(l, index, memory->blocks[i].ram, memory->blocks[i].ram_size);
    check_memory(l, index, memory->blocks[i].flash, memory->blocks[i].flash_size);
    check_protection(l, index, i);
  }
  check_memory(l, index, (uintptr_t)memory->scratch, sizeof memory->scratch);
  check_memory(l, index, (uintptr_t)memory->array, sizeof memory->array);
}

void check_step(struct lockstep *l, size_t index, const struct outcome *expected,
                const struct outcome *actual) {
  check_result(l, index, expected, actual);
  check_process(l, index, l->step.process);
  check_touched(l, index);
  check_protection_edges(l, index, l->step.process);
  if (l->options.thorough) check_all(l, index);
}
