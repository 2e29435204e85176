// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: the streaming slice keeps to its layout however hostile the process: headers of any content, and
// bytes that change between two reads of the kernel (T-HEADER to T-ITER, X-FETCH1).
#include "host/host.h"
#include "targets/target.h"

static const uint8_t ops[] = {
    OP_APPEND,     OP_APPEND_FROM,  OP_HEADER,   OP_RACE,     OP_MUT_ENTER,     OP_LEAVE,
    OP_ALLOW,      OP_GET,          OP_EXTERNAL, OP_SUB,      OP_SUB_TO,        OP_SUB_FROM,
    OP_USER_WRITE, OP_KERNEL_WRITE, OP_BYTES,    OP_WRAP_MUT, OP_APPEND_ITSELF,
};

const struct host_focus target_focus = {ops, sizeof ops, 0};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return host_fuzz(data, size, &target_focus);
}
