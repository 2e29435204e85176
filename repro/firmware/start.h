// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// From reset to system_start. Each machine's start-up code (<machine>.c) and linker script (<machine>.ld) are
// this folder's own; no vendor code.
#ifndef REPRO_FIRMWARE_START_H
#define REPRO_FIRMWARE_START_H

#include <stdint.h>

// Reads the command line and runs the image.
_Noreturn void system_start(void);

// The image has come where no program may bring it: says so and ends it.
_Noreturn void system_fault(const char *what, uintptr_t where, uintptr_t address);

// Where an exception goes that no program may cause: to system_fault.
void exception_unexpected(void);

#endif
