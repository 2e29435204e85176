// SPDX-License-Identifier: Apache-2.0 OR MIT
/** A port whose barrier is none: what compilers do where nothing forbids it (order.c). For no kernel. */
#ifndef PROCBUF_PORT_H
#define PROCBUF_PORT_H

static inline void procbuf_port_barrier(void) {
}

#endif
