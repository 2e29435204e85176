// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// A trial: one program in lockstep in a process of its own, because a sanitizer may end that process and a bug
// may hang it. What it came to is told by its exit status and by what it wrote on stderr.
#ifndef REPRO_TRIAL_H
#define REPRO_TRIAL_H

#include "lockstep/lockstep.h"

struct trial {
  struct lockstep_options options;
  unsigned limit_ms; // a trial that takes longer is ended, and is a hang
};

// How a trial ended.
struct trial_ending {
  bool failed;
  char check
      [16]; // "result", "state", "memory", "access"; "asan", "ubsan", "msan"; "signal-11", "exit-3", "hang"
  char clause[16];              // of a lockstep failure, else "-"
  char name[LOCKSTEP_NAME_MAX]; // of a lockstep failure, else empty
  bool result;                  // a lockstep failure whose result was wrong, whatever check saw it first
};

// Do two failures fail in the same way? By the same check, or both by a wrong result.
bool trial_alike(const struct trial_ending *a, const struct trial_ending *b);

// False: no process could be made, and that has been said on stderr.
bool trial_run(const struct trial *trial, const struct program *program, struct trial_ending *ending);

#endif
