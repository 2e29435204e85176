// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/syscall.h"

/* What an operation came to; on success perhaps with a value. */
typedef struct memop_answer {
  procbuf_status status;
  bool has_value;
  uintptr_t value;
} memop_answer;

static memop_answer with_value(uintptr_t value) {
  return (memop_answer){PROCBUF_OK, true, value};
}

static memop_answer without_value(procbuf_status status) {
  return (memop_answer){status, false, 0};
}

static memop_answer report(const procbuf_process_info *info, uintptr_t operation) {
  switch (operation) {
  case PROCBUF_MEMOP_RAM_START:
    return with_value(info->ram_start);
  case PROCBUF_MEMOP_RAM_END:
    return with_value(info->ram_end);
  case PROCBUF_MEMOP_FLASH_START:
    return with_value(info->flash_start);
  case PROCBUF_MEMOP_FLASH_END:
    return with_value(info->flash_end);
  case PROCBUF_MEMOP_GRANT_START:
    return with_value(info->kernel_break);
  case PROCBUF_MEMOP_REGIONS:
    return with_value(0);
  case PROCBUF_MEMOP_REGION_START:
  case PROCBUF_MEMOP_REGION_END:
    return without_value(PROCBUF_FAIL);
  case PROCBUF_MEMOP_STACK_START:
  case PROCBUF_MEMOP_HEAP_START:
    return without_value(PROCBUF_OK);
  default:
    return without_value(PROCBUF_NOSUPPORT);
  }
}

static memop_answer move_break(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t operation,
                               uintptr_t argument) {
  uintptr_t old = 0;
  if (operation == PROCBUF_MEMOP_BRK) return without_value(procbuf_brk(kernel, pid, argument, &old));
  procbuf_status status = procbuf_sbrk(kernel, pid, (intptr_t)argument, &old);
  return status == PROCBUF_OK ? with_value(old) : without_value(status);
}

/* A new kernel entry in either way. */
static memop_answer carry_out(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t operation,
                              uintptr_t argument) {
  if (operation == PROCBUF_MEMOP_BRK || operation == PROCBUF_MEMOP_SBRK) {
    return move_break(kernel, pid, operation, argument);
  }
  procbuf_kernel_new_entry(kernel);
  const procbuf_process *process = procbuf_process_active(kernel, pid);
  return process == NULL ? without_value(PROCBUF_FAIL) : report(&process->info, operation);
}

bool procbuf_syscall_memop(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t syscall_class,
                           const procbuf_registers *arguments, procbuf_registers *result) {
  if (syscall_class != PROCBUF_CLASS_MEMOP) return false;
  memop_answer answer = carry_out(kernel, pid, arguments->r[0], arguments->r[1]);
  *result = *arguments;
  if (answer.status != PROCBUF_OK) {
    result->r[0] = PROCBUF_VARIANT_FAILURE;
    result->r[1] = procbuf_status_number(answer.status);
  } else if (answer.has_value) {
    result->r[0] = PROCBUF_VARIANT_SUCCESS_U32;
    result->r[1] = answer.value;
  } else {
    result->r[0] = PROCBUF_VARIANT_SUCCESS;
  }
  return true;
}
