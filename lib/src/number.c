// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/status.h"

uint32_t procbuf_status_number(procbuf_status status) {
  unsigned number = (unsigned)status;
  return number >= PROCBUF_FAIL && number <= PROCBUF_NOACK ? number : (uint32_t)PROCBUF_FAIL;
}
