// SPDX-License-Identifier: Apache-2.0 OR MIT
/* Not start-up code, but it must know what start-up code's objects look like. */
#define PROCBUF_STARTUP
#include "procbuf/capability.h"

#include "internal.h"

bool procbuf_capability_is_genuine(const procbuf_external_process_capability *capability) {
  static const procbuf_external_process_capability genuine = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;
  return capability != NULL && capability->procbuf_private == genuine.procbuf_private;
}
