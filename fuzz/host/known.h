// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Failures that a fuzzer is to pass over, because somebody knows of them already.
#ifndef FUZZ_HOST_KNOWN_H
#define FUZZ_HOST_KNOWN_H

#include <stdbool.h>

// Takes a list of names as lockstep_failure_name makes them, comma between them, in place of the one before.
// False: it is none, and that has been said on stderr.
bool known_set(const char *names);

// Is this failure one of them? Then it is counted.
bool known_counts(const char *name);

// How often each was met, on stderr: PROCBUF_KNOWN access-P-OWN-allow=1234
void known_print(void);

#endif
