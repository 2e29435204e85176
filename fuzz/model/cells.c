// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The bytes of memory: what they hold, whose they are, and what the current step may do with them.
#include "model/internal.h"

size_t model_find(const struct model *model, uintptr_t address, size_t *index) {
  for (unsigned i = 0; i < REGION_COUNT; i++) {
    const struct region *region = &model->regions[i];
    if (address < region->start || address - region->start >= region->size) continue;
    size_t at = address - region->start;
    *index = region->first + at;
    return region->size - at;
  }
  return 0;
}

const uint8_t *model_values(const struct model *model, uintptr_t address) {
  size_t index;
  return model_find(model, address, &index) > 0 ? &model->cells.value[index] : NULL;
}

enum model_owner model_owner_of(const struct model *model, size_t index) {
  return (enum model_owner)(model->cells.owner[index] & OWNER_MASK);
}

unsigned model_process_of(const struct model *model, size_t index) {
  return model->cells.owner[index] >> OWNER_BITS;
}

uint32_t model_digest(const uint8_t *values, size_t length) {
  uint32_t digest = DIGEST_START;
  for (size_t i = 0; i < length; i++)
    digest = digest_byte(digest, values[i]);
  return digest;
}

// Where the cells of a range are. Steps judge ranges before they get here: one that leaves memory is a bug of
// the model, and stops it before it spoils other cells.
static size_t index_of(const struct model *model, uintptr_t address, size_t length) {
  size_t index = 0;
  if (length > model_find(model, address, &index)) __builtin_trap();
  return index;
}

static bool marked_before(const struct model *model, uintptr_t address, size_t length) {
  for (size_t i = 0; i < model->marked_count; i++) {
    const struct range *range = &model->marked[i];
    if (model_meets(address, length, range->address, range->address + range->length)) return true;
  }
  return false;
}

static void mark_range(struct model *model, uintptr_t address, size_t length, uint8_t mark) {
  if (length == 0) return;
  uint8_t *marks = &model->cells.marks[index_of(model, address, length)];
  if (!marked_before(model, address, length))
    __builtin_memset(marks, mark, length);
  else
    for (size_t i = 0; i < length; i++)
      marks[i] |= mark;
  model->marked[model->marked_count++] = (struct range){address, length};
}

// Clearing the few ranges that a step marked costs less than a step number at each byte would.
void model_clear_marks(struct model *model) {
  for (size_t i = 0; i < model->marked_count; i++) {
    const struct range *range = &model->marked[i];
    __builtin_memset(&model->cells.marks[index_of(model, range->address, range->length)], 0, range->length);
  }
  model->marked_count = 0;
  model->touched_count = 0;
}

void model_will_read(struct model *model, uintptr_t address, size_t length) {
  mark_range(model, address, length, MARK_READ);
}

void model_will_read_both(struct model *model, const struct range *first, const struct range *second) {
  const uintptr_t start = first->address > second->address ? first->address : second->address;
  const wide first_end = (wide)first->address + first->length,
             second_end = (wide)second->address + second->length;
  const wide end = first_end < second_end ? first_end : second_end;
  if (end > start) mark_range(model, start, (size_t)(end - start), MARK_AGAIN);
}

void model_will_write(struct model *model, uintptr_t address, size_t length) {
  mark_range(model, address, length, MARK_WRITE);
  model_touch(model, address, length);
}

void model_touch(struct model *model, uintptr_t address, size_t length) {
  if (length > 0) model->touched[model->touched_count++] = (struct model_span){address, length};
}

uint8_t *model_overwrite(struct model *model, uintptr_t address, size_t length) {
  if (length == 0) return NULL;
  size_t index = index_of(model, address, length);
  model_will_write(model, address, length);
  __builtin_memset(&model->cells.known[index], KNOWN, length);
  return &model->cells.value[index];
}

void model_forget(struct model *model, uintptr_t address, size_t length) {
  if (length > 0) __builtin_memset(&model->cells.known[index_of(model, address, length)], UNKNOWN, length);
}

void model_write(struct model *model, uintptr_t address, size_t length, uint8_t byte, unsigned increment) {
  uint8_t *values = model_overwrite(model, address, length);
  if (values == NULL) return;
  if (increment == 0)
    __builtin_memset(values, byte, length);
  else
    for (size_t i = 0; i < length; i++)
      values[i] = (uint8_t)(byte + i * increment);
}

static void write_zeros(struct model *model, uintptr_t address, size_t length) {
  model_write(model, address, length, 0, 0);
  mark_range(model, address, length, MARK_KERNEL);
}

void model_zero(struct model *model, uintptr_t address, size_t length) {
  if (model->setup.abstract)
    model->zeroed = (struct range){address, length};
  else
    write_zeros(model, address, length);
}

void model_own(struct model *model, uintptr_t address, size_t length, enum model_owner owner,
               unsigned process) {
  if (model->setup.abstract || length == 0) return;
  size_t index = index_of(model, address, length);
  __builtin_memset(&model->cells.owner[index], (int)((unsigned)owner | process << OWNER_BITS), length);
}

bool model_cell(const struct model *model, uintptr_t address, struct model_cell *cell) {
  size_t index;
  if (model_find(model, address, &index) == 0) return false;
  unsigned marks = model_marks(model, index);
  *cell = (struct model_cell){.value = model->cells.value[index],
                              .known = model->cells.known[index] == KNOWN,
                              .may_read = (marks & MARK_READ) != 0,
                              .may_write = (marks & MARK_WRITE) != 0,
                              .kernel_door = (marks & MARK_KERNEL) != 0,
                              .read_again = (marks & MARK_AGAIN) != 0,
                              .owner = model_owner_of(model, index)};
  return true;
}
