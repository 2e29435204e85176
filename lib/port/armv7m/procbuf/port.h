// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Port to Armv7-M: Cortex-M3, M4, M7. */
#ifndef PROCBUF_PORT_H
#define PROCBUF_PORT_H

/** No load or store of memory moves across: full-system data memory barrier, and the same for the compiler.
 */
static inline void procbuf_port_barrier(void) {
  __asm__ volatile("dmb sy" ::: "memory");
}

#endif
