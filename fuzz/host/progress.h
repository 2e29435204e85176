// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What a sanitizer's report says where in the code; this adds, on stderr and once, what the program was.
#ifndef FUZZ_HOST_PROGRESS_H
#define FUZZ_HOST_PROGRESS_H

#include "lockstep/lockstep.h"

// A program begins to run; null: it is over.
void progress_is(const struct lockstep *l, const struct program *program);

// MSan calls nobody when it reports, only when it ends the process. There is one place for whom it calls
// then, and an engine saves the input from there: not to be called where an engine is linked.
void progress_on_death(void);

#endif
