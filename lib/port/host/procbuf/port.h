// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Port to a hosted system, any architecture. */
#ifndef PROCBUF_PORT_H
#define PROCBUF_PORT_H

/** No load or store of memory moves across: a sequentially consistent fence. */
static inline void procbuf_port_barrier(void) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
