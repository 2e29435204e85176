// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Protection by an Armv7-M memory protection unit (Armv7-M Architecture Reference Manual, B3.5, PMSAv7). A
// region is a power of two in size and place; one of 256 bytes or more has eight parts that are switched on
// and off one by one. So memory is covered by windows of 256 bytes, of which the parts inside are on.
#include "mpu.h"
#include "process.h"

#define WINDOW 256u
#define PART (WINDOW / 8u)

const size_t protection_granule = PART;

#define RASR_XN 0x10000000u
#define RASR_BOTH_WRITE 0x03000000u         // AP: privileged and unprivileged read and write
#define RASR_UNPRIVILEGED_READS 0x02000000u // AP: privileged reads and writes, unprivileged reads
#define RASR_BOTH_READ 0x06000000u          // AP: both read
#define RASR_NORMAL 0x00060000u             // TEX 0, S, C: normal memory, write-through, shareable

static unsigned regions;

static void add(uintptr_t base, size_t size, uint32_t attributes, uint32_t parts_off) {
  const uint32_t exponent = 31u - (uint32_t)__builtin_clz((uint32_t)size);
  MPU_RNR = regions++;
  MPU_RBAR = base;
  MPU_REGION = attributes | RASR_NORMAL | parts_off << 8 | (exponent - 1) << 1 | MPU_REGION_ENABLE;
}

// Which parts of the window at base do not lie in [start, end).
static uint32_t parts_outside(uintptr_t base, uintptr_t start, uintptr_t end) {
  uint32_t outside = 0;
  for (unsigned i = 0; i < WINDOW / PART; i++)
    if (base + i * PART < start || base + i * PART >= end) outside |= 1u << i;
  return outside;
}

static void add_range(uintptr_t start, uintptr_t end, uint32_t attributes) {
  for (uintptr_t base = start & ~(uintptr_t)(WINDOW - 1); base < end; base += WINDOW)
    add(base, WINDOW, attributes, parts_outside(base, start, end));
}

void protection_load(const struct process_home *home, const struct process_memory *memory) {
  regions = 0;
  add(home->code, home->code_size, RASR_BOTH_READ, 0);
  add(home->stack, home->stack_size, RASR_BOTH_WRITE | RASR_XN, 0);
  if (memory->start < memory->end) add_range(memory->start, memory->end, RASR_BOTH_WRITE | RASR_XN);
  if (memory->readable < memory->readable_end)
    add_range(memory->readable, memory->readable_end, RASR_UNPRIVILEGED_READS | RASR_XN);
  mpu_enable(regions);
}
