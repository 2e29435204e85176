// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops that move bytes as calls: copies, fill, compare, iteration, chunks and the streaming slice.
#include "emitter_slices.h"

// The kernel memory of a copy and its length, as arguments.
static const char *kernel_memory(struct emitter *e, const struct step *step) {
  char *text = emit_buffer();
  snprintf(text, EMIT_BUFFER, "scratch + %zu, %s", step->offset, emit_number(e, step->length));
  return text;
}

void emit_COPY_TO(struct emitter *e, const struct step *step) {
  const char *from = emit_readable(e, step->slice), *to = kernel_memory(e, step);
  if (emit_panic(e, "procbuf_readable_copy_to(%s, %s)", from, to)) return;
  emit_status(e, "procbuf_readable_copy_to(%s, %s)", from, to);
}

void emit_COPY_FROM(struct emitter *e, const struct step *step) {
  const char *to = emit_slice(e, step->slice), *from = kernel_memory(e, step);
  if (emit_panic(e, "procbuf_writeable_copy_from(%s, %s)", to, from)) return;
  emit_status(e, "procbuf_writeable_copy_from(%s, %s)", to, from);
}

void emit_MUST_COPY_TO(struct emitter *e, const struct step *step) {
  const char *from = emit_readable(e, step->slice), *to = kernel_memory(e, step);
  if (emit_panic(e, "procbuf_readable_must_copy_to(%s, %s)", from, to)) return;
  emit_call(e, "procbuf_readable_must_copy_to(%s, %s)", from, to);
}

void emit_MUST_COPY_FROM(struct emitter *e, const struct step *step) {
  const char *to = emit_slice(e, step->slice), *from = kernel_memory(e, step);
  if (emit_panic(e, "procbuf_writeable_must_copy_from(%s, %s)", to, from)) return;
  emit_call(e, "procbuf_writeable_must_copy_from(%s, %s)", to, from);
}

void emit_MOVE(struct emitter *e, const struct step *step) {
  const char *to = emit_slice(e, step->slice), *from = emit_readable(e, step->slice2);
  if (emit_panic(e, "procbuf_writeable_move(%s, %s)", to, from)) return;
  emit_status(e, "procbuf_writeable_move(%s, %s)", to, from);
}

void emit_FILL(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice);
  if (emit_panic(e, "procbuf_writeable_fill(%s, 0x%02x)", slice, step->byte)) return;
  emit_call(e, "procbuf_writeable_fill(%s, 0x%02x)", slice, step->byte);
}

void emit_COMPARE(struct emitter *e, const struct step *step) {
  const char *slice = emit_readable(e, step->slice), *memory = kernel_memory(e, step);
  emit_use(e, PART_EQUAL);
  if (emit_panic(e, "procbuf_readable_compare(%s, %s, &equal)", slice, memory)) return;
  emit_line(e, "equal = false;");
  emit_status(e, "procbuf_readable_compare(%s, %s, &equal)", slice, memory);
  if (e->expected.word == WORD_OK)
    emit_equal(e, e->expected.values[0] ? "true" : "false", "equal");
  else
    emit_kept(e, "false", "equal");
}

static void use_bytes(struct emitter *e) {
  emit_use(e, PART_DIGEST);
  emit_use(e, PART_BYTES);
}

void emit_BYTES(struct emitter *e, const struct step *step) {
  const char *slice = emit_readable(e, step->slice);
  if (emit_panic(e, "procbuf_readable_bytes(%s)", slice)) return;
  use_bytes(e);
  emit_line(e, "sum = DIGEST_START;");
  emit_equal(e, emit_value(e, 0), "digest_bytes(%s)", slice);
  emit_equal(e, emit_value(e, 1), "sum");
}

void emit_CHUNKS(struct emitter *e, const struct step *step) {
  const char *slice = emit_readable(e, step->slice), *size = emit_number(e, step->length);
  emit_use(e, PART_READABLE_CHUNKS);
  if (emit_panic(e, "procbuf_readable_chunks_of(%s, %s, &chunks)", slice, size)) return;
  emit_status(e, "procbuf_readable_chunks_of(%s, %s, &chunks)", slice, size);
  if (e->expected.word != WORD_OK) return;
  use_bytes(e);
  emit_use(e, PART_CHUNKS);
  emit_line(e, "sum = DIGEST_START;");
  emit_equal(e, emit_value(e, 0), "digest_chunks()");
  emit_equal(e, emit_value(e, 1), "sum");
}

void emit_CHUNKS_MUT(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice), *size = emit_number(e, step->length);
  emit_use(e, PART_WRITEABLE_CHUNKS);
  if (emit_panic(e, "procbuf_writeable_chunks_of(%s, %s, &parts)", slice, size)) return;
  emit_status(e, "procbuf_writeable_chunks_of(%s, %s, &parts)", slice, size);
  if (e->expected.word != WORD_OK) return;
  emit_use(e, PART_FILL_CHUNKS);
  emit_equal(e, emit_value(e, 0), "fill_chunks(0x%02x)", step->byte);
}

static void end_append(struct emitter *e) {
  if (e->expected.word == WORD_OK) {
    emit_equal(e, e->expected.values[0] ? "true" : "false", "appended.first");
    emit_equal(e, emit_value(e, 1), "appended.offset");
  } else {
    emit_kept(e, "UNTOUCHED", "appended.offset");
  }
}

void emit_APPEND(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice), *chunk = kernel_memory(e, step);
  emit_use(e, PART_APPENDED);
  if (emit_panic(e, "procbuf_stream_append(%s, %s, &appended)", slice, chunk)) return;
  emit_line(e, "appended = (procbuf_stream_result){false, UNTOUCHED};");
  emit_status(e, "procbuf_stream_append(%s, %s, &appended)", slice, chunk);
  end_append(e);
}

void emit_APPEND_ITSELF(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice);
  emit_use(e, PART_SOURCE_OF_ITSELF);
  emit_use(e, PART_APPENDED);
  emit_line(e, "appended = (procbuf_stream_result){false, UNTOUCHED};");
  if (emit_panic(e, "procbuf_stream_append_from(%s, append_to_the_same, &%s, &appended)", slice, slice))
    return;
  emit_status(e, "procbuf_stream_append_from(%s, append_to_the_same, &%s, &appended)", slice, slice);
  end_append(e);
}

void emit_APPEND_FROM(struct emitter *e, const struct step *step) {
  const char *slice = emit_slice(e, step->slice);
  emit_use(e, PART_SOURCE);
  emit_use(e, PART_APPENDED);
  if (emit_panic(e, "procbuf_stream_append_from(%s, next_byte, &source, &appended)", slice)) return;
  emit_line(e, "source = (struct source){%zu, %s};", step->offset,
            emit_number(e, step->offset + step->length));
  emit_line(e, "appended = (procbuf_stream_result){false, UNTOUCHED};");
  emit_status(e, "procbuf_stream_append_from(%s, next_byte, &source, &appended)", slice);
  end_append(e);
}
