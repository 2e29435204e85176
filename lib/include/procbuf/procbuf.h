// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * procbuf: lets a kernel read and write memory that an untrusted user process has allowed to it, on
 * microcontrollers without virtual memory. Includes every public header; each is the manual of its part.
 *
 *   config.h      checked or lean                   syscall.h     the same in TRD 104's registers
 *   status.h      error codes and their rules       capability.h  the right to make buffers without an allow
 *   panic.h       the one asserting hook            buffer.h      handles to allowed ranges
 *   access.h      the only code on user bytes       slice.h       transient views of a buffer's bytes
 *   kernel.h      the tables, and their storage     stream.h      appending to a shared stream buffer
 *   process.h     life, death and breaks            barrier.h     the switch to and from userspace
 *   grant.h       kernel memory in a process        pin.h         allowed ranges for bus masters
 *   allow.h       the allow system calls            cursor.h      fields of messages, one after the other
 *   version.h     which version this is             inline.h      bodies for callers, so that no call is left
 *
 * A driver's usual way: procbuf_readonly_get, procbuf_readonly_enter with a callback, and in the callback
 * procbuf_readable_copy_to or another function of slice.h.
 */
#ifndef PROCBUF_PROCBUF_H
#define PROCBUF_PROCBUF_H

#include "procbuf/access.h"
#include "procbuf/allow.h"
#include "procbuf/barrier.h"
#include "procbuf/buffer.h"
#include "procbuf/capability.h"
#include "procbuf/config.h"
#include "procbuf/cursor.h"
#include "procbuf/grant.h"
#include "procbuf/kernel.h"
#include "procbuf/panic.h"
#include "procbuf/pin.h"
#include "procbuf/process.h"
#include "procbuf/slice.h"
#include "procbuf/status.h"
#include "procbuf/stream.h"
#include "procbuf/syscall.h"
#include "procbuf/version.h"

/* Behind all declarations. */
#include "procbuf/inline.h"

#endif
