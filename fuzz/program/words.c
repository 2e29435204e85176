// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "program/words.h"

// As words.def spells them.
enum {
  OK = 1 << WORD_OK,
  FAIL = 1 << WORD_FAIL,
  BUSY = 1 << WORD_BUSY,
  INVAL = 1 << WORD_INVAL,
  SIZE = 1 << WORD_SIZE,
  NOMEM = 1 << WORD_NOMEM,
  NOSUPPORT = 1 << WORD_NOSUPPORT,
  NODEVICE = 1 << WORD_NODEVICE,
  NOSUCHAPP = 1 << WORD_NOSUCHAPP,
  ABSENT = 1 << WORD_ABSENT,
  UNHANDLED = 1 << WORD_UNHANDLED,
  PANIC = 1 << WORD_PANIC,
  REFUSED = 1 << WORD_REFUSED
};

const uint32_t program_op_words[OP_COUNT] = {
#define REPORTS(code, words) [OP_##code] = (words),
#include "program/words.def"
#undef REPORTS
};

// An op with two rows does not compile here, one without a row below.
enum {
#define REPORTS(code, words) ROW_##code,
#include "program/words.def"
#undef REPORTS
};

#define OP(code, text, ...)                                                                                  \
  _Static_assert((int)ROW_##code == (int)OP_##code, text " is in its place in words.def");
#include "program/ops.def"
#undef OP

_Static_assert(WORD_COUNT <= 32, "one bit for each word");

// TRD 104: variant, error, ...
#define VARIANT_FAILURE 0u
#define VARIANT_FAILURE_2_U32 2u

enum word program_word(uint8_t op, const struct outcome *outcome) {
  if (op != OP_SVC || outcome->word != WORD_OK) return (enum word)outcome->word;
  const bool failed = outcome->values[0] == VARIANT_FAILURE || outcome->values[0] == VARIANT_FAILURE_2_U32;
  return (enum word)(failed ? outcome->values[1] : outcome->word);
}
