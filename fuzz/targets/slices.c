// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Property: slices never escape their parent, copy exactly, alias freely and go stale with their enter (S-GET
// to S-WRAP, X-ALIAS, X-ZERO, X-EPOCH). Only ops that lead to a slice or use one; processes stay as they are.
#include "host/host.h"
#include "targets/target.h"

static const uint8_t ops[] = {
    OP_AT,          OP_SET,          OP_SUB,        OP_SUB_FROM,     OP_SUB_TO,
    OP_COPY_TO,     OP_COPY_FROM,    OP_MOVE,       OP_FILL,         OP_COMPARE,
    OP_BYTES,       OP_CHUNKS,       OP_CHUNKS_MUT, OP_MUST_AT,      OP_MUST_SET,
    OP_MUST_SUB,    OP_WRAP,         OP_WRAP_MUT,   OP_MUST_COPY_TO, OP_MUST_COPY_FROM,
    OP_VIEW,        OP_SLICE_LEN,    OP_ENTER,      OP_MUT_ENTER,    OP_LEAVE,
    OP_EXTERNAL,    OP_ALLOW,        OP_GET,        OP_USER_WRITE,   OP_KERNEL_WRITE,
    OP_READ_NUMBER, OP_WRITE_NUMBER, OP_READ_BYTES, OP_WRITE_BYTES,  OP_READ_TEXT,
    OP_WRITE_TEXT,  OP_TAKE,         OP_GATHER,
};

const struct host_focus target_focus = {ops, sizeof ops, 0};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return host_fuzz(data, size, &target_focus);
}
