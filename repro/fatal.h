// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What ends a run before it has come to its end: the time limit, or a signal. Either is a failure: a report
// on stderr, then status TOOL_FAILED. A fuzzing engine has an alarm and handlers of its own; this is for what
// has no engine.
#ifndef REPRO_FATAL_H
#define REPRO_FATAL_H

#define FATAL_LIMIT_SECONDS 10u

// Takes the signals that end a process, but for those that somebody else, such as a sanitizer, has taken
// already. An abort without a program in progress, which is what a target does when it has reported a
// failure, is not reported again.
void fatal_start(void);

// From here on the input runs, for so many seconds of wall clock, which pass on a busy machine too.
void fatal_begin(const char *input, unsigned seconds);
void fatal_end(void);

#endif
