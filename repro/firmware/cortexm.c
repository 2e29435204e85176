// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Start-up code for Cortex-M. The vector table and what an exception does to the stack: Armv7-M Architecture
// Reference Manual, B1.5.2 and B1.5.6; Armv6-M and Armv8-M have the same.
#include "semihosting.h"
#include "start.h"

extern uint32_t image_stack_top[], image_data_load[], image_data_start[], image_data_end[], image_bss_start[],
    image_bss_end[];

_Noreturn void reset(void);

static void copy_data(void) {
  const uint32_t *from = image_data_load;
  for (uintptr_t to = (uintptr_t)image_data_start; to < (uintptr_t)image_data_end; to += sizeof *from)
    *(uint32_t *)to = *from++;
  for (uintptr_t to = (uintptr_t)image_bss_start; to < (uintptr_t)image_bss_end; to += sizeof(uint32_t))
    *(uint32_t *)to = 0;
}

_Noreturn void reset(void) {
  copy_data();
  system_start();
}

__attribute__((naked)) intptr_t semihosting_call(__attribute__((unused)) uintptr_t operation,
                                                 __attribute__((unused)) const void *block) {
  __asm__ volatile("bkpt 0xab\n"
                   "bx lr\n");
}

#define BUS_FAULT_ADDRESS (*(volatile uint32_t *)0xe000ed38u)

// The exception left the interrupted code's registers on the stack; the seventh is its program counter.
__attribute__((used)) static _Noreturn void fault(const uint32_t *frame) {
  system_fault("exception", frame[6], BUS_FAULT_ADDRESS);
}

__attribute__((naked)) void exception_unexpected(void) {
  __asm__ volatile("mov r0, sp\n"
                   "bl fault\n");
}

// Images with real processes have these (process_cortexm.c); in the others they are as unexpected as the
// rest.
#define AS_UNEXPECTED __attribute__((weak, alias("exception_unexpected")))
void exception_call(void) AS_UNEXPECTED;
void exception_fault(void) AS_UNEXPECTED;

// Initial stack pointer, reset, and the system exceptions up to SysTick; the images use no interrupt.
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)image_stack_top,
    (uintptr_t)reset,
    (uintptr_t)exception_unexpected, // NMI
    (uintptr_t)exception_unexpected, // hard fault
    (uintptr_t)exception_fault,      // memory management
    (uintptr_t)exception_fault,      // bus
    (uintptr_t)exception_fault,      // usage
    0,
    0,
    0,
    0,
    (uintptr_t)exception_call,
    (uintptr_t)exception_unexpected, // debug monitor
    0,
    (uintptr_t)exception_unexpected, // PendSV
    (uintptr_t)exception_unexpected, // SysTick
};
