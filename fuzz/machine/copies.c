// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Ops that move bytes: copies, fill, compare, iteration, chunks and the streaming slice.
#include "machine/internal.h"

static uint8_t *scratch(struct machine *machine, const struct step *step) {
  return machine->memory.scratch + step->offset;
}

void machine_COPY_TO(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  const procbuf_readable from = machine_readable(machine, step->slice);
  outcome_set(outcome, machine_word(procbuf_readable_copy_to(from, scratch(machine, step), step->length)));
}

void machine_COPY_FROM(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  const procbuf_writeable to = machine->slices[step->slice].w;
  outcome_set(outcome, machine_word(procbuf_writeable_copy_from(to, scratch(machine, step), step->length)));
}

void machine_MUST_COPY_TO(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_readable_must_copy_to(machine_readable(machine, step->slice), scratch(machine, step), step->length);
  outcome_set(outcome, WORD_OK);
}

void machine_MUST_COPY_FROM(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable_must_copy_from(machine->slices[step->slice].w, scratch(machine, step), step->length);
  outcome_set(outcome, WORD_OK);
}

void machine_MOVE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome) || machine_stale(machine, step->slice2, outcome)) return;
  const procbuf_readable from = machine_readable(machine, step->slice2);
  outcome_set(outcome, machine_word(procbuf_writeable_move(machine->slices[step->slice].w, from)));
}

void machine_FILL(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable_fill(machine->slices[step->slice].w, step->byte);
  outcome_set(outcome, WORD_OK);
}

void machine_COMPARE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  bool equal = false;
  const procbuf_readable slice = machine_readable(machine, step->slice);
  const procbuf_status status = procbuf_readable_compare(slice, scratch(machine, step), step->length, &equal);
  if (machine_report(outcome, status, equal ? 0 : MACHINE_UNTOUCHED))
    outcome_add(outcome, VALUE_NUMBER, equal);
}

static uint32_t digest_bytes(procbuf_readable slice, uint32_t digest, size_t *count) {
  procbuf_bytes bytes = procbuf_readable_bytes(slice);
  uint8_t byte;
  for (*count = 0; procbuf_bytes_next(&bytes, &byte); ++*count)
    digest = digest_byte(digest, byte);
  return digest;
}

void machine_BYTES(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  size_t count;
  const uint32_t digest = digest_bytes(machine_readable(machine, step->slice), DIGEST_START, &count);
  outcome_set(outcome, WORD_OK);
  outcome_add(outcome, VALUE_LENGTH, count);
  outcome_add(outcome, VALUE_DIGEST, digest);
}

// A slice of the machine has fewer bytes than this, so a chunk iterator that gives more never ends.
#define CHUNKS_MAX (2u * MACHINE_RAM_MAX)

void machine_CHUNKS(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_readable_chunks chunks;
  const procbuf_readable slice = machine_readable(machine, step->slice);
  outcome_set(outcome, machine_word(procbuf_readable_chunks_of(slice, step->length, &chunks)));
  if (outcome->word != WORD_OK) return;
  procbuf_readable chunk;
  uint32_t digest = DIGEST_START;
  size_t count = 0, length;
  while (procbuf_readable_chunks_next(&chunks, &chunk) && count < CHUNKS_MAX) {
    digest = digest_bytes(chunk, digest, &length);
    digest = digest_byte(digest, (uint8_t)length);
    count++;
  }
  outcome_add(outcome, VALUE_NUMBER, count);
  outcome_add(outcome, VALUE_DIGEST, digest);
}

void machine_CHUNKS_MUT(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_writeable_chunks chunks;
  outcome_set(outcome, machine_word(procbuf_writeable_chunks_of(machine->slices[step->slice].w, step->length,
                                                                &chunks)));
  if (outcome->word != WORD_OK) return;
  procbuf_writeable chunk;
  size_t count = 0;
  while (procbuf_writeable_chunks_next(&chunks, &chunk) && count < CHUNKS_MAX) {
    procbuf_writeable_fill(chunk, (uint8_t)(step->byte + count));
    count++;
  }
  outcome_add(outcome, VALUE_NUMBER, count);
}

static void report_append(struct outcome *outcome, procbuf_status status,
                          const procbuf_stream_result *result) {
  if (!machine_report(outcome, status, result->offset == (uint32_t)MACHINE_UNTOUCHED ? MACHINE_UNTOUCHED : 0))
    return;
  outcome_add(outcome, VALUE_NUMBER, result->first);
  outcome_add(outcome, VALUE_NUMBER, result->offset);
}

void machine_APPEND(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_stream_result result = {false, (uint32_t)MACHINE_UNTOUCHED};
  const procbuf_writeable stream = machine->slices[step->slice].w;
  const procbuf_status status = procbuf_stream_append(stream, scratch(machine, step), step->length, &result);
  report_append(outcome, status, &result);
}

struct source {
  const uint8_t *bytes;
  size_t position, end;
};

static bool next_byte(void *context, uint8_t *byte) {
  struct source *source = context;
  if (source->position == source->end) return false;
  *byte = source->bytes[source->position++ % STEP_SCRATCH_SIZE];
  return true;
}

struct eater {
  procbuf_writeable stream;
  procbuf_stream_result result;
};

// A lean library has nothing to see it by: the machine answers for it.
static bool append_to_the_same(void *context, uint8_t *byte) {
  struct eater *eater = context;
  *byte = 0;
  if (!PROCBUF_CHECKED) procbuf_panic(PROCBUF_PANIC_FED_STREAM);
  (void)procbuf_stream_append(eater->stream, byte, 1, &eater->result);
  return false;
}

void machine_APPEND_ITSELF(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  struct eater eater = {.stream = machine->slices[step->slice].w};
  procbuf_stream_result result = {false, (uint32_t)MACHINE_UNTOUCHED};
  const procbuf_status status = procbuf_stream_append_from(eater.stream, append_to_the_same, &eater, &result);
  report_append(outcome, status, &result);
}

void machine_APPEND_FROM(struct machine *machine, const struct step *step, struct outcome *outcome) {
  if (machine_stale(machine, step->slice, outcome)) return;
  procbuf_stream_result result = {false, (uint32_t)MACHINE_UNTOUCHED};
  struct source source = {machine->memory.scratch, step->offset, step->offset + step->length};
  const procbuf_status status =
      procbuf_stream_append_from(machine->slices[step->slice].w, next_byte, &source, &result);
  report_append(outcome, status, &result);
}
