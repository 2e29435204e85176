// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The system-call front: allow calls (A-ABI) and memop calls (M-ABI) in the registers of TRD 104.
 *
 *     allow  arguments        failure with 2 u32    success with 2 u32
 *     r0     driver number    2                     130
 *     r1     allow number     error (1 to 13)       old address
 *     r2     address          address passed        old length
 *     r3     length           length passed         length passed: it keeps what it held
 *
 *     memop  arguments        failure               success               success with u32
 *     r0     operation        0                     128                   129
 *     r1     argument         error (1 to 13)       argument              value
 *     r2, r3 any              as they were          as they were          as they were
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
#define PROCBUF_CLASS_MEMOP 5u
#define PROCBUF_CLASS_USERSPACE_READABLE 7u

#define PROCBUF_VARIANT_FAILURE 0u
#define PROCBUF_VARIANT_FAILURE_2_U32 2u
#define PROCBUF_VARIANT_SUCCESS 128u
#define PROCBUF_VARIANT_SUCCESS_U32 129u
#define PROCBUF_VARIANT_SUCCESS_2_U32 130u

/** The memop operations (M-OPS). Which give a value is said by each. */
enum procbuf_memop {
  PROCBUF_MEMOP_BRK = 0,          /* set the break to the argument; no value */
  PROCBUF_MEMOP_SBRK = 1,         /* move the break by the argument, signed; value: the break before */
  PROCBUF_MEMOP_RAM_START = 2,    /* value: start of the RAM block */
  PROCBUF_MEMOP_RAM_END = 3,      /* value: end of the RAM block */
  PROCBUF_MEMOP_FLASH_START = 4,  /* value: start of the flash block, where the header is */
  PROCBUF_MEMOP_FLASH_END = 5,    /* value: end of the flash block */
  PROCBUF_MEMOP_GRANT_START = 6,  /* value: kernel break, the lowest address of grant memory */
  PROCBUF_MEMOP_REGIONS = 7,      /* value: number of writeable flash regions, 0 */
  PROCBUF_MEMOP_REGION_START = 8, /* FAIL: there is none */
  PROCBUF_MEMOP_REGION_END = 9,   /* FAIL: there is none */
  PROCBUF_MEMOP_STACK_START = 10, /* for debuggers; no value, nothing is kept */
  PROCBUF_MEMOP_HEAP_START = 11   /* for debuggers; no value, nothing is kept */
};

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

/**
 * Carries out a system call of the memop class.
 *
 * Parameters as procbuf_syscall_allow. Returns: true   the class is 5: *result holds what the call came to, and it was a new
 * kernel entry, whatever the operation. The error in a failure is the first of these that applies:
 *
 *   FAIL       the process is not active (pid not live included)
 *   NOSUPPORT  no such operation
 *   FAIL       operations 8 and 9
 *   INVAL, NOMEM  operations 0 and 1, as procbuf_brk and procbuf_sbrk say; nothing changed
 *
 * false  another class: nothing happened, *result is unchanged, no kernel entry.
 */
bool procbuf_syscall_memop(procbuf_kernel *kernel, procbuf_pid pid, uintptr_t syscall_class,
                           const procbuf_registers *arguments, procbuf_registers *result);

#ifdef __cplusplus
}
#endif

#endif
