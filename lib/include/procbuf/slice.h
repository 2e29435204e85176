// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Slices: transient views of user bytes, handed to the callback of an enter (buffer.h). A readable slice
 * reads; a writeable slice writes, and gives a readable one. Kernel arrays can be wrapped as slices too
 * (S-WRAP).
 *
 * Slices are small values, passed by value. They are good until their enter returns. In checked builds every
 * function that takes a slice or an iterator, len included, first looks whether its enter is still open, and
 * calls procbuf_panic(PROCBUF_PANIC_STALE_SLICE) if not (X-EPOCH); in lean builds a slice kept too long is
 * used silently. Sub-slices, chunks and iterators belong to the enter of the slice they were made from.
 * Wrapped slices never go stale.
 *
 * What holds for every function here:
 *   - Indices and lengths are in bytes, may be any number, and are compared without a sum that could wrap
 *     (X-WRAP).
 *   - User bytes may change whenever userspace runs, and through any overlapping slice: each call reads what
 *     is there then, each byte at most once, and nothing is cached (X-ALIAS, X-FETCH1). To act on a value,
 *     copy it first.
 *   - An empty slice, or n = 0, touches nothing (X-ZERO); kernel_memory may then be null.
 *   - Kernel memory passed in does not overlap the slice (S-COPY).
 *   - Forms that return false or an error have changed nothing, their output object included.
 */
#ifndef PROCBUF_SLICE_H
#define PROCBUF_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procbuf/config.h"
#include "procbuf/kernel.h"
#include "procbuf/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What both types of slice hold. Private to the library. */
typedef struct procbuf_span {
  uintptr_t address; /* 0 if length is 0 */
  size_t length;
#if PROCBUF_CHECKED
  procbuf_kernel *kernel; /* whose enter; null: wrapped, never stale */
  uint64_t frame;         /* number of that enter */
#elif PROCBUF_ACCESS_SPLIT
  bool wrapped; /* a kernel array's bytes */
#endif
} procbuf_span;

/** A view that reads. Lean: two words (three, where accesses are split). All zero is an empty slice. */
typedef struct procbuf_readable {
  procbuf_span span;
} procbuf_readable;

/** A view that writes. As large. All zero is an empty slice. */
typedef struct procbuf_writeable {
  procbuf_span span;
} procbuf_writeable;

/** Number of bytes in the slice. */
size_t procbuf_readable_len(procbuf_readable slice);
size_t procbuf_writeable_len(procbuf_writeable slice);

/** The same bytes, for reading (B-RO: there is no way back). */
procbuf_readable procbuf_writeable_as_readable(procbuf_writeable slice);

/** Reads byte i (S-GET). True: *byte is it; false: i >= len. */
bool procbuf_readable_at(procbuf_readable slice, size_t i, uint8_t *byte);

/** Writes byte i (S-GET). True: done; false: i >= len. */
bool procbuf_writeable_set(procbuf_writeable slice, size_t i, uint8_t byte);

/**
 * The sub-slice [from, to) of a slice (S-GET), never beyond the slice itself, however often it is taken
 * again. True: from <= to <= len, *out is it (empty if from == to, len included). False: otherwise.
 */
bool procbuf_readable_sub(procbuf_readable slice, size_t from, size_t to, procbuf_readable *out);
bool procbuf_writeable_sub(procbuf_writeable slice, size_t from, size_t to, procbuf_writeable *out);

/** The sub-slice [from, len). True: from <= len. */
bool procbuf_readable_sub_from(procbuf_readable slice, size_t from, procbuf_readable *out);
bool procbuf_writeable_sub_from(procbuf_writeable slice, size_t from, procbuf_writeable *out);

/** The sub-slice [0, to). True: to <= len. */
bool procbuf_readable_sub_to(procbuf_readable slice, size_t to, procbuf_readable *out);
bool procbuf_writeable_sub_to(procbuf_writeable slice, size_t to, procbuf_writeable *out);

/** Copies the whole slice to n bytes of kernel memory (S-COPY). Returns OK; SIZE if n is not len: nothing
 * copied. */
procbuf_status procbuf_readable_copy_to(procbuf_readable slice, void *kernel_memory, size_t n);

/** Copies n bytes of kernel memory to the whole slice (S-COPY). Returns OK; SIZE if n is not len: nothing
 * copied. */
procbuf_status procbuf_writeable_copy_from(procbuf_writeable slice, const void *kernel_memory, size_t n);

/**
 * Copies from one slice to another of equal length as if the source had been read whole first, whatever the
 * overlap (S-MOVE). Returns OK; SIZE if the lengths differ: nothing copied. Staleness is looked up for to,
 * then for from.
 */
procbuf_status procbuf_writeable_move(procbuf_writeable to, procbuf_readable from);

/** Sets every byte of the slice to value (S-FILL). */
void procbuf_writeable_fill(procbuf_writeable slice, uint8_t value);

/**
 * Compares the slice with n bytes of kernel memory (S-CMP), in a time that depends on n and not on the
 * contents: all n bytes are read, whatever they hold. Returns OK with *equal; SIZE if n is not len: *equal
 * unchanged.
 */
procbuf_status procbuf_readable_compare(procbuf_readable slice, const void *kernel_memory, size_t n,
                                        bool *equal);

/** Iterates over the bytes of a slice (S-ITER). Private field: what is left. */
typedef struct procbuf_bytes {
  procbuf_span rest;
} procbuf_bytes;

/** An iterator over all bytes of the slice, from the first. Reads none yet. */
procbuf_bytes procbuf_readable_bytes(procbuf_readable slice);

/** True: *byte is the next byte, read now. False: after the last; and again at each later call. */
bool procbuf_bytes_next(procbuf_bytes *bytes, uint8_t *byte);

/** Iterates over a slice in chunks (S-CHUNKS). Private fields. */
typedef struct procbuf_readable_chunks {
  procbuf_span rest;
  size_t n;
} procbuf_readable_chunks;
typedef struct procbuf_writeable_chunks {
  procbuf_span rest;
  size_t n;
} procbuf_writeable_chunks;

/**
 * An iterator over chunks of n bytes, in order, that cover the slice once; only the last may be shorter. An
 * empty slice has none. Returns OK; INVAL if n is 0: *chunks unchanged.
 */
procbuf_status procbuf_readable_chunks_of(procbuf_readable slice, size_t n, procbuf_readable_chunks *chunks);
procbuf_status procbuf_writeable_chunks_of(procbuf_writeable slice, size_t n,
                                           procbuf_writeable_chunks *chunks);

/** True: *chunk is the next chunk, 1 to n bytes. False: after the last; and again at each later call. */
bool procbuf_readable_chunks_next(procbuf_readable_chunks *chunks, procbuf_readable *chunk);
bool procbuf_writeable_chunks_next(procbuf_writeable_chunks *chunks, procbuf_writeable *chunk);

/**
 * A kernel array of n bytes seen as a slice, so that kernel code is written once for both (S-WRAP). Belongs
 * to no enter: good for as long as the array is. kernel_memory may be null if n is 0.
 */
procbuf_readable procbuf_readable_wrap(const void *kernel_memory, size_t n);
procbuf_writeable procbuf_writeable_wrap(void *kernel_memory, size_t n);

/*
 * Asserting forms, for kernel programmers who know the bounds: as the forms above, but where those report
 * false or SIZE these call procbuf_panic, with OUT_OF_RANGE or, for the copies, SIZE. Never use them on
 * numbers from userspace.
 */
uint8_t procbuf_readable_must_at(procbuf_readable slice, size_t i);
void procbuf_writeable_must_set(procbuf_writeable slice, size_t i, uint8_t byte);
procbuf_readable procbuf_readable_must_sub(procbuf_readable slice, size_t from, size_t to);
procbuf_writeable procbuf_writeable_must_sub(procbuf_writeable slice, size_t from, size_t to);
void procbuf_readable_must_copy_to(procbuf_readable slice, void *kernel_memory, size_t n);
void procbuf_writeable_must_copy_from(procbuf_writeable slice, const void *kernel_memory, size_t n);

#ifdef __cplusplus
}
#endif

#endif
