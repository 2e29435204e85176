// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: the register front of the allow calls returns TRD 104's encoding for any class and any four
// registers, swaps as the calls behind it do, and leaves classes alone that are not its own (A-ABI, A-ORDER,
// A-SWAP, A-FAIL).
#include "host/host.h"
#include "targets/target.h"

static const uint8_t ops[] = {
    OP_SVC,   OP_LET,   OP_LET_LENGTH, OP_LET_RAW,      OP_ALLOW,   OP_BRK,   OP_SBRK,
    OP_GET,   OP_LEN,   OP_PTR,        OP_TERMINATE,    OP_RESTART, OP_STATE, OP_ENTER,
    OP_BYTES, OP_LEAVE, OP_REFUSE,     OP_DRIVER_STATE, OP_PIN,     OP_UNPIN, OP_GRANT,
};

const struct host_focus target_focus = {ops, sizeof ops, -1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return host_fuzz(data, size, &target_focus);
}
