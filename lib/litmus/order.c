// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Litmus of the barrier (X-BARRIER) for every compiler, optimisation level and architecture: not run, its code
 * is read. ci/litmus/order.py builds it twice, with a platform's port and with unfenced/, under plain_access.h, and
 * looks at the order in which the two functions reach memory.
 *
 * To be told apart in any assembly, the kernel's accesses, through slices, are the only ones of 8 bits, and
 * userspace's the only ones of 16. Those are volatile, on an object that the compiler takes for another one, as
 * in litmus.c.
 */
#include <stdint.h>

#include "procbuf/procbuf.h"

enum { SLICE = 16, WRITTEN = 0x5A };

/* Each call in it is inlined where the compiler can, so that it is seen whole. */
#define WHOLE __attribute__((noinline, flatten))

/* Nowhere defined: nothing can be known of them but that they are different objects. */
extern uint8_t ram[SLICE];
extern volatile uint16_t view;
extern procbuf_kernel kernel;

void order_to_user(void);
unsigned order_from_user(void);

/* Without the barrier the first store is dead. The second depends on what userspace saw, so can't come before. */
WHOLE void order_to_user(void) {
  procbuf_writeable slice = procbuf_writeable_wrap(ram, SLICE);
  procbuf_writeable_set(slice, 0, WRITTEN);
  procbuf_to_user(&kernel, PROCBUF_PID_NONE);
  procbuf_writeable_set(slice, 0, (uint8_t)(view + 1u));
}

/* Without the barrier the second load is that of before, which userspace's store depends on. */
WHOLE unsigned order_from_user(void) {
  procbuf_readable slice = procbuf_readable_wrap(ram, SLICE);
  uint8_t byte = 0;
  procbuf_readable_at(slice, 0, &byte);
  view = byte;
  procbuf_from_user(&kernel);
  procbuf_readable_at(slice, 0, &byte);
  return byte;
}
