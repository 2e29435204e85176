// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Outcomes and numbers as text that is the same in every shape: addresses are named by what they are near to,
// never by where this machine happens to keep them.
#include "lockstep/lockstep.h"
#include "lockstep/write.h"

#define NEAR 0x8000
#define WORD_HALF ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 1))

static const char *const words[WORD_COUNT] = {
    "OK",        "FAIL",   "BUSY",      "ALREADY",   "OFF",      "RESERVE",     "INVAL",
    "SIZE",      "CANCEL", "NOMEM",     "NOSUPPORT", "NODEVICE", "UNINSTALLED", "NOACK",
    "NOSUCHAPP", "ABSENT", "UNHANDLED", "PANIC",     "REFUSED",  "BROKEN",
};

const char *lockstep_word_name(enum word word) {
  return words[word < WORD_COUNT ? word : WORD_BROKEN];
}

static bool is_near(uintptr_t number, uintptr_t base, intptr_t *offset) {
  const uintptr_t up = number - base, down = base - number;
  *offset = up < NEAR ? (intptr_t)up : -(intptr_t)(down < NEAR ? down : 0);
  return up < NEAR || down < NEAR;
}

static void write_process(const struct text_sink *sink, unsigned process) {
  write_text(sink, "p");
  write_decimal(sink, process);
  write_text(sink, ".");
}

// Inside a block of the machine, which is what a process has if it was not created elsewhere.
static bool print_inside(const struct lockstep *l, uintptr_t address, const struct text_sink *sink) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &l->machine.memory.blocks[i];
    const bool ram = address - block->ram < block->ram_size;
    if (!ram && address - block->flash >= block->flash_size) continue;
    write_process(sink, i);
    write_offset(sink, ram ? "ram" : "flash", (intptr_t)(address - (ram ? block->ram : block->flash)));
    return true;
  }
  return false;
}

static bool print_near(const struct text_sink *sink, uintptr_t number, uintptr_t base, const char *name) {
  intptr_t offset;
  if (!is_near(number, base, &offset)) return false;
  write_offset(sink, name, offset);
  return true;
}

static bool print_near_block(const struct lockstep *l, uintptr_t address, const struct text_sink *sink) {
  intptr_t offset;
  const struct machine_memory *memory = &l->machine.memory;
  if (memory->abstract || !is_near(address, memory->blocks[0].ram, &offset)) return false;
  write_offset(sink, "p0.ram", offset);
  return true;
}

void lockstep_print_address(const struct lockstep *l, uintptr_t address, const struct text_sink *sink) {
  const struct machine_memory *memory = &l->machine.memory;
  const uintptr_t scratch = (uintptr_t)memory->scratch, array = (uintptr_t)memory->array;
  if (print_inside(l, address, sink)) return;
  if (address - scratch < sizeof memory->scratch) {
    write_offset(sink, "kernel", (intptr_t)(address - scratch));
  } else if (address - array < sizeof memory->array) {
    write_offset(sink, "array", (intptr_t)(address - array));
  } else if (address < NEAR) {
    write_offset(sink, "null", (intptr_t)address);
  } else if (!print_near_block(l, address, sink) && !print_near(sink, address, UINTPTR_MAX, "top") &&
             !print_near(sink, address, WORD_HALF, "half")) {
    write_text(sink, "0x");
    write_hex(sink, address, 1);
  }
}

// A length that was counted from or to an address depends on where that is; so it is named by where it ends.
static void print_length(const struct lockstep *l, const struct outcome *outcome, unsigned i,
                         const struct text_sink *sink) {
  const uintptr_t length = outcome->values[i];
  const uintptr_t start = i > 0 && outcome->tags[i - 1] == VALUE_ADDRESS ? outcome->values[i - 1] : 0;
  if (length < NEAR) {
    write_decimal(sink, length);
  } else if (!print_near(sink, length, UINTPTR_MAX, "max") && !print_near(sink, length, WORD_HALF, "half") &&
             !print_near(sink, length, UINT32_MAX, "u32")) {
    write_text(sink, "to ");
    lockstep_print_address(l, start + length, sink);
  }
}

static void print_number(uintptr_t number, const struct text_sink *sink) {
  if (number < NEAR) {
    write_decimal(sink, number);
  } else {
    write_text(sink, "0x");
    write_hex(sink, number, 1);
  }
}

static void print_value(const struct lockstep *l, const struct outcome *outcome, unsigned i,
                        const struct text_sink *sink) {
  const uintptr_t value = outcome->values[i];
  switch (outcome->tags[i]) {
  case VALUE_ADDRESS:
    lockstep_print_address(l, value, sink);
    break;
  case VALUE_LENGTH:
    print_length(l, outcome, i, sink);
    break;
  case VALUE_NUMBER:
    print_number(value, sink);
    break;
  case VALUE_BYTE:
    write_text(sink, "0x");
    write_hex(sink, value, 2);
    break;
  default:
    write_text(sink, "#");
    write_hex(sink, value, 8);
    break;
  }
}

void lockstep_print_outcome(const struct lockstep *l, const struct outcome *outcome,
                            const struct text_sink *sink) {
  write_text(sink, lockstep_word_name(outcome->word));
  for (unsigned i = 0; i < outcome->count; i++) {
    write_text(sink, " ");
    print_value(l, outcome, i, sink);
  }
}
