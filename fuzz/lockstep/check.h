// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The checks of one step; each notes the first failure and leaves later ones alone.
#ifndef FUZZ_LOCKSTEP_CHECK_H
#define FUZZ_LOCKSTEP_CHECK_H

#include "lockstep/lockstep.h"

// Result, access, the process's state, and the bytes that the step could touch; everything in a thorough run.
void check_step(struct lockstep *l, size_t index, const struct outcome *expected,
                const struct outcome *actual);

// Every byte of memory and every process.
void check_all(struct lockstep *l, size_t index);

// What the hardware lets a process touch, where processes are real: around its edges, or everywhere.
void check_protection_edges(struct lockstep *l, size_t index, unsigned process);
void check_protection(struct lockstep *l, size_t index, unsigned process);

// The failure to fill in; null if there is one already.
struct lockstep_failure *check_fail(struct lockstep *l, enum lockstep_check check, size_t index,
                                    const char *clause);

// Called from inside a step.
void fail_access(struct lockstep *l, bool store, enum model_verdict verdict, uintptr_t address);

#endif
