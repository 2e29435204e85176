// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/syscall.h"

/* The first functions return the variant. *r1: what the register holds then, if the variant uses it. */

static uintptr_t give(uintptr_t value, uintptr_t *r1) {
  *r1 = value;
  return PROCBUF_VARIANT_SUCCESS_U32;
}

static uintptr_t refuse(procbuf_status status, uintptr_t *r1) {
  *r1 = procbuf_status_number(status);
  return PROCBUF_VARIANT_FAILURE;
}

/* The operations that move nothing. */
static uintptr_t report(const procbuf_process_info *info, uintptr_t operation, uintptr_t *r1) {
  const uintptr_t values[] = {info->ram_start, info->ram_end,      info->flash_start,
                              info->flash_end, info->kernel_break, 0 /* regions */};
  if (operation > PROCBUF_MEMOP_HEAP_START) return refuse(PROCBUF_NOSUPPORT, r1);
  if (operation >= PROCBUF_MEMOP_STACK_START) return PROCBUF_VARIANT_SUCCESS;
  if (operation >= PROCBUF_MEMOP_REGION_START) return refuse(PROCBUF_FAIL, r1);
  return give(values[operation - PROCBUF_MEMOP_RAM_START], r1);
}

static uintptr_t move_break(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t operation, uintptr_t *r1) {
  uintptr_t old = 0;
  bool relative = operation == PROCBUF_MEMOP_SBRK;
  procbuf_status status =
      relative ? procbuf_sbrk(kernel, pid, (intptr_t)*r1, &old) : procbuf_brk(kernel, pid, *r1, &old);
  if (status != PROCBUF_OK) return refuse(status, r1);
  return relative ? give(old, r1) : PROCBUF_VARIANT_SUCCESS;
}

/* A new kernel entry in either way. */
static uintptr_t carry_out(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t operation, uintptr_t *r1) {
  if (operation <= PROCBUF_MEMOP_SBRK) return move_break(kernel, pid, operation, r1);
  procbuf_kernel_new_entry(kernel);
  const procbuf_process *process = procbuf_process_active(kernel, pid);
  return process == NULL ? refuse(PROCBUF_FAIL, r1) : report(&process->info, operation, r1);
}

bool procbuf_syscall_memop(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t syscall_class,
                           const procbuf_registers *arguments, procbuf_registers *result) {
  if (syscall_class != PROCBUF_CLASS_MEMOP) return false;
  uintptr_t operation = arguments->r[0];
  *result = *arguments;
  result->r[0] = carry_out(kernel, pid, operation, &result->r[1]);
  return true;
}
