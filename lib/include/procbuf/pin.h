// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Pins: a range of a process's memory is given to a bus master, such as a DMA controller (B-PIN).
 *
 * A handle ends with the kernel entry, a process may die and start again: a device that still reads or writes
 * knows nothing of that. As long as a range is pinned
 *   - its memory stays what it is: the process, dead or alive, can't be restarted (BUSY), so nothing of it is
 *     zeroed, and no grant or other process ever lies there;
 *   - the slot that the buffer was got from can't be swapped: an allow to it is BUSY (A-FAIL). Other slots
 *     over the same bytes can.
 * A process that dies is dead at once all the same (P-DEAD): only its memory waits for the device.
 *
 * The pin holds the device's address and length. A driver keeps it until the device is done, or was stopped,
 * and unpins then. How many ranges of a process can be pinned at a time is said in procbuf_config.
 *
 * What the device stores, the process and the kernel read as they would another's write. On a core with a data
 * cache the platform's functions pin and unpin (kernel.h) do the maintenance; a range that shares a cache line with
 * other bytes is the driver's business to refuse.
 */
#ifndef PROCBUF_PIN_H
#define PROCBUF_PIN_H

#include <stddef.h>
#include <stdint.h>

#include "procbuf/allow.h"
#include "procbuf/buffer.h"
#include "procbuf/kernel.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A pin; a default one pins nothing. All fields are private to the library. */
typedef struct procbuf_pin {
  procbuf_kernel *kernel; /* null: the default pin */
  uint64_t number;
  size_t process_index;
  procbuf_range range;
  procbuf_direction direction;
} procbuf_pin;

/** The default pin, a constant initialiser: all zero. */
// clang-format off
#ifdef __cplusplus
#define PROCBUF_PIN_DEFAULT {}
#else
#define PROCBUF_PIN_DEFAULT {.kernel = NULL}
#endif
// clang-format on

/**
 * Pins the range of a live read-only buffer, for a device that reads it. Kernel-side: no kernel entry.
 *
 * Returns, first that applies:
 *   OK
 *   NOSUCHAPP  the buffer is not live
 *   NOMEM      all pins of the process are in use
 *
 * Ensures, on OK: *pin holds the range until procbuf_unpin, over kernel entries and the process's death; the
 * platform's function pin has been called for a range of at least one byte. Whatever *pin held before is overwritten:
 * a pin that is still needed for procbuf_unpin is lost for ever. Ensures, on error: nothing changed, *pin included.
 */
procbuf_status procbuf_readonly_pin(const procbuf_readonly_buffer *buffer, procbuf_pin *pin);

/**
 * As procbuf_readonly_pin, of a read-write buffer, for a device that reads or one that writes.
 *
 * Returns, first that applies: OK; INVAL (direction is none of the two: a mistake of the caller); NOSUCHAPP;
 * NOMEM.
 */
procbuf_status procbuf_readwrite_pin(const procbuf_readwrite_buffer *buffer, procbuf_direction direction,
                                     procbuf_pin *pin);

/** What to give the device: address and length as they were allowed. (0, 0) of an empty range and of a default pin. */
procbuf_range procbuf_pin_range(const procbuf_pin *pin);

/**
 * The device is done with the range. Kernel-side: no kernel entry.
 *
 * Returns: OK; INVAL (it is the default pin, or a copy of one that was unpinned before).
 *
 * Ensures, on OK: *pin is the default pin; the platform's function unpin has been called for a range of at least one
 * byte; what was BUSY because of this pin alone is so no longer. Ensures, on error: nothing changed.
 */
procbuf_status procbuf_unpin(procbuf_pin *pin);

#ifdef __cplusplus
}
#endif

#endif
