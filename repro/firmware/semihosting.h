// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Arm's semihosting interface, which RISC-V took over ("Semihosting for AArch32 and AArch64", Arm IHI 0102;
// "RISC-V Semihosting", version 1.0). One instruction sequence asks the debugger, here QEMU.
#ifndef REPRO_FIRMWARE_SEMIHOSTING_H
#define REPRO_FIRMWARE_SEMIHOSTING_H

#include <stdint.h>

// One call; the start-up code has the sequence of its architecture.
intptr_t semihosting_call(uintptr_t operation, const void *block);

#endif
