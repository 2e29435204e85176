// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/known.h"

#include "host/clauses.h"
#include "lockstep/lockstep.h"

#include <stdio.h>
#include <string.h>

#define KNOWN_MAX 64u

static struct {
  char name[LOCKSTEP_NAME_MAX];
  unsigned long long count;
} known[KNOWN_MAX];
static size_t known_count;

// What follows the prefix and a dash; null if the text does not begin with that.
static const char *after(const char *text, const char *prefix) {
  const size_t length = strlen(prefix);
  return strncmp(text, prefix, length) == 0 && text[length] == '-' ? text + length + 1 : 0;
}

static const char *after_check(const char *text) {
  for (int check = CHECK_RESULT; check <= CHECK_PROTECTION; check++) {
    const char *rest = after(text, lockstep_check_name((enum lockstep_check)check));
    if (rest) return rest;
  }
  return 0;
}

static const char *after_clause(const char *text) {
  for (size_t i = 0; i < clause_count; i++) {
    const char *rest = after(text, clauses[i].name);
    if (rest) return rest;
  }
  return after(text, "none");
}

static bool is_op(const char *text) {
  for (size_t i = 0; i < OP_COUNT; i++)
    if (strcmp(text, program_ops[i].text) == 0) return true;
  return strcmp(text, "end") == 0;
}

static bool is_name(const char *text) {
  const char *clause = after_check(text);
  const char *op = clause ? after_clause(clause) : 0;
  return op && is_op(op);
}

static bool add(const char *name, size_t length) {
  if (known_count == KNOWN_MAX || length >= LOCKSTEP_NAME_MAX) return false;
  char *own = known[known_count].name;
  memcpy(own, name, length);
  own[length] = 0;
  if (!is_name(own)) return false;
  known[known_count++].count = 0;
  return true;
}

static bool refuse(const char *name, size_t length) {
  fprintf(
      stderr,
      "PROCBUF_KNOWN: expected up to %u names of failures as reports have them after \"finding:\", such as "
      "access-P-OWN-allow, comma between them, found \"%.*s\"\n",
      KNOWN_MAX, (int)length, name);
  known_count = 0;
  return false;
}

bool known_set(const char *names) {
  known_count = 0;
  for (const char *name = names;; name++) {
    const size_t length = strcspn(name, ",");
    if (!add(name, length)) return refuse(name, length);
    name += length;
    if (!*name) return true;
  }
}

bool known_counts(const char *name) {
  for (size_t i = 0; i < known_count; i++)
    if (strcmp(known[i].name, name) == 0) {
      known[i].count++;
      return true;
    }
  return false;
}

void known_print(void) {
  for (size_t i = 0; i < known_count; i++)
    fprintf(stderr, "PROCBUF_KNOWN %s=%llu\n", known[i].name, known[i].count);
}
