// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The handlers run in the middle of anything, malloc and stdio included: they print with write(2) from static
// memory. Only a sanitizer's stack trace may hang there, so that it gets a time limit too, and what comes
// behind it is printed all the same.
#include "fatal.h"

#include "host/host.h"
#include "lockstep/write.h"
#include "tool.h"

#include <signal.h>
#include <unistd.h>

#define STACK_SECONDS 30u

// NOLINTBEGIN(bugprone-reserved-identifier): the runtimes' names
void __sanitizer_print_stack_trace(void) __attribute__((weak));
const char *__msan_default_options(void);

// MSan ends a process with a status of its own; a failure is a failure.
const char *__msan_default_options(void) {
  return "exitcode=1";
}
// NOLINTEND(bugprone-reserved-identifier)

static const char *running_input;
static unsigned limit;
static int ended_by; // the signal

static void put(void *context, const char *text, size_t length) {
  (void)context;
  while (length > 0) {
    const ssize_t count = write(STDERR_FILENO, text, length);
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

static const struct text_sink sink = {0, put};

// ---- the report

static const char *kind(void) {
  return ended_by == SIGALRM ? "hang" : "signal";
}

static void report_start(void) {
  write_text(&sink, "== procbuf ");
  write_text(&sink, kind());
  write_text(&sink, ended_by == SIGALRM ? "\nlimit:    " : "\nsignal:   ");
  write_decimal(&sink, ended_by == SIGALRM ? limit : (unsigned)ended_by);
  write_text(&sink, ended_by == SIGALRM ? " s\n" : "\n");
}

static void report_finding(const char *op) {
  write_text(&sink, "finding:  ");
  write_text(&sink, kind());
  if (ended_by != SIGALRM) {
    write_text(&sink, "-");
    write_decimal(&sink, (unsigned)ended_by);
  }
  write_text(&sink, "-");
  write_text(&sink, op);
  write_text(&sink, "\n");
}

static void report_step(const struct program *program) {
  const size_t step = host_lockstep()->current;
  const struct op *op = step < program->op_count ? &program->ops[step] : 0;
  report_finding(op ? program_ops[op->code].text : "end");
  write_text(&sink, "step:     ");
  write_decimal(&sink, step + 1);
  write_text(&sink, ": ");
  if (op)
    program_print_op(op, &sink);
  else
    write_text(&sink, "the end of the program");
  write_text(&sink, "\n");
}

static void report_program(const struct program *program) {
  write_text(&sink, "program:\n");
  program_print(program, &sink);
  write_text(&sink, "replay:   build/asan/replay --trace --limit ");
  write_decimal(&sink, limit);
  write_text(&sink, " --hex ");
  lockstep_print_digits(program, &sink);
  write_text(&sink, "\n");
}

_Noreturn static void report_end(void) {
  if (host_running()) report_program(host_running());
  write_text(&sink, "== end of procbuf ");
  write_text(&sink, kind());
  write_text(&sink, "\n");
  _exit(TOOL_FAILED);
}

// ---- the signals

static void take_signal(int signal, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigset_t set;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, 0);
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, 0);
}

static void on_late_stack(int signal) {
  (void)signal;
  report_end();
}

static void report_stack(void) {
  if (!__sanitizer_print_stack_trace) return;
  take_signal(SIGALRM, on_late_stack);
  alarm(STACK_SECONDS);
  write_text(&sink, "stack:\n");
  __sanitizer_print_stack_trace();
  alarm(0);
}

static void on_signal(int signal) {
  const struct program *program = host_running();
  if (signal == SIGABRT && !program) _exit(TOOL_FAILED);
  alarm(0);
  ended_by = signal;
  report_start();
  if (program) {
    report_step(program);
  } else {
    report_finding("input"); // of a target that runs no program
    write_text(&sink, "input:    ");
    write_text(&sink, running_input ? running_input : "none");
    write_text(&sink, "\n");
  }
  report_stack();
  report_end();
}

void fatal_start(void) {
  static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction taken;
    if (sigaction(signals[i], 0, &taken) == 0 && taken.sa_handler == SIG_DFL)
      take_signal(signals[i], on_signal);
  }
  take_signal(SIGALRM, on_signal);
}

void fatal_begin(const char *input, unsigned seconds) {
  running_input = input;
  limit = seconds;
  alarm(seconds);
}

void fatal_end(void) {
  alarm(0);
  running_input = 0;
}
