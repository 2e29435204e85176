// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What every tool here, and a fuzz target under the driver, does at its start and at its end.
#ifndef REPRO_TOOL_H
#define REPRO_TOOL_H

#include <stddef.h>

enum tool_status {
  TOOL_CLEAN = 0,
  TOOL_FAILED = 1, // a program failed, or something is missing that should be there
  TOOL_MISUSE = 2,
  TOOL_UNABLE = 3, // an input is not a test case, nothing was run, output can't be written
};

// From here on stdout is written line by line, so that whatever ends the process leaves what came before.
void tool_start(void);

// The status of a run in which so many programs failed and so many things could not be done.
enum tool_status tool_status(size_t failed, size_t undone);

// The status to exit with, once what was printed has been written. If it could not be, that is said on
// stderr, and a status that would be clean is TOOL_UNABLE.
int tool_end(enum tool_status status);

// Prints the manual, for --help. Returns the status to exit with.
int tool_help(const char *manual);

#endif
