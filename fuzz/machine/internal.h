// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What the machine's files share. An op handler carries out one op; the table in machine.c is made from
// ops.def.
#ifndef FUZZ_MACHINE_INTERNAL_H
#define FUZZ_MACHINE_INTERNAL_H

#include "machine/machine.h"
#include "program/program.h"

typedef void machine_op(struct machine *machine, const struct step *step, struct outcome *outcome);

#define OP(code, ...) machine_op machine_##code;
#include "program/ops.def"
#undef OP

// What outputs hold before a call, so that a failing call that changed one is seen.
#define MACHINE_UNTOUCHED ((uintptr_t)0x5ea1edu)

enum word machine_word(procbuf_status status);
// Reports status; BROKEN if the call failed and `output` is no longer MACHINE_UNTOUCHED (X-NOCHANGE). True:
// go on and add values.
bool machine_report(struct outcome *outcome, procbuf_status status, uintptr_t output);

procbuf_pid machine_pid(const struct machine *machine, const struct step *step);
procbuf_kind machine_kind(const struct step *step);
procbuf_layout machine_layout_of(const struct machine_block *block);
// Poisons and opens process memory as the processes stand now. Needed where one has lost memory, and where no
// hook was asked.
void machine_guard(struct machine *machine);

// Slices. A stale one would be the library's own business in a checked build; a lean one has no check to ask,
// so the machine answers for it.
bool machine_stale(const struct machine *machine, unsigned slice, struct outcome *outcome);
procbuf_readable machine_readable(const struct machine *machine, unsigned slice);
bool machine_same_span(const procbuf_span *a, const procbuf_span *b);

// Makes the machine the one that the access layer serves.
void machine_watch(struct machine *machine);
// Runs a handler; the asserting hook comes back here, and the outcome is PANIC.
void machine_guarded(machine_op *op, struct machine *machine, const struct step *step,
                     struct outcome *outcome);

#endif
