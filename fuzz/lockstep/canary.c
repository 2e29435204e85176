// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lockstep/canary.h"
#include "lockstep/lockstep.h"

#ifdef PROCBUF_ACCESS_HEADER
#include PROCBUF_ACCESS_HEADER
#endif

static void change_byte(uintptr_t address) {
  uint8_t byte;
  memory_peek(address, &byte, 1);
  byte++;
  memory_poke(address, &byte, 1);
}

// Looks at a byte with plain loads that the machine's own code must not look at in any build: a guard.
static void touch_guard(const struct machine_memory *memory) {
  const volatile uint8_t *guard = memory->guard_scratch;
  (void)*guard;
}

void canary_sing(struct lockstep *l, enum lockstep_canary canary, struct outcome *actual) {
  switch (canary) {
  case CANARY_RESULT:
    outcome_set(actual, WORD_BROKEN);
    break;
  case CANARY_STATE:
    procbuf_process_set_state(&l->machine.kernel, l->machine.pids[l->step.process], PROCBUF_STOPPED);
    break;
  case CANARY_MEMORY:
    change_byte(l->machine.memory.blocks[0].ram);
    break;
  case CANARY_ACCESS:
#ifdef PROCBUF_ACCESS_HEADER
    (void)procbuf_access_load8(l->machine.memory.blocks[0].ram);
#endif
    break;
  case CANARY_SANITIZER:
    touch_guard(&l->machine.memory);
    break;
  case CANARY_NONE:
  case CANARY_COUNT:
    break;
  }
}
