// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What userspace does to its own memory, what the kernel does to its scratch, and the switch between the two.
#include "machine/userspace.h"
#include "machine/internal.h"

void machine_USER_WRITE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const bool done = userspace_write(machine, step->address, step->length, step->byte);
  outcome_set(outcome, done ? WORD_OK : WORD_BROKEN);
}

void machine_USER_READ(struct machine *machine, const struct step *step, struct outcome *outcome) {
  uint32_t digest = 0;
  const bool done = userspace_read(machine, step->address, step->length, &digest);
  outcome_set(outcome, done ? WORD_OK : WORD_BROKEN);
  outcome_add(outcome, VALUE_DIGEST, digest);
}

void machine_HEADER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  const uint16_t flags = step_header_field(step->byte), version = step_header_field(step->byte2);
  const uint32_t offset = (uint32_t)step->length;
  uint8_t header[8];
  __builtin_memcpy(header, &version, sizeof version);
  header[2] = (uint8_t)(flags >> 8);
  header[3] = (uint8_t)flags;
  __builtin_memcpy(header + 4, &offset, sizeof offset);
  outcome_set(outcome, WORD_OK);
  for (unsigned i = 0; i < sizeof header; i++)
    if (!userspace_write(machine, step->address + i, 1, header[i])) outcome_set(outcome, WORD_BROKEN);
}

// The lockstep arms the race when the next step is known.
void machine_RACE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  (void)machine;
  (void)step;
  outcome_set(outcome, WORD_OK);
}

void machine_KERNEL_WRITE(struct machine *machine, const struct step *step, struct outcome *outcome) {
  for (size_t i = 0; i < step->length; i++)
    machine->memory.scratch[step->offset + i] = (uint8_t)(step->byte + i);
  outcome_set(outcome, WORD_OK);
}

void machine_TO_USER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  procbuf_to_user(&machine->kernel, machine_pid(machine, step));
  machine->got = false;
  outcome_set(outcome, WORD_OK);
}

void machine_FROM_USER(struct machine *machine, const struct step *step, struct outcome *outcome) {
  (void)step;
  procbuf_from_user(&machine->kernel);
  outcome_set(outcome, WORD_OK);
}
