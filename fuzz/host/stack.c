// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host/stack.h"

#include <execinfo.h>
#include <stdio.h>
#include <string.h>

// The innermost frames: the harness's between access and failure, the library's, and what called it.
#define DEPTH 48
#define LINES_MAX 16u
#define LINE_SIZE 160u

#define LIBRARY "lib/src/"
#define DOORS                                                                                                \
  "lib/src/span.h:" // every access of a slice goes through these: they say nothing of what is wrong

static void *stack[DEPTH];
static int depth;

static char lines[LINES_MAX][LINE_SIZE];
static const char *functions[LINES_MAX];
static size_t count;

// Writes a text for each function that is at this address, several where some are inlined; each ends with a
// zero, the last with two.
void __sanitizer_symbolize_pc(void *pc, const char *format, char *out, size_t size) __attribute__((weak));

void stack_forget(void) {
  depth = 0;
}

void stack_keep(const struct lockstep *l) {
  if (l->failure.check == CHECK_ACCESS) depth = backtrace(stack, DEPTH);
}

// How long a function's name is without the build (procbuf/names.h): in all builds it is the same function.
static size_t plain_length(const char *name, size_t length) {
  static const char *const builds[] = {"_lean_split", "_split", "_lean"};
  for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
    const size_t size = strlen(builds[i]);
    if (strncmp(name, "procbuf_", 8) == 0 && length > size &&
        strncmp(name + length - size, builds[i], size) == 0)
      return length - size;
  }
  return length;
}

// From "function /some/where/lib/src/slice.c:120" to what a reader needs of it. False: not the library's.
static bool add(const char *text) {
  const char *space = strchr(text, ' '), *path = 0;
  for (const char *at = text; (at = strstr(at, LIBRARY)); at++)
    path = at;
  if (!space || !path || count == LINES_MAX) return false;
  if (strncmp(path, DOORS, sizeof DOORS - 1) == 0) return true;
  snprintf(lines[count], LINE_SIZE, "%.*s %s", (int)plain_length(text, (size_t)(space - text)), text, path);
  functions[count] = lines[count];
  count++;
  return true;
}

// The functions at one address of the stack, in order. False: the library's part of the stack is over.
static bool add_all(void *pc) {
  static char texts[2048];
  __sanitizer_symbolize_pc(pc, "%f %s:%l", texts, sizeof texts);
  for (const char *text = texts; *text; text += strlen(text) + 1)
    if (!add(text) && count > 0) return false;
  return true;
}

size_t stack_functions(const char *const **found) {
  count = 0;
  for (int i = 0; i < depth && __sanitizer_symbolize_pc; i++)
    if (!add_all(stack[i])) break;
  *found = functions;
  return count;
}
