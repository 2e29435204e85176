// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What libFuzzer is told besides coverage: which words each op came to, and which op was carried out right after
// which. Lines of the library say little of the order in which a program reached them.
#ifndef FUZZ_HOST_FEEDBACK_H
#define FUZZ_HOST_FEEDBACK_H

#include "lockstep/lockstep.h"

// An observer for a program that an engine runs; null for three in four, by their length, because what it counts
// costs the engine a fifth of its speed. Other engines do not look at it.
const struct lockstep_observer *feedback_on(const struct program *program);

#endif
