// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Pins, and the device that works on them.
#include "machine/internal.h"

static procbuf_status pin(const struct machine_buffer *buffer, unsigned direction, procbuf_pin *made) {
  static const procbuf_direction directions[] = {PROCBUF_TO_DEVICE, PROCBUF_FROM_DEVICE};
  return buffer->readwrite ? procbuf_readwrite_pin(&buffer->rw, directions[direction], made)
                           : procbuf_readonly_pin(&buffer->ro, made);
}

// Has the platform been asked for this pin, and for nothing else? Only a range of bytes needs it.
static bool maintained(const struct machine_maintenance *noted, const procbuf_pin *pin, unsigned pinned,
                       unsigned unpinned) {
  const procbuf_range range = procbuf_pin_range(pin);
  if (range.length == 0 || pinned + unpinned == 0) return noted->pinned + noted->unpinned == 0;
  return noted->pinned == pinned && noted->unpinned == unpinned && noted->direction == pin->direction &&
         noted->range.address == range.address && noted->range.length == range.length;
}

void machine_PIN(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_pin made = PROCBUF_PIN_DEFAULT;
  made.range.address = MACHINE_UNTOUCHED;
  machine->maintenance = (struct machine_maintenance){.pinned = 0};
  const procbuf_status status = pin(&machine->buffers[step->buffer], step->direction, &made);
  const bool kept = machine_report(outcome, status, made.range.address);
  if (!maintained(&machine->maintenance, &made, kept, 0)) outcome_set(outcome, WORD_BROKEN);
  if (!kept) return;
  machine->pins[step->pin] = made;
  outcome_add(outcome, VALUE_ADDRESS, procbuf_pin_range(&made).address);
  outcome_add(outcome, VALUE_LENGTH, procbuf_pin_range(&made).length);
}

// A copy of a pin that has ended is good for nothing: BROKEN if it is.
void machine_UNPIN(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_pin *pin = &machine->pins[step->pin], copy = *pin;
  machine->maintenance = (struct machine_maintenance){.pinned = 0};
  const procbuf_status status = procbuf_unpin(pin);
  outcome_set(outcome, machine_word(status));
  if (!maintained(&machine->maintenance, &copy, 0, status == PROCBUF_OK) ||
      (status == PROCBUF_OK && procbuf_unpin(&copy) != PROCBUF_INVAL))
    outcome_set(outcome, WORD_BROKEN);
}

void machine_DEVICE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const procbuf_pin *pin = &machine->pins[step->pin];
  const procbuf_range range = procbuf_pin_range(pin);
  outcome_set(outcome, WORD_OK);
  if (range.length > 0 && !memory_holds(&machine->memory, range.address, range.length))
    outcome_set(outcome, WORD_BROKEN);
  else if (pin->direction == PROCBUF_FROM_DEVICE)
    memory_count_up(range.address, step->byte, range.length);
  else if (range.length > 0)
    outcome_add(outcome, VALUE_DIGEST, memory_digest(range.address, range.length));
}
