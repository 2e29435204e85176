// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "trial.h"

#include "host/host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A child that failed a check of lockstep ends with this status, after one line that says which.
#define STATUS_CHECK 64
#define CHECK_LINE "trial: check %15s clause %15s result %7s name %63s"

// A sanitizer's report with the program in it is shorter.
#define OUTPUT_MAX 65536u

struct output {
  size_t length;
  bool late;
  char text[OUTPUT_MAX + 1];
};

// ---- the child

static void report_check(void) {
  const struct lockstep_failure *failure = &host_lockstep()->failure;
  char name[LOCKSTEP_NAME_MAX];
  lockstep_failure_name(host_lockstep(), name);
  fprintf(stderr, "trial: check %s clause %s result %s name %s\n", lockstep_check_name(failure->check),
          failure->clause, failure->has_result ? "wrong" : "right", name);
}

_Noreturn static void run_child(const struct trial *trial, const struct program *program, int output) {
  dup2(output, STDERR_FILENO);
  const bool fine = host_run(program, &trial->options);
  if (!fine) report_check();
  _exit(fine ? 0 : STATUS_CHECK);
}

// ---- the parent

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Waits for more output until the deadline. False: there will be none, or it is late.
static bool wait_for_more(int from, int64_t deadline, bool *late) {
  struct pollfd waiting = {.fd = from, .events = POLLIN};
  for (;;) {
    const int64_t left = deadline - now_ms();
    const int ready = poll(&waiting, 1, left > 0 ? (int)left : 0);
    *late = ready == 0;
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

// The child's end closes the pipe. What is more than there is room for is read and forgotten.
static void read_output(int from, int64_t deadline, struct output *output) {
  char piece[4096];
  output->length = 0;
  while (wait_for_more(from, deadline, &output->late)) {
    const ssize_t count = read(from, piece, sizeof piece);
    if (count <= 0) break;
    const size_t room = OUTPUT_MAX - output->length, taken = (size_t)count < room ? (size_t)count : room;
    memcpy(output->text + output->length, piece, taken);
    output->length += taken;
  }
  output->text[output->length] = 0;
}

static const char *sanitizer_in(const char *text) {
  static const char *const marks[][2] = {{"ERROR: AddressSanitizer", "asan"},
                                         {"WARNING: MemorySanitizer", "msan"},
                                         {"ERROR: MemorySanitizer", "msan"},
                                         {": runtime error: ", "ubsan"}};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (strstr(text, marks[i][0])) return marks[i][1];
  return 0;
}

static bool read_check(const char *text, struct trial_ending *ending) {
  char result[8];
  if (sscanf(text, CHECK_LINE, ending->check, ending->clause, result, ending->name) != 4) return false;
  ending->result = strcmp(result, "wrong") == 0;
  return true;
}

static void judge(int status, const struct output *output, struct trial_ending *ending) {
  const char *sanitizer = sanitizer_in(output->text);
  if (output->late)
    snprintf(ending->check, sizeof ending->check, "hang");
  else if (sanitizer)
    snprintf(ending->check, sizeof ending->check, "%s", sanitizer);
  else if (WIFSIGNALED(status))
    snprintf(ending->check, sizeof ending->check, "signal-%d", WTERMSIG(status));
  else if (WEXITSTATUS(status) != STATUS_CHECK || !read_check(output->text, ending))
    snprintf(ending->check, sizeof ending->check, "exit-%d", WEXITSTATUS(status));
}

static bool finish(pid_t child, const struct output *output, struct trial_ending *ending) {
  int status = 0;
  if (output->late) kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) {
      perror("waitpid");
      return false;
    }
  *ending = (struct trial_ending){.clause = "-"};
  ending->failed = output->late || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  if (ending->failed) judge(status, output, ending);
  return true;
}

bool trial_run(const struct trial *trial, const struct program *program, struct trial_ending *ending) {
  static struct output output;
  int ends[2];
  if (pipe(ends) != 0) {
    perror("pipe");
    return false;
  }
  fflush(0);
  const pid_t child = fork();
  if (child == 0) run_child(trial, program, ends[1]);
  close(ends[1]);
  if (child > 0) read_output(ends[0], now_ms() + trial->limit_ms, &output);
  close(ends[0]);
  if (child < 0) perror("fork");
  return child > 0 && finish(child, &output, ending);
}

bool trial_alike(const struct trial_ending *a, const struct trial_ending *b) {
  return strcmp(a->check, b->check) == 0 || (a->result && b->result);
}
