// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: layout, break, grant and range arithmetic is right at every number, raw 32 and 64-bit ones
// included (P-CREATE to P-FLASH, X-WRAP). The machine is abstract: no memory stands behind the numbers, so
// blocks may lie anywhere; what the library would zero is compared with what it should.
#include "host/host.h"
#include "targets/target.h"

static const uint8_t ops[] = {
    OP_CREATE, OP_LAYOUT_RAM, OP_LAYOUT_FLASH, OP_LET_RAW, OP_LET,          OP_LET_LENGTH,   OP_BRK,
    OP_SBRK,   OP_GRANT,      OP_RESTART,      OP_ALLOW,   OP_SVC,          OP_TERMINATE,    OP_EXTERNAL,
    OP_REFUSE, OP_LEN,        OP_PTR,          OP_CONSUME, OP_KERNEL_WRITE, OP_DRIVER_STATE, OP_PIN,
    OP_UNPIN,  OP_PUT,        OP_PID_AT,       OP_VISIT,
};

const struct host_focus target_focus = {ops, sizeof ops, PROGRAM_LAYOUT_ABSTRACT};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return host_fuzz(data, size, &target_focus);
}
