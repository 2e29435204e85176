// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Which ranges a process may allow. Sums are made in a type wider than the word; on a concrete machine it is
// the cells that decide.
#include "model/bytes.h"
#include "model/internal.h"

bool model_within(uintptr_t address, size_t length, uintptr_t start, uintptr_t end) {
  return start <= address && (wide)address + length <= end;
}

// Do they share a byte?
bool model_meets(uintptr_t address, size_t length, uintptr_t start, uintptr_t end) {
  return length > 0 && start < end && address < end && start < (wide)address + length;
}

// Is each byte of the range a cell of this process with this owner? No range longer than the process's block
// gets here.
static bool all_owned(const struct model *model, unsigned process, enum model_owner owner,
                      const struct range *range) {
  size_t index;
  const uint8_t all = (uint8_t)((unsigned)owner | process << OWNER_BITS);
  return range->length <= model_find(model, range->address, &index) &&
         bytes_all(&model->cells.owner[index], all, range->length);
}

bool model_in_ram(const struct model *model, unsigned process, uintptr_t address, size_t length) {
  const struct process *p = &model->processes[process];
  const struct range range = {address, length};
  if (model->setup.abstract) return model_within(address, length, p->ram, p->brk);
  return length <= p->end - p->ram && all_owned(model, process, OWNER_APP, &range);
}

bool model_in_flash(const struct model *model, unsigned process, uintptr_t address, size_t length) {
  const struct process *p = &model->processes[process];
  const struct range range = {address, length};
  if (model->setup.abstract) return model_within(address, length, p->readable, p->flash_end);
  return length <= p->flash_end - p->flash && all_owned(model, process, OWNER_FLASH, &range);
}

bool model_allowable(const struct model *model, unsigned process, unsigned kind, const struct range *range) {
  if (range->length == 0) return true; // X-ZERO
  if (model_in_ram(model, process, range->address, range->length)) return true;
  return kind == STEP_READONLY && model_in_flash(model, process, range->address, range->length);
}

// For reports only: the clause that a refused range offends most plainly.
const char *model_range_clause(const struct model *model, unsigned process, unsigned kind,
                               const struct range *range) {
  const struct process *p = &model->processes[process];
  bool huge = range->length > (size_t)INTPTR_MAX;
  if (huge || (wide)range->address + range->length > UINTPTR_MAX) return "X-WRAP";
  if (model_meets(range->address, 1, p->flash, p->flash_end))
    return kind == STEP_READONLY ? "P-FLASH" : "A-KINDS";
  size_t index;
  bool own = model_meets(range->address, range->length, p->ram, p->end);
  return !own && model_find(model, range->address, &index) > 0 ? "A-OTHER" : "P-OWN";
}
