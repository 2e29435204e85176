// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/syscall.h"

#include "procbuf/allow.h"

static bool kind_of_class(uintptr_t syscall_class, procbuf_kind *kind) {
  switch (syscall_class) {
  case PROCBUF_CLASS_READWRITE:
    *kind = PROCBUF_READWRITE;
    return true;
  case PROCBUF_CLASS_READONLY:
    *kind = PROCBUF_READONLY;
    return true;
  case PROCBUF_CLASS_USERSPACE_READABLE:
    *kind = PROCBUF_USERSPACE_READABLE;
    return true;
  default:
    return false;
  }
}

bool procbuf_syscall_allow(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t syscall_class,
                           const procbuf_registers *arguments, procbuf_registers *result) {
  procbuf_kind kind;
  if (!kind_of_class(syscall_class, &kind)) return false;
  const uintptr_t *r = arguments->r;
  procbuf_range range = {r[2], r[3]};
  procbuf_status status = procbuf_allow(kernel, pid, kind, r[0], r[1], range, &range);
  if (status == PROCBUF_OK) {
    *result = (procbuf_registers){{PROCBUF_VARIANT_SUCCESS_2_U32, range.address, range.length, r[3]}};
  } else {
    uintptr_t error = procbuf_status_number(status);
    *result = (procbuf_registers){{PROCBUF_VARIANT_FAILURE_2_U32, error, range.address, range.length}};
  }
  return true;
}
