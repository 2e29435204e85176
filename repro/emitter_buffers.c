// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Allow system calls, buffers, and the enters that ops run in.
#include "emitter.h"

#include <stdlib.h>

static const char *const kinds[] = {"READONLY", "READWRITE", "USERSPACE_READABLE"};

// ---- allow

void emit_ALLOW(struct emitter *e, const struct step *step) {
  emit_use(e, PART_RANGE);
  emit_status(e, "procbuf_allow(&kernel, %s, PROCBUF_%s, %s, %s, (procbuf_range){%s, %s}, &range)",
              emit_pid(e, step), kinds[step->kind], emit_number(e, step->driver),
              emit_number(e, step->number), emit_number(e, step->address), emit_number(e, step->length));
  emit_equal(e, emit_value(e, 0), "range.address");
  emit_equal(e, emit_value(e, 1), "range.length");
}

static void load(struct emitter *e, const struct step *step, uintptr_t number) {
  emit_use(e, PART_ARGUMENTS);
  emit_line(e, "arguments.r[%u] = %s;", step->reg, emit_number(e, number));
}

void emit_LET(struct emitter *e, const struct step *step) {
  load(e, step, step->address);
}

void emit_LET_LENGTH(struct emitter *e, const struct step *step) {
  load(e, step, step->length);
}

void emit_LET_RAW(struct emitter *e, const struct step *step) {
  load(e, step, (uintptr_t)step->raw);
}

static void emit_front(struct emitter *e, const struct step *step, const char *front, bool handled) {
  emit_equal(e, handled ? "true" : "false", "procbuf_syscall_%s(&kernel, %s, %s, &arguments, &result)", front,
             emit_pid(e, step), emit_number(e, step->number));
}

void emit_SVC(struct emitter *e, const struct step *step) {
  const bool handled = e->expected.word == WORD_OK, memop = step->number == PROCBUF_CLASS_MEMOP;
  emit_use(e, PART_ARGUMENTS);
  emit_use(e, PART_RESULT);
  emit_line(e, "result = (procbuf_registers){{UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED}};");
  if (!memop) emit_front(e, step, "allow", handled);
  if (!handled || memop) emit_front(e, step, "memop", handled);
  for (unsigned i = 0; i < STEP_REGISTERS; i++)
    emit_equal(e, handled ? emit_value(e, i) : "UNTOUCHED", "result.r[%u]", i);
}

// ---- buffers

static const char *type(bool readwrite) {
  return readwrite ? "readwrite" : "readonly";
}

const char *emit_buffer_type(const struct emitter *e, const struct step *step) {
  return type(e->readwrite[step->buffer]);
}

// The buffer register as it is now.
const char *emit_step_buffer(struct emitter *e, const struct step *step) {
  const bool readwrite = e->readwrite[step->buffer];
  char *text = emit_buffer();
  emit_use(e, readwrite ? PART_READWRITE : PART_READONLY);
  snprintf(text, EMIT_BUFFER, "%s[%u]", type(readwrite), step->buffer);
  return text;
}

// Where a new buffer goes: into its register, or, if it must not be made, into one to look at.
static const char *begin_buffer(struct emitter *e, const struct step *step) {
  const bool readwrite = step->kind != STEP_READONLY;
  if (e->expected.word == WORD_OK) {
    e->readwrite[step->buffer] = readwrite;
    return emit_step_buffer(e, step);
  }
  emit_use(e, readwrite ? PART_NO_READWRITE : PART_NO_READONLY);
  return readwrite ? "no_readwrite" : "no_readonly";
}

static void end_buffer(struct emitter *e, const struct step *step) {
  const bool readwrite = step->kind != STEP_READONLY;
  if (e->expected.word == WORD_OK) {
    emit_equal(e, emit_number(e, model_buffer_length(&e->l.model, step->buffer)), "procbuf_%s_len(&%s)",
               type(readwrite), emit_step_buffer(e, step));
    return;
  }
  emit_kept(e, "0",
            readwrite ? "procbuf_readwrite_len(&no_readwrite)" : "procbuf_readonly_len(&no_readonly)");
  emit_kept(e, "0",
            readwrite ? "procbuf_readwrite_ptr(&no_readwrite)" : "procbuf_readonly_ptr(&no_readonly)");
}

void emit_GET(struct emitter *e, const struct step *step) {
  static const char *const names[] = {"readonly", "readwrite", "userspace_readable"};
  emit_status(e, "procbuf_%s_get(&kernel, %s, %s, %s, &%s)", names[step->kind], emit_pid(e, step),
              emit_number(e, step->driver), emit_number(e, step->number), begin_buffer(e, step));
  end_buffer(e, step);
}

void emit_EXTERNAL(struct emitter *e, const struct step *step) {
  emit_use(e, step->capability ? PART_CAPABILITY : PART_FORGED);
  emit_status(e, "procbuf_%s_external(&%s, &kernel, %s, (procbuf_range){%s, %s}, &%s)",
              type(step->kind != STEP_READONLY), step->capability ? "capability" : "forged",
              emit_pid(e, step), emit_number(e, step->address), emit_number(e, step->length),
              begin_buffer(e, step));
  end_buffer(e, step);
}

void emit_DEFAULT(struct emitter *e, const struct step *step) {
  e->readwrite[step->buffer] = step->kind != STEP_READONLY;
  const char *made = emit_step_buffer(e, step);
  if (e->readwrite[step->buffer])
    emit_line(e, "%s = (procbuf_readwrite_buffer)PROCBUF_READWRITE_BUFFER_DEFAULT;", made);
  else
    emit_line(e, "%s = (procbuf_readonly_buffer)PROCBUF_READONLY_BUFFER_DEFAULT;", made);
}

void emit_CONSUME(struct emitter *e, const struct step *step) {
  emit_use(e, PART_RANGE);
  emit_line(e, "range = procbuf_%s_consume(&%s);", emit_buffer_type(e, step), emit_step_buffer(e, step));
  emit_equal(e, emit_value(e, 0), "range.address");
  emit_equal(e, emit_value(e, 1), "range.length");
}

void emit_LEN(struct emitter *e, const struct step *step) {
  emit_equal(e, emit_value(e, 0), "procbuf_%s_len(&%s)", emit_buffer_type(e, step),
             emit_step_buffer(e, step));
}

void emit_PTR(struct emitter *e, const struct step *step) {
  emit_equal(e, emit_value(e, 0), "procbuf_%s_ptr(&%s)", emit_buffer_type(e, step),
             emit_step_buffer(e, step));
}

// ---- enters

// From here on text goes into the callback; the call that runs it follows at its leave, when its status is known.
static void begin_callback(struct emitter *e, const struct step *step, const char *expression,
                           bool writeable) {
  struct emit_body *body = &e->bodies[++e->depth];
  *body = (struct emit_body){.step = *step, .number = ++e->enters};
  snprintf(body->expression, sizeof body->expression, "%s", expression);
  body->file = emit_open(&body->text, &body->size);
  const char *name = writeable ? "writeable" : "readable";
  e->writeable[step->slice] = writeable;
  emit_use(e, writeable ? PART_WRITEABLE : PART_READABLE);
  emit_use(e, PART_CALLS);
  emit_text(e, "static procbuf_status enter_%u(void *context, procbuf_%s slice) {\n", body->number, name);
  emit_line(e, "(void)context;");
  emit_line(e, "EQUAL(\"B-ENTER\", 1, ++calls[%u]);", body->number);
  emit_line(e, "%s[%u] = slice;", name, step->slice);
  emit_equal(e, emit_value(e, 0), "procbuf_%s_len(%s[%u])", name, name, step->slice);
}

static void enter(struct emitter *e, const struct step *step, const char *form, bool writeable) {
  char *expression = emit_buffer();
  snprintf(expression, EMIT_BUFFER, "procbuf_%s_%s(&%s, ", emit_buffer_type(e, step), form,
           emit_step_buffer(e, step));
  if (e->expected.word == WORD_OK) {
    begin_callback(e, step, expression, writeable);
    return;
  }
  emit_use(e, writeable ? PART_NEVER_WRITEABLE : PART_NEVER_READABLE);
  emit_status(e, "%snever_%s, NULL)", expression, writeable ? "writeable" : "readable");
}

void emit_ENTER(struct emitter *e, const struct step *step) {
  enter(e, step, "enter", false);
}

void emit_MUT_ENTER(struct emitter *e, const struct step *step) {
  enter(e, step, "mut_enter", true);
}

void emit_LEAVE(struct emitter *e, const struct step *step) {
  (void)step;
  struct emit_body *body = &e->bodies[e->depth];
  const char *status = lockstep_word_name((enum word)e->expected.values[0]);
  emit_no_rights(e);
  emit_line(e, "return PROCBUF_%s;", status);
  emit_text(e, "}\n\n");
  fclose(body->file);
  if (body->text) fputs(body->text, e->callbacks);
  free(body->text);
  e->depth--;
  e->expected.word = (uint8_t)e->expected.values[0];
  emit_line(e, "// The enter that runs enter_%u.", body->number);
  emit_no_rights(e);
  emit_status(e, "%senter_%u, NULL)", body->expression, body->number);
  emit_equal(e, "1", "calls[%u]", body->number);
}
