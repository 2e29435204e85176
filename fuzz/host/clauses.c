// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/clauses.h"

#include <string.h>

const struct clause clauses[] = {
#define CLAUSE(id, name, says) {name, says},
#include "clauses.def"
#undef CLAUSE
};

const size_t clause_count = sizeof clauses / sizeof *clauses;

const char *clause_says(const char *name) {
  for (size_t i = 0; i < clause_count; i++)
    if (strcmp(clauses[i].name, name) == 0) return clauses[i].says;
  return 0;
}
