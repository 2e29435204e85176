// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Program to text, the canonical one.
#include "program/program.h"

static void put_word(const struct text_sink *sink, const char *word) {
  size_t length = 0;
  while (word[length] != '\0')
    length++;
  sink->write(sink->context, word, length);
}

static void put_decimal(const struct text_sink *sink, unsigned value) {
  char digits[10];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  sink->write(sink->context, digits + at, sizeof digits - at);
}

static void put_hex(const struct text_sink *sink, uint64_t value, size_t least_digits) {
  char digits[16];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value != 0 || sizeof digits - at < least_digits);
  put_word(sink, "0x");
  sink->write(sink->context, digits + at, sizeof digits - at);
}

static void put_signed(const struct text_sink *sink, int value, const char *plus) {
  put_word(sink, value < 0 ? "-" : plus);
  put_decimal(sink, (unsigned)(value < 0 ? -value : value));
}

static void put_place(const struct text_sink *sink, const char *base, int offset) {
  put_word(sink, base);
  if (offset != 0) put_signed(sink, offset, "+");
}

static void put_address(const struct text_sink *sink, const struct operand *operand) {
  if (operand->process != 0) {
    put_word(sink, program_operands[OPERAND_PROCESS].words[operand->process - 1]);
    put_word(sink, ".");
  }
  put_place(sink, program_operands[OPERAND_ADDRESS].words[operand->base], operand->offset);
}

static void put_length(const struct text_sink *sink, const struct operand *operand) {
  if (operand->base == LENGTH_PLAIN)
    put_signed(sink, operand->offset, "");
  else
    put_place(sink, program_operands[OPERAND_LENGTH].words[operand->base], operand->offset);
}

static void put_operand(const struct text_sink *sink, unsigned type, const struct operand *operand) {
  switch (type) {
  case OPERAND_ADDRESS:
    put_address(sink, operand);
    break;
  case OPERAND_LENGTH:
    put_length(sink, operand);
    break;
  case OPERAND_RAW:
    put_hex(sink, operand->raw, 1);
    break;
  case OPERAND_BYTE:
    put_hex(sink, operand->base, 2);
    break;
  case OPERAND_OFFSET:
    put_decimal(sink, operand->base);
    break;
  default:
    put_word(sink, program_operands[type].words[operand->base]);
    break;
  }
}

void program_print_op(const struct op *op, const struct text_sink *sink) {
  const struct op_info *info = &program_ops[op->code];
  put_word(sink, info->text);
  for (unsigned i = 0; info->operands[i] != OPERAND_NONE; i++) {
    put_word(sink, " ");
    put_operand(sink, info->operands[i], &op->operands[i]);
  }
}

static void put_directive(const struct text_sink *sink, const char *word, unsigned value,
                          unsigned by_default) {
  if (value == by_default) return;
  put_word(sink, word);
  put_word(sink, " ");
  put_decimal(sink, value);
  put_word(sink, "\n");
}

static void put_switched_off(const struct text_sink *sink, const struct op_set *switched_off) {
  if (op_set_count(switched_off) == 0) return;
  put_word(sink, "off");
  for (unsigned code = 0; code < OP_COUNT; code++) {
    if (!op_set_has(switched_off, code)) continue;
    put_word(sink, " ");
    put_word(sink, program_ops[code].text);
  }
  put_word(sink, "\n");
}

void program_print(const struct program *program, const struct text_sink *sink) {
  put_directive(sink, "processes", program->process_count, 2);
  put_directive(sink, "layout", program->layout, 0);
  put_directive(sink, "lives", program->lives, 0);
  put_directive(sink, "granule", program->granule, 0);
  put_switched_off(sink, &program->switched_off);
  for (size_t i = 0; i < program->op_count; i++) {
    program_print_op(&program->ops[i], sink);
    put_word(sink, "\n");
  }
}
