// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Mark a place on the stack and jump back to it (panic.c), for RISC-V: the registers that a function keeps for
// its caller, as the RISC-V ELF psABI, "Integer Register Convention", lists them.
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

#define EACH(move)                                                                                           \
  move "ra, 0*" WORD "(a0)\n" move "sp, 1*" WORD "(a0)\n" move "s0, 2*" WORD "(a0)\n" move "s1, 3*" WORD     \
       "(a0)\n" move "s2, 4*" WORD "(a0)\n" move "s3, 5*" WORD "(a0)\n" move "s4, 6*" WORD "(a0)\n" move     \
       "s5, 7*" WORD "(a0)\n" move "s6, 8*" WORD "(a0)\n" move "s7, 9*" WORD "(a0)\n" move "s8, 10*" WORD    \
       "(a0)\n" move "s9, 11*" WORD "(a0)\n" move "s10, 12*" WORD "(a0)\n" move "s11, 13*" WORD "(a0)\n"

int machine_mark(void **here) __attribute__((returns_twice));
_Noreturn void machine_jump(void **here);

__attribute__((naked)) int machine_mark(__attribute__((unused)) void **here) {
  __asm__ volatile(EACH(STORE) "li a0, 0\n"
                               "ret\n");
}

__attribute__((naked)) _Noreturn void machine_jump(__attribute__((unused)) void **here) {
  __asm__ volatile(EACH(LOAD) "li a0, 1\n"
                              "ret\n");
}

#else
typedef int machine_needs_no_jump; // no translation unit is empty
#endif
