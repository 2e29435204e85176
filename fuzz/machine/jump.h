// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What setjmp and longjmp do, without a C library: mark a place on the stack, jump back to it. Compilers have it
// built in, but Clang does not for RISC-V.
#ifndef FUZZ_MACHINE_JUMP_H
#define FUZZ_MACHINE_JUMP_H

#if defined(__riscv)
#define MACHINE_JUMP_WORDS 14 // ra, sp, s0 to s11
// Returns 0; returns again, 1, when machine_jump is called with the same words.
int machine_mark(void **here) __attribute__((returns_twice));
_Noreturn void machine_jump(void **here);
#else
#define MACHINE_JUMP_WORDS 5
#define machine_mark(here) __builtin_setjmp(here)
#define machine_jump(here) __builtin_longjmp(here, 1)
#endif

#endif
