// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Standard output with a buffer: each write that leaves an image stops the machine for a while.
#ifndef REPRO_FIRMWARE_PRINT_H
#define REPRO_FIRMWARE_PRINT_H

#include "program/program.h"

extern const struct text_sink output;

void output_text(const char *text);
void output_number(unsigned long long number);
// "name 1, other name 2".
void output_counts(const char *const *names, const unsigned *counts, unsigned count);
void output_flush(void);

#endif
