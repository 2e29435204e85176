// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The tables behind ops.def and operands.def. A word, name or text that is missing here does not compile.
#include "program/program.h"

enum operand_width {
  WIDTH_NONE = 0,
#define SMALL(type, width, count, words) WIDTH_##type = (width),
#define PLACE(type, width, count, words) WIDTH_##type = (width),
#define WIDE(type, width) WIDTH_##type = (width),
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
};

enum operand_value_count {
#define SMALL(type, width, count, words) COUNT_##type = (count),
#define PLACE(type, width, count, words) COUNT_##type = (count),
#define WIDE(type, width) COUNT_##type = 0,
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
};

// The words of one operand type, in the order of their values.
#define WORDS(type, name, ...)                                                                               \
  static const char *const name[] = {__VA_ARGS__};                                                           \
  _Static_assert(sizeof name / sizeof name[0] == COUNT_##type, #name " needs one word for each value")

#define NAME_PROCESS "process"
#define EXPECTED_PROCESS "a process: p0 to p3, or p0.old to p3.old"
WORDS(PROCESS, program_process_words, "p0", "p1", "p2", "p3", "p0.old", "p1.old", "p2.old", "p3.old");

#define NAME_KIND "kind"
#define EXPECTED_KIND "a kind: ro, rw or us"
WORDS(KIND, program_kind_words, "ro", "rw", "us");

#define NAME_DRIVER "driver"
#define EXPECTED_DRIVER "a driver: d0 to d3"
WORDS(DRIVER, program_driver_words, "d0", "d1", "d2", "d3");

#define NAME_NUMBER "number"
#define EXPECTED_NUMBER "a number: 0 to 11, 256, 259, half, max or 261"
WORDS(NUMBER, program_number_words, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "256",
      "259", "half", "max", "261");

#define NAME_STATE "state"
#define EXPECTED_STATE "a state: running, yielded, stopped, faulted or terminated"
WORDS(STATE, program_state_words, "running", "yielded", "stopped", "faulted", "terminated");

#define NAME_ALIGNMENT "alignment"
#define EXPECTED_ALIGNMENT "an alignment: 0 1 2 3 4 6 8 12 16 32 64 128 256 half max 4096"
WORDS(ALIGNMENT, program_alignment_words, "0", "1", "2", "3", "4", "6", "8", "12", "16", "32", "64", "128",
      "256", "half", "max", "4096");

#define NAME_CAPABILITY "capability"
#define EXPECTED_CAPABILITY "a capability: granted or forged"
WORDS(CAPABILITY, program_capability_words, "granted", "forged");

#define NAME_REGISTER "register"
#define EXPECTED_REGISTER "a register: n0 to n3"
WORDS(REGISTER, program_register_words, "n0", "n1", "n2", "n3");

#define NAME_STATUS "status"
#define EXPECTED_STATUS                                                                                      \
  "a status: ok fail busy already off reserve inval size cancel nomem nosupport nodevice uninstalled noack"
WORDS(STATUS, program_status_words, "ok", "fail", "busy", "already", "off", "reserve", "inval", "size",
      "cancel", "nomem", "nosupport", "nodevice", "uninstalled", "noack");

#define NAME_BUFFER "buffer"
#define EXPECTED_BUFFER "a buffer: b0 to b7"
WORDS(BUFFER, program_buffer_words, "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7");

#define NAME_SLICE "slice"
#define EXPECTED_SLICE "a slice: s0 to s7"
WORDS(SLICE, program_slice_words, "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7");

#define NAME_PIN "pin"
#define EXPECTED_PIN "a pin: i0 to i3"
WORDS(PIN, program_pin_words, "i0", "i1", "i2", "i3");

#define NAME_DIRECTION "direction"
#define EXPECTED_DIRECTION "a direction: to-device or from-device"
WORDS(DIRECTION, program_direction_words, "to-device", "from-device");

#define NAME_ENCODING "encoding"
#define EXPECTED_ENCODING "an encoding: u8 u16-le u16-be u32-le u32-be u64-le or u64-be"
WORDS(ENCODING, program_encoding_words, "u8", "u16-le", "u16-be", "u32-le", "u32-be", "u64-le", "u64-be");

#define NAME_BYTE "byte"
#define EXPECTED_BYTE "a byte such as 0x2a"

#define NAME_OFFSET "offset"
#define EXPECTED_OFFSET "an offset such as 16"

#define NAME_ADDRESS "address"
#define EXPECTED_ADDRESS                                                                                     \
  "an address such as ram+16 or p1.brk-4, from: ram brk kbrk end hwm flash readable flash-end grant last "   \
  "previous null top half kernel spare spare-flash n0 n1 n2 n3"
WORDS(ADDRESS, program_address_words, "ram", "brk", "kbrk", "end", "hwm", "flash", "readable", "flash-end",
      "grant", "last", "previous", "null", "top", "half", "kernel", "spare", "spare-flash", "n0", "n1", "n2",
      "n3");

#define NAME_LENGTH "length"
#define EXPECTED_LENGTH                                                                                      \
  "a length such as 16, -1 or to-brk-1, from: to-brk to-kbrk to-end to-flash-end to-top len max half u32 "   \
  "spare d0 d1 d2 d3 n0 n1 n2 n3"
// The empty word is that of a plain length, which is a number alone.
WORDS(LENGTH, program_length_words, "", "to-brk", "to-kbrk", "to-end", "to-flash-end", "to-top", "len", "max",
      "half", "u32", "spare", "d0", "d1", "d2", "d3", "n0", "n1", "n2", "n3");

#define NAME_RAW "raw"
#define EXPECTED_RAW "a raw number such as 0x1f"

const struct operand_info program_operands[OPERAND_TYPE_COUNT] = {
    [OPERAND_NONE] = {"none", 0, 0, 0},
#define SMALL(type, width, count, words) [OPERAND_##type] = {NAME_##type, width, count, words},
#define PLACE(type, width, count, words) [OPERAND_##type] = {NAME_##type, width, count, words},
#define WIDE(type, width) [OPERAND_##type] = {NAME_##type, width, 0, 0},
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
};

// What the parser says it expected. Only parse.c uses it, so it is declared there and in no header.
const char *const program_expected[OPERAND_TYPE_COUNT] = {
    [OPERAND_NONE] = "no operand",
#define SMALL(type, width, count, words) [OPERAND_##type] = EXPECTED_##type,
#define PLACE(type, width, count, words) [OPERAND_##type] = EXPECTED_##type,
#define WIDE(type, width) [OPERAND_##type] = EXPECTED_##type,
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
};

// Fills an op's operand list up with NONE. The seventh must be one.
#define PADDED(macro, ...) macro(__VA_ARGS__, NONE, NONE, NONE, NONE, NONE, NONE, NONE)
#define TYPES(a, b, c, d, e, f, g, ...)                                                                      \
  OPERAND_##a, OPERAND_##b, OPERAND_##c, OPERAND_##d, OPERAND_##e, OPERAND_##f, OPERAND_##g
#define RECORD_SIZE(a, b, c, d, e, f, ...)                                                                   \
  (1u + WIDTH_##a + WIDTH_##b + WIDTH_##c + WIDTH_##d + WIDTH_##e + WIDTH_##f)
#define SEVENTH(a, b, c, d, e, f, g, ...) OPERAND_##g

// The roles as ops.def writes them.
enum {
  NO_ROLE = ROLE_NO_ROLE,
  CREATES = ROLE_CREATES,
  ENDS = ROLE_ENDS,
  ENTRY = ROLE_ENTRY,
  SHARES = ROLE_SHARES,
  REGISTERS = ROLE_REGISTERS,
  MAKES_BUFFER = ROLE_MAKES_BUFFER,
  MAKES_SLICE = ROLE_MAKES_SLICE,
  WRITES = ROLE_WRITES,
  KEEPS = ROLE_KEEPS,
  OPENS = ROLE_OPENS,
  CLOSES = ROLE_CLOSES,
  COUNTS = ROLE_COUNTS
};

const struct op_info program_ops[OP_COUNT] = {
#define OP(code, text, clause, summary, roles, ...)                                                          \
  [OP_##code] = {text, clause, summary, roles, {PADDED(TYPES, __VA_ARGS__)}},
#include "program/ops.def"
#undef OP
};

#define OP(code, text, clause, summary, roles, ...)                                                          \
  _Static_assert(PADDED(RECORD_SIZE, __VA_ARGS__) <= PROGRAM_RECORD_SIZE, text " is too long for a record"); \
  _Static_assert(PADDED(SEVENTH, __VA_ARGS__) == OPERAND_NONE, text " has too many operands");
#include "program/ops.def"
#undef OP

_Static_assert(OP_COUNT <= OP_SET_MAX, "one swarm bit for each op");
_Static_assert(4 + OP_SET_WORDS * 4 == PROGRAM_HEADER_SIZE, "the swarm fills the header");
_Static_assert(PROGRAM_OPERANDS_MAX == 6, "TYPES lists this many and an end");
