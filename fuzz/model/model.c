// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Start, and the questions that others ask about processes.
#include "model/internal.h"

// What step.h says memory holds at the start. Worked out once in a run: to copy it is most of a program's
// start.
static struct {
  bool made;
  uint8_t ram[MODEL_RAM_MAX], flash[MODEL_FLASH_MAX], scratch[STEP_SCRATCH_SIZE], array[STEP_ARRAY_SIZE];
} patterns;

static void make_patterns(void) {
  for (size_t i = 0; i < sizeof patterns.ram; i++)
    patterns.ram[i] = step_ram_pattern(i);
  for (size_t i = 0; i < sizeof patterns.flash; i++)
    patterns.flash[i] = step_flash_pattern(i);
  for (size_t i = 0; i < sizeof patterns.scratch; i++)
    patterns.scratch[i] = step_scratch_pattern(i);
  for (size_t i = 0; i < sizeof patterns.array; i++)
    patterns.array[i] = step_array_pattern(i);
  patterns.made = true;
}

static bool has_room(const struct model_block *block) {
  return block->ram_size <= MODEL_RAM_MAX && block->flash_size <= MODEL_FLASH_MAX;
}

static bool has_slots(const struct model_driver *driver) {
  for (unsigned kind = STEP_READONLY; kind <= STEP_USERSPACE_READABLE; kind++)
    if (model_slot_count(driver, kind) > MODEL_ALLOWS_MAX) return false;
  return driver->opaque_size <= driver->grant_size;
}

// A caller that breaks the bounds of model.h has a bug that no program can be blamed for: it stops here, not
// somewhere in the model's arrays.
static void check_setup(const struct model_setup *setup) {
  if (setup->process_count > STEP_PROCESS_SLOTS) __builtin_trap();
  for (unsigned i = 0; i < STEP_DRIVERS; i++)
    if (!has_slots(&setup->drivers[i])) __builtin_trap();
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS && !setup->abstract; i++)
    if (!has_room(&setup->blocks[i]) || !model_ordered(&setup->blocks[i])) __builtin_trap();
}

// Regions follow each other in the cells without gaps: there is one stretch to fill, and it is no longer than
// need be.
static size_t place(struct model *model, unsigned region, uintptr_t start, size_t size, size_t first) {
  model->regions[region] = (struct region){start, size, first};
  return first + size;
}

static void fill(struct model *model, unsigned region, const uint8_t *pattern) {
  const struct region *r = &model->regions[region];
  if (r->size > 0) __builtin_memcpy(&model->cells.value[r->first], pattern, r->size);
}

static void own(struct model *model, unsigned region, enum model_owner owner) {
  const struct region *r = &model->regions[region];
  __builtin_memset(&model->cells.owner[r->first], (int)owner, r->size);
}

static size_t place_blocks(struct model *model, size_t used) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct model_block *block = &model->setup.blocks[i];
    used = place(model, REGION_RAM + i, block->ram, block->ram_size, used);
    used = place(model, REGION_FLASH + i, block->flash, block->flash_size, used);
    fill(model, REGION_RAM + i, patterns.ram);
    fill(model, REGION_FLASH + i, patterns.flash);
  }
  return used;
}

static size_t place_kernel(struct model *model, size_t used) {
  used = place(model, REGION_SCRATCH, model->setup.scratch, STEP_SCRATCH_SIZE, used);
  used = place(model, REGION_ARRAY, model->setup.array, STEP_ARRAY_SIZE, used);
  fill(model, REGION_SCRATCH, patterns.scratch);
  fill(model, REGION_ARRAY, patterns.array);
  return used;
}

static void place_memory(struct model *model) {
  if (!patterns.made) make_patterns();
  size_t used = place_kernel(model, 0);
  if (!model->setup.abstract) used = place_blocks(model, used);
  __builtin_memset(model->cells.owner, OWNER_NOBODY, used);
  own(model, REGION_SCRATCH, OWNER_SCRATCH);
  own(model, REGION_ARRAY, OWNER_ARRAY);
  __builtin_memset(model->cells.known, KNOWN, used);
  __builtin_memset(model->cells.marks, 0, used);
}

void model_start(struct model *model, const struct model_setup *setup) {
  check_setup(setup);
  __builtin_memset(model, 0, offsetof(struct model, slots));
  model->setup = *setup;
  model->clause = "-";
  model->entry = 1;
  place_memory(model);
  for (unsigned i = 0; i < setup->process_count && !setup->abstract; i++) {
    model_create(model, &setup->blocks[i]);
    model_clear_marks(model);
  }
}

void model_view(const struct model *model, unsigned process, struct model_view *view) {
  const struct process *p = &model->processes[process];
  *view = (struct model_view){0};
  if (!p->held) return;
  *view = (struct model_view){.held = true,
                              .live = model_live(p),
                              .state = p->state,
                              .ram = p->ram,
                              .end = p->end,
                              .brk = p->brk,
                              .kbrk = p->kbrk,
                              .hwm = p->hwm,
                              .flash = p->flash,
                              .readable = p->readable,
                              .flash_end = p->flash_end,
                              .grant = p->granted ? p->grant : p->kbrk,
                              .last = p->last,
                              .previous = p->previous};
}
