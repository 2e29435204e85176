// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// jump.h for RISC-V: the registers that a function keeps for its caller, as the RISC-V ELF psABI, "Integer
// Register Convention", lists them.
#include "machine/jump.h"

#if defined(__riscv)

#if __riscv_xlen == 32
#define WORD "4"
#define STORE "sw "
#define LOAD "lw "
#else
#define WORD "8"
#define STORE "sd "
#define LOAD "ld "
#endif

// clang-format off
#define MOVE(move, name, place) move name ", " place "*" WORD "(a0)\n"
#define MOVE_ALL(move)                                                                                       \
  MOVE(move, "ra", "0") MOVE(move, "sp", "1") MOVE(move, "s0", "2") MOVE(move, "s1", "3")                    \
  MOVE(move, "s2", "4") MOVE(move, "s3", "5") MOVE(move, "s4", "6") MOVE(move, "s5", "7")                    \
  MOVE(move, "s6", "8") MOVE(move, "s7", "9") MOVE(move, "s8", "10") MOVE(move, "s9", "11")                  \
  MOVE(move, "s10", "12") MOVE(move, "s11", "13")
// clang-format on

__attribute__((naked)) int machine_mark(__attribute__((unused)) void **here) {
  __asm__ volatile(MOVE_ALL(STORE) "li a0, 0\n"
                                   "ret\n");
}

__attribute__((naked)) _Noreturn void machine_jump(__attribute__((unused)) void **here) {
  __asm__ volatile(MOVE_ALL(LOAD) "li a0, 1\n"
                                  "ret\n");
}

#else
typedef int machine_needs_no_jump; // no translation unit is empty
#endif
