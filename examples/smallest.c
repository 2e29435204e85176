// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The smallest kernel: one process, one driver. The process allows 8 bytes to the driver, and the driver answers a command by
// filling them.
#include <procbuf/procbuf.h>

#define LIGHT 0x10 // the driver's number; it has one read-write buffer

static const procbuf_driver drivers[] = {{.number = LIGHT, .readwrite_count = 1}};
static procbuf_process processes[1];
static uintptr_t grants[1];
static _Alignas(32) uint8_t ram[512], flash[64]; // the process's

// The kernel's own mistakes end here.
_Noreturn void procbuf_panic(procbuf_panic_reason reason) {
  for (;;)
    (void)reason;
}

static procbuf_status fill(void *context, procbuf_writeable slice) {
  (void)context;
  procbuf_writeable_fill(slice, 0x2a);
  return PROCBUF_OK;
}

// What the driver does for a process. Whatever that has allowed, taken back or lost meanwhile, the answer is a status.
static procbuf_status light_command(procbuf_kernel *kernel, procbuf_pid pid) {
  procbuf_readwrite_buffer buffer;
  procbuf_status status = procbuf_readwrite_get(kernel, pid, LIGHT, 0, &buffer);
  return status == PROCBUF_OK ? procbuf_readwrite_mut_enter(&buffer, fill, NULL) : status;
}

int main(void) {
  const procbuf_config config = {
      .processes = processes, .process_count = 1, .drivers = drivers, .driver_count = 1, .grants = grants};
  const procbuf_layout layout = {.ram_start = (uintptr_t)ram,
                                 .ram_size = sizeof ram,
                                 .initial_break = 256,
                                 .flash_start = (uintptr_t)flash,
                                 .flash_size = sizeof flash};
  procbuf_kernel kernel;
  procbuf_pid pid;
  if (procbuf_kernel_init(&kernel, &config) != PROCBUF_OK) return 1;
  if (procbuf_process_create(&kernel, &layout, &pid) != PROCBUF_OK) return 2;

  // The process has run, and its system call is: allow read-write, driver, number 0, address, length.
  procbuf_registers call = {{LIGHT, 0, layout.ram_start + 16, 8}};
  if (!procbuf_syscall_allow(&kernel, pid, PROCBUF_CLASS_READWRITE, &call, &call)) return 3;
  if (call.r[0] != PROCBUF_VARIANT_SUCCESS_2_U32) return 4;

  if (light_command(&kernel, pid) != PROCBUF_OK) return 5;
  return ram[15] == 0 && ram[16] == 0x2a && ram[23] == 0x2a && ram[24] == 0 ? 0 : 6;
}
