// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Symbolic operands become numbers, seen from the model's state at this step.
#include "lockstep/lockstep.h"

#define WORD_HALF ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 1))

// What the operands of one op count from.
struct frame {
  const struct lockstep *l;
  const struct op *op;
  unsigned process;  // the op's own
  uintptr_t address; // of its ADDRESS, once resolved
  unsigned address_process;
};

static uintptr_t process_address(const struct lockstep *l, unsigned base, unsigned process) {
  struct model_view view;
  model_view(&l->model, process, &view);
  switch (base) {
  case ADDRESS_RAM:
    return view.ram;
  case ADDRESS_BRK:
    return view.brk;
  case ADDRESS_KBRK:
    return view.kbrk;
  case ADDRESS_END:
    return view.end;
  case ADDRESS_HWM:
    return view.hwm;
  case ADDRESS_FLASH:
    return view.flash;
  case ADDRESS_READABLE:
    return view.readable;
  case ADDRESS_FLASH_END:
    return view.flash_end;
  case ADDRESS_GRANT:
    return view.grant;
  case ADDRESS_LAST:
    return view.last;
  default:
    return view.previous;
  }
}

static uintptr_t base_address(const struct lockstep *l, unsigned base, unsigned process) {
  switch (base) {
  case ADDRESS_NULL:
    return 0;
  case ADDRESS_TOP:
    return UINTPTR_MAX;
  case ADDRESS_HALF:
    return WORD_HALF;
  case ADDRESS_KERNEL: // an abstract machine's processes may lie anywhere, but not on the real kernel's
                       // memory
    return l->machine.memory.abstract ? 0 : (uintptr_t)l->machine.memory.scratch;
  case ADDRESS_SPARE:
    return l->machine.memory.blocks[process].ram;
  case ADDRESS_SPARE_FLASH:
    return l->machine.memory.blocks[process].flash;
  case ADDRESS_N0:
  case ADDRESS_N1:
  case ADDRESS_N2:
  case ADDRESS_N3:
    return model_register(&l->model, base - ADDRESS_N0);
  default:
    return process_address(l, base, process);
  }
}

static uintptr_t plus(uintptr_t base, int16_t offset) {
  const uintptr_t extended = (uintptr_t)(intptr_t)offset;
  return base + extended;
}

static void resolve_address(struct frame *frame, const struct operand *operand) {
  frame->address_process = operand->process ? operand->process - 1u : frame->process;
  frame->address = plus(base_address(frame->l, operand->base, frame->address_process), operand->offset);
}

// Length of the op's last SLICE operand, or else of its BUFFER.
static size_t source_length(const struct frame *frame) {
  const uint8_t *types = program_ops[frame->op->code].operands;
  size_t length = 0;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++) {
    if (types[i] == OPERAND_SLICE)
      length = model_slice_length(&frame->l->model, frame->op->operands[i].base);
    else if (types[i] == OPERAND_BUFFER)
      length = model_buffer_length(&frame->l->model, frame->op->operands[i].base);
  }
  return length;
}

static uintptr_t distance(const struct frame *frame, unsigned base) {
  return process_address(frame->l, base, frame->address_process) - frame->address;
}

static uintptr_t base_length(const struct frame *frame, unsigned base) {
  switch (base) {
  case LENGTH_PLAIN:
    return 0;
  case LENGTH_TO_BRK:
    return distance(frame, ADDRESS_BRK);
  case LENGTH_TO_KBRK:
    return distance(frame, ADDRESS_KBRK);
  case LENGTH_TO_END:
    return distance(frame, ADDRESS_END);
  case LENGTH_TO_FLASH_END:
    return distance(frame, ADDRESS_FLASH_END);
  case LENGTH_TO_TOP:
    return UINTPTR_MAX - frame->address;
  case LENGTH_LEN:
    return source_length(frame);
  case LENGTH_MAX:
    return SIZE_MAX;
  case LENGTH_HALF:
    return WORD_HALF;
  case LENGTH_U32_MAX:
    return UINT32_MAX;
  case LENGTH_SPARE:
    return frame->l->machine.memory.blocks[frame->address_process].ram_size;
  case LENGTH_D0:
  case LENGTH_D1:
  case LENGTH_D2:
  case LENGTH_D3:
    return machine_driver_number(base - LENGTH_D0);
  default:
    return model_register(&frame->l->model, base - LENGTH_N0);
  }
}

// 256, 259 and 261 are 0, 3 and 5 to whoever looks at eight bits only.
static uintptr_t number(unsigned value) {
  static const uintptr_t numbers[] = {0, 1,  2,  3,   4,   5,         6,           7,  8,
                                      9, 10, 11, 256, 259, WORD_HALF, UINTPTR_MAX, 261};
  return numbers[value];
}

static uintptr_t alignment(unsigned value) {
  static const uint16_t alignments[] = {0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256, 0, 0, 4096};
  return value == 13 ? WORD_HALF : value == 14 ? UINTPTR_MAX : alignments[value];
}

static void resolve_process(struct frame *frame, unsigned value, struct step *step) {
  step->process = (uint8_t)(value % STEP_PROCESS_SLOTS);
  step->stale = value >= STEP_PROCESS_SLOTS;
  frame->process = step->process;
  frame->address_process = step->process;
}

static void resolve_small(struct frame *frame, unsigned type, unsigned value, unsigned nth,
                          struct step *step) {
  switch (type) {
  case OPERAND_PROCESS:
    resolve_process(frame, value, step);
    break;
  case OPERAND_KIND:
    step->kind = (uint8_t)value;
    break;
  case OPERAND_DRIVER:
    step->driver_index = (uint8_t)value;
    step->driver = machine_driver_number(value);
    break;
  case OPERAND_NUMBER:
    step->number = number(value);
    break;
  case OPERAND_STATE:
    step->state = (uint8_t)value;
    break;
  case OPERAND_ALIGNMENT:
    step->alignment = alignment(value);
    break;
  case OPERAND_CAPABILITY:
    step->capability = value == 0;
    break;
  case OPERAND_REGISTER:
    step->reg = (uint8_t)value;
    break;
  case OPERAND_PIN:
    step->pin = (uint8_t)value;
    break;
  case OPERAND_ENCODING:
    step->encoding = (uint8_t)value;
    break;
  case OPERAND_DIRECTION:
    step->direction = (uint8_t)value;
    break;
  case OPERAND_STATUS:
    step->status = (uint8_t)value;
    break;
  case OPERAND_BUFFER:
    *(nth ? &step->buffer2 : &step->buffer) = (uint8_t)value;
    break;
  case OPERAND_SLICE:
    *(nth ? &step->slice2 : &step->slice) = (uint8_t)value;
    break;
  case OPERAND_BYTE:
    *(nth ? &step->byte2 : &step->byte) = (uint8_t)value;
    break;
  default:
    step->offset = value;
    break;
  }
}

void lockstep_resolve(const struct lockstep *l, const struct op *op, struct step *step) {
  struct frame frame = {.l = l, .op = op};
  uint8_t seen[OPERAND_TYPE_COUNT] = {0};
  *step = (struct step){.op = op->code};
  const uint8_t *types = program_ops[op->code].operands;
  for (unsigned i = 0; types[i] != OPERAND_NONE; i++) {
    const struct operand *operand = &op->operands[i];
    const unsigned nth = seen[types[i]]++;
    if (types[i] == OPERAND_ADDRESS)
      resolve_address(&frame, operand);
    else if (types[i] == OPERAND_LENGTH)
      *(nth ? &step->length2 : &step->length) = plus(base_length(&frame, operand->base), operand->offset);
    else if (types[i] == OPERAND_RAW)
      step->raw = operand->raw;
    else
      resolve_small(&frame, types[i], operand->base, nth, step);
  }
  step->address = frame.address;
}
