// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What stands in front of the calls: what the file is, the memory, the kernel, the checks.
#include "emitter.h"

#include <inttypes.h>
#include <string.h>

static const char *const parts[PART_COUNT] = {
#define PART(name, text) [PART_##name] = text, // NOLINT(bugprone-macro-parentheses): a string of several
#include "prologue.def"
#undef PART
};

// The variables; what follows them in the table are functions.
#define FIRST_FUNCTION PART_STATUS

static bool used(const struct emitter *e, unsigned part) {
  return (e->parts >> part & 1) != 0;
}

static void print_parts(const struct emitter *e, FILE *out, unsigned first, unsigned end) {
  for (unsigned i = first; i < end; i++)
    if (used(e, i)) fputs(parts[i], out);
}

// ---- what this is

struct comment {
  FILE *file;
  bool fresh; // at the start of a line
};

static void write_comment(void *context, const char *text, size_t length) {
  struct comment *comment = context;
  for (size_t i = 0; i < length; i++) {
    if (comment->fresh) fputs("//   ", comment->file);
    fputc(text[i], comment->file);
    comment->fresh = text[i] == '\n';
  }
}

static bool failed_by(const struct emitter *e, const char *check) {
  return e->failure->check && strcmp(e->failure->check, check) == 0;
}

static void print_failure(const struct emitter *e, FILE *out) {
  const struct emit_failure *failure = e->failure;
  const struct program *program = e->l.program;
  if (!failure->check) return;
  struct comment comment = {out, false};
  const struct text_sink sink = {&comment, write_comment};
  fprintf(out, "//\n// Failed by check %s, clause %s", failure->check, failure->clause);
  if (failure->step < program->op_count) {
    fprintf(out, ", in step %zu: ", failure->step + 1);
    program_print_op(&program->ops[failure->step], &sink);
  }
  fputs("\n", out);
}

static void print_title(const struct emitter *e, FILE *out) {
  struct comment comment = {out, true};
  const struct text_sink sink = {&comment, write_comment};
  fprintf(out,
          "// %s as plain calls of procbuf. From the top of its tree, as repro.c:\n"
          "//\n"
          "//   cc %s%srepro.c lib/src/*.c -Ilib/include -Ilib/port/host && ./a.out\n"
          "//\n"
          "// It prints \"passed\", or the line of the call that did not do what the clause says "
          "(docs/spec.md). To see a\n"
          "// sanitizer's report, add -g -fsanitize=%s -fno-sanitize-recover=all%s.\n",
          e->name, PROCBUF_CHECKED ? "" : "-DPROCBUF_CHECKED=0 ",
          !e->watched            ? ""
          : PROCBUF_ACCESS_SPLIT ? "-DPROCBUF_ACCESS_SPLIT=1 -DPROCBUF_ACCESS_HEADER='\"repro.c\"' -I. "
                                 : "-DPROCBUF_ACCESS_HEADER='\"repro.c\"' -I. ",
          failed_by(e, "msan") ? "memory" : "address,undefined", failed_by(e, "msan") ? " (Clang)" : "");
  print_failure(e, out);
  fputs("//\n// The program that it was made from:\n//\n", out);
  program_print(e->l.program, &sink);
}

// Included by the library as its access header, the file declares the functions that it has further down.
static const char access_header[] =
    "#ifdef PROCBUF_ACCESS_H // the library includes this file, as its access header\n"
    "#include <stddef.h>\n"
    "#include <stdint.h>\n"
    "uint8_t procbuf_access_load8(uintptr_t user);\n"
    "void procbuf_access_store8(uintptr_t user, uint8_t value);\n"
    "void procbuf_access_read(void *kernel, uintptr_t user, size_t n);\n"
    "void procbuf_access_write(uintptr_t user, const void *kernel, size_t n);\n"
    "void procbuf_access_move(uintptr_t to, uintptr_t from, size_t n);\n"
    "void procbuf_access_fill(uintptr_t user, uint8_t value, size_t n);\n"
    "void procbuf_access_zero(uintptr_t start, size_t n);\n"
    "#else\n"
    "\n";

static void print_includes(const struct emitter *e, FILE *out) {
  if (e->watched) fputs(access_header, out);
  if (failed_by(e, "hang"))
    fputs("#define _POSIX_C_SOURCE 200809L\n#include <signal.h>\n#include <unistd.h>\n\n", out);
  const char *startup = used(e, PART_CAPABILITY) ? "#define PROCBUF_STARTUP\n" : "";
  const char *jump = used(e, PART_PANICS) ? "#include <setjmp.h>\n" : "";
  fprintf(
      out,
      "%s#include <procbuf/procbuf.h>\n\n%s#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n",
      startup, jump);
}

// ---- memory and kernel

static size_t offset_in_arena(const struct emitter *e, uintptr_t address) {
  return (size_t)(address - (uintptr_t)e->l.machine.memory.arena);
}

static void print_blocks(const struct emitter *e, FILE *out) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    if (!e->named[i]) continue;
    fprintf(out, "#define ram%u ((uintptr_t)memory + %zu) // %zu bytes\n", i, offset_in_arena(e, block->ram),
            block->ram_size);
  }
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    if (!e->named[i]) continue;
    fprintf(out, "#define flash%u ((uintptr_t)memory + %zu) // %zu bytes\n", i,
            offset_in_arena(e, block->flash), block->flash_size);
  }
}

static void print_memory(const struct emitter *e, FILE *out) {
  fprintf(
      out,
      "// Memory of processes, where the blocks and the space between them are as they were for the fuzzer.\n"
      "static _Alignas(%u) uint8_t memory[%u];\n",
      MACHINE_ALIGNMENT, MACHINE_ARENA_SIZE);
  print_blocks(e, out);
  fprintf(out, "static uint8_t scratch[%u], array[%u]; // kernel memory\n\n", STEP_SCRATCH_SIZE,
          STEP_ARRAY_SIZE);
}

static void print_drivers(FILE *out) {
  fprintf(out,
          "// State fills each pair's grant up, so that it is as large on every word size.\n"
          "static const procbuf_driver drivers[%u] = {\n",
          STEP_DRIVERS);
  for (unsigned i = 0; i < STEP_DRIVERS; i++) {
    const struct machine_driver_plan *plan = &machine_driver_plans[i];
    const unsigned slots = (unsigned)plan->readonly + plan->readwrite + plan->userspace_readable;
    fprintf(out,
            "    {.number = 0x%" PRIxPTR "u, .readonly_count = %u, .readwrite_count = %u, "
            ".userspace_readable_count = %u,\n     .state_size = %u - %u * 2 * sizeof(uintptr_t)},\n",
            plan->number, plan->readonly, plan->readwrite, plan->userspace_readable, plan->grant_size, slots);
  }
  fputs("};\n", out);
}

static void print_kernel(const struct emitter *e, FILE *out) {
  fprintf(
      out,
      "static procbuf_kernel kernel;\nstatic procbuf_process processes[%u];\nstatic uintptr_t grants[%u];\n",
      STEP_PROCESS_SLOTS, STEP_PROCESS_SLOTS * STEP_DRIVERS);
  print_drivers(out);
  fputs("static procbuf_pid pid[4] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}};\n", out);
  print_parts(e, out, 0, FIRST_FUNCTION);
  if (used(e, PART_CALLS)) fprintf(out, "static unsigned calls[%u]; // of each callback\n", e->enters + 1);
  fputs("#define UNTOUCHED 0x5ea1edu // what outputs hold before a call\n\n", out);
}

// ---- checks

static void print_show(const struct emitter *e, FILE *out) {
  fputs("// A number in words: an address by the block that it is in.\n"
        "static const char *show(uintptr_t number) {\n"
        "  static char texts[4][64];\n"
        "  static unsigned next;\n"
        "  char *text = texts[next++ % 4];\n"
        "  snprintf(text, 64, number < 4096 ? \"%ju\" : \"0x%jx\", (uintmax_t)number);\n",
        out);
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    if (!e->named[i]) continue;
    fprintf(out,
            "  if (number - ram%u < %zu) snprintf(text, 64, \"ram%u + %%ju\", (uintmax_t)(number - ram%u));\n"
            "  if (number - flash%u < %zu) snprintf(text, 64, \"flash%u + %%ju\", (uintmax_t)(number - "
            "flash%u));\n",
            i, block->ram_size, i, i, i, block->flash_size, i, i);
  }
  fputs("  return text;\n}\n\n", out);
}

static const char checks[] =
    "static int at; // the line of the latest check\n"
    "\n"
    "static void check(int line, const char *clause, const char *what, const char *name, uintptr_t expected, "
    "uintptr_t actual) {\n"
    "  if (actual == expected) return;\n"
    "  printf(\"%s:%d: %s: %s: expected %s, found %s\\n\", __FILE__, line, clause, what, name, "
    "show(actual));\n"
    "  exit(1);\n"
    "}\n"
    "\n"
    "// The expression, or what the call returns, is this.\n"
    "#define EQUAL(clause, expected, ...) \\\n"
    "  (at = __LINE__, check(__LINE__, clause, #__VA_ARGS__, #expected, (uintptr_t)(expected), "
    "(uintptr_t)(__VA_ARGS__)))\n"
    "\n";

static const char byte_check[] =
    "static void check_byte(int line, const char *clause, uintptr_t address_of, uint8_t expected) {\n"
    "  const uint8_t actual = *(const uint8_t *)address_of;\n"
    "  if (actual == expected) return;\n"
    "  printf(\"%s:%d: %s: the byte at %s: expected 0x%02x, found 0x%02x\\n\", __FILE__, line, clause, "
    "show(address_of), expected, actual);\n"
    "  exit(1);\n"
    "}\n"
    "\n";

static const char hook[] =
    "_Noreturn void procbuf_panic(procbuf_panic_reason reason) {\n"
    "%s"
    "  printf(\"%%s:%%d: X-NOPANIC: the call ended in procbuf_panic(%%d)\\n\", __FILE__, at, (int)reason);\n"
    "  exit(1);\n"
    "}\n"
    "\n";

static const char too_late[] = "static void too_late(int signal_number) {\n"
                               "  (void)signal_number;\n"
                               "  printf(\"%s:%d: the call does not end\\n\", __FILE__, at);\n"
                               "  exit(1);\n"
                               "}\n"
                               "\n";

static void print_checks(const struct emitter *e, FILE *out) {
  print_show(e, out);
  fputs(checks, out);
  if (used(e, PART_COUNTS) || used(e, PART_BYTES_ARE)) fputs(byte_check, out);
  if (used(e, PART_PANICS))
    fputs("static jmp_buf escape;\nstatic bool armed; // the hook is to be called\n\n", out);
  fprintf(out, hook, used(e, PART_PANICS) ? "  if (armed) longjmp(escape, 1);\n" : "");
  if (failed_by(e, "hang")) fputs(too_late, out);
  print_parts(e, out, FIRST_FUNCTION, PART_COUNT);
}

// ---- the start

static const char pattern[] = "// Sets n bytes to first, first + step, first + 2 * step, ...\n"
                              "static void pattern(uintptr_t to, size_t n, unsigned first, unsigned step) {\n"
                              "  for (size_t i = 0; i < n; i++)\n"
                              "    ((uint8_t *)to)[i] = (uint8_t)(first + step * i);\n"
                              "}\n"
                              "\n";

static void print_pattern(FILE *out, const char *to, size_t length, uint8_t (*byte)(size_t)) {
  fprintf(out, "  pattern(%s, %zu, 0x%02x, %u);\n", to, length, byte(0), (uint8_t)(byte(1) - byte(0)));
}

static void print_fill(const struct emitter *e, FILE *out) {
  char name[16];
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    if (!e->named[i]) continue;
    snprintf(name, sizeof name, "ram%u", i);
    print_pattern(out, name, block->ram_size, step_ram_pattern);
    snprintf(name, sizeof name, "flash%u", i);
    print_pattern(out, name, block->flash_size, step_flash_pattern);
  }
  print_pattern(out, "(uintptr_t)scratch", STEP_SCRATCH_SIZE, step_scratch_pattern);
  print_pattern(out, "(uintptr_t)array", STEP_ARRAY_SIZE, step_array_pattern);
}

static void print_creates(const struct emitter *e, FILE *out) {
  const unsigned count = e->l.machine.memory.abstract ? 0 : e->l.program->process_count;
  for (unsigned i = 0; i < count; i++) {
    const struct machine_block *block = &e->l.machine.memory.blocks[i];
    fprintf(out,
            "  layout = (procbuf_layout){ram%u, %zu, %zu, flash%u, %zu, %zu};\n"
            "  EQUAL(\"P-CREATE\", PROCBUF_OK, procbuf_process_create(&kernel, &layout, &pid[%u]));\n",
            i, block->ram_size, block->initial_break, i, block->flash_size, block->header, i);
  }
}

static void print_platform(const struct emitter *e, FILE *out) {
  static const char *const granules[STEP_GRANULE_COUNT] = {"", "      .platform.granule = 16,\n",
                                                           "      .platform.granule = 32,\n",
                                                           "      .platform.granule_end = granule_end,\n"};
  if (used(e, PART_HOOK)) fputs("      .platform.protect = protect,\n", out);
  if (used(e, PART_CACHES))
    fputs("      .platform.pin = cache_pin,\n      .platform.unpin = cache_unpin,\n", out);
  fputs(granules[e->l.program->granule], out);
}

static void print_set_up(const struct emitter *e, FILE *out) {
  const unsigned lives = e->l.program->lives;
  fputs("static procbuf_layout layout;\n\n"
        "static void set_up(void) {\n"
        "  const procbuf_config config = {\n"
        "      .processes = processes,\n"
        "      .process_count = 4,\n"
        "      .drivers = drivers,\n"
        "      .driver_count = 3,\n"
        "      .grants = grants,\n",
        out);
  if (lives)
    fprintf(out, "      .first_generation = UINT32_MAX - %u, // each slot has %u\n", lives - 1, lives);
  if (used(e, PART_PINS)) fputs("      .pins = pins,\n      .pins_per_process = 2,\n", out);
  print_platform(e, out);
  fputs("  };\n", out);
  print_fill(e, out);
  fputs("  EQUAL(\"-\", PROCBUF_OK, procbuf_kernel_init(&kernel, &config));\n", out);
  print_creates(e, out);
  if (e->watched) fputs("  watching = true;\n", out);
  if (failed_by(e, "hang")) fputs("  signal(SIGALRM, too_late);\n  alarm(5);\n", out);
  fputs("}\n\n", out);
}

void emit_prologue(struct emitter *e, FILE *out) {
  if (e->watched) {
    emit_use(e, PART_WATCH);
    emit_use(e, PART_WATCH_BYTES);
    emit_use(e, PART_ACCESS);
  }
  print_title(e, out);
  print_includes(e, out);
  print_memory(e, out);
  print_kernel(e, out);
  print_checks(e, out);
  fputs(pattern, out);
  print_set_up(e, out);
}
