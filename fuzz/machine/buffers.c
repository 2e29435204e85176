// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on buffers, and the enters that ops run in.
#include "machine/internal.h"

static bool is_default(const struct machine_buffer *buffer) {
  return procbuf_readonly_len(&buffer->ro) == 0 && procbuf_readonly_ptr(&buffer->ro) == 0 &&
         procbuf_readwrite_len(&buffer->rw) == 0 && procbuf_readwrite_ptr(&buffer->rw) == 0;
}

// Stores a freshly made handle; a failing constructor that touched it is BROKEN.
static void keep(struct machine *machine, const struct step *step, const struct machine_buffer *made,
                 procbuf_status status, struct outcome *outcome) {
  machine_report(outcome, status, is_default(made) ? MACHINE_UNTOUCHED : 0);
  if (status == PROCBUF_OK) machine->buffers[step->buffer] = *made;
}

static struct machine_buffer blank(const struct step *step) {
  return (struct machine_buffer){step->kind != STEP_READONLY, step->process, PROCBUF_READONLY_BUFFER_DEFAULT,
                                 PROCBUF_READWRITE_BUFFER_DEFAULT};
}

void machine_GET(struct machine *machine, const struct step *step, struct outcome *outcome) {
  struct machine_buffer made = blank(step);
  const procbuf_pid pid = machine_pid(machine, step);
  procbuf_kernel *kernel = &machine->kernel;
  procbuf_status status;
  if (step->kind == STEP_READONLY)
    status = procbuf_readonly_get(kernel, pid, step->driver, step->number, &made.ro);
  else if (step->kind == STEP_READWRITE)
    status = procbuf_readwrite_get(kernel, pid, step->driver, step->number, &made.rw);
  else
    status = procbuf_userspace_readable_get(kernel, pid, step->driver, step->number, &made.rw);
  keep(machine, step, &made, status, outcome);
  if (status == PROCBUF_OK) machine->got = true;
}

void machine_EXTERNAL(struct machine *machine, const struct step *step, struct outcome *outcome) {
  static const procbuf_external_process_capability forged;
  struct machine_buffer made = blank(step);
  const procbuf_external_process_capability *capability = step->capability ? &machine->capability : &forged;
  const procbuf_pid pid = machine_pid(machine, step);
  const procbuf_range range = {step->address, step->length};
  const procbuf_status status =
      made.readwrite ? procbuf_readwrite_external(capability, &machine->kernel, pid, range, &made.rw)
                     : procbuf_readonly_external(capability, &machine->kernel, pid, range, &made.ro);
  keep(machine, step, &made, status, outcome);
}

void machine_DEFAULT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine->buffers[step->buffer] = blank(step);
  outcome_set(outcome, WORD_OK);
}

void machine_CONSUME(struct machine *machine, const struct step *step, struct outcome *outcome) {
  struct machine_buffer *buffer = &machine->buffers[step->buffer];
  const procbuf_range range =
      buffer->readwrite ? procbuf_readwrite_consume(&buffer->rw) : procbuf_readonly_consume(&buffer->ro);
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_ADDRESS, range.address);
  outcome_add(outcome, VALUE_LENGTH, range.length);
}

void machine_LEN(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const struct machine_buffer *buffer = &machine->buffers[step->buffer];
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_LENGTH,
              buffer->readwrite ? procbuf_readwrite_len(&buffer->rw) : procbuf_readonly_len(&buffer->ro));
}

void machine_PTR(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const struct machine_buffer *buffer = &machine->buffers[step->buffer];
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_ADDRESS,
              buffer->readwrite ? procbuf_readwrite_ptr(&buffer->rw) : procbuf_readonly_ptr(&buffer->ro));
}

struct visit {
  struct machine *machine;
  const struct step *step;
  unsigned process; // whose buffer it is; the ops inside may put another in its place
  unsigned calls;
  procbuf_status returned;
};

static procbuf_status visit(struct visit *visit, struct machine_slice slice, size_t length) {
  struct machine *machine = visit->machine;
  if (visit->calls++ > 0) return visit->returned; // the caller sees the count: nothing is run twice
  slice.frame = ++machine->frames;
  machine->open[machine->nesting++] = (struct machine_enter){slice.frame, visit->process};
  machine->slices[visit->step->slice] = slice;
  struct outcome entered;
  outcome_set(&entered, WORD_OK);
  outcome_add(&entered, VALUE_LENGTH, length);
  visit->returned = (procbuf_status)machine->setup.inside(machine->setup.inside_context, &entered);
  machine->nesting--;
  return visit->returned;
}

static procbuf_status visit_readable(void *context, procbuf_readable slice) {
  return visit(context, (struct machine_slice){.r = slice}, procbuf_readable_len(slice));
}

static procbuf_status visit_writeable(void *context, procbuf_writeable slice) {
  return visit(context, (struct machine_slice){.writeable = true, .w = slice}, procbuf_writeable_len(slice));
}

// What a dead process's open enters had kept open ends with the last of them.
static void report_enter(const struct visit *visit, procbuf_status status, struct outcome *outcome) {
  if (!procbuf_process_is_live(&visit->machine->kernel, visit->machine->pids[visit->process]))
    machine_guard(visit->machine);
  outcome_set(outcome, machine_word(status));
  if (visit->calls == 0) return;
  outcome_set(outcome, visit->calls == 1 && status != PROCBUF_NOSUCHAPP ? WORD_OK : WORD_BROKEN);
  outcome_add(outcome, VALUE_NUMBER, (uintptr_t)status);
}

void machine_ENTER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const struct machine_buffer *buffer = &machine->buffers[step->buffer];
  struct visit context = {.machine = machine, .step = step, .process = buffer->process};
  const procbuf_status status = buffer->readwrite
                                    ? procbuf_readwrite_enter(&buffer->rw, visit_readable, &context)
                                    : procbuf_readonly_enter(&buffer->ro, visit_readable, &context);
  report_enter(&context, status, outcome);
}

void machine_MUT_ENTER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const struct machine_buffer *buffer = &machine->buffers[step->buffer];
  struct visit context = {.machine = machine, .step = step, .process = buffer->process};
  const procbuf_status status = procbuf_readwrite_mut_enter(&buffer->rw, visit_writeable, &context);
  report_enter(&context, status, outcome);
}

// The callback's return is the leave: there is nothing left to do.
void machine_LEAVE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  machine_NOP(machine, step, outcome);
}
