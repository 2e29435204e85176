// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The clauses of docs/spec.md, from the table that the build makes of it.
#ifndef FUZZ_HOST_CLAUSES_H
#define FUZZ_HOST_CLAUSES_H

#include <stddef.h>

struct clause {
  const char *name; // "P-OWN"
  const char *says; // its first sentence
};

extern const struct clause clauses[];
extern const size_t clause_count;

// The clause's first sentence; null if there is no such clause.
const char *clause_says(const char *name);

#endif
