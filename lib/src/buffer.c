// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/buffer.h"

#include "internal.h"

#define PROCBUF_BODY /* as in slice.c */
#include "procbuf/inline/enter.h"

static procbuf_status get(procbuf_kernel *kernel, procbuf_pid pid, procbuf_kind kind, uintptr_t driver_number,
                          uintptr_t allow_number, procbuf_handle *handle) {
  const procbuf_driver *driver = procbuf_kernel_driver(kernel, driver_number);
  if (driver == NULL) return PROCBUF_NODEVICE;
  const procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (allow_number >= procbuf_slots_count(driver, kind)) return PROCBUF_INVAL;
  uintptr_t slot = procbuf_slots_find(kernel, process, driver, kind, allow_number);
  *handle = (procbuf_handle){kernel, pid, kernel->entry, procbuf_slots_load(slot), slot};
  return PROCBUF_OK;
}

procbuf_status procbuf_readonly_get(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                    uintptr_t allow_number, procbuf_readonly_buffer *buffer) {
  return get(kernel, pid, PROCBUF_READONLY, driver_number, allow_number, &buffer->procbuf_private);
}

procbuf_status procbuf_readwrite_get(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t driver_number,
                                     uintptr_t allow_number, procbuf_readwrite_buffer *buffer) {
  return get(kernel, pid, PROCBUF_READWRITE, driver_number, allow_number, &buffer->procbuf_private);
}

procbuf_status procbuf_userspace_readable_get(procbuf_kernel *kernel, procbuf_pid pid,
                                              uintptr_t driver_number, uintptr_t allow_number,
                                              procbuf_readwrite_buffer *buffer) {
  return get(kernel, pid, PROCBUF_USERSPACE_READABLE, driver_number, allow_number, &buffer->procbuf_private);
}

static procbuf_status make_external(const procbuf_external_process_capability *capability,
                                    procbuf_kernel *kernel, procbuf_pid pid, procbuf_range range,
                                    bool readonly, procbuf_handle *handle) {
  if (!procbuf_capability_is_genuine(capability)) return PROCBUF_INVAL;
  procbuf_process *process = procbuf_process_live(kernel, pid);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  if (!procbuf_range_is_shareable(process, range, readonly)) return PROCBUF_INVAL;
  procbuf_range_mark(process, range);
  *handle = (procbuf_handle){kernel, pid, 0, range, 0};
  return PROCBUF_OK;
}

procbuf_status procbuf_readonly_external(const procbuf_external_process_capability *capability,
                                         procbuf_kernel *kernel, procbuf_pid pid, procbuf_range range,
                                         procbuf_readonly_buffer *buffer) {
  return make_external(capability, kernel, pid, range, true, &buffer->procbuf_private);
}

procbuf_status procbuf_readwrite_external(const procbuf_external_process_capability *capability,
                                          procbuf_kernel *kernel, procbuf_pid pid, procbuf_range range,
                                          procbuf_readwrite_buffer *buffer) {
  return make_external(capability, kernel, pid, range, false, &buffer->procbuf_private);
}

static size_t len(const procbuf_handle *handle) {
  return procbuf_handle_process(handle) == NULL ? 0 : handle->range.length;
}

size_t procbuf_readonly_len(const procbuf_readonly_buffer *buffer) {
  return len(&buffer->procbuf_private);
}

size_t procbuf_readwrite_len(const procbuf_readwrite_buffer *buffer) {
  return len(&buffer->procbuf_private);
}

static uintptr_t ptr(const procbuf_handle *handle) {
  return len(handle) == 0 ? 0 : handle->range.address;
}

uintptr_t procbuf_readonly_ptr(const procbuf_readonly_buffer *buffer) {
  return ptr(&buffer->procbuf_private);
}

uintptr_t procbuf_readwrite_ptr(const procbuf_readwrite_buffer *buffer) {
  return ptr(&buffer->procbuf_private);
}

static procbuf_range consume(procbuf_handle *handle) {
  procbuf_range range = handle->range;
  *handle = (procbuf_handle){NULL, {0, 0}, 0, {0, 0}, 0};
  return range;
}

procbuf_range procbuf_readonly_consume(procbuf_readonly_buffer *buffer) {
  return consume(&buffer->procbuf_private);
}

procbuf_range procbuf_readwrite_consume(procbuf_readwrite_buffer *buffer) {
  return consume(&buffer->procbuf_private);
}

void procbuf_enters_abandon(procbuf_kernel *kernel) {
  procbuf_epoch_close_all(kernel);
  for (size_t i = 0; i < kernel->process_count; i++)
    kernel->processes[i].entered = 0;
}
