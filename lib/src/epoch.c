// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

#if PROCBUF_CHECKED

#include "procbuf/panic.h"

void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span) {
  frame->outer = kernel->frames;
  frame->inner = NULL;
  frame->number = ++kernel->last_frame;
  if (frame->outer != NULL) frame->outer->inner = frame;
  kernel->frames = frame;
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

#endif
