// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Which functions of the library were running when it made a bad access.
#ifndef FUZZ_HOST_STACK_H
#define FUZZ_HOST_STACK_H

#include "lockstep/lockstep.h"

void stack_forget(void);

// Keeps the call stack if the failure is one of check access: a lockstep_options.failed.
void stack_keep(const struct lockstep *l);

// The functions of the library in the stack that was kept, from the one that made the access to the public
// one that the machine called: "procbuf_writeable_fill lib/src/slice.c:120". None without a sanitizer's
// runtime and its symbolizer, which know the names. Good until the next call.
size_t stack_functions(const char *const **found);

#endif
