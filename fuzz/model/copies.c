// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Whole slices: copied, moved, filled, compared, iterated over and cut into chunks.
#include "model/internal.h"

bool model_fits_scratch(size_t offset, size_t length) {
  return (wide)offset + length <= STEP_SCRATCH_SIZE;
}

uintptr_t model_scratch(const struct model *model, size_t offset) {
  return model->setup.scratch + offset;
}

// May a slice be paired with this part of scratch? If not, the step is over.
static bool pairs_up(struct model *model, const struct step *step, struct outcome *outcome,
                     enum word otherwise) {
  if (!model_fresh(model, step->slice, outcome)) return false;
  if (step->length != model->slices[step->slice].range.length) {
    model_fail(model, outcome, otherwise, otherwise == WORD_PANIC ? "X-NOPANIC" : model->clause);
    return false;
  }
  if (model_fits_scratch(step->offset, step->length)) return true;
  model_refuse(outcome);
  return false;
}

void model_copy(struct model *model, uintptr_t to, uintptr_t from, size_t length) {
  model_will_read(model, from, length);
  uint8_t *values = model_overwrite(model, to, length);
  if (values != NULL) __builtin_memmove(values, model_values(model, from), length);
}

static void copy_to(struct model *model, const struct step *step, struct outcome *outcome,
                    enum word otherwise) {
  if (!pairs_up(model, step, outcome, otherwise)) return;
  model_copy(model, model_scratch(model, step->offset), model->slices[step->slice].range.address,
             step->length);
}

void model_run_COPY_TO(struct model *model, const struct step *step, struct outcome *outcome) {
  copy_to(model, step, outcome, WORD_SIZE);
}

void model_run_MUST_COPY_TO(struct model *model, const struct step *step, struct outcome *outcome) {
  copy_to(model, step, outcome, WORD_PANIC);
}

static void copy_from(struct model *model, const struct step *step, struct outcome *outcome,
                      enum word otherwise) {
  if (!model->slices[step->slice].writeable) {
    model_refuse(outcome);
    return;
  }
  if (!pairs_up(model, step, outcome, otherwise)) return;
  model_copy(model, model->slices[step->slice].range.address, model_scratch(model, step->offset),
             step->length);
}

void model_run_PUT(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fits_scratch(step->offset, step->length)) {
    model_refuse(outcome);
    return;
  }
  if (model_by_pid(model, step->process, step->stale) == NULL) {
    model_fail(model, outcome, WORD_NOSUCHAPP, "P-WRITE");
    return;
  }
  if (step->length == 0) return;
  if (!model_in_ram(model, step->process, step->address, step->length)) {
    model_fail(model, outcome, WORD_INVAL, "P-OWN");
    return;
  }
  if (model->setup.abstract) {
    model_refuse(outcome);
    return;
  }
  const uint8_t *bytes = model_values(model, model_scratch(model, step->offset));
  __builtin_memcpy(model_overwrite(model, step->address, step->length), bytes, step->length);
}

void model_run_COPY_FROM(struct model *model, const struct step *step, struct outcome *outcome) {
  copy_from(model, step, outcome, WORD_SIZE);
}

void model_run_MUST_COPY_FROM(struct model *model, const struct step *step, struct outcome *outcome) {
  copy_from(model, step, outcome, WORD_PANIC);
}

void model_run_MOVE(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *to = &model->slices[step->slice];
  const struct slice *from = &model->slices[step->slice2];
  if (!to->writeable) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome) || !model_fresh(model, step->slice2, outcome)) return;
  if (to->range.length != from->range.length)
    model_fail(model, outcome, WORD_SIZE, "S-MOVE");
  else
    model_copy(model, to->range.address, from->range.address, to->range.length);
}

void model_run_FILL(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  model_write(model, slice->range.address, slice->range.length, step->byte, 0);
}

void model_run_COMPARE(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!pairs_up(model, step, outcome, WORD_SIZE)) return;
  uintptr_t address = model->slices[step->slice].range.address;
  uintptr_t scratch = model_scratch(model, step->offset);
  model_will_read(model, address, step->length);
  model_will_read(model, scratch, step->length);
  const uint8_t *ours = model_values(model, address);
  const uint8_t *theirs = model_values(model, scratch);
  bool equal = true;
  for (size_t i = 0; i < step->length; i++)
    if (ours[i] != theirs[i]) equal = false;
  outcome_add(outcome, VALUE_NUMBER, equal);
}

// Chunks of a size, in order: the number of the chunk that byte i lies in, and whether it is the chunk's
// last.
static bool ends_chunk(const struct range *range, size_t i, size_t size) {
  return i + 1 == range->length || (i + 1) % size == 0;
}

static size_t chunk_count(const struct range *range, size_t size) {
  return range->length / size + (range->length % size != 0);
}

void model_run_BYTES(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fresh(model, step->slice, outcome)) return;
  const struct range *range = &model->slices[step->slice].range;
  model_will_read(model, range->address, range->length);
  outcome_add(outcome, VALUE_LENGTH, range->length);
  outcome_add(outcome, VALUE_DIGEST, model_digest(model_values(model, range->address), range->length));
}

static uint32_t digest_chunks(const uint8_t *values, const struct range *range, size_t size) {
  uint32_t digest = DIGEST_START;
  for (size_t i = 0; i < range->length; i++) {
    digest = digest_byte(digest, values[i]);
    if (ends_chunk(range, i, size)) digest = digest_byte(digest, (uint8_t)(i % size + 1));
  }
  return digest;
}

void model_run_CHUNKS(struct model *model, const struct step *step, struct outcome *outcome) {
  if (!model_fresh(model, step->slice, outcome)) return;
  if (step->length == 0) {
    model_fail(model, outcome, WORD_INVAL, "S-CHUNKS");
    return;
  }
  const struct range *range = &model->slices[step->slice].range;
  model_will_read(model, range->address, range->length);
  outcome_add(outcome, VALUE_NUMBER, chunk_count(range, step->length));
  outcome_add(outcome, VALUE_DIGEST, digest_chunks(model_values(model, range->address), range, step->length));
}

void model_run_CHUNKS_MUT(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  if (step->length == 0) {
    model_fail(model, outcome, WORD_INVAL, "S-CHUNKS");
    return;
  }
  uint8_t *values = model_overwrite(model, slice->range.address, slice->range.length);
  for (size_t i = 0; i < slice->range.length; i++)
    values[i] = (uint8_t)(step->byte + i / step->length);
  outcome_add(outcome, VALUE_NUMBER, chunk_count(&slice->range, step->length));
}
