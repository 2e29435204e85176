// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What the model's parts offer each other.
#ifndef FUZZ_MODEL_INTERNAL_H
#define FUZZ_MODEL_INTERNAL_H

#include "model/state.h"
#include "program/program.h"

// One function per op, in step.c's table. It is called with *outcome = OK without values, and checks
// everything before it changes anything.
#define OP(code, ...)                                                                                        \
  void model_run_##code(struct model *model, const struct step *step, struct outcome *outcome);
#include "program/ops.def"
#undef OP

// Ends a step in an error, and notes which clause said so.
void model_fail(struct model *model, struct outcome *outcome, enum word word, const char *clause);
void model_refuse(struct outcome *outcome);

// Cells
size_t model_find(const struct model *model, uintptr_t address,
                  size_t *index); // length of the run of cells from there on
const uint8_t *model_values(const struct model *model, uintptr_t address); // null: no memory there
enum model_owner model_owner_of(const struct model *model, size_t index);
// What the step may do with a byte, and what was done with it: MARK_...
unsigned model_marks(const struct model *model, size_t index);
unsigned model_process_of(const struct model *model, size_t index);
uint32_t model_digest(const uint8_t *values, size_t length);

// What the step's library call may do to a range that has cells. Writing also counts as touched.
void model_will_read(struct model *model, uintptr_t address, size_t length);
// Of two ranges that the step reads one after the other: what both have may be read twice.
void model_will_read_both(struct model *model, const struct range *first, const struct range *second);
void model_will_write(struct model *model, uintptr_t address, size_t length);
void model_touch(struct model *model, uintptr_t address, size_t length);
void model_clear_marks(struct model *model); // and what was touched: the step before is over

// The step will write a range, and the caller supplies all of its values, now. Null if it is empty.
uint8_t *model_overwrite(struct model *model, uintptr_t address, size_t length);
void model_forget(struct model *model, uintptr_t address, size_t length); // values not known from here on

// Reads one range and writes its values to another, which may overlap it.
void model_copy(struct model *model, uintptr_t to, uintptr_t from, size_t length);

// Writes byte, byte + increment, ...
void model_write(struct model *model, uintptr_t address, size_t length, uint8_t byte, unsigned increment);

// Memory of a process; an abstract one has no cells, there the range is only noted.
void model_zero(struct model *model, uintptr_t address, size_t length);
void model_own(struct model *model, uintptr_t address, size_t length, enum model_owner owner,
               unsigned process);

// Ranges
bool model_within(uintptr_t address, size_t length, uintptr_t start, uintptr_t end);
bool model_meets(uintptr_t address, size_t length, uintptr_t start, uintptr_t end);
bool model_in_ram(const struct model *model, unsigned process, uintptr_t address, size_t length);   // P-OWN
bool model_in_flash(const struct model *model, unsigned process, uintptr_t address, size_t length); // P-FLASH
bool model_allowable(const struct model *model, unsigned process, unsigned kind, const struct range *range);
const char *model_range_clause(const struct model *model, unsigned process, unsigned kind,
                               const struct range *range);

// Processes
bool model_ordered(const struct model_block *block);
void model_create(struct model *model, const struct model_block *block);
bool model_live(const struct process *process);
struct process *model_by_pid(struct model *model, unsigned process,
                             bool stale);         // null unless the pid is live
bool model_active(const struct process *process); // null is not

// Breaks and grants
bool model_hook_accepts(struct model *model);
// The first address behind all granules that hold a byte of [ram, brk), in a block of that size.
wide model_granules_end(const struct model *model, uintptr_t ram, size_t ram_size, uintptr_t brk);
bool model_carve_fits(const struct model *model, unsigned process, size_t size, uintptr_t alignment,
                      uintptr_t *start);
void model_carve(struct model *model, unsigned process, uintptr_t start, enum model_owner owner);

// Allow
struct request {
  uint8_t process;
  bool stale;
  uint8_t kind;
  uintptr_t driver, number;
  struct range range;
};
uintptr_t model_slot_count(const struct model_driver *driver, unsigned kind);
enum word model_allow(struct model *model, const struct request *request, struct range *back);
enum word model_need_pair(struct model *model, unsigned process, unsigned driver); // OK: it is there now
void model_raise_mark(struct model *model, unsigned process, const struct range *range);

// Buffers and pins
const char *model_dead_by(const struct model *model, const struct buffer *buffer); // null: it is live
slot_name model_name_slot(unsigned driver, unsigned kind, uintptr_t number);
bool model_pinned(const struct model *model, unsigned process);
bool model_slot_pinned(const struct model *model, unsigned process, slot_name slot);

// Slices
bool model_fresh(struct model *model, unsigned slice,
                 struct outcome *outcome); // false: stale, the step is over
bool model_fits_scratch(size_t offset, size_t length);
uintptr_t model_scratch(const struct model *model, size_t offset);

#endif
