// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The machine's replacement of the library's access layer: named by PROCBUF_ACCESS_HEADER in watched builds,
// so that each load and store of a user byte, and all zeroing, passes an observer first. Builds without it run on the library's
// own plain loads and stores.
#ifndef FUZZ_MACHINE_ACCESS_H
#define FUZZ_MACHINE_ACCESS_H

#include <stddef.h>
#include <stdint.h>

uint8_t procbuf_access_load8(uintptr_t user);
void procbuf_access_store8(uintptr_t user, uint8_t value);
void procbuf_access_read(void *kernel, uintptr_t user, size_t n);
void procbuf_access_write(uintptr_t user, const void *kernel, size_t n);
void procbuf_access_move(uintptr_t to, uintptr_t from, size_t n);
void procbuf_access_fill(uintptr_t user, uint8_t value, size_t n);
void procbuf_access_zero(uintptr_t memory, size_t n);

#endif
