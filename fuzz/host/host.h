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

// For a main of our own, before anything runs: no engine is linked with this program. Then a sanitizer that
// calls nobody but when it ends the process has the program in progress printed too, and PROCBUF_KNOWN has no
// effect, because what failed in a fuzzer is to fail again.
void host_stand_alone(void);

// One input of a fuzz target: decodes, bends, runs in lockstep. A failing program is run again thoroughly, and
// host_fail has the last word. Returns what an engine is told: 0, or -1 to leave the input out of its corpus.
int host_fuzz(const uint8_t *data, size_t size, const struct host_focus *focus);

// Turns a program into the one that a target with this focus runs.
void host_bend(struct program *program, const struct host_focus *focus);

// Why this build can't run the program, such as an abstract one where accesses are not watched; null: it can.
const char *host_obstacle(const struct program *program);

// Runs a program; a failing one once more, thoroughly, so that the report names the right step. True: no
// failure. On false the report of *host_lockstep() is ready to print.
// A program that this build can't run ends the process with status 3: it must not count as run.
bool host_run(const struct program *program, const struct lockstep_options *options);

// The program that host_run is running, at step host_lockstep()->current; null: none. For signal handlers
// too.
const struct program *host_running(void);

// The program that host_run ran last failed: prints the report on stderr and aborts. But if the failure's name
// is in the list of the environment variable PROCBUF_KNOWN, it is counted and the answer is -1; the counts are
// printed at the end. A list that can't be understood ends the process with status 2 before anything runs.
int host_fail(void);

// The report alone.
void host_report(const struct text_sink *sink);

const struct lockstep *host_lockstep(void);

#endif
