// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * An access header of plain loads and stores, for the litmus: nothing volatile, no compiler fence, all inline.
 * Such a replacement of procbuf/access.h is allowed, and under it the port's barrier alone stands between an
 * access of the kernel and the switch (X-BARRIER). No product should use it: it leaves X-FETCH1 to luck.
 */
#ifndef PROCBUF_LITMUS_PLAIN_ACCESS_H
#define PROCBUF_LITMUS_PLAIN_ACCESS_H

#include <stddef.h>
#include <stdint.h>

static inline uint8_t procbuf_access_load8(uintptr_t user) {
  return *(const uint8_t *)user;
}

static inline void procbuf_access_store8(uintptr_t user, uint8_t value) {
  *(uint8_t *)user = value;
}

static inline void procbuf_access_read(void *kernel, uintptr_t user, size_t n) {
  __builtin_memcpy(kernel, (const void *)user, n);
}

static inline void procbuf_access_write(uintptr_t user, const void *kernel, size_t n) {
  __builtin_memcpy((void *)user, kernel, n);
}

static inline void procbuf_access_move(uintptr_t to, uintptr_t from, size_t n) {
  __builtin_memmove((void *)to, (const void *)from, n);
}

static inline void procbuf_access_fill(uintptr_t user, uint8_t value, size_t n) {
  __builtin_memset((void *)user, value, n);
}

static inline void procbuf_access_zero(uintptr_t memory, size_t n) {
  __builtin_memset((void *)memory, 0, n);
}

#endif
