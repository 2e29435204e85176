// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The allow system calls: every check in the order of A-ORDER, then the slots, then the swap.
#include "model/internal.h"

enum { PAIR_ALIGNMENT = 8 };

static unsigned driver_by_number(const struct model *model, uintptr_t number) {
  unsigned i = 0;
  while (i < STEP_DRIVERS && model->setup.drivers[i].number != number)
    i++;
  return i;
}

uintptr_t model_slot_count(const struct model_driver *driver, unsigned kind) {
  const uintptr_t counts[] = {driver->readonly, driver->readwrite, driver->userspace_readable};
  return counts[kind];
}

static enum word judge(struct model *model, const struct request *request, unsigned driver) {
  model->clause = "A-ORDER";
  if (driver == STEP_DRIVERS) return WORD_NODEVICE;
  if (!model_active(model_by_pid(model, request->process, request->stale))) return WORD_FAIL;
  if (!model_allowable(model, request->process, request->kind, &request->range)) {
    model->clause = model_range_clause(model, request->process, request->kind, &request->range);
    return WORD_INVAL;
  }
  if (request->number >= model_slot_count(&model->setup.drivers[driver], request->kind))
    return WORD_NOSUPPORT;
  if (model_slot_pinned(model, request->process, model_name_slot(driver, request->kind, request->number))) {
    model->clause = "B-PIN";
    return WORD_BUSY;
  }
  return WORD_OK;
}

// The pair's memory: slots first, whose bytes are the kernel's own affair, then the driver's state, zeroed.
static void make_pair(struct model *model, unsigned process, unsigned driver, uintptr_t start) {
  struct pair *pair = &model->processes[process].pairs[driver];
  __builtin_memset(&model->slots[process][driver], 0, sizeof model->slots[process][driver]);
  pair->made = true;
  pair->address = start;
  model_carve(model, process, start, OWNER_SLOTS);
  model_forget(model, start, model->setup.drivers[driver].opaque_size);
}

// A-LAZY: all other checks are passed.
enum word model_need_pair(struct model *model, unsigned process, unsigned driver) {
  const struct process *p = &model->processes[process];
  if (p->pairs[driver].made) return WORD_OK;
  uintptr_t start;
  if (!model_carve_fits(model, process, model->setup.drivers[driver].grant_size, PAIR_ALIGNMENT, &start))
    return WORD_NOMEM;
  if (!model_hook_accepts(model)) return WORD_NOMEM;
  if (model->setup.abstract) return WORD_REFUSED;
  make_pair(model, process, driver, start);
  return WORD_OK;
}

// Of a range that has passed its test: it lies in RAM as a whole or not at all, so that its first byte
// decides.
void model_raise_mark(struct model *model, unsigned process, const struct range *range) {
  struct process *p = &model->processes[process];
  if (range->length == 0 || !model_in_ram(model, process, range->address, 1)) return;
  uintptr_t end = range->address + range->length;
  if (end > p->hwm) p->hwm = end;
}

// For reports: an empty range that only X-ZERO makes good, or a plain revocation?
static const char *empty_clause(const struct model *model, const struct request *request) {
  const struct range byte = {request->range.address, 1};
  return model_allowable(model, request->process, request->kind, &byte) ? "A-UNALLOW" : "X-ZERO";
}

static void swap(struct model *model, const struct request *request, unsigned driver, struct range *back) {
  struct process *process = &model->processes[request->process];
  struct range *slot = &model->slots[request->process][driver].ranges[request->kind][request->number];
  *back = *slot;
  *slot = request->range;
  if (request->range.length == 0) {
    model->clause = empty_clause(model, request);
    return;
  }
  model->clause = "A-SWAP";
  model_raise_mark(model, request->process, &request->range);
  process->previous = process->last;
  process->last = request->range.address;
}

enum word model_allow(struct model *model, const struct request *request, struct range *back) {
  *back = request->range; // A-FAIL
  unsigned driver = driver_by_number(model, request->driver);
  enum word word = judge(model, request, driver);
  if (word == WORD_OK) word = model_need_pair(model, request->process, driver);
  if (word == WORD_REFUSED) return word;
  model->entry++;
  if (word == WORD_OK) swap(model, request, driver, back);
  return word;
}

void model_run_ALLOW(struct model *model, const struct step *step, struct outcome *outcome) {
  const struct request request = {.process = step->process,
                                  .stale = step->stale,
                                  .kind = step->kind,
                                  .driver = step->driver,
                                  .number = step->number,
                                  .range = {step->address, step->length}};
  struct range back;
  outcome_set(outcome, model_allow(model, &request, &back));
  if (outcome->word == WORD_REFUSED) return;
  outcome_add(outcome, VALUE_ADDRESS, back.address);
  outcome_add(outcome, VALUE_LENGTH, back.length);
}

static size_t allowed_of_pair(const struct slots *slots, struct model_span *ranges, size_t room) {
  size_t count = 0;
  for (unsigned kind = STEP_READONLY; kind <= STEP_USERSPACE_READABLE; kind++)
    for (unsigned i = 0; i < MODEL_ALLOWS_MAX && count < room; i++) {
      const struct range *range = &slots->ranges[kind][i];
      if (range->length > 0) ranges[count++] = (struct model_span){range->address, range->length};
    }
  return count;
}

size_t model_allowed(const struct model *model, struct model_span *ranges, size_t room) {
  size_t count = 0;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++)
    for (unsigned driver = 0; driver < STEP_DRIVERS && model_live(&model->processes[i]); driver++)
      if (model->processes[i].pairs[driver].made)
        count += allowed_of_pair(&model->slots[i][driver], ranges + count, room - count);
  return count;
}
