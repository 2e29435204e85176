// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Lockstep on a host with a C library: what the fuzz targets and the replay tool share.
#ifndef FUZZ_HOST_HOST_H
#define FUZZ_HOST_HOST_H

#include "lockstep/lockstep.h"

#include <stdio.h>

// Which programs a target runs: any input is bent into one of them, so that no byte of it is wasted.
struct host_focus {
  const uint8_t *ops; // enum op_code; an op that is not among them becomes one that is. None: all ops
  size_t op_count;
  int layout; // every program gets this layout; -1: its own
};

// Text to a FILE.
struct text_sink host_sink(FILE *file);

// One input of a fuzz target: decodes, bends, runs in lockstep. A failing program is run again thoroughly,
// reported on stderr, and the process aborts. Returns 0.
int host_fuzz(const uint8_t *data, size_t size, const struct host_focus *focus);

void host_bend(struct program *program, const struct host_focus *focus);

// Runs a program; a failing one once more, thoroughly, so that the report names the right step. True: no
// failure. On false the report of *host_lockstep() is ready to print.
// An abstract program in a build that is not watched ends the process with status 2: it can't be run there,
// and must not count as run.
bool host_run(const struct program *program, const struct lockstep_options *options);

// From here on host_run hands each program to this function instead of running it.
typedef void host_take(void *context, const struct program *program);
void host_divert(host_take *take, void *context);

const struct lockstep *host_lockstep(void);

#endif
