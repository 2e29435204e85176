// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The machine's memory: process RAM and flash with guard space between, kernel scratch and kernel array.
// Under ASan what the library must not touch by itself is poisoned: in watched builds all process memory
// except the grant regions, in plain ones all that is not a live process's own.
#ifndef FUZZ_MACHINE_MEMORY_H
#define FUZZ_MACHINE_MEMORY_H

#include "program/program.h"
#include "program/step.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_RAM_MAX 512u
#define MACHINE_FLASH_MAX 96u
#define MACHINE_GUARD 64u
// The largest that a grant is asked for, so that its place does not depend on where the machine is.
#define MACHINE_ALIGNMENT 4096u
#define MACHINE_ARENA_SIZE                                                                                   \
  (STEP_PROCESS_SLOTS * (MACHINE_RAM_MAX + MACHINE_FLASH_MAX + 2u * MACHINE_GUARD) + MACHINE_GUARD)

struct machine_block {
  uintptr_t ram;
  size_t ram_size, initial_break;
  uintptr_t flash;
  size_t flash_size, header;
};

struct machine_memory {
  uint8_t guard_low[MACHINE_GUARD];
  uint8_t scratch[STEP_SCRATCH_SIZE];
  uint8_t guard_scratch[MACHINE_GUARD];
  uint8_t array[STEP_ARRAY_SIZE];
  uint8_t guard_array[MACHINE_GUARD];
  _Alignas(MACHINE_ALIGNMENT) uint8_t arena[MACHINE_ARENA_SIZE];
  struct machine_block blocks[STEP_PROCESS_SLOTS];
  bool abstract;
  bool poisoned;                 // the guards are in place
  bool open[STEP_PROCESS_SLOTS]; // something of this block is not poisoned
};

void memory_start(struct machine_memory *memory, unsigned layout);

// Is [address, address + length) inside one block, scratch or array?
bool memory_holds(const struct machine_memory *memory, uintptr_t address, size_t length);

// Poisons all of block i, RAM and flash, or opens a part of it.
void memory_close(struct machine_memory *memory, unsigned i);
void memory_open(struct machine_memory *memory, unsigned i, uintptr_t address, size_t length);
// Poisons these bytes of the testbed's own for good.
void memory_forbid(const void *bytes, size_t length);

// The frames of a stack that a jump has left behind: nothing of theirs stays poisoned.
void memory_abandon(uintptr_t address, size_t length);
// Which block's RAM starts at this address; STEP_PROCESS_SLOTS if none.
unsigned memory_block_at(const struct machine_memory *memory, uintptr_t ram);

// Raw bytes, poisoned or not. Nothing but the testbed's own eyes and the simulated userspace uses these.
void memory_peek(uintptr_t address, uint8_t *bytes, size_t length);
void memory_poke(uintptr_t address, const uint8_t *bytes, size_t length);
void memory_fill(uintptr_t address, uint8_t byte, size_t length);
// The bytes byte, byte + 1, ...
void memory_count_up(uintptr_t address, uint8_t byte, size_t length);
uint32_t memory_digest(uintptr_t address, size_t length);

#endif
