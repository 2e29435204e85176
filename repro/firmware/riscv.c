// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Start-up code for RISC-V, in machine mode. The registers: The RISC-V Instruction Set Manual, Volume II:
// Privileged Architecture, chapter 3.
#include "csr.h"
#include "semihosting.h"
#include "start.h"

extern uint32_t image_bss_start[], image_bss_end[];

static void clear_bss(void) {
  for (uintptr_t to = (uintptr_t)image_bss_start; to < (uintptr_t)image_bss_end; to += sizeof(uint32_t))
    *(uint32_t *)to = 0;
}

__attribute__((used, aligned(4))) void exception_unexpected(void) {
  system_fault("trap", CSR_READ("mepc"), CSR_READ("mtval"));
}

__attribute__((used)) static _Noreturn void run(void) {
  clear_bss();
  CSR_WRITE("mtvec", exception_unexpected);
  system_start();
}

// The three are one signal only if none of them is compressed and all are in one page.
__attribute__((naked, aligned(16))) intptr_t semihosting_call(__attribute__((unused)) uintptr_t operation,
                                                              __attribute__((unused)) const void *block) {
  __asm__ volatile(".option push\n"
                   ".option norvc\n"
                   "slli zero, zero, 0x1f\n"
                   "ebreak\n"
                   "srai zero, zero, 7\n"
                   ".option pop\n"
                   "ret\n");
}

// All harts begin here; QEMU's machine is started with one.
__attribute__((naked, section(".start"), used)) void reset(void);
__attribute__((naked, section(".start"), used)) void reset(void) {
  __asm__ volatile(".option push\n"
                   ".option norelax\n"
                   "la gp, __global_pointer$\n"
                   ".option pop\n"
                   "la sp, image_stack_top\n"
                   "j run\n");
}
