// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Protection by an Armv8-M memory protection unit (Armv8-M Architecture Reference Manual, PMSAv8). A
// region begins and ends at any multiple of 32 bytes.
#include "mpu.h"
#include "process.h"

const size_t protection_granule = 32;

#define MPU_MAIR0 (*(volatile uint32_t *)0xe000edc0u)

#define RBAR_XN 1u
#define RBAR_BOTH_WRITE 2u // AP: privileged and unprivileged read and write
#define RBAR_BOTH_READ 6u  // AP: both read. None lets one write and the other read
#define RBAR_SHAREABLE 0x18u
#define MAIR_WRITE_THROUGH 0xaau

static unsigned regions;

static void add(uintptr_t start, uintptr_t end, uint32_t attributes) {
  if (start >= end) return;
  MPU_RNR = regions++;
  MPU_RBAR = start | attributes | RBAR_SHAREABLE;
  MPU_REGION = ((end - 1) & ~(uintptr_t)31u) | MPU_REGION_ENABLE;
}

void protection_load(const struct process_home *home, const struct process_memory *memory) {
  MPU_MAIR0 = MAIR_WRITE_THROUGH;
  regions = 0;
  add(home->code, home->code + home->code_size, RBAR_BOTH_READ);
  add(home->stack, home->stack + home->stack_size, RBAR_BOTH_WRITE | RBAR_XN);
  add(memory->start, memory->end, RBAR_BOTH_WRITE | RBAR_XN);
  add(memory->readable, memory->readable_end, RBAR_BOTH_READ | RBAR_XN);
  mpu_enable(regions);
}
