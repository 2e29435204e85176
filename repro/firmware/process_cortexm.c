// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Processes on Cortex-M: unprivileged thread mode on the process stack. System calls are `svc`, with TRD
// 104's class as the instruction's number. Exceptions, their frames and return values: Armv7-M Architecture
// Reference Manual, B1.5; Armv8-M's are the same where it has no security extension in use.
#include "process.h"

// ---- what a process executes

// One piece, whose size is a power of two, so that one region covers it. It fills a page, and the stacks
// begin one: QEMU asks the protection unit anew at each access to a page that a region covers in part, the
// kernel's too. The calls come first, 4 bytes each.
#define PAGE_SIZE 4096
#define CODE_SIZE ((uintptr_t)PAGE_SIZE)
#define CALL_SIZE 4u
#define CLASSES 256u

extern const uint8_t process_code[], process_write[], process_read[], process_try[], process_load[],
    process_store[], process_jump[];

__asm__(".section .text.process, \"ax\"\n"
        ".syntax unified\n"
        ".thumb\n"
        ".balign 4096\n"
        ".global process_code, process_write, process_read, process_try, process_load, process_store, "
        "process_jump\n"
        "process_code:\n"
        ".set class, 0\n"
        ".rept 256\n"
        "svc class\n"
        "b.n process_done\n"
        ".set class, class + 1\n"
        ".endr\n"
        "process_done:\n"
        "svc 0\n"
        "b.n process_done\n"
        "process_write:\n"
        "strb r2, [r0]\n"
        "adds r0, #1\n"
        "adds r2, #1\n"
        "subs r1, #1\n"
        "bne process_write\n"
        "b.n process_done\n"
        "process_read:\n"
        "ldrb r4, [r0]\n"
        "eors r2, r4\n"
        "muls r2, r3, r2\n"
        "adds r0, #1\n"
        "subs r1, #1\n"
        "bne process_read\n"
        "movs r0, r2\n"
        "b.n process_done\n"
        "process_try:\n"
        "movs r1, #0\n"
        "ldrb r2, [r0]\n"
        "movs r1, #1\n"
        "strb r2, [r0]\n"
        "movs r1, #2\n"
        "b.n process_done\n"
        "process_load:\n"
        "ldrb r1, [r0]\n"
        "b.n process_done\n"
        "process_store:\n"
        "strb r1, [r0]\n"
        "b.n process_done\n"
        "process_jump:\n"
        "adds r0, #1\n" // the Thumb bit
        "bx r0\n"
        ".balign 4096\n"
        ".text\n");

// ---- where it is

// What the hardware puts on a process's stack when it stops, and takes from there when it goes on.
enum { FRAME_PC = 6, FRAME_XPSR = 7, FRAME_WORDS = 8 };
#define XPSR_THUMB 0x01000000u
#define STACK_SIZE 256u
#define STACK_WORDS (STACK_SIZE / sizeof(uint32_t))

static _Alignas(PAGE_SIZE) uint32_t stacks[PROCESS_COUNT][STACK_WORDS];
static struct context {
  uint32_t *frame;  // where its stack pointer is
  uint32_t kept[8]; // r4..r11
} contexts[PROCESS_COUNT];

bool process_has_call(uintptr_t syscall_class) {
  return syscall_class < CLASSES;
}

static uint32_t *top_of(unsigned process) {
  return &stacks[process][STACK_WORDS - FRAME_WORDS];
}

static void prepare(unsigned process, uintptr_t entry, const uintptr_t *arguments) {
  struct context *context = &contexts[process];
  *context = (struct context){.frame = top_of(process)};
  __builtin_memset(stacks[process], 0, sizeof stacks[process]);
  for (unsigned i = 0; i < PROCESS_ARGUMENTS; i++)
    context->frame[i] = arguments[i];
  context->frame[FRAME_PC] = entry;
  context->frame[FRAME_XPSR] = XPSR_THUMB;
}

void process_prepare(unsigned process, enum process_deed deed, const uintptr_t *arguments) {
  static const uint8_t *const deeds[PROCESS_DEED_COUNT] = {process_write, process_read,  process_try,
                                                           process_load,  process_store, process_jump};
  prepare(process, (uintptr_t)deeds[deed], arguments);
}

void process_prepare_call(unsigned process, uintptr_t syscall_class, const uintptr_t *arguments) {
  prepare(process, (uintptr_t)process_code + CALL_SIZE * syscall_class, arguments);
}

uintptr_t *process_registers(unsigned process) {
  return (uintptr_t *)contexts[process].frame;
}

// ---- to it and back

// Goes on with a process whose stack pointer this is; r4..r11 come from kept and go there. Returns its stack
// pointer.
__attribute__((naked)) static uint32_t *switch_to(__attribute__((unused)) uint32_t *frame,
                                                  __attribute__((unused)) uint32_t *kept) {
  __asm__ volatile(
      "push {r1, r4-r11, lr}\n"
      "msr psp, r0\n"
      "ldmia r1, {r4-r11}\n"
      "svc 0\n" // exception_call leaves for the process; whatever stops it returns to the next line
      "pop {r1}\n"
      "stmia r1, {r4-r11}\n"
      "mrs r0, psp\n"
      "pop {r4-r11, pc}\n");
}

#define RETURN_TO_PROCESS "0xfffffffd" // thread mode, process stack
#define RETURN_TO_KERNEL "0xfffffff9"  // thread mode, main stack

// A system call: from the kernel, switch_to's; from a process, its own. Bit 2 of lr tells which stack was in
// use.
void exception_call(void);
__attribute__((naked)) void exception_call(void) {
  __asm__ volatile("tst lr, #4\n"
                   "bne 1f\n"
                   "movs r0, #1\n" // CONTROL.nPRIV
                   "msr control, r0\n"
                   "isb\n"
                   "ldr lr, =" RETURN_TO_PROCESS "\n"
                   "bx lr\n"
                   "1: b leave_process\n"
                   ".ltorg\n");
}

__attribute__((naked, used)) static void leave_process(void) {
  __asm__ volatile("movs r0, #0\n"
                   "msr control, r0\n"
                   "isb\n"
                   "ldr lr, =" RETURN_TO_KERNEL "\n"
                   "bx lr\n"
                   ".ltorg\n");
}

// A fault: a process's stops it, the kernel's own ends the image.
void exception_fault(void);
__attribute__((naked)) void exception_fault(void) {
  __asm__ volatile("tst lr, #4\n"
                   "bne 1f\n"
                   "b exception_unexpected\n"
                   "1: b leave_process\n");
}

// ---- why it stopped

#define SHCSR (*(volatile uint32_t *)0xe000ed24u)
#define SHCSR_FAULTS 0x00070000u // memory, bus and usage faults have handlers of their own
#define CFSR (*(volatile uint32_t *)0xe000ed28u)
#define CFSR_STACK 0x00001818u // a frame could not be stored or loaded
#define CFSR_MMARVALID 0x00000080u
#define CFSR_BFARVALID 0x00008000u
#define MMFAR (*(const volatile uint32_t *)0xe000ed34u)
#define BFAR (*(const volatile uint32_t *)0xe000ed38u)
#define MPU_CTRL_ADDRESS 0xe000ed94u

// A process chooses its stack pointer: the kernel looks for a frame only where the process may have one.
static bool on_its_stack(unsigned process, const uint32_t *frame) {
  const uintptr_t offset = (uintptr_t)frame - (uintptr_t)stacks[process];
  return offset % sizeof(uint32_t) == 0 && offset <= STACK_SIZE - FRAME_WORDS * sizeof(uint32_t);
}

static uintptr_t fault_address(uint32_t status, const uint32_t *frame) {
  if (status & CFSR_MMARVALID) return MMFAR;
  if (status & CFSR_BFARVALID) return BFAR;
  return frame[FRAME_PC];
}

struct process_stop process_why(unsigned process) {
  struct context *context = &contexts[process];
  const uint32_t status = CFSR;
  CFSR = status; // each bit is cleared by writing it
  if (status & CFSR_STACK || !on_its_stack(process, context->frame)) {
    const uintptr_t address = (uintptr_t)context->frame;
    context->frame = top_of(process);
    return (struct process_stop){.faulted = true, .address = address};
  }
  if (status) return (struct process_stop){.faulted = true, .address = fault_address(status, context->frame)};
  const uint8_t *next = (const uint8_t *)context->frame[FRAME_PC];
  return (struct process_stop){.call = next[-2]}; // the number is the low byte of the instruction
}

struct process_home process_home(unsigned process) {
  return (struct process_home){(uintptr_t)process_code, CODE_SIZE, (uintptr_t)stacks[process], STACK_SIZE};
}

void process_run(unsigned process) {
  struct context *context = &contexts[process];
  SHCSR |= SHCSR_FAULTS;
  context->frame = switch_to(context->frame, context->kept);
}

uintptr_t process_forbidden_device(void) {
  return MPU_CTRL_ADDRESS;
}
