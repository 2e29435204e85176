// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// A C program that watches the library's accesses: before each call, what the library may load and store in it.
#include "emitter.h"

enum { RIGHT_LOAD = 1, RIGHT_STORE = 2, RIGHT_ZERO = 4, RIGHT_AGAIN = 8 };

static unsigned right_at(const struct emitter *e, uintptr_t address) {
  struct model_cell cell;
  if (!model_cell(&e->l.model, address, &cell)) return 0;
  if (cell.kernel_door) return RIGHT_ZERO;
  if (cell.read_again) return RIGHT_AGAIN;
  return (cell.may_read ? RIGHT_LOAD : 0) | (cell.may_write ? RIGHT_STORE : 0);
}

static void give(struct emitter *e, uintptr_t address, size_t length, unsigned right) {
  static const char *const names[] = {"", "LOAD", "STORE", "LOAD | STORE", "ZERO",
                                      "", "",     "",      "LOAD | AGAIN"};
  emit_use(e, PART_MAY);
  emit_line(e, "may(%s, %zu, %s);", emit_number(e, address), length, names[right]);
}

static void give_in(struct emitter *e, uintptr_t start, size_t size) {
  for (size_t i = 0, run; i < size; i += run) {
    const unsigned right = right_at(e, start + i);
    for (run = 1; i + run < size && right_at(e, start + i + run) == right;)
      run++;
    if (right) give(e, start + i, run, right);
  }
}

static void give_zeroed(struct emitter *e) {
  const struct model_span zeroed = model_zeroed(&e->l.model);
  if (zeroed.length == 0) return;
  emit_line(e, "zero_start = %s;", emit_number(e, zeroed.address));
  emit_line(e, "zero_length = %s;", emit_number(e, zeroed.length));
}

static void give_race(struct emitter *e) {
  uintptr_t address;
  uint8_t byte;
  if (!model_race(&e->l.model, &address, &byte)) return;
  emit_use(e, PART_RACE);
  emit_line(e, "race(%s, 0x%02x);", emit_number(e, address), byte);
}

void emit_no_rights(struct emitter *e) {
  if (e->watched) emit_line(e, "nothing();");
}

void emit_rights(struct emitter *e) {
  const struct machine_memory *memory = &e->l.machine.memory;
  emit_no_rights(e);
  if (!e->watched) return;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    give_in(e, memory->blocks[i].ram, memory->blocks[i].ram_size);
    give_in(e, memory->blocks[i].flash, memory->blocks[i].flash_size);
  }
  give_in(e, (uintptr_t)memory->scratch, sizeof memory->scratch);
  give_in(e, (uintptr_t)memory->array, sizeof memory->array);
  give_race(e);
  if (memory->abstract) give_zeroed(e);
}
