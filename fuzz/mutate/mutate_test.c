// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The mutator: that what it makes are programs, of the ops that the target takes, the same for the same seed;
// and that it makes what it is there for: things that are live, ranges that overlap, edges and one past them.
#include "mutate/draw.h"
#include "mutate/make.h"
#include "mutate/mutate.h"
#include "mutate/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct program program, other;

static void parse(struct program *to, const char *text) {
  struct parse_error error;
  if (!program_parse(to, text, strlen(text), &error))
    fail_msg("%zu:%zu: expected %s", error.line, error.column, error.expected);
}

// Programs are compared as bytes: what follows the last op is not part of one.
static size_t bytes_of(const struct program *of, uint8_t *bytes) {
  return program_encode(of, bytes);
}

static bool equal(const struct program *a, const struct program *b) {
  static uint8_t left[PROGRAM_BINARY_MAX], right[PROGRAM_BINARY_MAX];
  const size_t size = bytes_of(a, left);
  return bytes_of(b, right) == size && memcmp(left, right, size) == 0;
}

static void assert_canonical(const struct program *p) {
  static uint8_t bytes[PROGRAM_BINARY_MAX];
  static struct program decoded;
  program_decode(&decoded, bytes, bytes_of(p, bytes));
  assert_int_equal(decoded.op_count, p->op_count);
  assert_true(equal(&decoded, p));
}

static struct mutate_scope everything; // set in main

static struct op_set only_ops(unsigned one, unsigned another) {
  struct op_set set = {{0}};
  op_set_add(&set, one);
  op_set_add(&set, another);
  return set;
}

static void mutations_give_programs_within_the_scope(void **state) {
  (void)state;
  struct mutate_scope scope = mutate_everything();
  scope.op_max = 24;
  parse(&program, "");
  for (uint32_t seed = 0; seed < 20000; seed++) {
    mutate_program(&program, &scope, seed);
    assert_true(program.op_count <= scope.op_max);
    assert_canonical(&program);
  }
}

static void only_ops_of_the_scope_are_put_in(void **state) {
  (void)state;
  const struct mutate_scope scope = {.ops = only_ops(OP_BRK, OP_GRANT), .layout = 2, .op_max = 40};
  parse(&program, "");
  for (uint32_t seed = 0; seed < 2000; seed++) {
    mutate_program(&program, &scope, seed);
    assert_int_equal(program.layout, 2);
    for (size_t i = 0; i < program.op_count; i++)
      assert_true(program.ops[i].code == OP_BRK || program.ops[i].code == OP_GRANT);
  }
}

static void a_scope_without_room_or_ops_ends(void **state) {
  (void)state;
  const struct mutate_scope none = {.ops = {{0}}, .layout = -1, .op_max = 8};
  const struct mutate_scope full = {.ops = only_ops(OP_NOP, OP_NOP), .layout = -1, .op_max = 0};
  for (uint32_t seed = 0; seed < 200; seed++) {
    parse(&program, "");
    mutate_program(&program, &none, seed);
    assert_int_equal(program.op_count, 0);
    mutate_program(&program, &full, seed);
    assert_int_equal(program.op_count, 0);
  }
}

static void ops_that_are_switched_off_stay_out(void **state) {
  (void)state;
  for (uint32_t seed = 0; seed < 2000; seed++) {
    parse(&program, "off allow brk\nget b0 p0 ro d0 0\n");
    mutate_program(&program, &everything, seed);
    for (size_t i = 0; i < program.op_count; i++)
      assert_false(op_set_has(&program.switched_off, program.ops[i].code));
  }
}

static void the_same_seed_gives_the_same_mutation(void **state) {
  (void)state;
  const char *text = "allow p0 rw d0 0 ram 8\nget b0 p0 rw d0 0\nmut-enter b0 s0\nfill s0 1\n";
  for (uint32_t seed = 0; seed < 200; seed++) {
    parse(&program, text);
    parse(&other, text);
    mutate_program(&program, &everything, seed);
    mutate_program(&other, &everything, seed);
    assert_true(equal(&program, &other));
  }
}

static void most_seeds_change_the_program(void **state) {
  (void)state;
  unsigned changed = 0;
  parse(&other, "allow p0 rw d0 0 ram 8\nget b0 p0 rw d0 0\nmut-enter b0 s0\nfill s0 1\n");
  for (uint32_t seed = 0; seed < 1000; seed++) {
    program = other;
    mutate_program(&program, &everything, seed);
    changed += !equal(&program, &other);
  }
  assert_true(changed > 800);
}

static void every_op_is_put_in(void **state) {
  (void)state;
  unsigned seen[OP_COUNT] = {0};
  for (uint32_t seed = 0; seed < 3000; seed++) {
    parse(&program, "");
    mutate_program(&program, &everything, seed);
    for (size_t i = 0; i < program.op_count; i++)
      seen[program.ops[i].code]++;
  }
  for (unsigned code = 0; code < OP_COUNT; code++)
    if (seen[code] < 50) fail_msg("%s was put in %u times only", program_ops[code].text, seen[code]);
}

static void a_splice_takes_ops_of_the_other(void **state) {
  (void)state;
  unsigned taken = 0;
  for (uint32_t seed = 0; seed < 500; seed++) {
    parse(&program, "nop\nnop\nnop\n");
    parse(&other, "live p0\nlive p1\nlive p2\n");
    mutate_splice(&program, &other, &everything, seed);
    assert_canonical(&program);
    for (size_t i = 0; i < program.op_count; i++)
      taken += program.ops[i].code == OP_LIVE;
  }
  assert_true(taken >= 500);
}

static void a_splice_keeps_to_the_scope(void **state) {
  (void)state;
  const struct mutate_scope scope = {.ops = only_ops(OP_NOP, OP_NOP), .layout = 1, .op_max = 4};
  for (uint32_t seed = 0; seed < 500; seed++) {
    parse(&program, "nop\nnop\nnop\nnop\nnop\n");
    parse(&other, "live p0\nlive p1\nlive p2\n");
    mutate_splice(&program, &other, &scope, seed);
    assert_true(program.op_count <= 4);
    assert_int_equal(program.layout, 1);
  }
}

// ---- the sketch

static void sketch_text(struct sketch *sketch, const char *text) {
  parse(&program, text);
  sketch_read(sketch, &program, program.op_count);
}

static void the_sketch_knows_what_is_live(void **state) {
  (void)state;
  struct sketch sketch;
  sketch_text(&sketch, "allow p0 rw d0 0 ram 8\nget b0 p0 rw d0 0\nmut-enter b0 s1\nview s2 s1\n");
  assert_true(sketch.buffers[0].live && sketch.buffers[0].writeable && sketch.buffers[0].fleeting);
  assert_true(sketch.slices[1].live && sketch.slices[1].writeable);
  assert_true(sketch.slices[2].live && !sketch.slices[2].writeable);
  assert_int_equal(sketch.depth, 1);
  assert_int_equal(sketch.share_count, 1);
}

static void the_sketch_knows_what_ended(void **state) {
  (void)state;
  struct sketch sketch;
  sketch_text(&sketch, "get b0 p0 rw d0 0\nexternal b1 p0 ro granted ram 4\nexternal b2 p1 ro granted ram 4\n"
                       "enter b0 s0\nleave ok\nbrk p0 brk\n");
  assert_false(sketch.slices[0].live);
  assert_false(sketch.buffers[0].live);
  assert_true(sketch.buffers[1].live);
  sketch_text(&sketch,
              "external b1 p0 ro granted ram 4\nexternal b2 p1 ro granted ram 4\nrestart p0\nconsume b2\n");
  assert_false(sketch.buffers[1].live);
  assert_false(sketch.buffers[2].live);
}

static void the_sketch_of_an_abstract_machine_starts_empty(void **state) {
  (void)state;
  struct sketch sketch;
  sketch_text(&sketch, "layout 5\n");
  assert_int_equal(sketch.processes, 0);
  sketch_text(&sketch, "layout 5\ncreate\n");
  assert_int_equal(sketch.processes, 1);
  sketch_text(&sketch, "processes 3\n");
  assert_int_equal(sketch.processes, 7);
}

// ---- ops with their needs

// How many of 1000 ops made for an empty program come with a live thing of their own to work on.
static void a_slice_op_brings_its_slice(void **state) {
  (void)state;
  const struct mutate_scope scope = {.ops = op_set_below(OP_COUNT), .layout = 0, .op_max = 64};
  unsigned uses = 0, live = 0;
  struct random_source random = {1};
  parse(&program, "");
  for (unsigned i = 0; i < 3000; i++) {
    struct maker maker = {.scope = &scope, .random = &random};
    sketch_start(&maker.sketch, &program);
    make_ops(&maker);
    const struct op *last = &maker.ops[maker.count - 1];
    if (last->code != OP_FILL && last->code != OP_APPEND) continue;
    struct sketch before;
    sketch_start(&before, &program);
    for (size_t j = 0; j + 1 < maker.count; j++)
      sketch_advance(&before, &maker.ops[j]);
    const struct sketch_slice *slice = &before.slices[sketch_operand_of(last, OPERAND_SLICE, 0)->base];
    uses++;
    live += slice->live && slice->writeable;
  }
  assert_true(uses > 50);
  assert_true(live * 10 > uses * 8);
}

static void registers_are_loaded_for_a_system_call(void **state) {
  (void)state;
  struct mutate_scope scope = {.ops = only_ops(OP_LET, OP_LET_LENGTH), .layout = 0, .op_max = 64};
  op_set_add(&scope.ops, OP_SVC);
  struct random_source random = {7};
  unsigned loaded = 0;
  parse(&program, "");
  for (unsigned i = 0; i < 300; i++) {
    struct maker maker = {.scope = &scope, .random = &random};
    sketch_start(&maker.sketch, &program);
    make_ops(&maker);
    loaded += maker.count == 5 && maker.ops[4].code == OP_SVC;
  }
  assert_true(loaded > 40);
}

static void nudging_stays_in_range(void **state) {
  (void)state;
  struct random_source random = {3};
  parse(&program, "allow p3.old us d3 max top+32767 n3-32768\nlet-raw n0 0xffffffffffffffff\n");
  for (unsigned round = 0; round < 5000; round++) {
    for (unsigned i = 0; i < 6; i++)
      draw_nudge(&program.ops[0], i, &random);
    draw_nudge(&program.ops[1], 1, &random);
    assert_canonical(&program);
  }
}

int main(void) {
  everything = mutate_everything();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mutations_give_programs_within_the_scope),
      cmocka_unit_test(only_ops_of_the_scope_are_put_in),
      cmocka_unit_test(a_scope_without_room_or_ops_ends),
      cmocka_unit_test(ops_that_are_switched_off_stay_out),
      cmocka_unit_test(the_same_seed_gives_the_same_mutation),
      cmocka_unit_test(most_seeds_change_the_program),
      cmocka_unit_test(every_op_is_put_in),
      cmocka_unit_test(a_splice_takes_ops_of_the_other),
      cmocka_unit_test(a_splice_keeps_to_the_scope),
      cmocka_unit_test(the_sketch_knows_what_is_live),
      cmocka_unit_test(the_sketch_knows_what_ended),
      cmocka_unit_test(the_sketch_of_an_abstract_machine_starts_empty),
      cmocka_unit_test(a_slice_op_brings_its_slice),
      cmocka_unit_test(registers_are_loaded_for_a_system_call),
      cmocka_unit_test(nudging_stays_in_range),
  };
  return cmocka_run_group_tests(tests, 0, 0);
}
