// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// stats: what a corpus does when it runs, and what it never does. `stats --help` is its manual.
#include "fatal.h"
#include "host/host.h"
#include "input.h"
#include "output.h"
#include "tally.h"
#include "tool.h"

#include <getopt.h>
#include <string.h>

enum requirement { REQUIRE_NOTHING, REQUIRE_WORDS, REQUIRE_PAIRS };

struct stats {
  enum requirement requirement;
  const char *csv;
  bool raw;
  size_t failed, refused; // refused: not test cases
  struct tally tally;
  struct lockstep_observer observer;
};

static const char manual[] =
    "usage: stats [options] FILE|FOLDER ...\n"
    "Runs programs in lockstep and counts: what each op came to, which op followed which, how deep programs "
    "got, how "
    "often\n"
    "ranges overlapped. Text and binary are told by the content. A dot in the table: the op can't report "
    "it.\n"
    "  --require WHAT   what must not be at zero: nothing; words: ops carried out, and words of each op "
    "(default);\n"
    "                   pairs: and pairs of ops carried out one after the other\n"
    "  --csv FILE       write the matrix of pairs, first op by second\n"
    "  --raw            take binary files of any size up to a program's, as a fuzzer does\n"
    "  --help           this text\n"
    "Exit status: 0 nothing is missing; 1 something is, or a program failed; 2 wrong use; 3 something is not "
    "a test "
    "case, or could\n"
    "not be written.\n";

static int misuse(const char *what) {
  fprintf(stderr, "stats: %s\n%s", what, manual);
  return TOOL_MISUSE;
}

static bool run(struct stats *stats, const char *path, const struct program *program) {
  const struct lockstep_options options = {.observer = &stats->observer};
  fatal_begin(path, FATAL_LIMIT_SECONDS);
  const bool fine = host_run(program, &options);
  fatal_end();
  tally_program_ends(&stats->tally);
  return fine;
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  struct stats *stats = context;
  if (!input_program(path, bytes, size, stats->raw, &program)) return false;
  if (host_obstacle(&program)) {
    fprintf(stderr, "%s: %s\n", path, host_obstacle(&program));
    return false;
  }
  if (run(stats, path, &program)) return true;
  fprintf(stderr, "%s: failed; replay it\n", path);
  stats->failed++;
  return true;
}

static void fill_csv(void *context, FILE *file) {
  tally_print_csv(context, file);
}

static int finish(struct stats *stats) {
  size_t gaps = 0;
  tally_print(&stats->tally, stdout);
  const bool written = !stats->csv || output_file(stats->csv, true, fill_csv, &stats->tally);
  if (stats->requirement != REQUIRE_NOTHING)
    gaps = tally_print_gaps(&stats->tally, stats->requirement == REQUIRE_PAIRS, stdout);
  printf("%zu at zero that should not be, %zu programs failed", gaps, stats->failed);
  if (stats->refused > 0) printf(", %zu not test cases", stats->refused);
  printf("\n");
  return tool_end(tool_status(gaps + stats->failed, stats->refused + !written));
}

static bool take_requirement(struct stats *stats) {
  static const char *const names[] = {"nothing", "words", "pairs"};
  for (unsigned i = REQUIRE_NOTHING; i <= REQUIRE_PAIRS; i++) {
    if (strcmp(optarg, names[i]) != 0) continue;
    stats->requirement = (enum requirement)i;
    return true;
  }
  fprintf(stderr, "--require: expected nothing, words or pairs, found \"%s\"\n", optarg);
  return false;
}

enum choice { OPTION_REQUIRE = 1, OPTION_CSV, OPTION_RAW, OPTION_HELP };

static const struct option options[] = {
    {"require", required_argument, 0, OPTION_REQUIRE},
    {"csv", required_argument, 0, OPTION_CSV},
    {"raw", no_argument, 0, OPTION_RAW},
    {"help", no_argument, 0, OPTION_HELP},
    {0, 0, 0, 0},
};

static bool take_option(struct stats *stats, int option) {
  switch (option) {
  case OPTION_REQUIRE:
    return take_requirement(stats);
  case OPTION_CSV:
    stats->csv = optarg;
    return true;
  case OPTION_RAW:
    stats->raw = true;
    return true;
  default:
    return false;
  }
}

int main(int argc, char **argv) {
  static struct stats stats = {.requirement = REQUIRE_WORDS};
  stats.observer = (struct lockstep_observer){&stats.tally, tally_step};
  tool_start();
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return tool_help(manual);
    if (!take_option(&stats, option)) return misuse("wrong use");
  }
  if (optind == argc) return misuse("expected at least one program");
  fatal_start();
  for (int i = optind; i < argc; i++)
    stats.refused += input_each(argv[i], take, &stats);
  if (stats.tally.programs > 0) return finish(&stats);
  fprintf(stderr, "stats: no program ran, %zu not test cases\n", stats.refused);
  return tool_end(TOOL_UNABLE);
}
