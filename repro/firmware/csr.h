// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// RISC-V's control and status registers, for the files that are for RISC-V alone.
#ifndef REPRO_FIRMWARE_CSR_H
#define REPRO_FIRMWARE_CSR_H

#include <stdint.h>

// GCC's assembler wants to be told that a machine with privileges has their registers.
#ifndef __clang__
__asm__(".option arch, +zicsr");
#endif

#define CSR_READ(name)                                                                                       \
  __extension__({                                                                                            \
    uintptr_t value;                                                                                         \
    __asm__ volatile("csrr %0, " name : "=r"(value));                                                        \
    value;                                                                                                   \
  })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " name ", %0" ::"r"((uintptr_t)(value)) : "memory")

#endif
