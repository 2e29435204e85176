// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Bodies of buffer.h: the enters, so that the compiler sees which callback they run. */
#ifndef PROCBUF_INLINE_ENTER_H
#define PROCBUF_INLINE_ENTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/buffer.h"
#include "procbuf/inline/frame.h"
#include "procbuf/inline/look.h"

/* One enter, from open to close. Holds what close needs, because the callback may overwrite the handle. */
typedef struct procbuf_open_enter {
  procbuf_kernel *kernel;
  procbuf_process *process;
  procbuf_span span;
  procbuf_frame frame;
} procbuf_open_enter;

static inline bool procbuf_enter_open(procbuf_open_enter *opened, const procbuf_handle *handle) {
  procbuf_process *process = procbuf_handle_process(handle);
  if (process == NULL) return false;
  size_t length = handle->range.length;
  opened->kernel = handle->kernel;
  opened->process = process;
  opened->span = (procbuf_span){.address = length == 0 ? 0 : handle->range.address, .length = length};
  process->entered++;
  procbuf_epoch_open(opened->kernel, &opened->frame, &opened->span);
  return true;
}

static inline procbuf_status procbuf_enter_close(const procbuf_open_enter *opened, procbuf_status status) {
  procbuf_epoch_close(opened->kernel, &opened->frame);
  opened->process->entered--;
  return status;
}

static inline procbuf_status procbuf_enter_readable(const procbuf_handle *handle,
                                                    procbuf_readable_callback *callback, void *context) {
  procbuf_open_enter opened;
  if (!procbuf_enter_open(&opened, handle)) return PROCBUF_NOSUCHAPP;
  return procbuf_enter_close(&opened, callback(context, (procbuf_readable){opened.span}));
}

PROCBUF_BODY procbuf_status procbuf_readonly_enter(const procbuf_readonly_buffer *buffer,
                                                   procbuf_readable_callback *callback, void *context) {
  return procbuf_enter_readable(&buffer->procbuf_private, callback, context);
}

PROCBUF_BODY procbuf_status procbuf_readwrite_enter(const procbuf_readwrite_buffer *buffer,
                                                    procbuf_readable_callback *callback, void *context) {
  return procbuf_enter_readable(&buffer->procbuf_private, callback, context);
}

PROCBUF_BODY procbuf_status procbuf_readwrite_mut_enter(const procbuf_readwrite_buffer *buffer,
                                                        procbuf_writeable_callback *callback, void *context) {
  procbuf_open_enter opened;
  if (!procbuf_enter_open(&opened, &buffer->procbuf_private)) return PROCBUF_NOSUCHAPP;
  return procbuf_enter_close(&opened, callback(context, (procbuf_writeable){opened.span}));
}

#endif
