// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * What the linker calls the library's functions. The build (config.h) decides how large slices and the kernel object are,
 * and who touches user bytes, so files that were compiled for different builds must not be linked together. In every build but the default one the
 * build is part of each name. A driver that was compiled without the define that its library has does not link:
 *
 *     undefined reference to `procbuf_readable_len'         this file: checked; the library: another build
 *     undefined reference to `procbuf_readable_len_lean'    this file: lean; the library: another build
 *
 * Sources always use the plain names. Left out are the functions that no build changes: those of status.h and
 * procbuf_panic, which the product defines.
 */
#ifndef PROCBUF_NAMES_H
#define PROCBUF_NAMES_H

#if PROCBUF_CHECKED && !PROCBUF_ACCESS_SPLIT
#define PROCBUF_SHAPED(name) name
#elif PROCBUF_CHECKED
#define PROCBUF_SHAPED(name) name##_split
#elif PROCBUF_INLINE && !PROCBUF_ACCESS_SPLIT
#define PROCBUF_SHAPED(name) name##_lean
#elif PROCBUF_INLINE
#define PROCBUF_SHAPED(name) name##_lean_split
#elif !PROCBUF_ACCESS_SPLIT
#define PROCBUF_SHAPED(name) name##_lean_called
#else
#define PROCBUF_SHAPED(name) name##_lean_called_split
#endif

/* Of those that inline.h has bodies of. It gives the caller's own another name. */
#define PROCBUF_INLINED(name) PROCBUF_SHAPED(name)

#define procbuf_allow PROCBUF_SHAPED(procbuf_allow)
#define procbuf_brk PROCBUF_SHAPED(procbuf_brk)
#define procbuf_bytes_next PROCBUF_INLINED(procbuf_bytes_next)
#define procbuf_cursor_read_bytes PROCBUF_SHAPED(procbuf_cursor_read_bytes)
#define procbuf_cursor_read_slice PROCBUF_SHAPED(procbuf_cursor_read_slice)
#define procbuf_cursor_read_text PROCBUF_SHAPED(procbuf_cursor_read_text)
#define procbuf_cursor_read_u16_be PROCBUF_SHAPED(procbuf_cursor_read_u16_be)
#define procbuf_cursor_read_u16_le PROCBUF_SHAPED(procbuf_cursor_read_u16_le)
#define procbuf_cursor_read_u32_be PROCBUF_SHAPED(procbuf_cursor_read_u32_be)
#define procbuf_cursor_read_u32_le PROCBUF_SHAPED(procbuf_cursor_read_u32_le)
#define procbuf_cursor_read_u64_be PROCBUF_SHAPED(procbuf_cursor_read_u64_be)
#define procbuf_cursor_read_u64_le PROCBUF_SHAPED(procbuf_cursor_read_u64_le)
#define procbuf_cursor_read_u8 PROCBUF_SHAPED(procbuf_cursor_read_u8)
#define procbuf_cursor_write_bytes PROCBUF_SHAPED(procbuf_cursor_write_bytes)
#define procbuf_cursor_write_slice PROCBUF_SHAPED(procbuf_cursor_write_slice)
#define procbuf_cursor_write_text PROCBUF_SHAPED(procbuf_cursor_write_text)
#define procbuf_cursor_write_u16_be PROCBUF_SHAPED(procbuf_cursor_write_u16_be)
#define procbuf_cursor_write_u16_le PROCBUF_SHAPED(procbuf_cursor_write_u16_le)
#define procbuf_cursor_write_u32_be PROCBUF_SHAPED(procbuf_cursor_write_u32_be)
#define procbuf_cursor_write_u32_le PROCBUF_SHAPED(procbuf_cursor_write_u32_le)
#define procbuf_cursor_write_u64_be PROCBUF_SHAPED(procbuf_cursor_write_u64_be)
#define procbuf_cursor_write_u64_le PROCBUF_SHAPED(procbuf_cursor_write_u64_le)
#define procbuf_cursor_write_u8 PROCBUF_SHAPED(procbuf_cursor_write_u8)
#define procbuf_enters_abandon PROCBUF_SHAPED(procbuf_enters_abandon)
#define procbuf_from_user PROCBUF_SHAPED(procbuf_from_user)
#define procbuf_gather PROCBUF_SHAPED(procbuf_gather)
#define procbuf_grant_allocate PROCBUF_SHAPED(procbuf_grant_allocate)
#define procbuf_grant_size PROCBUF_SHAPED(procbuf_grant_size)
#define procbuf_grant_state PROCBUF_SHAPED(procbuf_grant_state)
#define procbuf_kernel_init PROCBUF_SHAPED(procbuf_kernel_init)
#define procbuf_pin_range PROCBUF_SHAPED(procbuf_pin_range)
#define procbuf_process_create PROCBUF_SHAPED(procbuf_process_create)
#define procbuf_process_each PROCBUF_SHAPED(procbuf_process_each)
#define procbuf_process_fault PROCBUF_SHAPED(procbuf_process_fault)
#define procbuf_process_info_get PROCBUF_SHAPED(procbuf_process_info_get)
#define procbuf_process_is_live PROCBUF_SHAPED(procbuf_process_is_live)
#define procbuf_process_pid PROCBUF_SHAPED(procbuf_process_pid)
#define procbuf_process_restart PROCBUF_SHAPED(procbuf_process_restart)
#define procbuf_process_set_state PROCBUF_SHAPED(procbuf_process_set_state)
#define procbuf_process_terminate PROCBUF_SHAPED(procbuf_process_terminate)
#define procbuf_process_write PROCBUF_SHAPED(procbuf_process_write)
#define procbuf_readable_at PROCBUF_INLINED(procbuf_readable_at)
#define procbuf_readable_bytes PROCBUF_INLINED(procbuf_readable_bytes)
#define procbuf_readable_chunks_next PROCBUF_SHAPED(procbuf_readable_chunks_next)
#define procbuf_readable_chunks_of PROCBUF_SHAPED(procbuf_readable_chunks_of)
#define procbuf_readable_compare PROCBUF_SHAPED(procbuf_readable_compare)
#define procbuf_readable_copy_to PROCBUF_INLINED(procbuf_readable_copy_to)
#define procbuf_readable_len PROCBUF_INLINED(procbuf_readable_len)
#define procbuf_readable_must_at PROCBUF_SHAPED(procbuf_readable_must_at)
#define procbuf_readable_must_copy_to PROCBUF_SHAPED(procbuf_readable_must_copy_to)
#define procbuf_readable_must_sub PROCBUF_SHAPED(procbuf_readable_must_sub)
#define procbuf_readable_sub PROCBUF_INLINED(procbuf_readable_sub)
#define procbuf_readable_sub_from PROCBUF_INLINED(procbuf_readable_sub_from)
#define procbuf_readable_sub_to PROCBUF_INLINED(procbuf_readable_sub_to)
#define procbuf_readable_wrap PROCBUF_SHAPED(procbuf_readable_wrap)
#define procbuf_readonly_consume PROCBUF_SHAPED(procbuf_readonly_consume)
#define procbuf_readonly_enter PROCBUF_INLINED(procbuf_readonly_enter)
#define procbuf_readonly_external PROCBUF_SHAPED(procbuf_readonly_external)
#define procbuf_readonly_get PROCBUF_SHAPED(procbuf_readonly_get)
#define procbuf_readonly_len PROCBUF_SHAPED(procbuf_readonly_len)
#define procbuf_readonly_pin PROCBUF_SHAPED(procbuf_readonly_pin)
#define procbuf_readonly_ptr PROCBUF_SHAPED(procbuf_readonly_ptr)
#define procbuf_readwrite_as_readonly PROCBUF_SHAPED(procbuf_readwrite_as_readonly)
#define procbuf_readwrite_consume PROCBUF_SHAPED(procbuf_readwrite_consume)
#define procbuf_readwrite_enter PROCBUF_INLINED(procbuf_readwrite_enter)
#define procbuf_readwrite_external PROCBUF_SHAPED(procbuf_readwrite_external)
#define procbuf_readwrite_get PROCBUF_SHAPED(procbuf_readwrite_get)
#define procbuf_readwrite_len PROCBUF_SHAPED(procbuf_readwrite_len)
#define procbuf_readwrite_mut_enter PROCBUF_INLINED(procbuf_readwrite_mut_enter)
#define procbuf_readwrite_pin PROCBUF_SHAPED(procbuf_readwrite_pin)
#define procbuf_readwrite_ptr PROCBUF_SHAPED(procbuf_readwrite_ptr)
#define procbuf_sbrk PROCBUF_SHAPED(procbuf_sbrk)
#define procbuf_stream_append PROCBUF_INLINED(procbuf_stream_append)
#define procbuf_stream_append_from PROCBUF_INLINED(procbuf_stream_append_from)
#define procbuf_syscall_allow PROCBUF_SHAPED(procbuf_syscall_allow)
#define procbuf_syscall_memop PROCBUF_SHAPED(procbuf_syscall_memop)
#define procbuf_to_user PROCBUF_SHAPED(procbuf_to_user)
#define procbuf_unpin PROCBUF_SHAPED(procbuf_unpin)
#define procbuf_userspace_readable_get PROCBUF_SHAPED(procbuf_userspace_readable_get)
#define procbuf_writeable_as_readable PROCBUF_INLINED(procbuf_writeable_as_readable)
#define procbuf_writeable_chunks_next PROCBUF_SHAPED(procbuf_writeable_chunks_next)
#define procbuf_writeable_chunks_of PROCBUF_SHAPED(procbuf_writeable_chunks_of)
#define procbuf_writeable_copy_from PROCBUF_INLINED(procbuf_writeable_copy_from)
#define procbuf_writeable_fill PROCBUF_SHAPED(procbuf_writeable_fill)
#define procbuf_writeable_len PROCBUF_INLINED(procbuf_writeable_len)
#define procbuf_writeable_move PROCBUF_SHAPED(procbuf_writeable_move)
#define procbuf_writeable_must_copy_from PROCBUF_SHAPED(procbuf_writeable_must_copy_from)
#define procbuf_writeable_must_set PROCBUF_SHAPED(procbuf_writeable_must_set)
#define procbuf_writeable_must_sub PROCBUF_SHAPED(procbuf_writeable_must_sub)
#define procbuf_writeable_set PROCBUF_INLINED(procbuf_writeable_set)
#define procbuf_writeable_sub PROCBUF_INLINED(procbuf_writeable_sub)
#define procbuf_writeable_sub_from PROCBUF_INLINED(procbuf_writeable_sub_from)
#define procbuf_writeable_sub_to PROCBUF_INLINED(procbuf_writeable_sub_to)
#define procbuf_writeable_wrap PROCBUF_SHAPED(procbuf_writeable_wrap)

/* The library's own, which its sources share. */
#define procbuf_capability_is_genuine PROCBUF_SHAPED(procbuf_capability_is_genuine)
#define procbuf_epoch_check PROCBUF_SHAPED(procbuf_epoch_check)
#define procbuf_epoch_check_unfed PROCBUF_SHAPED(procbuf_epoch_check_unfed)
#define procbuf_epoch_close PROCBUF_SHAPED(procbuf_epoch_close)
#define procbuf_epoch_close_all PROCBUF_SHAPED(procbuf_epoch_close_all)
#define procbuf_epoch_feed PROCBUF_SHAPED(procbuf_epoch_feed)
#define procbuf_epoch_open PROCBUF_SHAPED(procbuf_epoch_open)
#define procbuf_grant_carve PROCBUF_SHAPED(procbuf_grant_carve)
#define procbuf_handle_process PROCBUF_SHAPED(procbuf_handle_process)
#define procbuf_kernel_admits PROCBUF_SHAPED(procbuf_kernel_admits)
#define procbuf_kernel_driver PROCBUF_SHAPED(procbuf_kernel_driver)
#define procbuf_kernel_pair PROCBUF_SHAPED(procbuf_kernel_pair)
#define procbuf_kernel_protect PROCBUF_SHAPED(procbuf_kernel_protect)
#define procbuf_pin_holds PROCBUF_SHAPED(procbuf_pin_holds)
#define procbuf_process_named PROCBUF_SHAPED(procbuf_process_named)
#define procbuf_process_live PROCBUF_SHAPED(procbuf_process_live)
#define procbuf_process_active PROCBUF_SHAPED(procbuf_process_active)
#define procbuf_range_inside PROCBUF_SHAPED(procbuf_range_inside)
#define procbuf_range_is_shareable PROCBUF_SHAPED(procbuf_range_is_shareable)
#define procbuf_range_mark PROCBUF_SHAPED(procbuf_range_mark)
#define procbuf_slots_count PROCBUF_SHAPED(procbuf_slots_count)
#define procbuf_slots_find PROCBUF_SHAPED(procbuf_slots_find)
#define procbuf_slots_load PROCBUF_SHAPED(procbuf_slots_load)
#define procbuf_slots_make PROCBUF_SHAPED(procbuf_slots_make)
#define procbuf_slots_size PROCBUF_SHAPED(procbuf_slots_size)
#define procbuf_slots_swap PROCBUF_SHAPED(procbuf_slots_swap)

#endif
