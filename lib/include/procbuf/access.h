// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The functions that touch processes' memory, behind two doors (X-DOOR).
 *
 *   user door     load8, store8, read, write, move, fill: all that the library loads from or stores to memory that is a
 *                 process's. An implementation may use what reaches such memory alone: unprivileged loads and stores
 *                 (LDRT, STRT), buses that need a special instruction.
 *   kernel door   zero: memory that is no process's yet, or becomes a grant. The kernel's own loads and stores reach it, a
 *                 process's do not.
 *
 * Kernel arrays seen as slices (S-WRAP) pass the user door too, unless PROCBUF_ACCESS_SPLIT is 1 (config.h): then the
 * library reaches them by itself. A header whose user door reaches memory of processes alone needs that. What grant memory
 * holds (slots, state) is kernel objects and passes neither.
 *
 * Replacing them: with PROCBUF_ACCESS_HEADER defined, for instance -DPROCBUF_ACCESS_HEADER='"my/access.h"',
 * this header includes that one and defines nothing. It must declare the same seven functions, inline or
 * external. Callers in lean builds define it too, or PROCBUF_INLINE=0 (config.h). An implementation by LDRT and STRT
 * reaches what the protection unit lets the *running* process reach: a kernel that reaches for another process's buffer sets
 * the unit for that one first.
 *
 * What callers of them guarantee:
 *   - User memory is named by an address, not a pointer, so that no pointer is formed that is not used.
 *   - n > 0: a range of length 0 reaches none of them, so null never reaches memcpy and its kin (X-ZERO).
 *   - User door: [user, user + n) was checked against the process's memory, and does not wrap (X-BOUNDS, X-WRAP).
 *   - Kernel memory and user memory do not overlap; two user ranges may (X-ALIAS).
 *   - In one library call no user byte is passed to load8, read or move twice, or after it was written (X-FETCH1).
 *
 * What an implementation guarantees: it touches exactly the bytes named, and nothing that it fetched is fetched again
 * by the compiler after it has returned. The ones below reach that with volatile accesses and compiler barriers. How often
 * a byte is loaded in between:
 *
 *   load8, store8   exactly once
 *   read, move      at least once. Compilers make overlapping loads of a copy of constant size (7 bytes: bytes 0 to 3 and
 *                   3 to 6), and so do C libraries' memcpy. Which of them reaches kernel memory does not matter: the
 *                   library looks at what has arrived there, and at nothing else.
 *   write, fill     at least once, likewise: a process may see a byte stored twice with the same value. zero: no process
 *                   looks.
 *
 * The header of a stream is read as two pieces of 4 bytes, which all compilers make of loads that do not overlap.
 *
 * A process's memory that includes address 0 needs a replacement: C gives no access through a null pointer.
 */
#ifndef PROCBUF_ACCESS_H
#define PROCBUF_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#ifdef PROCBUF_ACCESS_HEADER
#include PROCBUF_ACCESS_HEADER
#else

#ifdef __cplusplus
extern "C" {
#endif

/** Nothing moves across: what was fetched before is not fetched again after, what was stored is stored. */
static inline void procbuf_access_compiler_barrier(void) {
  __asm__ volatile("" ::: "memory");
}

/** The byte at user. */
static inline uint8_t procbuf_access_load8(uintptr_t user) {
  return *(const volatile uint8_t *)user;
}

/** Stores value at user. */
static inline void procbuf_access_store8(uintptr_t user, uint8_t value) {
  *(volatile uint8_t *)user = value;
}

/** Copies n user bytes to kernel memory. */
static inline void procbuf_access_read(void *kernel, uintptr_t user, size_t n) {
  __builtin_memcpy(kernel, (const void *)user, n);
  procbuf_access_compiler_barrier();
}

/** Copies n bytes of kernel memory to user. */
static inline void procbuf_access_write(uintptr_t user, const void *kernel, size_t n) {
  __builtin_memcpy((void *)user, kernel, n);
  procbuf_access_compiler_barrier();
}

/** Copies n user bytes to other, possibly overlapping, user bytes as if the source were read whole first. */
static inline void procbuf_access_move(uintptr_t to, uintptr_t from, size_t n) {
  __builtin_memmove((void *)to, (const void *)from, n);
  procbuf_access_compiler_barrier();
}

/** Sets n user bytes to value. */
static inline void procbuf_access_fill(uintptr_t user, uint8_t value, size_t n) {
  __builtin_memset((void *)user, value, n);
  procbuf_access_compiler_barrier();
}

/** Kernel door: sets n bytes, which no process reaches at this moment, to 0. */
static inline void procbuf_access_zero(uintptr_t memory, size_t n) {
  __builtin_memset((void *)memory, 0, n);
  procbuf_access_compiler_barrier();
}

#ifdef __cplusplus
}
#endif

#endif

#endif
