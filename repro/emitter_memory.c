// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What userspace and the kernel do to memory by themselves, and the checks of memory and processes: the model's
// bytes as a few runs, each of them short in C.
#include "emitter.h"

#include <string.h>

#define RUN_MIN 8u // a shorter run is not worth a line of its own
#define BYTES_MAX 16u

// ---- what is done to memory

void emit_USER_WRITE(struct emitter *e, const struct step *step) {
  emit_line(e, "pattern(%s, %s, 0x%02x, 1);", emit_number(e, step->address), emit_number(e, step->length),
            step->byte);
}

void emit_USER_READ(struct emitter *e, const struct step *step) {
  emit_use(e, PART_DIGEST);
  emit_use(e, PART_DIGEST_MEMORY);
  emit_equal(e, emit_value(e, 0), "digest(%s, %s)", emit_number(e, step->address),
             emit_number(e, step->length));
}

void emit_HEADER(struct emitter *e, const struct step *step) {
  emit_use(e, PART_HEADER);
  emit_line(e, "stream_header(%s, 0x%04x, 0x%04x, %s);", emit_number(e, step->address),
            step_header_field(step->byte2), step_header_field(step->byte),
            emit_number(e, (uint32_t)step->length));
}

void emit_RACE(struct emitter *e, const struct step *step) {
  (void)step;
  if (!e->watched) emit_line(e, "// Userspace changes it during the next call, here right after it.");
}

void emit_KERNEL_WRITE(struct emitter *e, const struct step *step) {
  emit_line(e, "pattern((uintptr_t)scratch + %zu, %s, 0x%02x, 1);", step->offset,
            emit_number(e, step->length), step->byte);
}

void emit_TO_USER(struct emitter *e, const struct step *step) {
  emit_call(e, "procbuf_to_user(&kernel, %s)", emit_pid(e, step));
}

void emit_FROM_USER(struct emitter *e, const struct step *step) {
  (void)step;
  emit_call(e, "procbuf_from_user(&kernel)");
}

// ---- what memory must hold

// A stretch of memory as the model sees it, all of it known.
struct stretch {
  const struct emitter *e;
  uintptr_t address;
  size_t length;
};

static uint8_t value(const struct stretch *stretch, size_t i) {
  struct model_cell cell = {0};
  model_cell(&stretch->e->l.model, stretch->address + i, &cell);
  return cell.value;
}

// How far the bytes go on as first, first + step, ...
static size_t counting_run(const struct stretch *stretch, size_t from, unsigned step) {
  const uint8_t first = value(stretch, from);
  size_t i = from;
  while (i < stretch->length && value(stretch, i) == (uint8_t)(first + step * (i - from)))
    i++;
  return i - from;
}

// Memory counts up in steps of its own at the start, is filled with a byte, or was written by the program.
static size_t longest_run(const struct stretch *stretch, size_t from, unsigned *step) {
  static const uint8_t steps[] = {0, 1, 3, 5, 7, 11};
  size_t longest = 0;
  for (unsigned i = 0; i < sizeof steps; i++) {
    const size_t run = counting_run(stretch, from, steps[i]);
    if (run > longest) longest = run, *step = steps[i];
  }
  return longest;
}

static bool run_begins(const struct stretch *stretch, size_t from) {
  unsigned step;
  return longest_run(stretch, from, &step) >= RUN_MIN;
}

static void check_run(struct emitter *e, const struct stretch *stretch, size_t from, size_t length,
                      unsigned step) {
  emit_use(e, PART_COUNTS);
  emit_line(e, "COUNTS(\"%s\", %s, %zu, 0x%02x, %u);", model_clause(&e->l.model),
            emit_number(e, stretch->address + from), length, value(stretch, from), step);
}

static size_t check_bytes(struct emitter *e, const struct stretch *stretch, size_t from) {
  size_t i = from;
  emit_use(e, PART_BYTES_ARE);
  emit_text(e, "  BYTES(\"%s\", %s, \"", model_clause(&e->l.model), emit_number(e, stretch->address + from));
  while (i < stretch->length && i - from < BYTES_MAX && (i == from || !run_begins(stretch, i)))
    emit_text(e, "\\x%02x", value(stretch, i++));
  emit_text(e, "\");\n");
  return i - from;
}

static void check_stretch(struct emitter *e, const struct stretch *stretch) {
  for (size_t i = 0; i < stretch->length;) {
    unsigned step;
    const size_t run = longest_run(stretch, i, &step);
    if (run < RUN_MIN) {
      i += check_bytes(e, stretch, i);
    } else {
      check_run(e, stretch, i, run, step);
      i += run;
    }
  }
}

static size_t known_from(const struct emitter *e, uintptr_t address, size_t length, bool known) {
  struct model_cell cell;
  size_t i = 0;
  while (i < length && model_cell(&e->l.model, address + i, &cell) && cell.known == known)
    i++;
  return i;
}

// What the model knows of a range; the rest are kernel objects, or open.
static void check_range(struct emitter *e, uintptr_t address, size_t length) {
  for (size_t i = 0; i < length;) {
    const struct stretch stretch = {e, address + i, known_from(e, address + i, length - i, true)};
    check_stretch(e, &stretch);
    i += stretch.length;
    i += known_from(e, address + i, length - i, false);
  }
}

// Bytes that the clause leaves open are zeroed, in the model too, so that what is read of them later is known.
static void settle(struct emitter *e, const struct model_span *span) {
  static const uint8_t zeros[MODEL_RAM_MAX];
  const size_t known = known_from(e, span->address, span->length, true);
  if (known == span->length) return;
  emit_line(e, "// The clause leaves open what is here: from now on it is zero.");
  emit_line(e, "pattern(%s, %zu, 0, 0);", emit_number(e, span->address + known), span->length - known);
  model_adopt(&e->l.model, span->address, zeros, span->length);
}

void emit_touched(struct emitter *e) {
  struct model_span spans[8];
  size_t count;
  const struct model_span *touched = model_touched(&e->l.model, &count);
  memcpy(spans, touched, count * sizeof *spans);
  for (size_t i = 0; i < count; i++)
    check_range(e, spans[i].address, spans[i].length);
  for (size_t i = 0; i < count && e->l.step.op == OP_APPEND_FROM; i++)
    settle(e, &spans[i]);
}

// ---- what the kernel must know of a process

void emit_process(struct emitter *e, unsigned process) {
  static const char *const states[] = {"RUNNING", "YIELDED", "STOPPED", "FAULTED", "TERMINATED"};
  struct model_view view;
  model_view(&e->l.model, process, &view);
  if (!view.held) return;
  emit_use(e, PART_PROCESS);
  emit_line(e, "PROCESS(\"%s\", %u, PROCBUF_%s, %s, %s, %s);", model_clause(&e->l.model), process,
            states[view.state], emit_number(e, view.brk), emit_number(e, view.kbrk),
            emit_number(e, view.hwm));
  if (e->failure->clause == NULL || strcmp(e->failure->clause, "P-HOOK") != 0) return;
  emit_use(e, PART_REFUSALS);
  emit_use(e, PART_HOOK);
  emit_use(e, PART_TOLD);
  emit_line(e, "TOLD(%u);", process);
}

static void check_blocks(struct emitter *e, unsigned process) {
  struct model_view view;
  model_view(&e->l.model, process, &view);
  emit_use(e, view.held ? PART_BLOCKS : PART_INFO);
  if (view.held)
    emit_line(e, "BLOCKS(%u, %s, %s, %s, %s, %s);", process, emit_number(e, view.ram),
              emit_number(e, view.end), emit_number(e, view.flash), emit_number(e, view.readable),
              emit_number(e, view.flash_end));
  else
    emit_line(e, "EQUAL(\"P-CREATE\", PROCBUF_NOSUCHAPP, procbuf_process_info_get(&kernel, pid[%u], &info));",
              process);
}

void emit_everything(struct emitter *e) {
  const struct machine_memory *memory = &e->l.machine.memory;
  emit_text(e, "\n");
  emit_line(e, "// All processes and all of memory.");
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    emit_process(e, i);
    check_blocks(e, i);
  }
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    if (!e->named[i]) continue;
    check_range(e, memory->blocks[i].ram, memory->blocks[i].ram_size);
    check_range(e, memory->blocks[i].flash, memory->blocks[i].flash_size);
  }
  check_range(e, (uintptr_t)memory->scratch, sizeof memory->scratch);
  check_range(e, (uintptr_t)memory->array, sizeof memory->array);
}
