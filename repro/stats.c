// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// stats: what a corpus does when it runs, and what it never does. `stats --help` is its manual.
#include "host/host.h"
#include "input.h"
#include "tally.h"

#include <getopt.h>
#include <string.h>

enum exit_code { EXIT_FINE = 0, EXIT_GAPS = 1, EXIT_MISUSE = 2 };

enum requirement { REQUIRE_NOTHING, REQUIRE_WORDS, REQUIRE_PAIRS };

struct stats {
  enum requirement requirement;
  const char *csv;
  bool raw;
  size_t failed;
  struct tally tally;
  struct lockstep_observer observer;
};

static const char manual[] = "usage: stats [options] FILE|FOLDER ...\n"
                             "Runs programs in lockstep and counts: what each op came to, which op followed "
                             "which, how deep programs got, "
                             "how often\n"
                             "ranges overlapped. A name that ends in .txt is text, any other is binary. A "
                             "dot in the table: the op can't "
                             "report it.\n"
                             "  --require WHAT   what must not be at zero: nothing; words: ops carried out, "
                             "and words of each op (default);\n"
                             "                   pairs: and pairs of ops carried out one after the other\n"
                             "  --csv FILE       write the matrix of pairs, first op by second\n"
                             "  --raw            take binary files of any size, as a fuzzer does\n"
                             "  --help           this text\n"
                             "Exit status: 0 nothing is missing; 1 something is, or a program failed; 2 "
                             "wrong use, or an input that can't be "
                             "read.\n";

static int misuse(const char *what) {
  fprintf(stderr, "stats: %s\n%s", what, manual);
  return EXIT_MISUSE;
}

static bool take(void *context, const char *path, const unsigned char *bytes, size_t size) {
  static struct program program;
  struct stats *stats = context;
  const struct lockstep_options options = {.observer = &stats->observer};
  if (!input_program(path, bytes, size, stats->raw, &program)) return false;
  if (!host_run(&program, &options)) {
    fprintf(stderr, "%s: failed; replay it\n", path);
    stats->failed++;
  }
  tally_program_ends(&stats->tally);
  return true;
}

static bool write_csv(const struct stats *stats) {
  if (!stats->csv) return true;
  FILE *file = fopen(stats->csv, "w");
  if (file) tally_print_csv(&stats->tally, file);
  const bool written = file && !ferror(file);
  const bool closed = file && fclose(file) == 0;
  if (!written || !closed) perror(stats->csv);
  return written && closed;
}

static int finish(const struct stats *stats) {
  size_t gaps = 0;
  tally_print(&stats->tally, stdout);
  if (!write_csv(stats)) return EXIT_MISUSE;
  if (stats->requirement != REQUIRE_NOTHING)
    gaps = tally_print_gaps(&stats->tally, stats->requirement == REQUIRE_PAIRS, stdout);
  printf("%zu at zero that should not be, %zu programs failed\n", gaps, stats->failed);
  return gaps > 0 || stats->failed > 0 ? EXIT_GAPS : EXIT_FINE;
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
  for (int option; (option = getopt_long(argc, argv, "", options, 0)) != -1;) {
    if (option == OPTION_HELP) return fputs(manual, stdout) < 0 ? EXIT_MISUSE : EXIT_FINE;
    if (!take_option(&stats, option)) return misuse("wrong use");
  }
  for (int i = optind; i < argc; i++)
    if (!input_each(argv[i], take, &stats)) return EXIT_MISUSE;
  return stats.tally.programs == 0 ? misuse("expected at least one program") : finish(&stats);
}
