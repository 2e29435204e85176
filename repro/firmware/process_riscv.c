// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Processes on RISC-V: user mode. System calls are `ecall`, with TRD 104's class in a4. Traps: The RISC-V
// Instruction Set Manual, Volume II: Privileged Architecture, chapter 3.
#include "csr.h"
#include "process.h"

// ---- what a process executes

extern const uint8_t process_code[], process_code_end[], process_call[], process_write[], process_read[],
    process_try[], process_load[], process_store[], process_jump[];

__asm__(".section .text.process, \"ax\"\n"
        ".option push\n"
        ".option norelax\n"
        ".balign 4\n"
        ".global process_code, process_code_end, process_call, process_write, process_read, process_try, "
        "process_load\n"
        ".global process_store, process_jump\n"
        "process_code:\n"
        "process_call:\n"
        "ecall\n"
        "process_done:\n"
        "li a4, 0\n"
        "ecall\n"
        "j process_done\n"
        "process_write:\n"
        "sb a2, 0(a0)\n"
        "addi a0, a0, 1\n"
        "addi a2, a2, 1\n"
        "addi a1, a1, -1\n"
        "bnez a1, process_write\n"
        "j process_done\n"
        "process_read:\n"
        "lbu a5, 0(a0)\n"
        "xor a2, a2, a5\n"
        "mul a2, a2, a3\n"
        "addi a0, a0, 1\n"
        "addi a1, a1, -1\n"
        "bnez a1, process_read\n"
        "mv a0, a2\n"
        "j process_done\n"
        "process_try:\n"
        "li a1, 0\n"
        "lbu a2, 0(a0)\n"
        "li a1, 1\n"
        "sb a2, 0(a0)\n"
        "li a1, 2\n"
        "j process_done\n"
        "process_load:\n"
        "lbu a1, 0(a0)\n"
        "j process_done\n"
        "process_store:\n"
        "sb a1, 0(a0)\n"
        "j process_done\n"
        "process_jump:\n"
        "jr a0\n"
        ".balign 4\n"
        "process_code_end:\n"
        ".option pop\n"
        ".text\n");

// ---- where it is

enum { A0 = 9, A4 = 13, REGISTERS = 31 }; // x1..x31

static struct context {
  uint32_t x[REGISTERS];
  uint32_t pc;
  uint32_t kernel; // the kernel's stack pointer while the process runs
} contexts[PROCESS_COUNT];

bool process_has_call(uintptr_t syscall_class) {
  (void)syscall_class;
  return true;
}

static struct context *prepare(unsigned process, const uint8_t *entry, const uintptr_t *arguments) {
  struct context *context = &contexts[process];
  *context = (struct context){.pc = (uint32_t)entry};
  for (unsigned i = 0; i < PROCESS_ARGUMENTS; i++)
    context->x[A0 + i] = arguments[i];
  return context;
}

void process_prepare(unsigned process, enum process_deed deed, const uintptr_t *arguments) {
  static const uint8_t *const deeds[PROCESS_DEED_COUNT] = {process_write, process_read,  process_try,
                                                           process_load,  process_store, process_jump};
  prepare(process, deeds[deed], arguments);
}

void process_prepare_call(unsigned process, uintptr_t syscall_class, const uintptr_t *arguments) {
  prepare(process, process_call, arguments)->x[A4] = syscall_class;
}

uintptr_t *process_registers(unsigned process) {
  return (uintptr_t *)&contexts[process].x[A0];
}

// ---- to it and back

// Goes on with a process until it traps. mscratch holds its context while it runs, and 0 while the kernel
// does.
void process_switch(struct context *context);
extern const uint8_t process_trap[];

// The offsets are struct context's: x, pc, kernel.
__asm__(".macro for_others instruction\n"
        ".irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
        "\\instruction x\\n, 4*\\n-4(a0)\n"
        ".endr\n"
        ".endm\n"
        // What a function keeps for its caller, and gp and tp.
        ".macro for_kept instruction\n"
        "\\instruction ra, 0(sp)\n"
        "\\instruction gp, 4(sp)\n"
        "\\instruction tp, 8(sp)\n"
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n"
        "\\instruction s\\n, 12+4*\\n(sp)\n"
        ".endr\n"
        ".endm\n"
        ".section .text.process_switch, \"ax\"\n"
        ".balign 4\n"
        ".global process_switch, process_trap\n"
        "process_switch:\n"
        "addi sp, sp, -64\n"
        "for_kept sw\n"
        "sw sp, 128(a0)\n"
        "lw t0, 124(a0)\n"
        "csrw mepc, t0\n"
        "li t0, 0x1800\n" // mstatus.MPP: user mode
        "csrc mstatus, t0\n"
        "csrw mscratch, a0\n"
        "for_others lw\n"
        "lw a0, 36(a0)\n"
        "mret\n"
        ".balign 4\n"
        "process_trap:\n"
        "csrrw a0, mscratch, a0\n"
        "beqz a0, 1f\n"
        "for_others sw\n"
        "csrrw t0, mscratch, zero\n"
        "sw t0, 36(a0)\n"
        "csrr t0, mepc\n"
        "sw t0, 124(a0)\n"
        "lw sp, 128(a0)\n"
        "for_kept lw\n"
        "addi sp, sp, 64\n"
        "ret\n"
        // The kernel's own: it ends the image.
        "1: csrrw a0, mscratch, a0\n"
        "j exception_unexpected\n"
        ".text\n");

_Static_assert(offsetof(struct context, x) == 0 && offsetof(struct context, pc) == 124 &&
                   offsetof(struct context, kernel) == 128,
               "as process_switch has them");

// ---- why it stopped

#define CAUSE_USER_CALL 8u
#define CALL_SIZE 4u
#define TEST_DEVICE 0x00100000u // of QEMU's virt: a store to it ends the machine

struct process_stop process_why(unsigned process) {
  struct context *context = &contexts[process];
  if (CSR_READ("mcause") != CAUSE_USER_CALL)
    return (struct process_stop){.faulted = true, .address = CSR_READ("mtval")};
  context->pc += CALL_SIZE;
  return (struct process_stop){.call = context->x[A4]};
}

struct process_home process_home(unsigned process) {
  (void)process;
  return (struct process_home){(uintptr_t)process_code, (uintptr_t)process_code_end - (uintptr_t)process_code,
                               0, 0};
}

void process_run(unsigned process) {
  CSR_WRITE("mtvec", process_trap);
  process_switch(&contexts[process]);
}

uintptr_t process_forbidden_device(void) {
  return TEST_DEVICE;
}
