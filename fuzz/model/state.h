// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The model's state, complete so that a caller can supply storage for it. Private to the model but for
// sizeof. It holds no pointers into itself, so that a copy of it is a snapshot.
#ifndef FUZZ_MODEL_STATE_H
#define FUZZ_MODEL_STATE_H

#include "model/model.h"

// Wider than a word: sums of two words never overflow here (X-WRAP).
#if UINTPTR_MAX > UINT32_MAX
__extension__ typedef unsigned __int128 wide;
#else
typedef uint64_t wide;
#endif

// What the current step may do with a byte, and what was done with it.
// MARK_KERNEL: by the kernel's door alone (X-DOOR). MARK_AGAIN: it may be read once more than once (C-GATHER).
enum { MARK_READ = 1, MARK_WRITE = 2, MARK_FETCHED = 4, MARK_STORED = 8, MARK_KERNEL = 16, MARK_AGAIN = 32 };

// As a mask, so that bytes are compared in words, known or not.
enum { UNKNOWN = 0x00, KNOWN = 0xff };

// The owner of a byte: an enum model_owner, and above it the process whose it is, if it is a process's.
#define OWNER_BITS 4u
#define OWNER_MASK ((1u << OWNER_BITS) - 1u)

enum {
  REGION_RAM = 0,
  REGION_FLASH = REGION_RAM + (int)STEP_PROCESS_SLOTS,
  REGION_SCRATCH = REGION_FLASH + (int)STEP_PROCESS_SLOTS,
  REGION_ARRAY,
  REGION_COUNT
};

// A stretch of memory that has cells: entries first, first + 1, ... of each of the cells' arrays are its
// bytes.
struct region {
  uintptr_t start;
  size_t size, first;
};

#define CELL_COUNT                                                                                           \
  (STEP_PROCESS_SLOTS * (MODEL_RAM_MAX + MODEL_FLASH_MAX) + STEP_SCRATCH_SIZE + STEP_ARRAY_SIZE)

struct range {
  uintptr_t address;
  size_t length;
};

// A (process, driver) pair, once its slots are made: the carved memory. Its slots are further down.
struct pair {
  bool made;
  uintptr_t address;
};

struct process {
  bool held;
  uint8_t state; // enum step_state
  uint32_t life; // how many generations it has had, this one included
  uintptr_t ram, initial, brk, hwm, kbrk, end;
  uintptr_t flash, readable, flash_end;
  bool granted; // by a grant op, in this life
  uintptr_t grant, last, previous;
  struct pair pairs[STEP_DRIVERS];
};

// Names a slot of a process: 0 names none.
typedef uint32_t slot_name;

struct buffer {
  bool writeable;
  bool owned; // false: the default buffer
  uint8_t process;
  uint32_t life;
  uint32_t entry; // kernel entry that it holds for; 0: any
  struct range range;
  slot_name slot; // that it was got from, if that was there
};

struct pin {
  bool held;
  uint8_t process;
  bool from_device;
  struct range range;
  slot_name slot; // that can't be swapped meanwhile
};

struct slice {
  bool writeable;
  uint32_t enter; // the enter that it came from; 0: a wrapped kernel array
  struct range range;
};

struct open_enter {
  uint8_t process;
  uint32_t id;
};

// The allowed ranges of a pair, by kind and number.
struct slots {
  struct range ranges[3][MODEL_ALLOWS_MAX];
};

// The bytes of memory, an array for each thing that is known of one: most steps change or look at one of them
// for a whole range, which is then a memset or a few words.
struct cells {
  uint8_t value[CELL_COUNT];
  uint8_t known[CELL_COUNT]; // KNOWN or UNKNOWN
  uint8_t owner[CELL_COUNT]; // enum model_owner | process << OWNER_BITS
  uint8_t marks[CELL_COUNT]; // of the last step; all others are 0
};

#define TOUCHED_MAX 4u
#define MARKED_MAX 5u // gather: two ranges, their copies, what both have

struct model {
  struct model_setup setup;
  struct model_block pending; // what create will use
  struct process processes[STEP_PROCESS_SLOTS];
  struct buffer buffers[STEP_BUFFERS];
  struct slice slices[STEP_SLICES];
  struct pin pins[STEP_PINS];
  uintptr_t registers[STEP_REGISTERS];
  struct open_enter enters[STEP_NESTING_MAX];
  uint32_t nesting, last_enter;
  uint32_t entry;    // number of the current kernel entry
  uint32_t refusals; // requests that the protection hook will still refuse
  const char *clause;
  bool armed, racing, fired; // a race for the next step; for the last one; it has happened
  uintptr_t race_address;
  uint8_t race_byte;
  struct range zeroed; // abstract: the bytes that the last step zeroes
  struct model_span touched[TOUCHED_MAX];
  size_t touched_count;
  struct range marked[MARKED_MAX]; // what the last step marked, for the next one to clear
  size_t marked_count;
  struct region regions[REGION_COUNT];

  // model_start clears what is above. Below, it fills as many cells as the regions use, and slots are cleared
  // when their pair is made.
  struct slots slots[STEP_PROCESS_SLOTS][STEP_DRIVERS];
  struct cells cells;
};

#endif
