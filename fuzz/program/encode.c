// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Program to bytes, the canonical ones.
#include "program/program.h"

static void put_little_endian(uint8_t *bytes, unsigned count, uint64_t value) {
  for (unsigned i = 0; i < count; i++, value >>= 8)
    bytes[i] = (uint8_t)value;
}

static void encode_operand(uint8_t *bytes, unsigned type, const struct operand *operand) {
  switch (type) {
  case OPERAND_ADDRESS:
    bytes[0] = operand->base;
    bytes[1] = operand->process;
    put_little_endian(bytes + 2, 2, (uint16_t)operand->offset);
    break;
  case OPERAND_LENGTH:
    bytes[0] = operand->base;
    put_little_endian(bytes + 1, 2, (uint16_t)operand->offset);
    break;
  case OPERAND_RAW:
    put_little_endian(bytes, 8, operand->raw);
    break;
  default:
    bytes[0] = operand->base;
    break;
  }
}

static void encode_record(uint8_t *record, const struct op *op) {
  __builtin_memset(record, 0, PROGRAM_RECORD_SIZE);
  record[0] = op->code;
  const uint8_t *types = program_ops[op->code].operands;
  uint8_t *bytes = record + 1;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++) {
    encode_operand(bytes, types[i], &op->operands[i]);
    bytes += program_operands[types[i]].width;
  }
}

static void encode_header(uint8_t *header, const struct program *program) {
  __builtin_memset(header, 0, PROGRAM_HEADER_SIZE);
  header[0] = (uint8_t)(program->process_count - 2);
  header[1] = program->layout;
  header[2] = program->lives;
  header[3] = program->granule;
  for (unsigned i = 0; i < OP_SET_WORDS; i++)
    put_little_endian(header + 4 + i * 4, 4, program->switched_off.words[i]);
}

size_t program_encode(const struct program *program, uint8_t *data) {
  encode_header(data, program);
  uint8_t *record = data + PROGRAM_HEADER_SIZE;
  for (size_t i = 0; i < program->op_count; i++, record += PROGRAM_RECORD_SIZE)
    encode_record(record, &program->ops[i]);
  return PROGRAM_HEADER_SIZE + program->op_count * PROGRAM_RECORD_SIZE;
}
