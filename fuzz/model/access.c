// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Judges what is done to memory while a step is carried out: the library's single loads and stores (X-BOUNDS,
// X-FETCH1, B-RO), userspace's changes in between, and the bytes found afterwards.
#include "model/bytes.h"
#include "model/internal.h"

static enum model_verdict judge_load(unsigned marks) {
  if ((marks & (MARK_READ | MARK_WRITE)) == 0) return VERDICT_OUTSIDE;
  if ((marks & MARK_KERNEL) != 0) return VERDICT_DOOR;
  if ((marks & MARK_READ) == 0) return VERDICT_NO_RIGHT;
  if ((marks & MARK_STORED) != 0) return VERDICT_READ_BACK;
  return (marks & MARK_FETCHED) != 0 ? VERDICT_TWICE : VERDICT_FINE;
}

static enum model_verdict judge_store(unsigned marks) {
  if ((marks & (MARK_READ | MARK_WRITE)) == 0) return VERDICT_OUTSIDE;
  if ((marks & MARK_KERNEL) != 0) return VERDICT_DOOR;
  return (marks & MARK_WRITE) == 0 ? VERDICT_NO_RIGHT : VERDICT_FINE;
}

static enum model_verdict judge_zeroing(unsigned marks) {
  if ((marks & (MARK_READ | MARK_WRITE)) == 0) return VERDICT_OUTSIDE;
  return (marks & MARK_KERNEL) == 0 ? VERDICT_DOOR : VERDICT_FINE;
}

typedef enum model_verdict judge_function(unsigned marks);

unsigned model_marks(const struct model *model, size_t index) {
  bool around = model->setup.split && model_owner_of(model, index) == OWNER_ARRAY;
  return model->cells.marks[index] | (around ? MARK_KERNEL : 0u);
}

// Walks over a range of any length: it ends at the first byte that is not fine, at the latest where memory
// ends.
static enum model_verdict walk(const struct model *model, const struct range *range, judge_function *judge,
                               size_t *bad) {
  size_t run = 0, index = 0;
  for (size_t i = 0; i < range->length; i++, index++, run--) {
    if (run == 0) run = model_find(model, range->address + i, &index);
    enum model_verdict verdict = run == 0 ? VERDICT_OUTSIDE : judge(model_marks(model, index));
    if (verdict == VERDICT_FINE) continue;
    *bad = i;
    return verdict;
  }
  return VERDICT_FINE;
}

// The first of two loads uses the right to a second one up.
static unsigned noted(unsigned marks, unsigned mark) {
  const bool again = mark == MARK_FETCHED && (marks & MARK_AGAIN) != 0;
  return again ? marks & ~(unsigned)MARK_AGAIN : marks | mark;
}

static void note(struct model *model, const struct range *range, unsigned mark) {
  size_t run = 0, index = 0;
  for (size_t i = 0; i < range->length; i++, index++, run--) {
    if (run == 0) run = model_find(model, range->address + i, &index);
    model->cells.marks[index] = (uint8_t)noted(model->cells.marks[index], mark);
  }
}

static enum model_verdict check(struct model *model, const struct range *range, judge_function *judge,
                                unsigned mark, size_t *bad) {
  enum model_verdict verdict = walk(model, range, judge, bad);
  if (verdict == VERDICT_FINE) note(model, range, mark);
  return verdict;
}

static bool in_zeroed(const struct model *model, uintptr_t address) {
  wide start = model->zeroed.address;
  return start <= address && address < start + model->zeroed.length;
}

// Bytes of an abstract machine that the step zeroes: too many to walk over.
static enum model_verdict store_zeroed(const struct model *model, const struct range *range, size_t *bad) {
  wide left = (wide)model->zeroed.address + model->zeroed.length - range->address;
  if (range->length <= left) return VERDICT_FINE;
  *bad = (size_t)left;
  return VERDICT_OUTSIDE;
}

enum model_verdict model_load(struct model *model, uintptr_t address, size_t length, size_t *bad) {
  const struct range range = {address, length};
  *bad = 0;
  if (length == 0) return VERDICT_EMPTY;
  if (in_zeroed(model, address)) return VERDICT_DOOR;
  return check(model, &range, judge_load, MARK_FETCHED, bad);
}

enum model_verdict model_store(struct model *model, uintptr_t address, size_t length, size_t *bad) {
  const struct range range = {address, length};
  *bad = 0;
  if (length == 0) return VERDICT_EMPTY;
  if (in_zeroed(model, address)) return VERDICT_DOOR;
  return check(model, &range, judge_store, MARK_STORED, bad);
}

enum model_verdict model_zeroing(struct model *model, uintptr_t address, size_t length, size_t *bad) {
  const struct range range = {address, length};
  *bad = 0;
  if (length == 0) return VERDICT_EMPTY;
  if (in_zeroed(model, address)) return store_zeroed(model, &range, bad);
  return check(model, &range, judge_zeroing, MARK_STORED, bad);
}

bool model_reads(const struct model *model, uintptr_t address) {
  struct model_cell cell;
  return model_cell(model, address, &cell) && cell.may_read;
}

bool model_race(const struct model *model, uintptr_t *address, uint8_t *byte) {
  if (!model->racing) return false;
  *address = model->race_address;
  *byte = model->race_byte;
  return true;
}

void model_race_fired(struct model *model) {
  if (!model->racing || model->fired) return;
  model->fired = true;
  size_t index;
  if (model_find(model, model->race_address, &index) == 0) return;
  if ((model->cells.marks[index] & MARK_WRITE) != 0) return;
  model->cells.value[index] = model->race_byte;
  model->cells.known[index] = KNOWN;
  model_touch(model, model->race_address, 1);
}

struct model_span model_zeroed(const struct model *model) {
  return (struct model_span){model->zeroed.address, model->zeroed.length};
}

const struct model_span *model_touched(const struct model *model, size_t *count) {
  *count = model->touched_count;
  return model->touched;
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

// Bytes outside all memory that the model knows are no business of its.
size_t model_differs(const struct model *model, uintptr_t address, const uint8_t *actual, size_t length) {
  const struct cells *cells = &model->cells;
  for (size_t i = 0; i < length;) {
    size_t index = 0, run = smaller(model_find(model, address + i, &index), length - i);
    if (run == 0) return length;
    size_t same = bytes_same(&cells->value[index], actual + i, &cells->known[index], run);
    i += same;
    if (same < run) return i;
  }
  return length;
}

static void adopt(struct model *model, size_t index, uint8_t actual) {
  if (model->cells.known[index] == KNOWN || model_owner_of(model, index) == OWNER_SLOTS) return;
  model->cells.value[index] = actual;
  model->cells.known[index] = KNOWN;
}

void model_adopt(struct model *model, uintptr_t address, const uint8_t *actual, size_t length) {
  size_t run = 0, index = 0;
  for (size_t i = 0; i < length; i++, index++, run--) {
    if (run == 0) run = model_find(model, address + i, &index);
    if (run == 0) return;
    adopt(model, index, actual[i]);
  }
}
