// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

#if PROCBUF_CHECKED

#include "procbuf/panic.h"

static void link_frame(procbuf_kernel *kernel, procbuf_frame *frame) {
  frame->outer = kernel->frames;
  frame->inner = NULL;
  if (frame->outer != NULL) frame->outer->inner = frame;
  kernel->frames = frame;
}

void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span) {
  frame->number = ++kernel->last_frame;
  frame->feeds = false;
  link_frame(kernel, frame);
  span->kernel = kernel;
  span->frame = frame->number;
}

void procbuf_epoch_close(procbuf_kernel *kernel, const procbuf_frame *frame) {
  if (frame->outer != NULL) frame->outer->inner = frame->inner;
  if (frame->inner != NULL) {
    frame->inner->outer = frame->outer;
  } else {
    kernel->frames = frame->outer;
  }
}

void procbuf_epoch_close_all(procbuf_kernel *kernel) {
  kernel->frames = NULL;
}

void procbuf_epoch_check(const procbuf_span *span) {
  if (span->kernel == NULL) return;
  for (const procbuf_frame *frame = span->kernel->frames; frame != NULL; frame = frame->outer) {
    if (frame->number == span->frame) return;
  }
  procbuf_panic(PROCBUF_PANIC_STALE_SLICE);
}

void procbuf_epoch_feed(procbuf_frame *frame, const procbuf_span *span) {
  if (span->kernel == NULL) return;
  frame->number = span->frame;
  frame->feeds = true;
  frame->fed = span->address;
  link_frame(span->kernel, frame);
}

/* By enter and address, never by overlap: how buffers overlap is the process's choice (X-NOPANIC). What is on the stack
 * of the call that is given up must not stay in the list, because a test's hook may jump into the callback around it. */
void procbuf_epoch_check_unfed(const procbuf_span *span) {
  if (span->kernel == NULL) return;
  for (procbuf_frame *frame = span->kernel->frames; frame != NULL; frame = frame->outer) {
    if (!frame->feeds || frame->fed != span->address || frame->number != span->frame) continue;
    procbuf_epoch_close(span->kernel, frame);
    procbuf_panic(PROCBUF_PANIC_FED_STREAM);
  }
}

#endif
