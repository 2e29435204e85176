// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"

extern inline procbuf_process *procbuf_process_named(const procbuf_kernel *kernel, procbuf_pid pid);
extern inline procbuf_process *procbuf_process_live(const procbuf_kernel *kernel, procbuf_pid pid);
extern inline procbuf_process *procbuf_process_active(const procbuf_kernel *kernel, procbuf_pid pid);
extern inline procbuf_process *procbuf_handle_process(const procbuf_handle *handle);
extern inline uintptr_t *procbuf_kernel_pair(const procbuf_kernel *kernel, const procbuf_process *process,
                                             const procbuf_driver *driver);
