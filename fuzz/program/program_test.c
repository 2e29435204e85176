// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Properties of decode and encode, over random byte strings and over every value of every operand; and that
// the tables say what program.h says.
#include "program/program.h"
#include "program/step.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANDOM_PROGRAMS 300u
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct program first, second;
static uint8_t bytes[PROGRAM_BINARY_MAX], bytes_again[PROGRAM_BINARY_MAX];

struct text {
  char bytes[64 * 1024];
  size_t length;
};
static struct text text, text_again;

// What the random tests drew, so that a test can show that nothing was left out.
static struct {
  unsigned ops[OP_COUNT];
  unsigned values[OPERAND_TYPE_COUNT][256];
  unsigned processes[5];
  unsigned negative_offsets, positive_offsets;
} drawn;

// Helpers

static uint64_t random_state;

static uint64_t random_number(void) {
  uint64_t z = random_state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int seed_random(void **state) {
  (void)state;
  random_state = 1;
  return 0;
}

static void fill_random(uint8_t *data, size_t size) {
  for (size_t i = 0; i < size; i++)
    data[i] = (uint8_t)random_number();
}

// An input of exactly this size, so that a read past it is seen by ASan and valgrind.
static uint8_t *random_input(size_t size) {
  uint8_t *data = malloc(size == 0 ? 1 : size);
  assert_non_null(data);
  fill_random(data, size);
  return data;
}

// Every other input has few ops switched off, or none: random swarm bits alone switch off half of them.
static uint8_t *random_program(size_t size) {
  uint8_t *data = random_input(size);
  const bool none = random_number() % 2 != 0;
  for (size_t i = 4; i < 12 && i < size; i++)
    data[i] = none ? 0 : (uint8_t)(data[i] & random_number() & random_number());
  return data;
}

// What decode, encode and parse don't write must not matter: leave dirt there.
static void decode(struct program *program, const uint8_t *data, size_t size) {
  memset(program, 0xa5, sizeof *program);
  program_decode(program, data, size);
}

static size_t encode(const struct program *program, uint8_t *data) {
  memset(data, 0xa5, PROGRAM_BINARY_MAX);
  return program_encode(program, data);
}

static void append(void *context, const char *piece, size_t length) {
  struct text *to = context;
  assert_true(length <= sizeof to->bytes - to->length);
  memcpy(to->bytes + to->length, piece, length);
  to->length += length;
}

static void print(const struct program *program, struct text *to) {
  const struct text_sink sink = {to, append};
  to->length = 0;
  program_print(program, &sink);
}

static void parse(struct program *program, const struct text *from) {
  struct parse_error error;
  memset(program, 0xa5, sizeof *program);
  if (program_parse(program, from->bytes, from->length, &error)) return;
  fail_msg("%zu:%zu: '%s', expected %s in\n%.*s", error.line, error.column, error.found, error.expected,
           (int)from->length, from->bytes);
}

static void assert_same_operand(const struct operand *a, const struct operand *b) {
  assert_int_equal(a->raw, b->raw);
  assert_int_equal(a->offset, b->offset);
  assert_int_equal(a->base, b->base);
  assert_int_equal(a->process, b->process);
}

static void assert_same_program(const struct program *a, const struct program *b) {
  assert_int_equal(a->process_count, b->process_count);
  assert_int_equal(a->layout, b->layout);
  assert_int_equal(a->lives, b->lives);
  assert_int_equal(a->granule, b->granule);
  assert_memory_equal(&a->switched_off, &b->switched_off, sizeof a->switched_off);
  assert_int_equal(a->op_count, b->op_count);
  for (size_t i = 0; i < a->op_count; i++) {
    assert_int_equal(a->ops[i].code, b->ops[i].code);
    for (unsigned n = 0; n < PROGRAM_OPERANDS_MAX; n++)
      assert_same_operand(&a->ops[i].operands[n], &b->ops[i].operands[n]);
  }
}

static void assert_same_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
  assert_int_equal(a_size, b_size);
  assert_memory_equal(a, b, a_size);
}

// decode(encode(p)) == p, and encode(decode(x)) is a fixed point.
static void assert_binary_round_trip(const struct program *program) {
  const size_t size = encode(program, bytes);
  assert_int_equal(size, PROGRAM_HEADER_SIZE + program->op_count * PROGRAM_RECORD_SIZE);
  decode(&second, bytes, size);
  assert_same_program(program, &second);
  assert_same_bytes(bytes, size, bytes_again, encode(&second, bytes_again));
}

// parse(print(p)) == p, and print(parse(t)) == t.
static void assert_text_round_trip(const struct program *program) {
  print(program, &text);
  parse(&second, &text);
  assert_same_program(program, &second);
  print(&second, &text_again);
  assert_int_equal(text.length, text_again.length);
  assert_memory_equal(text.bytes, text_again.bytes, text.length);
}

static void assert_round_trips(const struct program *program) {
  assert_binary_round_trip(program);
  assert_text_round_trip(program);
}

// Decoding

static const size_t sizes[] = {0,  1,  2,  4,  11,  12,   15,   16,   17,   18,   31,   32,
                               33, 47, 48, 49, 500, 4095, 4096, 4111, 4112, 4113, 5000, 20000};

static size_t ops_of_size(size_t size) {
  if (size <= PROGRAM_HEADER_SIZE) return 0;
  const size_t records = (size - PROGRAM_HEADER_SIZE + PROGRAM_RECORD_SIZE - 1) / PROGRAM_RECORD_SIZE;
  return records < PROGRAM_OPS_MAX ? records : PROGRAM_OPS_MAX;
}

static void the_empty_input_is_the_default_program(void **state) {
  (void)state;
  decode(&first, NULL, 0);
  assert_int_equal(first.process_count, 2);
  assert_int_equal(first.layout, 0);
  assert_int_equal(first.lives, 0);
  assert_int_equal(op_set_count(&first.switched_off), 0);
  assert_int_equal(first.op_count, 0);
  print(&first, &text);
  assert_int_equal(text.length, 0);
}

static void every_size_has_its_number_of_ops(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    uint8_t *data = random_input(sizes[i]);
    for (size_t n = 4; n < PROGRAM_HEADER_SIZE && n < sizes[i]; n++)
      data[n] = 0;
    decode(&first, data, sizes[i]);
    assert_int_equal(first.op_count, ops_of_size(sizes[i]));
    assert_round_trips(&first);
    free(data);
  }
}

static void what_is_missing_reads_as_zero(void **state) {
  (void)state;
  static const uint8_t zeros[64];
  for (size_t size = 0; size <= sizeof zeros; size++) {
    uint8_t *data = random_input(size);
    uint8_t padded[sizeof zeros + PROGRAM_RECORD_SIZE] = {0};
    memcpy(padded, data, size);
    struct program *const whole = &second;
    decode(&first, data, size);
    decode(whole, padded, PROGRAM_HEADER_SIZE + PROGRAM_RECORD_SIZE * (sizeof zeros / PROGRAM_RECORD_SIZE));
    assert_true(whole->op_count >= first.op_count);
    whole->op_count = first.op_count;
    assert_same_program(&first, whole);
    free(data);
  }
}

static void a_known_header_decodes(void **state) {
  (void)state;
  static const uint8_t data[PROGRAM_HEADER_SIZE] = {8, 11, 6, 0xfe, 2, 1, 0, 0x80, 3, 0, 0, 0, 0, 0, 0, 0xff};
  static const uint8_t canonical[PROGRAM_HEADER_SIZE] = {2, 5, 2, 2, 2, 1, 0, 0x80, 3};
  decode(&first, data, sizeof data);
  assert_int_equal(first.process_count, 4);
  assert_int_equal(first.layout, 5);
  assert_int_equal(first.lives, 2);
  assert_int_equal(first.granule, STEP_GRANULE_32);
  static const unsigned off[] = {1, 8, 31, 32, 33};
  for (size_t i = 0; i < COUNT_OF(off); i++)
    assert_true(op_set_has(&first.switched_off, off[i]));
  assert_int_equal(op_set_count(&first.switched_off),
                   COUNT_OF(off)); // none of 88 to 95: there are not so many
  assert_same_bytes(canonical, sizeof canonical, bytes, encode(&first, bytes));
}

// allow p3.old us d2 max p0.flash-end-2 to-kbrk+258; let-raw n2 0x8877665544332211
static const uint8_t known[PROGRAM_HEADER_SIZE + 2 * PROGRAM_RECORD_SIZE] = {[16] = OP_ALLOW,
                                                                             7,
                                                                             2,
                                                                             2,
                                                                             15,
                                                                             ADDRESS_FLASH_END,
                                                                             1,
                                                                             0xfe,
                                                                             0xff,
                                                                             LENGTH_TO_KBRK,
                                                                             2,
                                                                             1,
                                                                             [32] = OP_LET_RAW,
                                                                             2,
                                                                             0x11,
                                                                             0x22,
                                                                             0x33,
                                                                             0x44,
                                                                             0x55,
                                                                             0x66,
                                                                             0x77,
                                                                             0x88};

static void known_records_decode(void **state) {
  (void)state;
  static const struct operand allow[] = {{.base = 7},
                                         {.base = 2},
                                         {.base = 2},
                                         {.base = 15},
                                         {.base = ADDRESS_FLASH_END, .process = 1, .offset = -2},
                                         {.base = LENGTH_TO_KBRK, .offset = 258}};
  static const struct operand raw[] = {{.base = 2}, {.raw = 0x8877665544332211u}};
  decode(&first, known, sizeof known);
  assert_int_equal(first.op_count, 2);
  assert_int_equal(first.ops[0].code, OP_ALLOW);
  for (size_t i = 0; i < COUNT_OF(allow); i++)
    assert_same_operand(&first.ops[0].operands[i], &allow[i]);
  assert_int_equal(first.ops[1].code, OP_LET_RAW);
  for (size_t i = 0; i < COUNT_OF(raw); i++)
    assert_same_operand(&first.ops[1].operands[i], &raw[i]);
  assert_same_bytes(known, sizeof known, bytes, encode(&first, bytes));
}

static void codes_and_values_are_taken_modulo_their_number(void **state) {
  (void)state;
  uint8_t data[sizeof known];
  decode(&first, known, sizeof known);
  memcpy(data, known, sizeof data);
  data[16] = (uint8_t)(data[16] + OP_COUNT);
  data[17] = (uint8_t)(data[17] + 8 * 31);
  data[18] = (uint8_t)(data[18] + 3 * 84);
  data[20] = (uint8_t)(data[20] + 17 * 14);
  data[21] = (uint8_t)(data[21] + ADDRESS_BASE_COUNT);
  data[22] = (uint8_t)(data[22] + 5 * 50);
  data[25] = (uint8_t)(data[25] + LENGTH_BASE_COUNT * 2);
  decode(&second, data, sizeof data);
  assert_same_program(&first, &second);
}

static size_t used_bytes(unsigned code) {
  size_t used = 1;
  for (unsigned i = 0; program_ops[code].operands[i] != OPERAND_NONE; i++)
    used += program_operands[program_ops[code].operands[i]].width;
  return used;
}

static void reserved_bytes_are_ignored_and_encode_as_zero(void **state) {
  (void)state;
  for (unsigned code = 0; code < OP_COUNT; code++) {
    uint8_t data[PROGRAM_HEADER_SIZE + PROGRAM_RECORD_SIZE] = {[PROGRAM_HEADER_SIZE] = (uint8_t)code};
    fill_random(data + PROGRAM_HEADER_SIZE + 1, used_bytes(code) - 1);
    decode(&first, data, sizeof data);
    for (size_t i = used_bytes(code); i < PROGRAM_RECORD_SIZE; i++)
      data[PROGRAM_HEADER_SIZE + i] = 0xff;
    decode(&second, data, sizeof data);
    assert_same_program(&first, &second);
    const size_t size = encode(&second, bytes);
    for (size_t i = PROGRAM_HEADER_SIZE + used_bytes(code); i < size; i++)
      assert_int_equal(bytes[i], 0);
  }
}

static void switched_off_ops_are_dropped_and_not_counted(void **state) {
  (void)state;
  static uint8_t data[PROGRAM_HEADER_SIZE + 700 * PROGRAM_RECORD_SIZE];
  for (unsigned off = 0; off < OP_COUNT; off++) {
    const unsigned on = (off + 1) % OP_COUNT;
    memset(data, 0, sizeof data);
    data[4 + off / 8] = (uint8_t)(1u << off % 8);
    for (size_t i = 0; i < 700; i++)
      data[PROGRAM_HEADER_SIZE + i * PROGRAM_RECORD_SIZE] = (uint8_t)(i < 300 || i % 2 ? off : on);
    decode(&first, data, sizeof data);
    assert_int_equal(op_set_count(&first.switched_off), 1);
    assert_true(op_set_has(&first.switched_off, off));
    assert_int_equal(first.op_count, 200);
    for (size_t i = 0; i < first.op_count; i++)
      assert_int_equal(first.ops[i].code, on);
    assert_round_trips(&first);
  }
}

static void what_follows_the_last_op_is_not_looked_at(void **state) {
  (void)state;
  static uint8_t data[PROGRAM_BINARY_MAX + 3 * PROGRAM_RECORD_SIZE];
  fill_random(data, sizeof data);
  memset(data + 4, 0, PROGRAM_HEADER_SIZE - 4);
  decode(&first, data, PROGRAM_BINARY_MAX);
  assert_int_equal(first.op_count, PROGRAM_OPS_MAX);
  decode(&second, data, sizeof data);
  assert_same_program(&first, &second);
}

// Random programs

static void assert_operand_in_range(unsigned type, const struct operand *operand) {
  const struct operand_info *info = &program_operands[type];
  const bool place = type == OPERAND_ADDRESS || type == OPERAND_LENGTH;
  assert_true(operand->base < (info->count == 0 ? 1 : info->count));
  assert_true(operand->process <= (type == OPERAND_ADDRESS ? 4 : 0));
  assert_true(operand->raw == 0 || type == OPERAND_RAW);
  assert_true(operand->offset == 0 || place);
  drawn.values[type][operand->base]++;
  if (type == OPERAND_ADDRESS) drawn.processes[operand->process]++;
  drawn.negative_offsets += operand->offset < 0;
  drawn.positive_offsets += operand->offset > 0;
}

static void assert_valid(const struct program *program) {
  assert_in_range(program->process_count, 2, 4);
  assert_true(program->layout < PROGRAM_LAYOUT_COUNT);
  assert_true(program->lives < 4);
  assert_true(program->granule < STEP_GRANULE_COUNT);
  assert_true(program->op_count <= PROGRAM_OPS_MAX);
  for (size_t i = 0; i < program->op_count; i++) {
    const struct op *op = &program->ops[i];
    assert_true(op->code < OP_COUNT);
    assert_false(op_set_has(&program->switched_off, op->code));
    drawn.ops[op->code]++;
    unsigned n = 0;
    for (; program_ops[op->code].operands[n] != OPERAND_NONE; n++)
      assert_operand_in_range(program_ops[op->code].operands[n], &op->operands[n]);
    for (; n < PROGRAM_OPERANDS_MAX; n++)
      assert_operand_in_range(OPERAND_NONE, &op->operands[n]);
  }
}

static void random_programs_are_valid_and_round_trip(void **state) {
  (void)state;
  for (unsigned i = 0; i < RANDOM_PROGRAMS; i++) {
    const size_t size = i < COUNT_OF(sizes) ? sizes[i] : (size_t)(random_number() % 5000);
    uint8_t *data = random_program(size);
    decode(&first, data, size);
    assert_valid(&first);
    assert_round_trips(&first);
    free(data);
  }
}

// Runs after the random programs: they would show nothing about what they never drew.
static void random_programs_have_every_op_and_value(void **state) {
  (void)state;
  for (unsigned code = 0; code < OP_COUNT; code++)
    if (drawn.ops[code] == 0) fail_msg("no %s was drawn", program_ops[code].text);
  for (unsigned type = 1; type < OPERAND_TYPE_COUNT; type++)
    for (unsigned value = 0; value < program_operands[type].count; value++)
      if (drawn.values[type][value] == 0) fail_msg("no %s %u was drawn", program_operands[type].text, value);
  for (unsigned process = 0; process < COUNT_OF(drawn.processes); process++)
    assert_true(drawn.processes[process] > 0);
  assert_true(drawn.negative_offsets > 0);
  assert_true(drawn.positive_offsets > 0);
}

// Every value

static void start_program(void) {
  memset(&first, 0xa5, sizeof first);
  first.process_count = 2;
  first.layout = 0;
  first.lives = 0;
  first.granule = 0;
  first.switched_off = (struct op_set){{0}};
  first.op_count = 0;
}

// Adds an op with one operand given; checks the program whenever it is full.
static void add_op(unsigned code, unsigned n, struct operand operand) {
  if (first.op_count == PROGRAM_OPS_MAX) {
    assert_round_trips(&first);
    start_program();
  }
  struct op *op = &first.ops[first.op_count++];
  *op = (struct op){.code = (uint8_t)code};
  op->operands[n] = operand;
}

static void add_places(unsigned code, unsigned n, uint8_t base, uint8_t process) {
  static const int16_t offsets[] = {-32768, -32767, -256, -1, 0, 1, 9, 10, 255, 32767};
  for (size_t i = 0; i < COUNT_OF(offsets); i++)
    add_op(code, n, (struct operand){.base = base, .process = process, .offset = offsets[i]});
}

static void add_raws(unsigned code, unsigned n) {
  for (unsigned shift = 0; shift < 64; shift++) {
    add_op(code, n, (struct operand){.raw = (uint64_t)1 << shift});
    add_op(code, n, (struct operand){.raw = UINT64_MAX >> shift});
    add_op(code, n, (struct operand){.raw = 0xfedcba9876543210u >> shift});
  }
  add_op(code, n, (struct operand){.raw = 0});
}

static void add_every_value(unsigned code, unsigned n) {
  const unsigned type = program_ops[code].operands[n];
  if (type == OPERAND_RAW) add_raws(code, n);
  for (unsigned value = 0; value < program_operands[type].count; value++) {
    const uint8_t base = (uint8_t)value;
    if (type == OPERAND_LENGTH)
      add_places(code, n, base, 0);
    else if (type != OPERAND_ADDRESS)
      add_op(code, n, (struct operand){.base = base});
    else
      for (uint8_t process = 0; process <= 4; process++)
        add_places(code, n, base, process);
  }
}

static void every_value_of_every_operand_of_every_op_round_trips(void **state) {
  (void)state;
  start_program();
  for (unsigned code = 0; code < OP_COUNT; code++) {
    add_op(code, 0, (struct operand){0});
    for (unsigned n = 0; program_ops[code].operands[n] != OPERAND_NONE; n++)
      add_every_value(code, n);
  }
  assert_round_trips(&first);
}

static void every_header_round_trips(void **state) {
  (void)state;
  for (uint8_t processes = 2; processes <= 4; processes++)
    for (uint8_t layout = 0; layout < PROGRAM_LAYOUT_COUNT; layout++)
      for (uint8_t lives = 0; lives < 4; lives++) {
        start_program();
        first.process_count = processes;
        first.layout = layout;
        first.lives = lives;
        first.granule = (uint8_t)((lives + layout) % STEP_GRANULE_COUNT);
        for (unsigned code = 0; code < OP_COUNT; code++)
          if (random_number() & 1) op_set_add(&first.switched_off, code);
        assert_round_trips(&first);
      }
}

// Tables: a second copy of what program.h says, so that a word in the wrong place shows

struct named {
  unsigned value;
  const char *word;
};

static const struct named address_bases[] = {
    {ADDRESS_RAM, "ram"},
    {ADDRESS_BRK, "brk"},
    {ADDRESS_KBRK, "kbrk"},
    {ADDRESS_END, "end"},
    {ADDRESS_HWM, "hwm"},
    {ADDRESS_FLASH, "flash"},
    {ADDRESS_READABLE, "readable"},
    {ADDRESS_FLASH_END, "flash-end"},
    {ADDRESS_GRANT, "grant"},
    {ADDRESS_LAST, "last"},
    {ADDRESS_PREVIOUS, "previous"},
    {ADDRESS_NULL, "null"},
    {ADDRESS_TOP, "top"},
    {ADDRESS_HALF, "half"},
    {ADDRESS_KERNEL, "kernel"},
    {ADDRESS_SPARE, "spare"},
    {ADDRESS_SPARE_FLASH, "spare-flash"},
    {ADDRESS_N0, "n0"},
    {ADDRESS_N1, "n1"},
    {ADDRESS_N2, "n2"},
    {ADDRESS_N3, "n3"},
};

static const struct named length_bases[] = {
    {LENGTH_PLAIN, ""},
    {LENGTH_TO_BRK, "to-brk"},
    {LENGTH_TO_KBRK, "to-kbrk"},
    {LENGTH_TO_END, "to-end"},
    {LENGTH_TO_FLASH_END, "to-flash-end"},
    {LENGTH_TO_TOP, "to-top"},
    {LENGTH_LEN, "len"},
    {LENGTH_MAX, "max"},
    {LENGTH_HALF, "half"},
    {LENGTH_U32_MAX, "u32"},
    {LENGTH_SPARE, "spare"},
    {LENGTH_D0, "d0"},
    {LENGTH_D1, "d1"},
    {LENGTH_D2, "d2"},
    {LENGTH_D3, "d3"},
    {LENGTH_N0, "n0"},
    {LENGTH_N1, "n1"},
    {LENGTH_N2, "n2"},
    {LENGTH_N3, "n3"},
};

static void assert_bases(unsigned type, const struct named *bases, size_t count) {
  assert_int_equal(program_operands[type].count, count);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(program_operands[type].words[bases[i].value], bases[i].word);
}

static void bases_have_their_words(void **state) {
  (void)state;
  assert_bases(OPERAND_ADDRESS, address_bases, COUNT_OF(address_bases));
  assert_bases(OPERAND_LENGTH, length_bases, COUNT_OF(length_bases));
}

static const struct {
  unsigned type;
  const char *words;
} small_words[] = {
    {OPERAND_PROCESS, "p0 p1 p2 p3 p0.old p1.old p2.old p3.old "},
    {OPERAND_KIND, "ro rw us "},
    {OPERAND_DRIVER, "d0 d1 d2 d3 "},
    {OPERAND_NUMBER, "0 1 2 3 4 5 6 7 8 9 10 11 256 259 half max 261 "},
    {OPERAND_STATE, "running yielded stopped faulted terminated "},
    {OPERAND_ALIGNMENT, "0 1 2 3 4 6 8 12 16 32 64 128 256 half max 4096 "},
    {OPERAND_CAPABILITY, "granted forged "},
    {OPERAND_PIN, "i0 i1 i2 i3 "},
    {OPERAND_DIRECTION, "to-device from-device "},
    {OPERAND_ENCODING, "u8 u16-le u16-be u32-le u32-be u64-le u64-be "},
    {OPERAND_REGISTER, "n0 n1 n2 n3 "},
    {OPERAND_STATUS,
     "ok fail busy already off reserve inval size cancel nomem nosupport nodevice uninstalled noack "},
    {OPERAND_BUFFER, "b0 b1 b2 b3 b4 b5 b6 b7 "},
    {OPERAND_SLICE, "s0 s1 s2 s3 s4 s5 s6 s7 "},
};

static void small_operands_have_their_words(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(small_words); i++) {
    const struct operand_info *info = &program_operands[small_words[i].type];
    text.length = 0;
    for (unsigned n = 0; n < info->count; n++) {
      append(&text, info->words[n], strlen(info->words[n]));
      append(&text, " ", 1);
    }
    assert_int_equal(text.length, strlen(small_words[i].words));
    assert_memory_equal(text.bytes, small_words[i].words, text.length);
  }
}

static void assert_plain_word(const char *word) {
  assert_true(strlen(word) <= 31);
  assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(word));
}

static void words_are_plain_and_unique(void **state) {
  (void)state;
  for (unsigned type = 0; type < OPERAND_TYPE_COUNT; type++)
    for (unsigned i = 0; program_operands[type].words != NULL && i < program_operands[type].count; i++) {
      assert_plain_word(program_operands[type].words[i]);
      for (unsigned n = 0; n < i; n++)
        assert_string_not_equal(program_operands[type].words[i], program_operands[type].words[n]);
    }
}

static void ops_are_described(void **state) {
  (void)state;
  for (unsigned code = 0; code < OP_COUNT; code++) {
    assert_plain_word(program_ops[code].text);
    assert_true(strlen(program_ops[code].clause) > 0);
    assert_true(strlen(program_ops[code].summary) > 0);
    assert_int_equal(program_ops[code].operands[PROGRAM_OPERANDS_MAX], OPERAND_NONE);
    assert_true(used_bytes(code) <= PROGRAM_RECORD_SIZE);
    for (unsigned n = 0; n < code; n++)
      assert_string_not_equal(program_ops[code].text, program_ops[n].text);
  }
  assert_string_equal(program_ops[OP_NOP].text, "nop");
  assert_string_equal(program_ops[OP_ALLOW].clause, "A-SWAP");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_empty_input_is_the_default_program, seed_random),
      cmocka_unit_test_setup(every_size_has_its_number_of_ops, seed_random),
      cmocka_unit_test_setup(what_is_missing_reads_as_zero, seed_random),
      cmocka_unit_test_setup(a_known_header_decodes, seed_random),
      cmocka_unit_test_setup(known_records_decode, seed_random),
      cmocka_unit_test_setup(codes_and_values_are_taken_modulo_their_number, seed_random),
      cmocka_unit_test_setup(reserved_bytes_are_ignored_and_encode_as_zero, seed_random),
      cmocka_unit_test_setup(switched_off_ops_are_dropped_and_not_counted, seed_random),
      cmocka_unit_test_setup(what_follows_the_last_op_is_not_looked_at, seed_random),
      cmocka_unit_test_setup(random_programs_are_valid_and_round_trip, seed_random),
      cmocka_unit_test_setup(random_programs_have_every_op_and_value, seed_random),
      cmocka_unit_test_setup(every_value_of_every_operand_of_every_op_round_trips, seed_random),
      cmocka_unit_test_setup(every_header_round_trips, seed_random),
      cmocka_unit_test_setup(bases_have_their_words, seed_random),
      cmocka_unit_test_setup(small_operands_have_their_words, seed_random),
      cmocka_unit_test_setup(words_are_plain_and_unique, seed_random),
      cmocka_unit_test_setup(ops_are_described, seed_random),
  };
  return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
