// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Writing text to a sink, without a libc.
#ifndef FUZZ_LOCKSTEP_WRITE_H
#define FUZZ_LOCKSTEP_WRITE_H

#include "program/program.h"

void write_text(const struct text_sink *sink, const char *text); // zero-terminated
void write_decimal(const struct text_sink *sink, uintptr_t number);
void write_hex(const struct text_sink *sink, uintptr_t number,
               unsigned digits); // at least so many digits, no prefix
void write_offset(const struct text_sink *sink, const char *base,
                  intptr_t offset); // "base", "base+4", "base-4"

#endif
