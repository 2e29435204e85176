// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Cursors: what messages hold, read and written field by field. A cursor is a slice that gets shorter: each call takes its
 * field off the front, and what is left is the cursor then. Keep the slice itself where it is still needed whole.
 *
 *     static procbuf_status parse(void *context, procbuf_readable cursor) {
 *       uint8_t kind;
 *       uint16_t length;
 *       procbuf_readable payload;
 *       if (procbuf_cursor_read_u8(&cursor, &kind) != PROCBUF_OK) return PROCBUF_SIZE;
 *       if (procbuf_cursor_read_u16_be(&cursor, &length) != PROCBUF_OK) return PROCBUF_SIZE;
 *       return procbuf_cursor_read_slice(&cursor, length, &payload);
 *     }
 *
 * What holds for every function here, beside what slice.h says of slices:
 *   - Returns OK; SIZE if the field is not there, or does not fit: the cursor is where it was, no byte of the slice was
 *     written, and outputs are unchanged but for procbuf_cursor_read_text (C-CURSOR).
 *   - Each byte is read once, and what was read is what the caller gets (X-FETCH1).
 *   - Nothing is aligned. _le is little-endian, _be big-endian, whatever the machine is.
 */
#ifndef PROCBUF_CURSOR_H
#define PROCBUF_CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include "procbuf/buffer.h"
#include "procbuf/slice.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Reads a number of 1, 2, 4 or 8 bytes (C-NUMBER). */
procbuf_status procbuf_cursor_read_u8(procbuf_readable *cursor, uint8_t *value);
procbuf_status procbuf_cursor_read_u16_le(procbuf_readable *cursor, uint16_t *value);
procbuf_status procbuf_cursor_read_u16_be(procbuf_readable *cursor, uint16_t *value);
procbuf_status procbuf_cursor_read_u32_le(procbuf_readable *cursor, uint32_t *value);
procbuf_status procbuf_cursor_read_u32_be(procbuf_readable *cursor, uint32_t *value);
procbuf_status procbuf_cursor_read_u64_le(procbuf_readable *cursor, uint64_t *value);
procbuf_status procbuf_cursor_read_u64_be(procbuf_readable *cursor, uint64_t *value);

/** Writes a number of 1, 2, 4 or 8 bytes (C-NUMBER). */
procbuf_status procbuf_cursor_write_u8(procbuf_writeable *cursor, uint8_t value);
procbuf_status procbuf_cursor_write_u16_le(procbuf_writeable *cursor, uint16_t value);
procbuf_status procbuf_cursor_write_u16_be(procbuf_writeable *cursor, uint16_t value);
procbuf_status procbuf_cursor_write_u32_le(procbuf_writeable *cursor, uint32_t value);
procbuf_status procbuf_cursor_write_u32_be(procbuf_writeable *cursor, uint32_t value);
procbuf_status procbuf_cursor_write_u64_le(procbuf_writeable *cursor, uint64_t value);
procbuf_status procbuf_cursor_write_u64_be(procbuf_writeable *cursor, uint64_t value);

/** Copies the next n bytes to kernel memory, or n bytes of it to the cursor (C-BYTES). n: any number. For n = 0
 * kernel_memory may be null. */
procbuf_status procbuf_cursor_read_bytes(procbuf_readable *cursor, void *kernel_memory, size_t n);
procbuf_status procbuf_cursor_write_bytes(procbuf_writeable *cursor, const void *kernel_memory, size_t n);

/** The next n bytes as a slice of their own: *field. A writeable one is a place to fill later. field and cursor may be one
 * object: it then is the field. */
procbuf_status procbuf_cursor_read_slice(procbuf_readable *cursor, size_t n, procbuf_readable *field);
procbuf_status procbuf_cursor_write_slice(procbuf_writeable *cursor, size_t n, procbuf_writeable *field);

/**
 * Reads text that ends in a zero byte (C-TEXT). text: room bytes of kernel memory, which the zero is one of; null if room is 0.
 *
 * Returns OK: text holds it, zero included; the cursor is behind the zero. SIZE: there is no zero in the first room bytes of
 * the cursor, or none at all; the cursor is where it was, and the first bytes of text, as many as were looked at, are 0.
 */
procbuf_status procbuf_cursor_read_text(procbuf_readable *cursor, char *text, size_t room);

/** Writes text with the zero byte that ends it (C-TEXT). */
procbuf_status procbuf_cursor_write_text(procbuf_writeable *cursor, const char *text);

/**
 * Copies what several buffers hold to kernel memory, one behind the other (C-GATHER). buffers: count of them, in any number
 * the same. n: bytes of kernel memory, which overlaps none of them. No enter: nothing is opened, no callback runs.
 *
 * Returns, first that applies:
 *   OK
 *   NOSUCHAPP  one of them is not live; a buffer of length 0 is
 *   SIZE       together they do not hold exactly n bytes; nothing was copied
 *
 * Bytes that several of them show are read once for each.
 */
procbuf_status procbuf_gather(const procbuf_readonly_buffer *buffers, size_t count, void *kernel_memory,
                              size_t n);

/** The same buffer for reading alone, for what takes a read-only one; the handle itself stays as it is. */
procbuf_readonly_buffer procbuf_readwrite_as_readonly(const procbuf_readwrite_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
