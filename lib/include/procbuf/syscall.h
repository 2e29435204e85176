// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The system-call front: procbuf_allow in the registers of TRD 104 (A-ABI).
 *
 *            arguments        failure with 2 u32    success with 2 u32
 *     r0     driver number    2                     130
 *     r1     allow number     error (1 to 13)       old address
 *     r2     address          address passed        old length
 *     r3     length           length passed         length passed: it keeps what it held
 *
 * A register that a variant does not use keeps what it held. A kernel that answers other system calls must do the same:
 * userspace libraries name only the registers that they expect to change as outputs of the call.
 * Registers are as wide as an address, so that a host of 64 bits takes the same calls.
 */
#ifndef PROCBUF_SYSCALL_H
#define PROCBUF_SYSCALL_H

#include <stdbool.h>
#include <stdint.h>

#include "procbuf/kernel.h"
#include "procbuf/process.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PROCBUF_CLASS_READWRITE 3u
#define PROCBUF_CLASS_READONLY 4u
#define PROCBUF_CLASS_USERSPACE_READABLE 7u

#define PROCBUF_VARIANT_FAILURE_2_U32 2u
#define PROCBUF_VARIANT_SUCCESS_2_U32 130u

/** r0 to r3 of a system call, in or out. */
typedef struct procbuf_registers {
  uintptr_t r[4];
} procbuf_registers;

/**
 * Carries out a system call of an allow class.
 *
 * syscall_class: any number, compared whole. arguments: any contents. arguments and result may be the same
 * object. Returns: true   the class is one of the three: the allow was carried out, well or not, and *result
 * holds its encoding. A new kernel entry. See procbuf_allow for the errors and guarantees. false  another
 * class: not this library's. Nothing happened, *result is unchanged, no kernel entry. A class that nobody else serves
 * either is the kernel's affair; Tock faults the process.
 */
bool procbuf_syscall_allow(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t syscall_class,
                           const procbuf_registers *arguments, procbuf_registers *result);

#ifdef __cplusplus
}
#endif

#endif
