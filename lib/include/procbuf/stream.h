// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Streams: a writeable slice that the kernel appends to, and whose header it shares with userspace.
 *
 *     byte 0  version  u16, native-endian  0
 *     byte 2  flags    u16, big-endian     bit 0 EXCEEDED: set by the kernel when a chunk did not fit
 *                                          bit 1 HALT: set by userspace, to stop once EXCEEDED is set
 *                                          others reserved, 0
 *     byte 4  offset   u32, native-endian  data bytes appended so far
 *     byte 8  data
 *
 * No alignment is assumed. Userspace owns the header and may put anything into it at any time: one call reads
 * each byte of it once, and uses what it validated (X-FETCH1). Two writes make a success: data first, then
 * the four offset bytes; version, flags and the data before the offset are not written.
 */
#ifndef PROCBUF_STREAM_H
#define PROCBUF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/slice.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct procbuf_stream_result {
  bool first;      /* the offset was 0 and the chunk not empty: the stream's first data */
  uint32_t offset; /* the offset now in the header */
} procbuf_stream_result;

/**
 * Appends n bytes of kernel memory (T-APPEND). chunk may be null if n is 0.
 *
 * Returns, first that applies:
 *   OK
 *   SIZE   the slice has fewer than 8 bytes, whatever they hold (T-HEADER); nothing written
 *   INVAL  version is not 0, or a reserved flag is set (T-HEADER)
 *   BUSY   EXCEEDED and HALT are both set (T-HALT)
 *   FAIL   offset + n is beyond 2^32-1
 *   SIZE   the chunk does not fit behind offset, or offset is beyond the data: EXCEEDED was set by one
 *          store to byte 3, nothing else was written (T-FULL; the one error that writes)
 *
 * Ensures, on OK: data at 8 + offset, then offset grown by n, *result as described. For n = 0 nothing is
 * written and first is false (T-EMPTY).
 * Ensures, on error: *result is unchanged; apart from EXCEEDED so is the slice.
 */
procbuf_status procbuf_stream_append(procbuf_writeable slice, const void *chunk, size_t n,
                                     procbuf_stream_result *result);

/** A source of bytes. True: *byte is the next; false: at its end, and it is not asked again. */
typedef bool procbuf_byte_source(void *context, uint8_t *byte);

/**
 * Appends all bytes of a source of unknown length (T-ITER): results and header exactly as
 * procbuf_stream_append gives for the same bytes. On FAIL and the second SIZE, data bytes behind offset may
 * have been written.
 *
 * The source is not asked at all when the header is refused. Otherwise it is read to its end, also after the
 * data is full, to tell SIZE from FAIL; but no further than the first byte that makes offset + count exceed
 * 2^32-1, so that an endless source ends too. The source must not use the stream that it feeds, and not end
 * the enter that the slice belongs to: bytes that it appended itself would be overwritten, though the process has been
 * told of them. It may do anything else, append to another stream included. Checked builds call
 * procbuf_panic(PROCBUF_PANIC_FED_STREAM) where it appends to that stream through the same enter.
 */
procbuf_status procbuf_stream_append_from(procbuf_writeable slice, procbuf_byte_source *source, void *context,
                                          procbuf_stream_result *result);

#ifdef __cplusplus
}
#endif

#endif
