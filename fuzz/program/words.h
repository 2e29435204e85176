// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What each op can come to: words.def as a table.
#ifndef FUZZ_PROGRAM_WORDS_H
#define FUZZ_PROGRAM_WORDS_H

#include "program/outcome.h"
#include "program/program.h"

extern const uint32_t program_op_words[OP_COUNT]; // bit w: the op can report enum word w

// The word that an outcome counts as: its own, or the error in the registers that svc returns.
enum word program_word(uint8_t op, const struct outcome *outcome);

#endif
