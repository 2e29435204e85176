// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// One op with every operand resolved to a plain number, so that the model and the machine are told exactly
// the same. Fields that the op has no operand for are zero.
#ifndef FUZZ_PROGRAM_STEP_H
#define FUZZ_PROGRAM_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_PROCESS_SLOTS 4u
#define STEP_DRIVERS 3u // driver 3 is one that does not exist
#define STEP_BUFFERS 8u
#define STEP_SLICES 8u
#define STEP_REGISTERS 4u
#define STEP_NESTING_MAX 4u    // enters open at once; a deeper one is refused
#define STEP_SCRATCH_SIZE 512u // kernel scratch: source and destination of copies
#define STEP_ARRAY_SIZE 256u   // kernel array: what wrapped slices show

enum step_kind { STEP_READONLY, STEP_READWRITE, STEP_USERSPACE_READABLE };
enum step_state { STEP_RUNNING, STEP_YIELDED, STEP_STOPPED, STEP_FAULTED, STEP_TERMINATED };

// What the platform says of its granule of memory protection: nothing, two numbers, or a function, whose granule is
// an eighth of the RAM block, as are the subregions of a PMSAv7 unit.
enum step_granule {
  STEP_GRANULE_NONE,
  STEP_GRANULE_16,
  STEP_GRANULE_32,
  STEP_GRANULE_EIGHTH,
  STEP_GRANULE_COUNT
};
static inline uintptr_t step_granule_eighth(size_t ram_size) {
  return ram_size / 8 + (ram_size % 8 != 0 || ram_size == 0);
}

#define STEP_PINS 4u             // pins that ops name
#define STEP_PINS_PER_PROCESS 2u // that a process can have at a time
enum step_direction { STEP_TO_DEVICE, STEP_FROM_DEVICE };

// How a number lies in a message.
enum step_encoding {
  STEP_U8,
  STEP_U16_LE,
  STEP_U16_BE,
  STEP_U32_LE,
  STEP_U32_BE,
  STEP_U64_LE,
  STEP_U64_BE,
  STEP_ENCODING_COUNT
};

#define STEP_DRIVER_STATE 8u  // bytes of a driver's per-process state that driver-state reads and writes
#define STEP_SOURCE_MAX 4096u // bytes that append-from's source may hold; a longer one is refused

// What memory holds before anything happened. RAM is not zero, so that a byte that should have been zeroed
// shows.
static inline uint8_t step_ram_pattern(size_t i) {
  return (uint8_t)(0xa1u + 7u * i);
}
static inline uint8_t step_flash_pattern(size_t i) {
  return (uint8_t)(0x35u + 11u * i);
}
static inline uint8_t step_scratch_pattern(size_t i) {
  return (uint8_t)(0x11u + 3u * i);
}
static inline uint8_t step_array_pattern(size_t i) {
  return (uint8_t)(0x77u + 5u * i);
}

// The header op's operands as the 8 bytes of a stream header: both nibbles of a byte land in different halves
// of its 16-bit field.
static inline uint16_t step_header_field(uint8_t byte) {
  return (uint16_t)((byte & 0x0fu) | ((unsigned)(byte & 0xf0u) << 8));
}

struct step {
  uint8_t op;      // enum op_code
  uint8_t process; // slot 0..3
  bool stale;      // the pid that the slot had before its last restart (none, if never restarted)
  uint8_t kind;    // enum step_kind
  uint8_t state;   // enum step_state
  uint8_t buffer, buffer2;
  uint8_t slice, slice2;
  uint8_t reg; // register 0..3
  uint8_t pin;
  uint8_t direction; // enum step_direction
  uint8_t encoding;  // enum step_encoding
  uint8_t byte, byte2;
  uint8_t status;       // what a callback returns: TRD 104's number, 0 = success
  bool capability;      // false: a forged one
  uintptr_t driver;     // driver number, as passed in a system call
  uint8_t driver_index; // 0..3; 3 does not exist
  uintptr_t number;     // allow number, or system call class
  uintptr_t alignment;  // bytes
  size_t offset;        // into kernel scratch (or the kernel array, for wraps)
  uintptr_t address;
  size_t length, length2; // for sbrk, length is the increment's bit pattern
  uint64_t raw;
};

#endif
