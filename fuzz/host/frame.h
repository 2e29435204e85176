// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Functions that are there to be seen in a stack trace: what groups crashes by the functions on top of their
// stacks, and does not read reports, tells failures apart by them.
#ifndef FUZZ_HOST_FRAME_H
#define FUZZ_HOST_FRAME_H

#include <stdlib.h>

// The frame that is being entered. Each writes its own text, so that no two are the same code, which a
// compiler or a linker could make one; and writes again after the call, which so never becomes a jump.
extern const char *volatile frame_entered;

// abort, but no compiler knows.
extern void (*volatile frame_abort)(void);

// Defines the function; `text` is what it stands for, `call` what it calls.
#define FRAME(function, text, call)                                                                          \
  __attribute__((noinline)) static void function(void) {                                                     \
    frame_entered = (text);                                                                                  \
    call();                                                                                                  \
    frame_entered = 0;                                                                                       \
  }

#endif
