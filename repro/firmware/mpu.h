// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What the memory protection units of Armv7-M and Armv8-M have in common: where their registers are, and how
// they are switched on (Architecture Reference Manuals of both, PMSAv7 and PMSAv8).
#ifndef REPRO_FIRMWARE_MPU_H
#define REPRO_FIRMWARE_MPU_H

#include <stdint.h>

#define MPU_TYPE (*(const volatile uint32_t *)0xe000ed90u)
#define MPU_CTRL (*(volatile uint32_t *)0xe000ed94u)
#define MPU_RNR (*(volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR (*(volatile uint32_t *)0xe000ed9cu)
// A region's attributes (RASR) or its limit (RLAR); bit 0 switches it on in both.
#define MPU_REGION (*(volatile uint32_t *)0xe000eda0u)
#define MPU_REGION_ENABLE 1u

#define MPU_CTRL_ENABLE 1u
#define MPU_CTRL_PRIVDEFENA 4u // privileged code sees all that no region covers

// The regions from 0 on are set up, this many; the others are switched off.
static inline void mpu_enable(unsigned regions) {
  const unsigned there = MPU_TYPE >> 8 & 0xffu;
  if (regions > there) __builtin_trap(); // some would be lost
  for (; regions < there; regions++) {
    MPU_RNR = regions;
    MPU_REGION = 0;
  }
  MPU_CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
  __asm__ volatile("dsb\n"
                   "isb" ::
                       : "memory");
}

#endif
