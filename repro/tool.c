// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void tool_start(void) {
  setvbuf(stdout, 0, _IOLBF, BUFSIZ);
}

enum tool_status tool_status(size_t failed, size_t undone) {
  if (failed > 0) return TOOL_FAILED;
  return undone > 0 ? TOOL_UNABLE : TOOL_CLEAN;
}

// The error that a line was lost by is forgotten by now, unless writing fails again.
int tool_end(enum tool_status status) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return (int)status;
  fprintf(stderr, "stdout: %s\n", errno ? strerror(errno) : "not all of the output could be written");
  return (int)(status == TOOL_CLEAN ? TOOL_UNABLE : status);
}

int tool_help(const char *manual) {
  fputs(manual, stdout);
  return tool_end(TOOL_CLEAN);
}
