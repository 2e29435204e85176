// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The tally for people, and its gaps.
#include "program/words.h"
#include "tally.h"

#include <inttypes.h>

static uint64_t sum(const uint64_t *numbers, size_t count) {
  uint64_t all = 0;
  for (size_t i = 0; i < count; i++)
    all += numbers[i];
  return all;
}

static double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static bool may_report(unsigned op, unsigned word) {
  return program_op_words[op] >> word & 1u;
}

// ---- op by word

static bool is_used(unsigned word) {
  uint32_t used = 0;
  for (unsigned op = 0; op < OP_COUNT; op++)
    used |= program_op_words[op];
  return used >> word & 1u;
}

static void print_op(const struct tally *tally, unsigned op, FILE *file) {
  const uint64_t steps = sum(tally->words[op], WORD_COUNT);
  fprintf(file, "%-14s %10" PRIu64 " %8.1f%%", program_ops[op].text, steps,
          percent(tally->words[op][WORD_REFUSED], steps));
  for (unsigned word = 0; word < WORD_COUNT; word++) {
    if (!is_used(word)) continue;
    if (may_report(op, word) || tally->words[op][word] > 0)
      fprintf(file, " %9" PRIu64, tally->words[op][word]);
    else
      fprintf(file, " %9s", ".");
  }
  fputs("\n", file);
}

static void print_ops(const struct tally *tally, FILE *file) {
  fprintf(file, "%-14s %10s %9s", "op", "steps", "refused");
  for (unsigned word = 0; word < WORD_COUNT; word++)
    if (is_used(word)) fprintf(file, " %9s", lockstep_word_name((enum word)word));
  fputs("\n", file);
  for (unsigned op = 0; op < OP_COUNT; op++)
    print_op(tally, op, file);
}

// ---- summaries

static void print_totals(const struct tally *tally, FILE *file) {
  uint64_t steps = 0, refused = 0, pairs = 0;
  for (unsigned op = 0; op < OP_COUNT; op++) {
    steps += sum(tally->words[op], WORD_COUNT);
    refused += tally->words[op][WORD_REFUSED];
    for (unsigned second = 0; second < OP_COUNT; second++)
      pairs += tally->pairs[op][second] > 0;
  }
  fprintf(file, "%" PRIu64 " programs, %" PRIu64 " steps, %" PRIu64 " refused (%.1f%%)\n", tally->programs,
          steps, refused, percent(refused, steps));
  fprintf(file, "pairs of ops carried out one after the other: %" PRIu64 " of %u\n", pairs,
          OP_COUNT * OP_COUNT);
}

static void print_buckets(const char *what, const uint64_t *buckets, FILE *file) {
  fprintf(file, "%s, programs:", what);
  for (unsigned i = 0; i < TALLY_BUCKETS; i++)
    if (i < 3)
      fprintf(file, "  %u: %" PRIu64, i, buckets[i]);
    else
      fprintf(file, "  %u-%u: %" PRIu64, (1u << (i - 2)) + 1, 1u << (i - 1), buckets[i]);
  fputs("\n", file);
}

static void print_nesting(const struct tally *tally, FILE *file) {
  fputs("most enters open at once, programs:", file);
  for (unsigned i = 0; i <= STEP_NESTING_MAX; i++)
    fprintf(file, "  %u: %" PRIu64, i, tally->nesting[i]);
  fputs("\n", file);
}

static void print_overlaps(const struct tally *tally, FILE *file) {
  const uint64_t ranges = sum(tally->overlaps, OVERLAP_COUNT), apart = tally->overlaps[OVERLAP_NONE];
  fprintf(file,
          "ranges stored by allow, svc, external: %" PRIu64
          "; overlapping an allowed one: %.1f%%, equal %" PRIu64 ", nested %" PRIu64 ", partial %" PRIu64
          "\n",
          ranges, percent(ranges - apart, ranges), tally->overlaps[OVERLAP_EQUAL],
          tally->overlaps[OVERLAP_NESTED], tally->overlaps[OVERLAP_PARTIAL]);
}

void tally_print(const struct tally *tally, FILE *file) {
  print_ops(tally, file);
  print_totals(tally, file);
  print_buckets("ops carried out", tally->executed, file);
  print_buckets("kernel entries", tally->entries, file);
  print_nesting(tally, file);
  print_overlaps(tally, file);
}

void tally_print_csv(const struct tally *tally, FILE *file) {
  fputs("first \\ second", file);
  for (unsigned op = 0; op < OP_COUNT; op++)
    fprintf(file, ",%s", program_ops[op].text);
  fputs("\n", file);
  for (unsigned first = 0; first < OP_COUNT; first++) {
    fputs(program_ops[first].text, file);
    for (unsigned second = 0; second < OP_COUNT; second++)
      fprintf(file, ",%" PRIu64, tally->pairs[first][second]);
    fputs("\n", file);
  }
}

// ---- gaps

static bool was_carried_out(const struct tally *tally, unsigned op) {
  return sum(tally->words[op], WORD_COUNT) > tally->words[op][WORD_REFUSED];
}

static size_t word_gap(const struct tally *tally, unsigned op, unsigned word, FILE *file) {
  const uint64_t count = tally->words[op][word];
  if (may_report(op, word) == (count > 0)) return 0;
  if (count == 0)
    fprintf(file, "never: %s -> %s\n", program_ops[op].text, lockstep_word_name((enum word)word));
  else
    fprintf(file, "not in fuzz/program/words.def: %s -> %s, %" PRIu64 " times\n", program_ops[op].text,
            lockstep_word_name((enum word)word), count);
  return 1;
}

static size_t op_gaps(const struct tally *tally, unsigned op, FILE *file) {
  if (!was_carried_out(tally, op)) {
    fprintf(file, "never carried out: %s\n", program_ops[op].text);
    return 1;
  }
  size_t gaps = 0;
  for (unsigned word = 0; word < WORD_COUNT; word++)
    gaps += word_gap(tally, op, word, file);
  return gaps;
}

// Pairs with an op that is never carried out at all are that op's gap.
static size_t pair_gaps(const struct tally *tally, unsigned first, FILE *file) {
  size_t gaps = 0;
  for (unsigned second = 0; second < OP_COUNT; second++) {
    if (tally->pairs[first][second] > 0 || !was_carried_out(tally, second)) continue;
    if (gaps++ == 0) fprintf(file, "never right after %s:", program_ops[first].text);
    fprintf(file, " %s", program_ops[second].text);
  }
  if (gaps > 0) fputs("\n", file);
  return gaps;
}

size_t tally_print_gaps(const struct tally *tally, bool pairs, FILE *file) {
  size_t gaps = 0;
  for (unsigned op = 0; op < OP_COUNT; op++)
    gaps += op_gaps(tally, op, file);
  for (unsigned op = 0; op < OP_COUNT; op++)
    if (pairs && was_carried_out(tally, op)) gaps += pair_gaps(tally, op, file);
  return gaps;
}
