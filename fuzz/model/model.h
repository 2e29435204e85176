// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The shadow memory model: SPEC carried out on per-byte tables, in the most naive way that is still quick. It
// is the second, independent reading of the clauses: it includes nothing of the library or the machine, has
// its own names, and finds ranges by walking over bytes instead of comparing interval ends. Freestanding C,
// no allocation: the caller supplies the struct.
#ifndef FUZZ_MODEL_MODEL_H
#define FUZZ_MODEL_MODEL_H

#include "program/outcome.h"
#include "program/step.h"

// The largest setup that the model has room for on a concrete machine; the caller keeps to it.
#define MODEL_RAM_MAX 1024u
#define MODEL_FLASH_MAX 256u
#define MODEL_ALLOWS_MAX 16u // slots of one driver and kind

// One block of memory that a process may be given. Sizes in bytes; `initial_break` counts from the block's
// start, `header` from flash's.
struct model_block {
  uintptr_t ram;
  size_t ram_size, initial_break;
  uintptr_t flash;
  size_t flash_size, header;
};

struct model_driver {
  uintptr_t number;
  uintptr_t readonly, readwrite, userspace_readable; // slots of each kind
  size_t grant_size;                                 // bytes that the pair's first allow carves, alignment 8
  size_t opaque_size; // of these, how many at the start hold slots: kernel objects whose bytes the model
                      // doesn't know
};

struct model_setup {
  // Concrete: the blocks are real memory with the contents of step.h's patterns, and `process_count`
  // processes exist at the start, in blocks 0..n-1, running. Abstract: no memory exists and no process at the
  // start; create takes any numbers; every op that would touch a byte other than to zero it is refused, also
  // an allow that would make slots.
  bool abstract;
  bool split; // the kernel array is no business of the user's door (X-DOOR)
  uint8_t process_count;
  uint32_t lives;  // how many generations a slot has in all; 0 = never exhausted
  uint8_t granule; // enum step_granule
  struct model_block blocks[STEP_PROCESS_SLOTS];
  struct model_driver drivers[STEP_DRIVERS];
  uintptr_t scratch,
      array; // addresses of kernel scratch (STEP_SCRATCH_SIZE) and kernel array (STEP_ARRAY_SIZE)
};

// What an address belongs to, for reports.
enum model_owner {
  OWNER_NOBODY,
  OWNER_APP,
  OWNER_HOLE,
  OWNER_GRANT,
  OWNER_SLOTS,
  OWNER_HEADER,
  OWNER_FLASH,
  OWNER_SCRATCH,
  OWNER_ARRAY
};

struct model_cell {
  uint8_t value;
  bool known;                                        // false: a kernel object, or bytes that SPEC leaves open
  bool may_read, may_write, kernel_door, read_again; // in the last step
  enum model_owner owner;
};

struct model_span {
  uintptr_t address;
  size_t length;
};

// A process slot as seen from outside. All zero and held = false if nothing was created there.
struct model_view {
  bool held, live;
  uint8_t state; // enum step_state
  uintptr_t ram, end, brk, kbrk, hwm, flash, readable, flash_end;
  uintptr_t grant;          // see ADDRESS_GRANT
  uintptr_t last, previous; // see ADDRESS_LAST
};

// What the library's access to user bytes came to.
enum model_verdict {
  VERDICT_FINE,
  VERDICT_OUTSIDE,   // X-BOUNDS: a byte this step has no business with
  VERDICT_NO_RIGHT,  // B-RO: a write where the step may only read, or a read where it may only write
  VERDICT_TWICE,     // X-FETCH1: read a second time in one call
  VERDICT_READ_BACK, // X-FETCH1: read after it was written in the same call
  VERDICT_EMPTY,     // X-ZERO: an access of no bytes, which should not have been made
  VERDICT_DOOR,      // X-DOOR: kernel memory through the user's door, or user bytes through the kernel's
};

struct model; // complete in model/state.h; only for sizeof

void model_start(struct model *model, const struct model_setup *setup);

// Carries out one step and says what must come of it. WORD_REFUSED: nothing happened; the machine must not
// run it either.
void model_step(struct model *model, const struct step *step, struct outcome *outcome);

// The clause that decided the last step's outcome ("P-OWN", "A-ORDER", ...).
const char *model_clause(const struct model *model);

void model_view(const struct model *model, unsigned process, struct model_view *view);
uintptr_t model_register(const struct model *model, unsigned reg);

// Lengths as the model sees them, 0 for a dead buffer or a stale slice.
size_t model_buffer_length(const struct model *model, unsigned buffer);
size_t model_slice_length(const struct model *model, unsigned slice);
unsigned model_nesting(const struct model *model); // enters open

// The ranges of all slots of live processes that hold more than nothing, up to `room` of them. Returns how many.
#define MODEL_SLOTS_MAX (STEP_PROCESS_SLOTS * STEP_DRIVERS * 3u * MODEL_ALLOWS_MAX)
size_t model_allowed(const struct model *model, struct model_span *ranges, size_t room);

// The library, carrying out the last step, is about to load or store these bytes. *bad: offset of the first
// byte that is not fine. FINE also notes them as fetched or stored.
enum model_verdict model_load(struct model *model, uintptr_t address, size_t length, size_t *bad);
enum model_verdict model_store(struct model *model, uintptr_t address, size_t length, size_t *bad);

// The same for bytes that it zeroes through the kernel's door.
enum model_verdict model_zeroing(struct model *model, uintptr_t address, size_t length, size_t *bad);

// Userspace changed this byte after the step's first fetch of it (the race op). Has no effect on a byte that
// the step itself writes. model_race: the address armed for the last step, if any (false: none).
bool model_race(const struct model *model, uintptr_t *address, uint8_t *byte);
void model_race_fired(struct model *model);
bool model_reads(const struct model *model, uintptr_t address); // may the last step read it?

// Abstract: the bytes that the last step zeroes.
struct model_span model_zeroed(const struct model *model);

// Bytes that the last step may have changed.
const struct model_span *model_touched(const struct model *model, size_t *count);

// First offset at which actual[] differs from the shadow at address, or length. Bytes not known match
// anything.
size_t model_differs(const struct model *model, uintptr_t address, const uint8_t *actual, size_t length);

// After a step that leaves bytes open (T-ITER): takes them as they are. Call for each touched span once it
// was compared.
void model_adopt(struct model *model, uintptr_t address, const uint8_t *actual, size_t length);

// One byte's shadow, for reports. False: no memory that the model knows.
bool model_cell(const struct model *model, uintptr_t address, struct model_cell *cell);

#endif
