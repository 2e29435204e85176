// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The simulated machine: up to four processes with RAM and flash in real memory, guard space around each,
// three drivers (the last without slots), kernel scratch, and the real library on top. It carries out one
// step and says what came of it; what should have come of it is not its business. Freestanding C; the caller
// supplies the struct.
#ifndef FUZZ_MACHINE_MACHINE_H
#define FUZZ_MACHINE_MACHINE_H

#include "machine/memory.h"
#include "program/outcome.h"
#include "program/step.h"

#include <procbuf/procbuf.h>

// Told before the library touches user bytes, or zeroes memory, in watched builds.
struct machine_observer {
  void *context;
  void (*load)(void *context, uintptr_t address, size_t length);
  void (*store)(void *context, uintptr_t address, size_t length);
  void (*zero)(void *context, uintptr_t address, size_t length);
};

// Runs the ops inside an enter. `entered` is the outcome of the enter so far. Returns what the callback shall
// return.
typedef uint8_t machine_inside(void *context, const struct outcome *entered);

struct machine_setup {
  uint8_t process_count;
  uint8_t layout;  // PROGRAM_LAYOUT_ABSTRACT: nothing exists, see memory.h
  uint32_t lives;  // generations that each slot has; 0 = as many as the counter has
  uint8_t granule; // enum step_granule
  struct machine_observer observer;
  machine_inside *inside;
  void *inside_context;
};

struct machine_buffer {
  bool readwrite;
  uint8_t process; // whose it is, unless it is the default buffer
  procbuf_readonly_buffer ro;
  procbuf_readwrite_buffer rw;
};

struct machine_slice {
  bool writeable;
  uint32_t frame; // the enter it came from; 0 = wrapped, never stale
  procbuf_readable r;
  procbuf_writeable w;
};

// What the platform was asked to do for caches in the last step.
struct machine_maintenance {
  unsigned pinned, unpinned;
  procbuf_direction direction;
  procbuf_range range;
};

struct machine_enter {
  uint32_t frame;
  unsigned process; // whose buffer it is
};

struct machine {
  struct machine_memory memory;
  procbuf_kernel kernel;
  // The library's tables. Behind each lies as much again that nobody may touch (poisoned under ASan), so that an index
  // that was not checked shows.
  procbuf_process processes[STEP_PROCESS_SLOTS], behind_processes[STEP_PROCESS_SLOTS];
  uintptr_t grants[STEP_PROCESS_SLOTS * STEP_DRIVERS], behind_grants[STEP_PROCESS_SLOTS * STEP_DRIVERS];
  procbuf_driver drivers[STEP_DRIVERS], behind_drivers[STEP_DRIVERS];
  procbuf_pin_record pin_records[STEP_PROCESS_SLOTS * STEP_PINS_PER_PROCESS];
  procbuf_pin_record behind_pin_records[STEP_PROCESS_SLOTS * STEP_PINS_PER_PROCESS];
  procbuf_external_process_capability capability;
  procbuf_pid pids[STEP_PROCESS_SLOTS], old_pids[STEP_PROCESS_SLOTS];
  procbuf_layout pending;
  struct machine_buffer buffers[STEP_BUFFERS];
  struct machine_slice slices[STEP_SLICES];
  procbuf_pin pins[STEP_PINS];
  struct machine_maintenance maintenance;
  uintptr_t registers[STEP_REGISTERS];
  bool got;          // a buffer was got in this kernel entry, and would end with it (B-RETURNED)
  unsigned refusals; // protection hook requests still to refuse
  uint32_t frames;   // enters so far
  struct machine_enter open[STEP_NESTING_MAX];
  unsigned nesting;
  procbuf_process_info told[STEP_PROCESS_SLOTS]; // what the protection hook heard last of each process
  struct machine_setup setup;
};

void machine_start(struct machine *machine, const struct machine_setup *setup);

// Carries out one step. For an enter whose callback ran, returns after the callback's end and *outcome is
// that of the leave: OK and the status that enter returned; the enter's own outcome went to `inside`.
void machine_step(struct machine *machine, const struct step *step, struct outcome *outcome);

// How the library sees a process slot; false: it knows no such process.
bool machine_info(const struct machine *machine, unsigned process, procbuf_process_info *info);

// Bytes of a pair's grant, and how many of them are slots, as the library lays them out.
size_t machine_grant_size(const struct machine *machine, unsigned driver);
size_t machine_slots_size(const struct machine *machine, unsigned driver);

// The drivers: how many slots of each kind, and what a pair's grant shall come to with slots and state.
struct machine_driver_plan {
  uintptr_t number;
  uint16_t readonly, readwrite, userspace_readable, grant_size;
};
extern const struct machine_driver_plan machine_driver_plans[STEP_DRIVERS];

// The drivers' numbers, for operands d0..d3 (d3 does not exist).
uintptr_t machine_driver_number(unsigned driver);

// Arms the race: the byte at address becomes `byte` right after its first fetch in the next step.
// machine_race_fired says whether it did; disarms.
void machine_race_arm(struct machine *machine, uintptr_t address, uint8_t byte);
bool machine_race_fired(struct machine *machine);

// True in builds whose library accesses pass the observer. Others can't run the abstract layout: nothing
// would keep the library's stores from reaching addresses that are only numbers there; and a race has no
// moment to strike in.
bool machine_is_watched(void);

#endif
