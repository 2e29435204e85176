// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The canary: makes one check fail on purpose, to prove that its failure is noticed.
#ifndef FUZZ_LOCKSTEP_CANARY_H
#define FUZZ_LOCKSTEP_CANARY_H

#include "program/outcome.h"

enum lockstep_canary {
  CANARY_NONE,
  CANARY_RESULT,
  CANARY_STATE,
  CANARY_MEMORY,
  CANARY_ACCESS,
  CANARY_SANITIZER,
  CANARY_COUNT
};

struct lockstep;

// Breaks something that the named check looks at, between a step and its checks.
void canary_sing(struct lockstep *l, enum lockstep_canary canary, struct outcome *actual);

#endif
