// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Slice registers as C.
#ifndef REPRO_EMITTER_SLICES_H
#define REPRO_EMITTER_SLICES_H

#include "emitter.h"

const char *emit_slice(struct emitter *e, unsigned slice);            // "writeable[3]"
const char *emit_slice_type(const struct emitter *e, unsigned slice); // "writeable"
const char *emit_readable(struct emitter *e, unsigned slice);         // as something to read from

#endif
