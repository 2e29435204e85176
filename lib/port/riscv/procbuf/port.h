// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Port to RISC-V, 32 and 64 bits. */
#ifndef PROCBUF_PORT_H
#define PROCBUF_PORT_H

/** No load or store of memory moves across: fence of reads and writes of memory and devices against all of
 * them, and the same for the compiler. */
static inline void procbuf_port_barrier(void) {
  __asm__ volatile("fence iorw, iorw" ::: "memory");
}

#endif
