// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Bytes to program.
#include "program/program.h"
#include "program/step.h"

#define ADDRESS_PROCESSES 5u // the op's own, p0..p3

// Bytes past the end of the input read as zero.
static void copy_padded(uint8_t *to, size_t room, const uint8_t *data, size_t size) {
  for (size_t i = 0; i < room; i++)
    to[i] = i < size ? data[i] : 0;
}

static uint64_t little_endian(const uint8_t *bytes, unsigned count) {
  uint64_t value = 0;
  for (unsigned i = count; i-- > 0;)
    value = value << 8 | bytes[i];
  return value;
}

static int16_t signed_offset(const uint8_t *bytes) {
  const int value = bytes[0] | bytes[1] << 8;
  return (int16_t)(value < 0x8000 ? value : value - 0x10000);
}

static void decode_operand(struct operand *operand, unsigned type, const uint8_t *bytes) {
  switch (type) {
  case OPERAND_ADDRESS:
    operand->base = bytes[0] % ADDRESS_BASE_COUNT;
    operand->process = bytes[1] % ADDRESS_PROCESSES;
    operand->offset = signed_offset(bytes + 2);
    break;
  case OPERAND_LENGTH:
    operand->base = bytes[0] % LENGTH_BASE_COUNT;
    operand->offset = signed_offset(bytes + 1);
    break;
  case OPERAND_RAW:
    operand->raw = little_endian(bytes, 8);
    break;
  default:
    operand->base = (uint8_t)(bytes[0] % program_operands[type].count);
    break;
  }
}

static void decode_op(struct op *op, unsigned code, const uint8_t *bytes) {
  op->code = (uint8_t)code;
  for (unsigned i = 0; i < PROGRAM_OPERANDS_MAX; i++)
    op->operands[i] = (struct operand){0};
  const uint8_t *types = program_ops[code].operands;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++) {
    decode_operand(&op->operands[i], types[i], bytes);
    bytes += program_operands[types[i]].width;
  }
}

static void decode_record(struct program *program, const uint8_t *record) {
  const unsigned code = record[0] % OP_COUNT;
  if (op_set_has(&program->switched_off, code)) return;
  decode_op(&program->ops[program->op_count++], code, record + 1);
}

static void decode_header(struct program *program, const uint8_t *header) {
  program->process_count = (uint8_t)(2 + header[0] % 3);
  program->layout = header[1] % PROGRAM_LAYOUT_COUNT;
  program->lives = header[2] % 4;
  program->granule = header[3] % STEP_GRANULE_COUNT;
  struct op_set off;
  for (unsigned i = 0; i < OP_SET_WORDS; i++)
    off.words[i] = (uint32_t)little_endian(header + 4 + i * 4, 4);
  const struct op_set all = op_set_below(OP_COUNT);
  program->switched_off = op_set_both(&off, &all);
}

void program_decode(struct program *program, const uint8_t *data, size_t size) {
  uint8_t padded[PROGRAM_RECORD_SIZE];
  _Static_assert(sizeof padded == PROGRAM_HEADER_SIZE, "holds the header or a last partial record");
  copy_padded(padded, sizeof padded, data, size);
  decode_header(program, padded);
  program->op_count = 0;
  size_t at = PROGRAM_HEADER_SIZE;
  for (; at < size && program->op_count < PROGRAM_OPS_MAX; at += PROGRAM_RECORD_SIZE) {
    const uint8_t *record = data + at;
    if (size - at < PROGRAM_RECORD_SIZE) {
      copy_padded(padded, sizeof padded, record, size - at);
      record = padded;
    }
    decode_record(program, record);
  }
}
