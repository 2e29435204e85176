// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// How a process ends that found a failure.
#ifndef FUZZ_HOST_FAIL_H
#define FUZZ_HOST_FAIL_H

#include "lockstep/lockstep.h"

// Aborts. The stack names clause, op and check of the failure, from the innermost function on:
// failed_clause_P_OWN, failed_op_ALLOW, failed_check_access.
_Noreturn void fail_abort(const struct lockstep *l);

#endif
