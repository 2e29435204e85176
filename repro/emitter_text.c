// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Lines of C, and numbers that mean the same in the C program as they did in the testbed: addresses are named by
// the block that they are in or near to.
#include "emitter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 0x8000
#define WORD_HALF ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 1))
#define COLUMNS 110u

char *emit_buffer(void) {
  static char buffers[64][EMIT_BUFFER];
  static unsigned next;
  return buffers[next++ % 64];
}

FILE *emit_open(char **text, size_t *size) {
  FILE *file = open_memstream(text, size);
  if (file) return file;
  perror("emit");
  exit(3);
}

// ---- lines

void emit_text(struct emitter *e, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(e->bodies[e->depth].file, format, arguments);
  va_end(arguments);
}

void emit_line(struct emitter *e, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("  ", e->bodies[e->depth].file);
  vfprintf(e->bodies[e->depth].file, format, arguments);
  fputs("\n", e->bodies[e->depth].file);
  va_end(arguments);
}

void emit_use(struct emitter *e, enum emit_part part) {
  e->parts |= UINT64_C(1) << part;
}

// macro("clause", expected, expression); on two lines if one is too short.
static void check(struct emitter *e, const char *macro, const char *clause, const char *expected,
                  const char *expression) {
  char start[160];
  const int length =
      snprintf(start, sizeof start, "%s(\"%s\"%s%s,", macro, clause, *expected ? ", " : "", expected);
  const bool fits = (size_t)length + strlen(expression) + 5 < COLUMNS;
  emit_line(e, "%s%s%s);", start, fits ? " " : "\n         ", expression);
}

void emit_status(struct emitter *e, const char *format, ...) {
  char expression[512], status[32];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(expression, sizeof expression, format, arguments);
  va_end(arguments);
  snprintf(status, sizeof status, "PROCBUF_%s", lockstep_word_name((enum word)e->expected.word));
  emit_use(e, PART_STATUS);
  check(e, "STATUS", model_clause(&e->l.model), status, expression);
}

void emit_equal(struct emitter *e, const char *expected, const char *format, ...) {
  char expression[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(expression, sizeof expression, format, arguments);
  va_end(arguments);
  check(e, "EQUAL", model_clause(&e->l.model), expected, expression);
}

void emit_call(struct emitter *e, const char *format, ...) {
  char expression[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(expression, sizeof expression, format, arguments);
  va_end(arguments);
  emit_use(e, PART_CALL);
  emit_line(e, "CALL(%s);", expression);
}

void emit_kept(struct emitter *e, const char *expected, const char *expression) {
  check(e, "EQUAL", "X-NOCHANGE", expected, expression);
}

// A lean library does not look for stale slices: there is no call to make.
bool emit_panic(struct emitter *e, const char *format, ...) {
  char expression[512];
  va_list arguments;
  if (e->expected.word != WORD_PANIC) return false;
  if (!PROCBUF_CHECKED && strcmp(model_clause(&e->l.model), "X-NOPANIC") != 0) {
    emit_line(e, "// The kernel's mistake, which a lean library does not see: no call.");
    return true;
  }
  va_start(arguments, format);
  vsnprintf(expression, sizeof expression, format, arguments);
  va_end(arguments);
  emit_use(e, PART_PANICS);
  check(e, "PANICS", model_clause(&e->l.model), "", expression);
  return true;
}

// ---- numbers

static bool is_near(uintptr_t number, uintptr_t base, intptr_t *offset) {
  const uintptr_t up = number - base, down = base - number;
  *offset = up < NEAR ? (intptr_t)up : -(intptr_t)(down < NEAR ? down : 0);
  return up < NEAR || down < NEAR;
}

static const char *plus(const char *base, intptr_t offset) {
  char *text = emit_buffer();
  if (offset == 0)
    snprintf(text, EMIT_BUFFER, "%s", base);
  else
    snprintf(text, EMIT_BUFFER, "%s %c %" PRIuPTR, base, offset < 0 ? '-' : '+',
             offset < 0 ? 0 - (uintptr_t)offset : (uintptr_t)offset);
  return text;
}

static const char *block_name(const char *kind, unsigned process) {
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, "%s%u", kind, process);
  return text;
}

// The block that the address is in; or else the last one before it. Null: none.
static const char *in_block(struct emitter *e, uintptr_t address, bool inside) {
  const char *kind = 0;
  unsigned process = 0;
  uintptr_t nearest = UINTPTR_MAX;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    const uintptr_t ram = address - block->ram, flash = address - block->flash;
    if (ram < nearest && (!inside || ram < block->ram_size)) kind = "ram", process = i, nearest = ram;
    if (flash < nearest && (!inside || flash < block->flash_size))
      kind = "flash", process = i, nearest = flash;
  }
  if (kind && nearest < NEAR) e->named[process] = true;
  return kind && nearest < NEAR ? plus(block_name(kind, process), (intptr_t)nearest) : 0;
}

// An address in or near the machine's memory; null: it is none.
static const char *memory_address(struct emitter *e, uintptr_t address) {
  const struct machine_memory *memory = &e->l.machine.memory;
  const uintptr_t scratch = address - (uintptr_t)memory->scratch, array = address - (uintptr_t)memory->array;
  intptr_t offset;
  const char *text = memory->abstract ? 0 : in_block(e, address, true);
  if (text) return text;
  if (scratch < sizeof memory->scratch) return plus("(uintptr_t)scratch", (intptr_t)scratch);
  if (array < sizeof memory->array) return plus("(uintptr_t)array", (intptr_t)array);
  if (memory->abstract || !is_near(address, memory->blocks[0].ram, &offset)) return 0;
  return offset < 0 ? plus("ram0", offset) : in_block(e, address, false);
}

static const char *joined(const char *before, const char *address) {
  char *text = emit_buffer();
  if (!address) return 0;
  snprintf(text, EMIT_BUFFER, "%s(%s)", before, address);
  return text;
}

static const char *plain_number(uintptr_t number) {
  static const struct {
    uintptr_t base;
    const char *name;
  } bases[] = {{UINTPTR_MAX, "UINTPTR_MAX"},
               {WORD_HALF, "(uintptr_t)INTPTR_MIN"},
               {UINT32_MAX, "(uintptr_t)UINT32_MAX"}};
  intptr_t offset;
  for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++)
    if (is_near(number, bases[i].base, &offset)) return plus(bases[i].name, offset);
  return 0;
}

static const char *literal(uintptr_t number) {
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, number < NEAR ? "%" PRIuPTR : "0x%" PRIxPTR "u", number);
  return text;
}

// What was counted from or to an address depends on where that is, so it is written as it was counted.
const char *emit_number(struct emitter *e, uintptr_t number) {
  if (number < NEAR) return literal(number);
  const char *text = memory_address(e, number);
  if (!text) text = plain_number(number);
  if (!text) text = joined("UINTPTR_MAX - ", memory_address(e, ~number));
  if (!text) text = joined("(uintptr_t)INTPTR_MIN + ", memory_address(e, number - WORD_HALF));
  if (!text) text = joined("(uintptr_t)INTPTR_MAX - ", memory_address(e, WORD_HALF - 1 - number));
  return text ? text : literal(number);
}

const char *emit_value(struct emitter *e, unsigned value) {
  const uintptr_t number = e->expected.values[value];
  const uint8_t tag = e->expected.tags[value];
  if (tag != VALUE_BYTE && tag != VALUE_DIGEST) return emit_number(e, number);
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, tag == VALUE_BYTE ? "0x%02" PRIxPTR : "0x%08" PRIxPTR "u", number);
  return text;
}

const char *emit_pid(struct emitter *e, const struct step *step) {
  char *text = emit_buffer();
  if (step->stale) emit_use(e, PART_OLD_PID);
  snprintf(text, EMIT_BUFFER, "%s[%u]", step->stale ? "old_pid" : "pid", step->process);
  return text;
}
