// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "machine/memory.h"

#include "program/outcome.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MACHINE_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MACHINE_ASAN 1
#endif

#ifdef MACHINE_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(address, length) __asan_poison_memory_region((address), (length))
#define UNPOISON(address, length) __asan_unpoison_memory_region((address), (length))
#define UNWATCHED __attribute__((no_sanitize("address")))
#else
#define POISON(address, length) ((void)(address), (void)(length))
#define UNPOISON(address, length) ((void)(address), (void)(length))
#define UNWATCHED
#endif

struct plan {
  uint16_t ram_size, initial_break, flash_size, header;
  bool adjacent; // RAM blocks touch each other
};

static const struct plan plans[PROGRAM_LAYOUT_ABSTRACT] = {
    {512, 192, 96, 32, false}, // roomy
    {251, 61, 61, 13, false},  // odd sizes
    {512, 512, 96, 0, false},  // no room for a grant until the break is lowered
    {384, 0, 96, 96, false},   // nothing at first; all of flash is header
    {256, 128, 64, 16, true},  // one process ends where the next begins
};

static void place(struct machine_memory *memory, const struct plan *plan, unsigned i) {
  const size_t stride = plan->adjacent ? plan->ram_size : MACHINE_RAM_MAX + MACHINE_GUARD;
  const uintptr_t arena = (uintptr_t)memory->arena + MACHINE_GUARD;
  const uintptr_t flash = arena + STEP_PROCESS_SLOTS * (MACHINE_RAM_MAX + MACHINE_GUARD);
  memory->blocks[i] = (struct machine_block){
      .ram = arena + i * stride,
      .ram_size = plan->ram_size,
      .initial_break = plan->initial_break,
      .flash = flash + i * (MACHINE_FLASH_MAX + MACHINE_GUARD),
      .flash_size = plan->flash_size,
      .header = plan->header,
  };
}

static void poison_guards(struct machine_memory *memory) {
  if (memory->poisoned) return;
  POISON(memory->guard_low, sizeof memory->guard_low);
  POISON(memory->guard_scratch, sizeof memory->guard_scratch);
  POISON(memory->guard_array, sizeof memory->guard_array);
  POISON(memory->arena, sizeof memory->arena);
  memory->poisoned = true;
}

// Patterns are made once: starting the machine is then a copy.
static struct {
  bool made;
  uint8_t ram[MACHINE_RAM_MAX], flash[MACHINE_FLASH_MAX], scratch[STEP_SCRATCH_SIZE], array[STEP_ARRAY_SIZE];
} patterns;

static void make_pattern(uint8_t *bytes, size_t length, uint8_t (*pattern)(size_t)) {
  for (size_t i = 0; i < length; i++)
    bytes[i] = pattern(i);
}

static void make_patterns(void) {
  if (patterns.made) return;
  make_pattern(patterns.ram, sizeof patterns.ram, step_ram_pattern);
  make_pattern(patterns.flash, sizeof patterns.flash, step_flash_pattern);
  make_pattern(patterns.scratch, sizeof patterns.scratch, step_scratch_pattern);
  make_pattern(patterns.array, sizeof patterns.array, step_array_pattern);
  patterns.made = true;
}

void memory_start(struct machine_memory *memory, unsigned layout) {
  poison_guards(memory);
  memory->abstract = layout >= PROGRAM_LAYOUT_ABSTRACT;
  make_patterns();
  memory_poke((uintptr_t)memory->scratch, patterns.scratch, sizeof memory->scratch);
  memory_poke((uintptr_t)memory->array, patterns.array, sizeof memory->array);
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    memory_close(memory, i);
    memory->blocks[i] = (struct machine_block){0};
    if (memory->abstract) continue;
    place(memory, &plans[layout], i);
    memory_poke(memory->blocks[i].ram, patterns.ram, memory->blocks[i].ram_size);
    memory_poke(memory->blocks[i].flash, patterns.flash, memory->blocks[i].flash_size);
  }
}

static bool within(uintptr_t start, size_t size, uintptr_t address, size_t length) {
  return address >= start && address - start <= size && length <= size - (address - start);
}

bool memory_holds(const struct machine_memory *memory, uintptr_t address, size_t length) {
  if (within((uintptr_t)memory->scratch, sizeof memory->scratch, address, length) ||
      within((uintptr_t)memory->array, sizeof memory->array, address, length))
    return true;
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &memory->blocks[i];
    if (within(block->ram, block->ram_size, address, length) ||
        within(block->flash, block->flash_size, address, length))
      return true;
  }
  return false;
}

void memory_close(struct machine_memory *memory, unsigned i) {
  if (!memory->open[i]) return;
  POISON((const void *)memory->blocks[i].ram, memory->blocks[i].ram_size);
  POISON((const void *)memory->blocks[i].flash, memory->blocks[i].flash_size);
  memory->open[i] = false;
}

void memory_open(struct machine_memory *memory, unsigned i, uintptr_t address, size_t length) {
  UNPOISON((const void *)address, length);
  memory->open[i] = true;
}

void memory_forbid(const void *bytes, size_t length) {
  POISON(bytes, length);
}

void memory_abandon(uintptr_t address, size_t length) {
  UNPOISON((const void *)address, length);
}

#ifdef MACHINE_ASAN
// Instrumented code calls this before each function that does not return, for the runtime to unpoison the whole
// stack: two system calls and the shadow of 8 MiB, for a PANIC. A fuzz target is linked so that it comes here
// instead, since machine_guarded gives up the frames that the jump left, and the other such functions end the
// process.
// NOLINTBEGIN(bugprone-reserved-identifier): the name that the linker makes
void __wrap___asan_handle_no_return(void);
void __wrap___asan_handle_no_return(void) {
}
// NOLINTEND(bugprone-reserved-identifier)
#endif

unsigned memory_block_at(const struct machine_memory *memory, uintptr_t ram) {
  unsigned i = 0;
  while (i < STEP_PROCESS_SLOTS && !within(memory->blocks[i].ram, memory->blocks[i].ram_size, ram, 1))
    i++;
  return i;
}

// A word at any address, of bytes of any type. Volatile, so that no compiler turns the loops below into calls
// of memcpy and memset, which the sanitizers would watch.
typedef volatile uint64_t __attribute__((may_alias, aligned(1))) word_at;
typedef const volatile uint64_t __attribute__((may_alias, aligned(1))) const_word_at;

UNWATCHED static void copy(uintptr_t to, uintptr_t from, size_t length) {
  size_t i = 0;
  for (; length - i >= sizeof(word_at); i += sizeof(word_at))
    *(word_at *)(to + i) = *(const_word_at *)(from + i);
  for (; i < length; i++)
    *(volatile uint8_t *)(to + i) = *(const volatile uint8_t *)(from + i);
}

void memory_peek(uintptr_t address, uint8_t *bytes, size_t length) {
  copy((uintptr_t)bytes, address, length);
}

void memory_poke(uintptr_t address, const uint8_t *bytes, size_t length) {
  copy(address, (uintptr_t)bytes, length);
}

UNWATCHED void memory_fill(uintptr_t address, uint8_t byte, size_t length) {
  size_t i = 0;
  for (; length - i >= sizeof(word_at); i += sizeof(word_at))
    *(word_at *)(address + i) = 0x0101010101010101u * byte;
  for (; i < length; i++)
    *(volatile uint8_t *)(address + i) = byte;
}

void memory_count_up(uintptr_t address, uint8_t byte, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const uint8_t next = (uint8_t)(byte + i);
    memory_poke(address + i, &next, 1);
  }
}

uint32_t memory_digest(uintptr_t address, size_t length) {
  uint32_t digest = DIGEST_START;
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = 0;
    memory_peek(address + i, &byte, 1);
    digest = digest_byte(digest, byte);
  }
  return digest;
}
