// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What libFuzzer is told besides coverage: which words each op came to, and which op was carried out right after
// which. Lines of the library say little of the order in which a program reached them.
#ifndef FUZZ_HOST_FEEDBACK_H
#define FUZZ_HOST_FEEDBACK_H

#include "lockstep/lockstep.h"

// An observer for the programs that an engine runs. Other engines do not look at what it counts.
extern const struct lockstep_observer feedback_observer;

// Before each program.
void feedback_start(void);

#endif
