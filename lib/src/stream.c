// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/stream.h"

#define PROCBUF_BODY /* as in slice.c */
#include "procbuf/inline/stream.h"
