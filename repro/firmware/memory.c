// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The functions that a freestanding compiler calls on its own (GCC manual, "Standards"; Run-time ABI for the Arm
// Architecture, 4.3.4).
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  return memmove(to, from, n);
}

void *memmove(void *to, const void *from, size_t n) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((uintptr_t)t < (uintptr_t)f)
    for (size_t i = 0; i < n; i++)
      t[i] = f[i];
  else
    for (size_t i = n; i > 0; i--)
      t[i - 1] = f[i - 1];
  return to;
}

void *memset(void *to, int byte, size_t n) {
  uint8_t *t = to;
  for (size_t i = 0; i < n; i++)
    t[i] = (uint8_t)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t n) {
  const uint8_t *x = a, *y = b;
  for (size_t i = 0; i < n; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  return length;
}

#if defined(__arm__)
// The ABI's names, one for each alignment that the caller knows of; memset's has its arguments the other way
// round.
#define FOR_ALIGNMENTS(each) each() each(4) each(8)
#define COPY(n)                                                                                              \
  void __aeabi_memcpy##n(void *to, const void *from, size_t size);                                           \
  void __aeabi_memcpy##n(void *to, const void *from, size_t size) {                                          \
    memmove(to, from, size);                                                                                 \
  }
#define MOVE(n)                                                                                              \
  void __aeabi_memmove##n(void *to, const void *from, size_t size);                                          \
  void __aeabi_memmove##n(void *to, const void *from, size_t size) {                                         \
    memmove(to, from, size);                                                                                 \
  }
#define SET(n)                                                                                               \
  void __aeabi_memset##n(void *to, size_t size, int byte);                                                   \
  void __aeabi_memset##n(void *to, size_t size, int byte) {                                                  \
    memset(to, byte, size);                                                                                  \
  }
#define CLEAR(n)                                                                                             \
  void __aeabi_memclr##n(void *to, size_t size);                                                             \
  void __aeabi_memclr##n(void *to, size_t size) {                                                            \
    memset(to, 0, size);                                                                                     \
  }
// NOLINTBEGIN(bugprone-reserved-identifier): the ABI's names
FOR_ALIGNMENTS(COPY)
FOR_ALIGNMENTS(MOVE)
FOR_ALIGNMENTS(SET)
FOR_ALIGNMENTS(CLEAR)
// NOLINTEND(bugprone-reserved-identifier)
#endif
