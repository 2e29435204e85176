// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Options that the tools share. What is wrong with one is said on stderr.
#ifndef REPRO_OPTIONS_H
#define REPRO_OPTIONS_H

#include "lockstep/canary.h"
#include "program/program.h"

// --hex: the program that these hexadecimal digits encode. False: they are none.
bool option_hex(const char *text, struct program *program);

// --canary: the check to break. False: no such check.
bool option_canary(const char *name, enum lockstep_canary *canary);

// Seconds from 1 to 86400. False: it is no such number.
bool option_seconds(const char *name, const char *text, unsigned *seconds);

#endif
