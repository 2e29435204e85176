// SPDX-License-Identifier: Apache-2.0 OR MIT
/** Chooses the port by what the compiler says it compiles for. A product that knows its architecture names the port's
 * folder instead. */
#ifndef PROCBUF_PORT_AUTO_H
#define PROCBUF_PORT_AUTO_H

#if defined(__riscv)
#include "../../riscv/procbuf/port.h"
#elif defined(__ARM_ARCH_6M__)
#include "../../armv6m/procbuf/port.h"
#elif defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
#include "../../armv7m/procbuf/port.h"
#elif defined(__ARM_ARCH_8M_BASE__) || defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
#include "../../armv8m/procbuf/port.h"
#elif __STDC_HOSTED__
#include "../../host/procbuf/port.h"
#else
#error "no port for this architecture: write a procbuf/port.h, see procbuf/barrier.h"
#endif

#endif
