// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Where processes are real, the hardware must let each touch what the model says is its own, and nothing
// else. It comes in granules, so at a break and where RAM or flash begins or ends it may be a little more
// or less than that, as lenient says.
#include "lockstep/check.h"

static uintptr_t granule_start(uintptr_t address) {
  return address - address % userspace_granule();
}

// Does an edge of memory lie inside this byte's granule?
static bool at_edge(uintptr_t address, uintptr_t edge) {
  return edge % userspace_granule() != 0 && granule_start(address) == granule_start(edge);
}

static bool is_in(uintptr_t address, uintptr_t start, uintptr_t end) {
  return start <= address && address < end;
}

// What a process may do with a byte, and the clause that says so.
static enum userspace_right expect(const struct model_view *view, uintptr_t address, const char **clause) {
  *clause = "P-DEAD";
  if (!view->live) return USERSPACE_NOTHING;
  *clause = "P-OWN";
  if (is_in(address, view->ram, view->brk)) return USERSPACE_WRITE;
  *clause = "P-BRK";
  if (is_in(address, view->brk, view->kbrk)) return USERSPACE_NOTHING;
  *clause = "P-GRANT";
  if (is_in(address, view->kbrk, view->end)) return USERSPACE_NOTHING;
  *clause = "P-FLASH";
  if (is_in(address, view->readable, view->flash_end)) return USERSPACE_READ;
  if (is_in(address, view->flash, view->readable)) return USERSPACE_NOTHING;
  *clause = "A-OTHER";
  return USERSPACE_NOTHING;
}

// The granule that the break lies in is the process's as a whole (P-GRANULE). One that RAM begins in, or that
// has an edge of flash in it, is not its own at all.
static bool lenient(const struct model_view *view, uintptr_t address, enum userspace_right actual) {
  if (!view->live) return false;
  if (actual == USERSPACE_WRITE) return is_in(address, view->brk, view->kbrk) && at_edge(address, view->brk);
  const bool own = is_in(address, view->ram, view->brk) || is_in(address, view->readable, view->flash_end);
  const bool edge =
      at_edge(address, view->ram) || at_edge(address, view->readable) || at_edge(address, view->flash_end);
  return actual == USERSPACE_NOTHING && own && edge;
}

static void check_byte(struct lockstep *l, size_t index, unsigned process, const struct model_view *view,
                       uintptr_t address) {
  const char *clause;
  const enum userspace_right expected = expect(view, address, &clause);
  const enum userspace_right actual = userspace_right(&l->machine, process, address);
  if (expected == actual || lenient(view, address, actual)) return;
  struct lockstep_failure *failure = check_fail(l, CHECK_PROTECTION, index, clause);
  if (!failure) return;
  failure->has_address = true;
  failure->address = address;
  failure->process = process;
  failure->expected_right = expected;
  failure->actual_right = actual;
}

// Is there anything to ask, of a process that is there?
static bool is_real(const struct lockstep *l, unsigned process, struct model_view *view) {
  if (userspace_granule() == 0) return false;
  model_view(&l->model, process, view);
  return view->held;
}

// A byte of each granule, whose bytes no hardware can tell apart, in the memory of all processes and around
// it.
void check_protection(struct lockstep *l, size_t index, unsigned process) {
  struct model_view view;
  if (!is_real(l, process, &view)) return;
  const uintptr_t start = (uintptr_t)l->machine.memory.arena;
  const size_t granule = userspace_granule();
  for (size_t i = 0; i < MACHINE_ARENA_SIZE; i += granule)
    check_byte(l, index, process, &view, start + i);
  check_byte(l, index, process, &view, (uintptr_t)l->machine.memory.scratch);
  check_byte(l, index, process, &view, (uintptr_t)l->machine.memory.array);
}

void check_protection_edges(struct lockstep *l, size_t index, unsigned process) {
  struct model_view view;
  if (!is_real(l, process, &view)) return;
  const uintptr_t edges[] = {view.ram,   view.brk,      view.kbrk,     view.end,
                             view.flash, view.readable, view.flash_end};
  const uintptr_t start = (uintptr_t)l->machine.memory.arena;
  for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++) {
    if (edges[i] - start - 1 >= MACHINE_ARENA_SIZE - 1) continue; // an empty block may be anywhere
    check_byte(l, index, process, &view, edges[i] - 1);
    check_byte(l, index, process, &view, edges[i]);
  }
}
