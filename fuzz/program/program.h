// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The program: a short list of ops behind a small header. It is the fuzz input, the seed, the crash, the
// regression and the message in a bug report. Freestanding C: the same code runs in a fuzzer, on the command
// line and in a firmware image.
//
// Binary form: a header of PROGRAM_HEADER_SIZE bytes, then records of PROGRAM_RECORD_SIZE bytes.
//   header  0     processes that exist at the start: 2 + (byte % 3)
//           1     layout: which of PROGRAM_LAYOUT_COUNT machine layouts (taken modulo)
//           2     lives: 0 = generations start at 1; else (byte % 4) = this many generations before the
//                 counter is exhausted
//           3     granule of memory protection: enum step_granule (taken modulo)
//           4..15 swarm: bit i set = op i of ops.def is switched off, little-endian
//   record  0     op, taken modulo the number of ops
//           1..   its operands, packed in order of ops.def; the rest is kept zero
// Every byte string decodes: what is missing reads as zero, a trailing partial record counts as a whole one,
// ops that are switched off are dropped, and so is everything after PROGRAM_OPS_MAX ops. Encoding is
// canonical: encode(decode(x)) is a fixed point.
#ifndef FUZZ_PROGRAM_PROGRAM_H
#define FUZZ_PROGRAM_PROGRAM_H

#include "program/op_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_HEADER_SIZE 16u
#define PROGRAM_RECORD_SIZE 16u
#define PROGRAM_OPS_MAX 256u
#define PROGRAM_OPERANDS_MAX 6u
#define PROGRAM_LAYOUT_COUNT 6u
#define PROGRAM_LAYOUT_ABSTRACT 5u // no memory exists; see model/model.h
#define PROGRAM_BINARY_MAX (PROGRAM_HEADER_SIZE + PROGRAM_OPS_MAX * PROGRAM_RECORD_SIZE)

enum op_code {
#define OP(code, ...) OP_##code,
#include "program/ops.def"
#undef OP
  OP_COUNT
};

enum operand_type {
  OPERAND_NONE,
#define SMALL(type, width, count, words) OPERAND_##type,
#define PLACE(type, width, count, words) OPERAND_##type,
#define WIDE(type, width) OPERAND_##type,
#include "program/operands.def"
#undef SMALL
#undef PLACE
#undef WIDE
  OPERAND_TYPE_COUNT
};

// Where an ADDRESS counts from. "p1.brk-4" is base BRK, process 2 (p1), offset -4; "brk-4" is process 0, the
// op's own process (p0 for an op without one). Words: program_address_words.
enum address_base {
  ADDRESS_RAM,         // "ram": start of the RAM block
  ADDRESS_BRK,         // "brk": application break
  ADDRESS_KBRK,        // "kbrk": kernel break
  ADDRESS_END,         // "end": end of the RAM block
  ADDRESS_HWM,         // "hwm": allow high-water mark
  ADDRESS_FLASH,       // "flash": start of flash
  ADDRESS_READABLE,    // "readable": first flash byte after the protected header
  ADDRESS_FLASH_END,   // "flash-end"
  ADDRESS_GRANT,       // "grant": the lowest grant carved by the last grant op, else kbrk
  ADDRESS_LAST,        // "last": start of the range that this process allowed last with success, else ram
  ADDRESS_PREVIOUS,    // "previous": the one before it, else ram
  ADDRESS_NULL,        // "null": 0
  ADDRESS_TOP,         // "top": UINTPTR_MAX
  ADDRESS_HALF,        // "half": the word's sign bit alone
  ADDRESS_KERNEL,      // "kernel": the kernel scratch buffer
  ADDRESS_SPARE,       // "spare": RAM start of the machine's block for this process slot, whatever holds it
  ADDRESS_SPARE_FLASH, // "spare-flash": flash start of the machine's block for this process slot
  ADDRESS_N0,
  ADDRESS_N1,
  ADDRESS_N2,
  ADDRESS_N3, // "n0".."n3": a register
  ADDRESS_BASE_COUNT
};

// What a LENGTH counts from. A plain number is signed and converted to the machine's word, so -1 is SIZE_MAX.
// "to-X" is the distance from the op's ADDRESS (0 if it has none) to that edge of the address's process,
// modulo the word. Words: program_length_words.
enum length_base {
  LENGTH_PLAIN,        // "16", "-1"
  LENGTH_TO_BRK,       // "to-brk"
  LENGTH_TO_KBRK,      // "to-kbrk"
  LENGTH_TO_END,       // "to-end"
  LENGTH_TO_FLASH_END, // "to-flash-end"
  LENGTH_TO_TOP,       // "to-top": to UINTPTR_MAX
  LENGTH_LEN,  // "len": length of the op's source slice (its last SLICE operand) or of its buffer; 0 without
               // one
  LENGTH_MAX,  // "max": SIZE_MAX
  LENGTH_HALF, // "half": the word's sign bit alone
  LENGTH_U32_MAX, // "u32": 2^32-1, or the word's maximum where it is narrower
  LENGTH_SPARE,   // "spare": size of the machine's RAM block for the process slot
  LENGTH_D0,
  LENGTH_D1,
  LENGTH_D2,
  LENGTH_D3, // "d0".."d3": a driver number
  LENGTH_N0,
  LENGTH_N1,
  LENGTH_N2,
  LENGTH_N3, // "n0".."n3": a register
  LENGTH_BASE_COUNT
};

struct operand {
  uint64_t raw;    // RAW only
  int16_t offset;  // ADDRESS and LENGTH only
  uint8_t base;    // the value of a SMALL; the base of an ADDRESS or LENGTH
  uint8_t process; // ADDRESS only: 0 = the op's own, 1..4 = p0..p3
};

struct op {
  uint8_t code;
  struct operand operands[PROGRAM_OPERANDS_MAX]; // in the order of ops.def; unused ones are zero
};

struct program {
  uint8_t process_count;      // 2..4
  uint8_t layout;             // below PROGRAM_LAYOUT_COUNT
  uint8_t lives;              // 0..3
  uint8_t granule;            // enum step_granule
  struct op_set switched_off; // only ops below OP_COUNT
  size_t op_count;
  struct op ops[PROGRAM_OPS_MAX];
};

// What an op does to the things that later ops name, as far as the op alone tells: for whoever puts programs
// together. Whether it succeeds is another matter.
enum op_role {
  ROLE_NO_ROLE = 0,
  ROLE_CREATES = 1 << 0,      // a process
  ROLE_ENDS = 1 << 1,         // its buffer, or else all of its process
  ROLE_ENTRY = 1 << 2,        // a new kernel entry: handles got before end
  ROLE_SHARES = 1 << 3,       // its range
  ROLE_REGISTERS = 1 << 4,    // takes its arguments from n0 to n3
  ROLE_MAKES_BUFFER = 1 << 5, // its buffer is made, not used
  ROLE_MAKES_SLICE = 1 << 6,  // its first slice is made, not used
  ROLE_WRITES = 1 << 7,       // what it uses must be writeable, and a slice that it makes is
  ROLE_KEEPS = 1 << 8,        // the slice that it makes is as writeable as the one that it is made from
  ROLE_OPENS = 1 << 9,        // an enter
  ROLE_CLOSES = 1 << 10,      // the innermost enter
  ROLE_COUNTS = 1 << 11,      // its length is a 32-bit count, not the length of the range at its address
};

struct op_info {
  const char *text;
  const char *clause;
  const char *summary;
  uint16_t roles;                             // enum op_role
  uint8_t operands[PROGRAM_OPERANDS_MAX + 1]; // enum operand_type, ends with OPERAND_NONE
};
extern const struct op_info program_ops[OP_COUNT];

struct operand_info {
  const char *text;         // the type's name in lower case, for messages: "expected an address"
  uint8_t width;            // bytes in a record
  uint16_t count;           // values of a SMALL, bases of a PLACE, 0 for a WIDE
  const char *const *words; // count names, or null: a number
};
extern const struct operand_info program_operands[OPERAND_TYPE_COUNT];

// What a parse error says was expected where an operand of the type is.
extern const char *const program_expected[OPERAND_TYPE_COUNT];

// Decodes any byte string. Never fails, allocates nothing, reads only data[0..size). Like program_parse it
// writes ops[0..op_count) only: what follows them is left as it was.
void program_decode(struct program *program, const uint8_t *data, size_t size);

// Encodes into data, room for PROGRAM_BINARY_MAX bytes. Returns the number of bytes written. Requires a
// program as decode or parse makes it.
size_t program_encode(const struct program *program, uint8_t *data);

// Where text goes, piece by piece; a piece is not zero-terminated.
struct text_sink {
  void *context;
  void (*write)(void *context, const char *text, size_t length);
};

// Prints the whole program; or one op without a newline. parse(print(p)) equals p.
void program_print(const struct program *program, const struct text_sink *sink);
void program_print_op(const struct op *op, const struct text_sink *sink);

// What is wrong with a text program, and where. Lines and columns count from 1, columns in bytes.
struct parse_error {
  size_t line;
  size_t column;
  char found[32]; // the word found, cut; empty at the end of a line; a control character by name: "\x1b"
  const char *expected; // "an address such as ram+16", a static string
};

// Parses text[0..length). True: *program is written. False: *error says the first mistake, *program is
// undefined.
bool program_parse(struct program *program, const char *text, size_t length, struct parse_error *error);

#endif
