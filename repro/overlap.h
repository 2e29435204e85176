// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// How a range lies to those that are allowed already.
#ifndef REPRO_OVERLAP_H
#define REPRO_OVERLAP_H

#include "lockstep/lockstep.h"

// Of several overlaps the one that comes last here counts.
enum overlap { OVERLAP_NONE, OVERLAP_PARTIAL, OVERLAP_NESTED, OVERLAP_EQUAL, OVERLAP_COUNT };

enum overlap overlap_of(const struct model_span *a, const struct model_span *b);

// The step that has just come to this outcome stored a range, not an empty one: false if it didn't. *overlap:
// with the slots of all kinds, drivers and processes but its own. Abstract machines have no slots: false.
bool overlap_of_step(const struct lockstep *l, const struct outcome *outcome, enum overlap *overlap);

#endif
