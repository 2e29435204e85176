// SPDX-License-Identifier: Apache-2.0 OR MIT
/** What looks after open enters, for slices that are kept too long (X-EPOCH). Lean: nothing of it is left. */
#ifndef PROCBUF_INLINE_FRAME_H
#define PROCBUF_INLINE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/kernel.h"
#include "procbuf/slice.h"

/* An open enter: lives on the stack of enter, linked into the kernel; for slices to be looked up in (X-EPOCH).
 * Linked both ways, because enters of two threads of the kernel need not close in the order in which they opened. */
typedef struct procbuf_frame {
#if PROCBUF_CHECKED
  struct procbuf_frame *outer; /* opened before it */
  struct procbuf_frame *inner; /* opened after it */
  uint64_t number;
  bool feeds;    /* a byte source feeds a stream of that enter meanwhile (T-ITER) */
  uintptr_t fed; /* that stream's address */
#else
  char unused;
#endif
} procbuf_frame;

#if PROCBUF_CHECKED
/* epoch: opens an enter, and binds the span to it. */
void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span);

/* epoch: closes an enter. */
void procbuf_epoch_close(procbuf_kernel *kernel, const procbuf_frame *frame);

/* epoch: closes all enters. */
void procbuf_epoch_close_all(procbuf_kernel *kernel);

/* epoch: panics if the span's enter is closed. */
void procbuf_epoch_check(const procbuf_span *span);

/* epoch: until the frame is closed, a source feeds the stream at the span's start. Nothing for a kernel array. */
void procbuf_epoch_feed(procbuf_frame *frame, const procbuf_span *span);

/* epoch: panics if a source feeds the stream at the span's start, through the same enter. */
void procbuf_epoch_check_unfed(const procbuf_span *span);

/* epoch: closes a frame that procbuf_epoch_feed opened. */
static inline void procbuf_epoch_unfeed(procbuf_frame *frame, const procbuf_span *span) {
  if (span->kernel != NULL) procbuf_epoch_close(span->kernel, frame);
}
#else
static inline void procbuf_epoch_feed(procbuf_frame *frame, const procbuf_span *span) {
  (void)frame, (void)span;
}

static inline void procbuf_epoch_check_unfed(const procbuf_span *span) {
  (void)span;
}

static inline void procbuf_epoch_unfeed(procbuf_frame *frame, const procbuf_span *span) {
  (void)frame, (void)span;
}

static inline void procbuf_epoch_open(procbuf_kernel *kernel, procbuf_frame *frame, procbuf_span *span) {
  (void)kernel, (void)frame, (void)span;
}

static inline void procbuf_epoch_close(procbuf_kernel *kernel, const procbuf_frame *frame) {
  (void)kernel, (void)frame;
}

static inline void procbuf_epoch_close_all(procbuf_kernel *kernel) {
  (void)kernel;
}

static inline void procbuf_epoch_check(const procbuf_span *span) {
  (void)span;
}
#endif

#endif
