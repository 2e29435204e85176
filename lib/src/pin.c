// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/pin.h"

#include "internal.h"

/* The process's record with that number, 0 for one that is free; or null. */
PROCBUF_APART static procbuf_pin_record *record_with(const procbuf_kernel *kernel, size_t process_index,
                                                     uint64_t number) {
  for (size_t i = 0; i < kernel->pins_per_process; i++) {
    procbuf_pin_record *record = &kernel->pins[process_index * kernel->pins_per_process + i];
    if (record->number == number) return record;
  }
  return NULL;
}

bool procbuf_pin_holds(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t slot) {
  if (slot == 0) return false;
  const procbuf_pin_record *records =
      &kernel->pins[(size_t)(process - kernel->processes) * kernel->pins_per_process];
  for (size_t i = 0; i < kernel->pins_per_process; i++) {
    if (records[i].number != 0 && records[i].slot == slot) return true;
  }
  return false;
}

static procbuf_status make_pin(const procbuf_handle *handle, procbuf_direction direction, procbuf_pin *pin) {
  procbuf_process *process = procbuf_handle_process(handle);
  if (process == NULL) return PROCBUF_NOSUCHAPP;
  procbuf_kernel *kernel = handle->kernel;
  procbuf_pin_record *record = record_with(kernel, handle->pid.index, 0);
  if (record == NULL) return PROCBUF_NOMEM;
  *record = (procbuf_pin_record){++kernel->last_pin, handle->slot};
  process->pinned++;
  procbuf_range range = handle->range.length == 0 ? (procbuf_range){0, 0} : handle->range;
  *pin = (procbuf_pin){kernel, record->number, handle->pid.index, range, direction};
  const procbuf_platform *platform = &kernel->platform;
  if (platform->pin != NULL && range.length > 0) {
    platform->pin(platform->context, direction, range.address, range.length);
  }
  return PROCBUF_OK;
}

procbuf_status procbuf_readonly_pin(const procbuf_readonly_buffer *buffer, procbuf_pin *pin) {
  return make_pin(&buffer->procbuf_private, PROCBUF_TO_DEVICE, pin);
}

procbuf_status procbuf_readwrite_pin(const procbuf_readwrite_buffer *buffer, procbuf_direction direction,
                                     procbuf_pin *pin) {
  if (direction != PROCBUF_TO_DEVICE && direction != PROCBUF_FROM_DEVICE) return PROCBUF_INVAL;
  return make_pin(&buffer->procbuf_private, direction, pin);
}

procbuf_range procbuf_pin_range(const procbuf_pin *pin) {
  return pin->range;
}

procbuf_status procbuf_unpin(procbuf_pin *pin) {
  procbuf_kernel *kernel = pin->kernel;
  if (kernel == NULL) return PROCBUF_INVAL;
  procbuf_pin_record *record = record_with(kernel, pin->process_index, pin->number);
  if (record == NULL) return PROCBUF_INVAL;
  const procbuf_platform *platform = &kernel->platform;
  if (platform->unpin != NULL && pin->range.length > 0) {
    platform->unpin(platform->context, pin->direction, pin->range.address, pin->range.length);
  }
  kernel->processes[pin->process_index].pinned--;
  *record = (procbuf_pin_record){0, 0};
  *pin = (procbuf_pin){NULL, 0, 0, {0, 0}, PROCBUF_TO_DEVICE};
  return PROCBUF_OK;
}
