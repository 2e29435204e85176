// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What every fuzz target gives to the engine.
#ifndef FUZZ_TARGETS_TARGET_H
#define FUZZ_TARGETS_TARGET_H

#include "host/host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Runs one input of any size. Returns 0; aborts with a report on stderr if the property does not hold, or
// returns -1 if that is known (host_fail).
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Which programs the target runs; a target that runs all as they are need not define it.
extern const struct host_focus target_focus;

// Defined by a target whose inputs are text, and only by it.
extern const bool target_takes_text;

#endif
