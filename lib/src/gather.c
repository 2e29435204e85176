// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/access.h"
#include "procbuf/cursor.h"

/* Whether all are live, and hold n bytes together. */
static procbuf_status judge(const procbuf_readonly_buffer *buffers, size_t count, size_t n) {
  bool fits = true;
  for (size_t i = 0; i < count; i++) {
    const procbuf_handle *handle = &buffers[i].procbuf_private;
    if (procbuf_handle_process(handle) == NULL) return PROCBUF_NOSUCHAPP;
    fits = fits && handle->range.length <= n;
    if (fits) n -= handle->range.length;
  }
  return fits && n == 0 ? PROCBUF_OK : PROCBUF_SIZE;
}

procbuf_status procbuf_gather(const procbuf_readonly_buffer *buffers, size_t count, void *kernel_memory,
                              size_t n) {
  procbuf_status status = judge(buffers, count, n);
  uint8_t *to = kernel_memory;
  for (size_t i = 0; status == PROCBUF_OK && i < count; i++) {
    procbuf_range range = buffers[i].procbuf_private.range;
    if (range.length == 0) continue;
    procbuf_access_read(to, range.address, range.length);
    to += range.length;
  }
  return status;
}

procbuf_readonly_buffer procbuf_readwrite_as_readonly(const procbuf_readwrite_buffer *buffer) {
  return (procbuf_readonly_buffer){buffer->procbuf_private};
}
