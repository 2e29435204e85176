// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// An image: replays a bundle in lockstep and prints each program's trace, as `replay --trace` does. The last
// line counts.
#include "bundle.h"
#include "lockstep/lockstep.h"
#include "print.h"
#include "system.h"

static struct lockstep lockstep;

struct tally {
  unsigned programs, failed;
  unsigned by_processes; // programs in which processes did all that userspace does, and something
};

static void report(const struct program *program) {
  const struct lockstep_failure first = lockstep.failure;
  const struct lockstep_options thorough = {.thorough = true};
  if (lockstep_run(&lockstep, program, &thorough)) lockstep.failure = first;
  lockstep_report(&lockstep, 0, &output);
}

static void replay(struct tally *tally, const char *name, const struct program *program) {
  const struct lockstep_options options = {.trace = &output};
  output_text("# ");
  output_text(name);
  output_text("\n");
  tally->programs++;
  const struct userspace_tally before = userspace_tally();
  const bool fine = lockstep_run(&lockstep, program, &options);
  const struct userspace_tally after = userspace_tally();
  if (after.made > before.made && after.instead == before.instead) tally->by_processes++;
  if (fine) return;
  report(program);
  tally->failed++;
}

static enum exit_status finish(const struct tally *tally) {
  userspace_report(tally->by_processes);
  output_text("replay: ");
  output_number(tally->programs);
  output_text(" programs, ");
  output_number(lockstep.steps);
  output_text(" steps, ");
  output_number(lockstep.refused);
  output_text(" refused, ");
  output_number(tally->failed);
  output_text(" failed\n");
  output_flush();
  return tally->programs == 0 ? STATUS_MISUSE : tally->failed ? STATUS_FINDING : STATUS_FINE;
}

static bool needs_watch(const struct program *program) {
  return program->layout == PROGRAM_LAYOUT_ABSTRACT && !machine_is_watched();
}

// Real processes: breaks finer than what protection comes in would leave the kernel to round (P-GRANULE).
static bool is_too_fine(const struct program *program) {
  return userspace_granule() > 1 && program->granule != STEP_GRANULE_32;
}

static const char *why_not(const struct program *program) {
  if (needs_watch(program)) return ": its layout is abstract: it needs an image whose accesses are watched\n";
  if (is_too_fine(program)) return ": its granule is not 2, which the protection of this image needs\n";
  return NULL;
}

enum exit_status image_main(const char *bundle) {
  static struct program program;
  char name[BUNDLE_NAME_MAX + 1];
  struct tally tally = {0};
  enum bundle_next next = bundle_open(bundle) ? BUNDLE_PROGRAM : BUNDLE_DAMAGED;
  while (next == BUNDLE_PROGRAM) {
    next = bundle_read(name, &program);
    const char *refusal = next == BUNDLE_PROGRAM ? why_not(&program) : NULL;
    if (refusal) {
      output_text(name);
      output_text(refusal);
      next = BUNDLE_DAMAGED;
    }
    if (next == BUNDLE_PROGRAM) replay(&tally, name, &program);
  }
  if (next == BUNDLE_END) return finish(&tally);
  output_flush();
  return STATUS_MISUSE;
}
