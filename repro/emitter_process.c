// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops on processes, breaks and grants as calls.
#include "emitter.h"

#include <inttypes.h>

// Sets the output to what no call returns; after the call it is the expected value, or untouched.
static void begin_output(struct emitter *e, enum emit_part part, const char *output) {
  emit_use(e, part);
  emit_line(e, "%s = UNTOUCHED;", output);
}

static void end_output(struct emitter *e, const char *output) {
  if (e->expected.word == WORD_OK)
    emit_equal(e, emit_value(e, 0), "%s", output);
  else
    emit_kept(e, "UNTOUCHED", output);
}

void emit_NOP(struct emitter *e, const struct step *step) {
  (void)e, (void)step;
}

static void suggest_layout(struct emitter *e, uintptr_t next) {
  const struct machine_block none = {0};
  const struct machine_block *block = next < STEP_PROCESS_SLOTS ? &e->l.machine.memory.blocks[next] : &none;
  e->pending = (procbuf_layout){block->ram,   block->ram_size,   block->initial_break,
                                block->flash, block->flash_size, block->header};
}

void emit_CREATE(struct emitter *e, const struct step *step) {
  const procbuf_layout *layout = &e->pending;
  (void)step;
  begin_output(e, PART_NEW_PID, "new_pid.index");
  emit_line(e, "layout = (procbuf_layout){%s, %s, %s, %s, %s, %s};", emit_number(e, layout->ram_start),
            emit_number(e, layout->ram_size), emit_number(e, layout->initial_break),
            emit_number(e, layout->flash_start), emit_number(e, layout->flash_size),
            emit_number(e, layout->header_size));
  emit_status(e, "procbuf_process_create(&kernel, &layout, &new_pid)");
  end_output(e, "new_pid.index");
  if (e->expected.word != WORD_OK) return;
  emit_line(e, "pid[%" PRIuPTR "] = new_pid;", e->expected.values[0]);
  suggest_layout(e, e->expected.values[0] + 1);
  emit_process(e, (unsigned)e->expected.values[0]);
}

void emit_LAYOUT_RAM(struct emitter *e, const struct step *step) {
  e->pending.ram_start = step->address;
  e->pending.ram_size = step->length;
  e->pending.initial_break = step->length2;
}

void emit_LAYOUT_FLASH(struct emitter *e, const struct step *step) {
  e->pending.flash_start = step->address;
  e->pending.flash_size = step->length;
  e->pending.header_size = step->length2;
}

void emit_RESTART(struct emitter *e, const struct step *step) {
  begin_output(e, PART_NEW_PID, "new_pid.index");
  emit_status(e, "procbuf_process_restart(&kernel, %s, &new_pid)", emit_pid(e, step));
  if (e->expected.word != WORD_OK) {
    emit_kept(e, "UNTOUCHED", "new_pid.index");
    return;
  }
  emit_use(e, PART_OLD_PID);
  emit_line(e, "old_pid[%u] = pid[%u];", step->process, step->process);
  emit_line(e, "pid[%u] = new_pid;", step->process);
}

void emit_TERMINATE(struct emitter *e, const struct step *step) {
  emit_status(e, "procbuf_process_terminate(&kernel, %s)", emit_pid(e, step));
}

void emit_FAULT(struct emitter *e, const struct step *step) {
  emit_status(e, "procbuf_process_fault(&kernel, %s)", emit_pid(e, step));
}

void emit_STATE(struct emitter *e, const struct step *step) {
  static const char *const states[] = {"RUNNING", "YIELDED", "STOPPED", "FAULTED", "TERMINATED"};
  emit_status(e, "procbuf_process_set_state(&kernel, %s, PROCBUF_%s)", emit_pid(e, step),
              states[step->state]);
}

void emit_LIVE(struct emitter *e, const struct step *step) {
  emit_equal(e, e->expected.values[0] ? "true" : "false", "procbuf_process_is_live(&kernel, %s)",
             emit_pid(e, step));
}

void emit_BRK(struct emitter *e, const struct step *step) {
  begin_output(e, PART_ADDRESS, "address");
  emit_status(e, "procbuf_brk(&kernel, %s, %s, &address)", emit_pid(e, step), emit_number(e, step->address));
  end_output(e, "address");
}

// An increment as a signed number; the conversion from an unsigned one keeps its bits on all that the library runs on.
static const char *increment(struct emitter *e, uintptr_t number) {
  char *text = emit_buffer();
  if (0 - number < 0x8000 && number != 0)
    snprintf(text, EMIT_BUFFER, "-%" PRIuPTR, 0 - number);
  else
    snprintf(text, EMIT_BUFFER, number < 0x8000 ? "%s" : "(intptr_t)(%s)", emit_number(e, number));
  return text;
}

void emit_SBRK(struct emitter *e, const struct step *step) {
  begin_output(e, PART_ADDRESS, "address");
  emit_status(e, "procbuf_sbrk(&kernel, %s, %s, &address)", emit_pid(e, step), increment(e, step->length));
  end_output(e, "address");
}

void emit_GRANT(struct emitter *e, const struct step *step) {
  begin_output(e, PART_ADDRESS, "address");
  emit_status(e, "procbuf_grant_allocate(&kernel, %s, %s, %s, &address)", emit_pid(e, step),
              emit_number(e, step->length), emit_number(e, step->alignment));
  end_output(e, "address");
}

void emit_GRANT_WRITE(struct emitter *e, const struct step *step) {
  emit_line(e, "pattern(%s, %s, 0x%02x, 1);", emit_number(e, step->address), emit_number(e, step->length),
            step->byte);
}

void emit_DRIVER_STATE(struct emitter *e, const struct step *step) {
  emit_use(e, PART_STATE);
  emit_line(e, "state = scratch;");
  emit_status(e, "procbuf_grant_state(&kernel, %s, %s, &state)", emit_pid(e, step),
              emit_number(e, step->driver));
  if (e->expected.word != WORD_OK) {
    emit_kept(e, "true", "state == scratch");
    return;
  }
  emit_use(e, PART_DIGEST);
  emit_use(e, PART_DIGEST_MEMORY);
  emit_equal(e, emit_value(e, 0), "digest((uintptr_t)state, %u)", STEP_DRIVER_STATE);
  emit_line(e, "pattern((uintptr_t)state, %u, 0x%02x, 0);", STEP_DRIVER_STATE, step->byte);
}

void emit_PID_AT(struct emitter *e, const struct step *step) {
  begin_output(e, PART_NEW_PID, "new_pid.index");
  emit_status(e, "procbuf_process_pid(&kernel, %u, &new_pid)",
              step->process + (step->stale ? STEP_PROCESS_SLOTS : 0u));
  if (e->expected.word != WORD_OK) {
    emit_kept(e, "UNTOUCHED", "new_pid.index");
    return;
  }
  emit_equal(e, "true", "new_pid.index == pid[%u].index && new_pid.generation == pid[%u].generation",
             step->process, step->process);
}

void emit_VISIT(struct emitter *e, const struct step *step) {
  emit_use(e, PART_VISIT);
  emit_line(e, "visited = 0;");
  emit_line(e, "ended = %s;", emit_pid(e, step));
  emit_call(e, "procbuf_process_each(&kernel, visit, NULL)");
  emit_equal(e, emit_value(e, 0), "visited");
}

void emit_PUT(struct emitter *e, const struct step *step) {
  emit_status(e, "procbuf_process_write(&kernel, %s, %s, scratch + %zu, %s)", emit_pid(e, step),
              emit_number(e, step->address), step->offset, emit_number(e, step->length));
}

void emit_REFUSE(struct emitter *e, const struct step *step) {
  emit_use(e, PART_REFUSALS);
  emit_use(e, PART_HOOK);
  emit_line(e, "refusals = %u;", step->byte);
}
