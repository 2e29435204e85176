// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The streaming slice: a header that userspace keeps too, then data.
#include "model/internal.h"

enum {
  HEADER_SIZE = 8,
  AT_FLAGS = 3, // the low byte of the big-endian flags, the only one in use
  AT_OFFSET = 4,
  FLAG_EXCEEDED = 1,
  FLAG_HALT = 2
};

struct header {
  uint16_t version, flags;
  uint32_t offset;
};

static struct header read_header(const uint8_t *bytes) {
  struct header header;
  __builtin_memcpy(&header.version, bytes, sizeof header.version);
  header.flags = (uint16_t)(bytes[2] << 8 | bytes[3]);
  __builtin_memcpy(&header.offset, bytes + AT_OFFSET, sizeof header.offset);
  return header;
}

static void put_offset(struct model *model, uintptr_t header, uint32_t offset) {
  uint8_t *values = model_overwrite(model, header + AT_OFFSET, sizeof offset);
  __builtin_memcpy(values, &offset, sizeof offset);
}

// Appending n bytes to a range: what the header and the room for them come to, and why. Changes nothing.
struct judgement {
  enum word word;
  const char *clause;
  bool header_good; // it passed its checks: what follows is about room
  struct header header;
};

static struct judgement judge_header(struct model *model, const struct range *range) {
  struct judgement judgement = {.word = WORD_OK, .clause = "T-HEADER"};
  if (range->length < HEADER_SIZE) {
    judgement.word = WORD_SIZE;
    return judgement;
  }
  judgement.header = read_header(model_values(model, range->address));
  unsigned flags = judgement.header.flags, both = FLAG_EXCEEDED | FLAG_HALT;
  if (judgement.header.version != 0 || (flags & ~both) != 0) {
    judgement.word = WORD_INVAL;
  } else if (flags == both) {
    judgement.word = WORD_BUSY;
    judgement.clause = "T-HALT";
  }
  judgement.header_good = judgement.word == WORD_OK;
  return judgement;
}

static struct judgement judge(struct model *model, const struct range *range, size_t n) {
  struct judgement judgement = judge_header(model, range);
  if (!judgement.header_good) return judgement;
  wide end = (wide)judgement.header.offset + n;
  judgement.clause = n == 0 ? "T-EMPTY" : "T-APPEND";
  if (end > UINT32_MAX) {
    judgement.word = WORD_FAIL;
  } else if (end > range->length - HEADER_SIZE) {
    judgement.word = WORD_SIZE;
    judgement.clause = "T-FULL";
  }
  return judgement;
}

// The one error that writes.
static void set_exceeded(struct model *model, uintptr_t header) {
  *model_overwrite(model, header + AT_FLAGS, 1) |= FLAG_EXCEEDED;
}

static void fail(struct model *model, const struct range *range, const struct judgement *judgement,
                 struct outcome *outcome) {
  if (range->length >= HEADER_SIZE) model_will_read(model, range->address, HEADER_SIZE);
  if (judgement->header_good && judgement->word == WORD_SIZE) set_exceeded(model, range->address);
  model_fail(model, outcome, judgement->word, judgement->clause);
}

// The chunk is n bytes of scratch from byte `from` on, starting over at scratch's end.
static void put_chunk(struct model *model, uintptr_t data, size_t from, size_t n) {
  uint8_t *values = model_overwrite(model, data, n);
  const uint8_t *scratch = model_values(model, model->setup.scratch);
  for (size_t i = 0; i < n; i++)
    values[i] = scratch[(from + i) % STEP_SCRATCH_SIZE];
}

static void succeed(struct model *model, const struct range *range, const struct header *header,
                    const struct step *step, struct outcome *outcome) {
  uint32_t grown = header->offset + (uint32_t)step->length;
  bool first = header->offset == 0 && step->length > 0;
  model_will_read(model, range->address, HEADER_SIZE);
  if (step->length > 0) {
    put_offset(model, range->address, grown);
    put_chunk(model, range->address + HEADER_SIZE + header->offset, step->offset, step->length);
  }
  outcome_add(outcome, VALUE_NUMBER, first);
  outcome_add(outcome, VALUE_NUMBER, grown);
}

void model_run_APPEND(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  struct judgement judgement = judge(model, &slice->range, step->length);
  if (judgement.word != WORD_OK) {
    fail(model, &slice->range, &judgement, outcome);
    return;
  }
  if (!model_fits_scratch(step->offset, step->length)) {
    model_refuse(outcome);
    return;
  }
  model->clause = judgement.clause;
  model_will_read(model, model_scratch(model, step->offset), step->length);
  succeed(model, &slice->range, &judgement.header, step, outcome);
}

// T-ITER: bytes that went in before the source turned out too long may be there or not.
static void leave_open(struct model *model, const struct range *range, uint32_t offset) {
  size_t room = range->length - HEADER_SIZE;
  if (offset >= room) return;
  uintptr_t start = range->address + HEADER_SIZE + offset;
  model_will_write(model, start, room - offset);
  model_forget(model, start, room - offset);
}

void model_run_APPEND_FROM(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable || step->length > STEP_SOURCE_MAX) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  struct judgement judgement = judge(model, &slice->range, step->length);
  if (judgement.word == WORD_OK) {
    succeed(model, &slice->range, &judgement.header, step, outcome);
    return;
  }
  fail(model, &slice->range, &judgement, outcome);
  if (judgement.header_good) leave_open(model, &slice->range, judgement.header.offset);
}

// A source that is asked appends to the stream that it feeds. A kernel array's stream is not looked after.
void model_run_APPEND_ITSELF(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct slice *slice = &model->slices[step->slice];
  if (!slice->writeable || slice->enter == 0) {
    model_refuse(outcome);
    return;
  }
  if (!model_fresh(model, step->slice, outcome)) return;
  struct judgement judgement = judge_header(model, &slice->range);
  if (!judgement.header_good) {
    fail(model, &slice->range, &judgement, outcome);
    return;
  }
  model_will_read(model, slice->range.address, HEADER_SIZE);
  model_fail(model, outcome, WORD_PANIC, "T-ITER");
}
