// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The model against SPEC, clause by clause, and then against itself on random steps. Not part of the model:
// it has its own main.
#include "model/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RAM(i) ((uintptr_t)0x20000000u + 0x1000u * (i))
#define FLASH(i) ((uintptr_t)0x10000000u + 0x1000u * (i))
#define SCRATCH ((uintptr_t)0x30000000u)
#define ARRAY ((uintptr_t)0x30001000u)
#define RAM_SIZE 512u
#define INITIAL 256u
#define FLASH_SIZE 128u
#define HEADER 16u
#define GRANT_SIZE 44u // with the alignment: 48 of a RAM block
#define OPAQUE_SIZE 24u
#define RO STEP_READONLY
#define RW STEP_READWRITE
#define UR STEP_USERSPACE_READABLE

static struct model model;
static struct outcome out;

static struct model_setup standard(void) {
  struct model_setup setup = {.process_count = 2, .scratch = SCRATCH, .array = ARRAY};
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++)
    setup.blocks[i] = (struct model_block){RAM(i), RAM_SIZE, INITIAL, FLASH(i), FLASH_SIZE, HEADER};
  for (unsigned i = 0; i < STEP_DRIVERS; i++)
    setup.drivers[i] = (struct model_driver){0x100u + i, 2, 3, 1, GRANT_SIZE, OPAQUE_SIZE};
  return setup;
}

static int start(void **state) {
  (void)state;
  const struct model_setup setup = standard();
  model_start(&model, &setup);
  return 0;
}

static int start_abstract(void **state) {
  (void)state;
  struct model_setup setup = standard();
  setup.abstract = true;
  model_start(&model, &setup);
  return 0;
}

static enum word step(const struct step *step) {
  model_step(&model, step, &out);
  return (enum word)out.word;
}
#define DO(...) step(&(const struct step){__VA_ARGS__})
#define IS(word, ...) assert_int_equal(DO(__VA_ARGS__), WORD_##word)
#define VALUE(i, expected) assert_true(out.values[i] == (uintptr_t)(expected))
#define CLAUSE(text) assert_string_equal(model_clause(&model), text)

static uint8_t byte_at(uintptr_t address) {
  struct model_cell cell;
  assert_true(model_cell(&model, address, &cell));
  return cell.value;
}

static struct model_view view_of(unsigned process) {
  struct model_view view;
  model_view(&model, process, &view);
  return view;
}

static enum word allow_as(unsigned kind, uintptr_t number, uintptr_t address, size_t length) {
  return DO(.op = OP_ALLOW, .kind = (uint8_t)kind, .driver = 0x100, .number = number, .address = address,
            .length = length);
}
#define ALLOW(word, kind, address, length) assert_int_equal(allow_as(kind, 0, address, length), WORD_##word)

// Which of the bytes may the last step read or write?
static void expect_rights(uintptr_t address, size_t length, bool read, bool write) {
  for (size_t i = 0; i < length; i++) {
    struct model_cell cell;
    assert_true(model_cell(&model, address + i, &cell));
    assert_int_equal(cell.may_read, read);
    assert_int_equal(cell.may_write, write);
  }
}

static void expect_bytes(uintptr_t address, size_t length, uint8_t value) {
  for (size_t i = 0; i < length; i++)
    assert_int_equal(byte_at(address + i), value);
}

// Slice 0 shows a range of process 0's RAM.
static void enter_ram(size_t offset, size_t length) {
  IS(OK, .op = OP_EXTERNAL, .buffer = 7, .kind = RW, .capability = true, .address = RAM(0) + offset,
     .length = length);
  IS(OK, .op = OP_MUT_ENTER, .buffer = 7, .slice = 0);
}

// A stream in process 0's RAM at 64, `data` bytes long behind its header, in slice 0.
static void stream(size_t data, uint8_t flags, uint8_t version, size_t offset) {
  IS(OK, .op = OP_HEADER, .address = RAM(0) + 64, .length = offset, .byte = flags, .byte2 = version);
  enter_ram(64, 8 + data);
}

static void start_pattern_and_processes(void **state) {
  (void)state;
  expect_bytes(RAM(0), INITIAL, 0);
  assert_int_equal(byte_at(RAM(0) + INITIAL), step_ram_pattern(INITIAL));
  assert_int_equal(byte_at(FLASH(1) + 5), step_flash_pattern(5));
  assert_int_equal(byte_at(RAM(3)), step_ram_pattern(0));
  assert_int_equal(byte_at(SCRATCH + 3), step_scratch_pattern(3));
  assert_int_equal(byte_at(ARRAY + 9), step_array_pattern(9));
  assert_true(view_of(1).live);
  assert_false(view_of(2).held);
}

static void p_create(void **state) {
  (void)state;
  IS(OK, .op = OP_CREATE);
  VALUE(0, 2);
  expect_rights(RAM(2), INITIAL, false, true);
  expect_rights(RAM(2) + INITIAL, RAM_SIZE - INITIAL, false, false);
  expect_bytes(RAM(2), INITIAL, 0);
  IS(OK, .op = OP_LAYOUT_RAM, .address = RAM(3) + 3, .length = 9, .length2 = 9);
  IS(OK, .op = OP_CREATE);
  VALUE(0, 3);
  assert_true(view_of(3).ram == RAM(3) + 3 && view_of(3).brk == RAM(3) + 12 && view_of(3).end == RAM(3) + 12);
  IS(OK, .op = OP_LAYOUT_RAM, .address = RAM(3) + 12, .length = 9, .length2 = 9);
  IS(OK, .op = OP_LAYOUT_FLASH, .address = 0, .length = 0, .length2 = 0);
  IS(NOMEM, .op = OP_CREATE);
}

static void expect_layout(enum word word, uintptr_t ram, size_t size, size_t initial) {
  IS(OK, .op = OP_LAYOUT_RAM, .address = ram, .length = size, .length2 = initial);
  assert_int_equal(DO(.op = OP_CREATE), word);
}

static void p_create_bad_layouts(void **state) {
  (void)state;
  expect_layout(WORD_INVAL, RAM(2), 16, 17);
  expect_layout(WORD_INVAL, UINTPTR_MAX - 8, 9, 0);
  expect_layout(WORD_INVAL, UINTPTR_MAX, SIZE_MAX, 0);
  expect_layout(WORD_INVAL, RAM(1) + RAM_SIZE - 1, 2, 0);
  expect_layout(WORD_INVAL, RAM(1) - 1, 2, 0);
  expect_layout(WORD_INVAL, FLASH(0) + FLASH_SIZE - 1, 1, 0);
  expect_layout(WORD_REFUSED, UINTPTR_MAX - 8, 8, 0);
  expect_layout(WORD_REFUSED, RAM(2) + RAM_SIZE - 1, 2, 0);
  IS(OK, .op = OP_LAYOUT_RAM, .address = RAM(2), .length = 64, .length2 = 64);
  IS(OK, .op = OP_LAYOUT_FLASH, .address = FLASH(2), .length = 4, .length2 = 5);
  IS(INVAL, .op = OP_CREATE);
  IS(OK, .op = OP_LAYOUT_FLASH, .address = RAM(0), .length = 4, .length2 = 4);
  IS(INVAL, .op = OP_CREATE);
  IS(OK, .op = OP_LAYOUT_FLASH, .address = RAM(2) + 63, .length = 4, .length2 = 4);
  IS(INVAL, .op = OP_CREATE);
  assert_false(view_of(2).held);
}

static void p_create_two_in_one_block(void **state) {
  (void)state;
  expect_layout(WORD_OK, RAM(2), 64, 64);
  expect_layout(WORD_OK, RAM(2) + 64, 64, 64);
  assert_int_equal(
      DO(.op = OP_ALLOW, .process = 2, .kind = RW, .driver = 0x100, .address = RAM(2), .length = 65),
      WORD_INVAL);
  IS(NOMEM, .op = OP_ALLOW, .process = 2, .kind = RW, .driver = 0x100, .address = RAM(2), .length = 64);
}

static void p_gen(void **state) {
  (void)state;
  struct model_setup setup = standard();
  setup.lives = 2;
  model_start(&model, &setup);
  IS(OK, .op = OP_TERMINATE);
  IS(OK, .op = OP_LIVE);
  VALUE(0, 0);
  IS(OK, .op = OP_RESTART);
  IS(OK, .op = OP_LIVE);
  VALUE(0, 1);
  IS(OK, .op = OP_LIVE, .stale = true);
  VALUE(0, 0);
  IS(FAIL, .op = OP_RESTART);
  assert_true(view_of(0).live);
  IS(NOSUCHAPP, .op = OP_RESTART, .stale = true);
  IS(NOSUCHAPP, .op = OP_RESTART, .process = 3);
}

static void p_dead(void **state) {
  (void)state;
  enter_ram(0, 8);
  IS(BUSY, .op = OP_RESTART);
  IS(OK, .op = OP_FAULT, .process = 1);
  IS(OK, .op = OP_LEAVE, .status = 5);
  VALUE(0, 5);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(OK, .op = OP_LEN, .buffer = 7);
  VALUE(0, 8);
  IS(INVAL, .op = OP_STATE, .state = STEP_FAULTED);
  IS(OK, .op = OP_TERMINATE);
  IS(OK, .op = OP_LEN, .buffer = 7);
  VALUE(0, 0);
  IS(OK, .op = OP_PTR, .buffer = 7);
  VALUE(0, 0);
  IS(NOSUCHAPP, .op = OP_ENTER, .buffer = 7);
  CLAUSE("P-DEAD");
  IS(NOSUCHAPP, .op = OP_TERMINATE);
  IS(NOSUCHAPP, .op = OP_STATE, .state = STEP_FAULTED);
}

static void p_dead_while_entered(void **state) {
  (void)state;
  enter_ram(0, 8);
  IS(OK, .op = OP_FAULT);
  IS(BUSY, .op = OP_RESTART);
  CLAUSE("P-RESTART");
  IS(OK, .op = OP_FILL, .byte = 9);
  expect_rights(RAM(0), 8, false, true);
  expect_bytes(RAM(0), 8, 9);
  IS(NOSUCHAPP, .op = OP_ENTER, .buffer = 7);
  IS(OK, .op = OP_LEAVE);
  IS(OK, .op = OP_RESTART);
  expect_bytes(RAM(0), 8, 0);
}

static void p_hook(void **state) {
  (void)state;
  IS(OK, .op = OP_REFUSE, .byte = 2);
  IS(NOMEM, .op = OP_CREATE);
  CLAUSE("P-HOOK");
  assert_false(view_of(2).held);
  IS(OK, .op = OP_FAULT);
  IS(NOMEM, .op = OP_RESTART);
  assert_false(view_of(0).live);
  IS(OK, .op = OP_RESTART);
  IS(OK, .op = OP_CREATE);
}

static void start_with_granule(uint8_t granule) {
  struct model_setup setup = standard();
  setup.granule = granule;
  setup.blocks[2].ram_size = 40;
  setup.blocks[2].initial_break = 33;
  model_start(&model, &setup);
}

static void p_granule(void **state) {
  (void)state;
  start_with_granule(STEP_GRANULE_32);
  IS(NOMEM, .op = OP_CREATE);
  CLAUSE("P-GRANULE");
  IS(OK, .op = OP_GRANT, .length = 40, .alignment = 1);
  IS(NOMEM, .op = OP_BRK, .address = RAM(0) + RAM_SIZE - 63);
  CLAUSE("P-GRANULE");
  IS(OK, .op = OP_BRK, .address = RAM(0) + RAM_SIZE - 65);
  expect_rights(RAM(0) + INITIAL, RAM_SIZE - 64 - INITIAL, false, true);
  expect_rights(RAM(0) + RAM_SIZE - 64, 24, false, false);
  expect_bytes(RAM(0) + RAM_SIZE - 65, 1, 0);
  IS(NOMEM, .op = OP_GRANT, .length = 25, .alignment = 1);
  IS(OK, .op = OP_GRANT, .length = 24, .alignment = 1);
  start_with_granule(STEP_GRANULE_EIGHTH);
  IS(OK, .op = OP_BRK, .address = RAM(0) + 65);
  IS(NOMEM, .op = OP_GRANT, .length = RAM_SIZE - 127, .alignment = 1);
  IS(OK, .op = OP_GRANT, .length = RAM_SIZE - 128, .alignment = 1);
}

static void b_pin(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0) + 4, 8);
  IS(OK, .op = OP_GET, .kind = RW, .driver = 0x100, .buffer = 1);
  IS(OK, .op = OP_PIN, .pin = 1, .buffer = 1, .direction = STEP_FROM_DEVICE);
  VALUE(0, RAM(0) + 4);
  VALUE(1, 8);
  IS(REFUSED, .op = OP_PIN, .pin = 1, .buffer = 1);
  ALLOW(BUSY, RW, RAM(0), 0);
  CLAUSE("B-PIN");
  ALLOW(OK, RO, RAM(0), 16);
  IS(OK, .op = OP_FAULT);
  IS(BUSY, .op = OP_RESTART);
  CLAUSE("B-PIN");
  IS(OK, .op = OP_DEVICE, .pin = 1, .byte = 7);
  assert_int_equal(byte_at(RAM(0) + 11), 14);
  IS(NOSUCHAPP, .op = OP_PIN, .pin = 2, .buffer = 1);
  IS(OK, .op = OP_UNPIN, .pin = 1);
  IS(INVAL, .op = OP_UNPIN, .pin = 1);
  IS(REFUSED, .op = OP_DEVICE, .pin = 1);
  IS(OK, .op = OP_RESTART);
}

static void b_pin_so_many(void **state) {
  (void)state;
  IS(OK, .op = OP_EXTERNAL, .kind = RO, .capability = true, .address = RAM(0), .length = 4);
  IS(OK, .op = OP_EXTERNAL, .buffer = 1, .process = 1, .kind = RO, .capability = true, .address = RAM(1));
  IS(REFUSED, .op = OP_PIN, .direction = STEP_FROM_DEVICE);
  IS(OK, .op = OP_PIN);
  IS(OK, .op = OP_PIN, .pin = 1);
  IS(NOMEM, .op = OP_PIN, .pin = 2);
  IS(OK, .op = OP_PIN, .pin = 2, .buffer = 1);
  VALUE(0, 0);
  IS(OK, .op = OP_DEVICE, .pin = 2);
  assert_int_equal(out.count, 0);
  IS(OK, .op = OP_DEVICE, .pin = 0);
  assert_int_equal(out.count, 1);
}

static void p_restart(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0), 16);
  IS(OK, .op = OP_USER_WRITE, .address = RAM(0), .length = 16, .byte = 1);
  IS(OK, .op = OP_BRK, .address = RAM(0) + 20);
  IS(OK, .op = OP_GRANT, .length = 300, .alignment = 1);
  uintptr_t kbrk = view_of(0).kbrk;
  IS(OK, .op = OP_GRANT_WRITE, .address = kbrk, .length = 300, .byte = 1);
  IS(OK, .op = OP_RESTART);
  expect_rights(RAM(0), INITIAL, false, true);
  expect_bytes(RAM(0), INITIAL, 0);
  assert_int_equal(byte_at(RAM(0) + INITIAL), (uint8_t)(1 + RAM(0) + INITIAL - kbrk));
  struct model_view view = view_of(0);
  assert_true(view.brk == RAM(0) + INITIAL && view.hwm == RAM(0) && view.kbrk == view.end);
  assert_true(view.last == RAM(0) && view.previous == RAM(0) && view.grant == view.kbrk);
  IS(OK, .op = OP_GET, .kind = RW);
  IS(OK, .op = OP_LEN);
  VALUE(0, 0);
  struct model_cell cell;
  assert_true(model_cell(&model, RAM(0) + RAM_SIZE - 48, &cell));
  assert_false(cell.known); // was a slot, and is nobody's until it is zeroed
  assert_int_equal(cell.owner, OWNER_HOLE);
}

static void p_brk(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0) + 8, 8);
  uintptr_t kbrk = view_of(0).kbrk;
  IS(INVAL, .op = OP_BRK, .address = RAM(0) + 15);
  CLAUSE("P-HWM");
  IS(OK, .op = OP_BRK, .address = RAM(0) + 16);
  VALUE(0, RAM(0) + INITIAL);
  IS(INVAL, .op = OP_BRK, .address = RAM(0) + RAM_SIZE + 1);
  IS(NOMEM, .op = OP_BRK, .address = RAM(0) + RAM_SIZE);
  IS(NOMEM, .op = OP_BRK, .address = kbrk + 1);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(NOMEM, .op = OP_BRK, .address = kbrk);
  IS(OK, .op = OP_BRK, .address = kbrk);
  VALUE(0, RAM(0) + 16);
  expect_rights(RAM(0), 16, false, false);
  expect_rights(RAM(0) + 16, kbrk - RAM(0) - 16, false, true);
  expect_bytes(RAM(0) + 16, kbrk - RAM(0) - 16, 0);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(FAIL, .op = OP_BRK, .address = 0);
  IS(FAIL, .op = OP_BRK, .stale = true, .address = 0);
  IS(FAIL, .op = OP_BRK, .process = 3, .address = 0);
}

static void p_sbrk(void **state) {
  (void)state;
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(OK, .op = OP_SBRK, .length = 0);
  VALUE(0, RAM(0) + INITIAL);
  IS(NOMEM, .op = OP_SBRK, .length = 1);
  IS(OK, .op = OP_SBRK, .length = 0 - (size_t)INITIAL);
  VALUE(0, RAM(0) + INITIAL);
  IS(INVAL, .op = OP_SBRK, .length = (size_t)INTPTR_MIN);
  CLAUSE("P-SBRK");
  IS(INVAL, .op = OP_SBRK, .length = (size_t)INTPTR_MAX);
  IS(INVAL, .op = OP_SBRK, .length = SIZE_MAX);
  IS(OK, .op = OP_SBRK, .length = RAM_SIZE);
  assert_true(view_of(0).brk == RAM(0) + RAM_SIZE);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(FAIL, .op = OP_SBRK, .length = 0);
}

static void p_hwm(void **state) {
  (void)state;
  ALLOW(OK, UR, RAM(0) + 4, 4);
  assert_true(view_of(0).hwm == RAM(0) + 8);
  ALLOW(OK, RO, FLASH(0) + HEADER, 4);
  ALLOW(OK, RO, RAM(0) + 100, 0);
  ALLOW(OK, RO, UINTPTR_MAX, 0);
  assert_int_equal(allow_as(RO, 2, RAM(0) + 100, 4), WORD_NOSUPPORT);
  ALLOW(OK, UR, 0, 0);
  assert_true(view_of(0).hwm == RAM(0) + 8);
  IS(OK, .op = OP_EXTERNAL, .kind = RO, .capability = true, .address = RAM(0) + 5, .length = 4);
  assert_true(view_of(0).hwm == RAM(0) + 9);
}

static void p_grant(void **state) {
  (void)state;
  uintptr_t end = RAM(0) + RAM_SIZE;
  assert_true(view_of(0).grant == end);
  IS(OK, .op = OP_GRANT, .length = 3, .alignment = 4);
  VALUE(0, end - 4);
  expect_rights(end - 4, 4, false, true);
  expect_bytes(end - 4, 4, 0);
  IS(OK, .op = OP_GRANT, .length = 0, .alignment = 1);
  VALUE(0, end - 4);
  IS(INVAL, .op = OP_GRANT, .length = SIZE_MAX, .alignment = 3);
  IS(INVAL, .op = OP_GRANT, .length = 1, .alignment = 0);
  IS(NOMEM, .op = OP_GRANT, .length = SIZE_MAX, .alignment = 1);
  IS(NOMEM, .op = OP_GRANT, .length = 1, .alignment = ~(UINTPTR_MAX >> 1));
  IS(NOMEM, .op = OP_GRANT, .length = RAM_SIZE - INITIAL - 3, .alignment = 1);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(NOMEM, .op = OP_GRANT, .length = RAM_SIZE - INITIAL - 4, .alignment = 1);
  IS(OK, .op = OP_GRANT, .length = RAM_SIZE - INITIAL - 4, .alignment = 1);
  assert_true(view_of(0).kbrk == view_of(0).brk);
  ALLOW(INVAL, RO, end - 4, 1);
  ALLOW(INVAL, RO, end - 4 - 1, 2);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(FAIL, .op = OP_GRANT, .alignment = 3);
}

static void p_own(void **state) {
  (void)state;
  for (unsigned kind = RO; kind <= UR; kind++) {
    ALLOW(OK, kind, RAM(0), INITIAL);
    ALLOW(INVAL, kind, RAM(0), INITIAL + 1);
    CLAUSE("P-OWN");
    ALLOW(OK, kind, RAM(0) + INITIAL - 1, 1);
    ALLOW(INVAL, kind, RAM(0) + INITIAL, 1);
    ALLOW(INVAL, kind, RAM(0) - 1, 1);
    ALLOW(INVAL, kind, RAM(0) - 1, 2);
    ALLOW(INVAL, kind, RAM(0), SIZE_MAX);
    CLAUSE("X-WRAP");
    ALLOW(INVAL, kind, RAM(0) + 1, SIZE_MAX);
    ALLOW(INVAL, kind, UINTPTR_MAX - 7, 16);
    ALLOW(INVAL, kind, RAM(0), (size_t)INTPTR_MAX + 1);
    ALLOW(INVAL, kind, 0, 1);
  }
}

static void p_flash(void **state) {
  (void)state;
  ALLOW(OK, RO, FLASH(0) + HEADER, FLASH_SIZE - HEADER);
  ALLOW(INVAL, RO, FLASH(0) + HEADER, FLASH_SIZE - HEADER + 1);
  CLAUSE("P-FLASH");
  ALLOW(INVAL, RO, FLASH(0) + HEADER - 1, 1);
  ALLOW(INVAL, RO, FLASH(0) + HEADER - 1, 2);
  ALLOW(OK, RO, FLASH(0) + FLASH_SIZE - 1, 1);
  ALLOW(INVAL, RO, FLASH(1) + HEADER, 1);
}

static void a_kinds(void **state) {
  (void)state;
  ALLOW(INVAL, RW, FLASH(0) + HEADER, 4);
  CLAUSE("A-KINDS");
  ALLOW(INVAL, UR, FLASH(0) + HEADER, 4);
  for (unsigned kind = RO; kind <= UR; kind++)
    ALLOW(OK, kind, RAM(0) + kind, 1);
  for (unsigned kind = RO; kind <= UR; kind++) {
    ALLOW(OK, kind, 0, 0);
    VALUE(0, RAM(0) + kind);
    VALUE(1, 1);
  }
}

static void a_order(void **state) {
  (void)state;
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(NODEVICE, .op = OP_ALLOW, .kind = RW, .driver = 1, .number = 9, .address = 1, .length = 1);
  IS(FAIL, .op = OP_ALLOW, .kind = RW, .driver = 0x100, .number = 9, .address = 1, .length = 1);
  IS(OK, .op = OP_STATE, .state = STEP_YIELDED);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(INVAL, .op = OP_ALLOW, .kind = RW, .driver = 0x100, .number = 9, .address = 1, .length = 1);
  IS(NOSUPPORT, .op = OP_ALLOW, .kind = RW, .driver = 0x100, .number = 3, .address = 1, .length = 0);
  IS(NOMEM, .op = OP_ALLOW, .kind = RW, .driver = 0x100, .number = 2, .address = 1, .length = 0);
  IS(OK, .op = OP_ALLOW, .kind = RW, .driver = 0x100, .number = 2, .address = 1, .length = 0);
  IS(FAIL, .op = OP_ALLOW, .process = 3, .kind = RW, .driver = 0x100);
  IS(FAIL, .op = OP_ALLOW, .stale = true, .kind = RW, .driver = 0x100);
}

static void a_lazy(void **state) {
  (void)state;
  ALLOW(INVAL, RW, 1, 1);
  assert_true(view_of(0).kbrk == RAM(0) + RAM_SIZE);
  ALLOW(OK, RW, RAM(0), 1);
  VALUE(0, 0);
  VALUE(1, 0);
  uintptr_t made = RAM(0) + RAM_SIZE - 48;
  assert_true(view_of(0).kbrk == made && view_of(0).grant == made);
  struct model_cell cell;
  assert_true(model_cell(&model, made, &cell));
  assert_true(cell.owner == OWNER_SLOTS && !cell.known && cell.may_write);
  IS(OK, .op = OP_DRIVER_STATE, .byte = 7);
  expect_bytes(made + OPAQUE_SIZE, 8, 7);
  expect_bytes(made + OPAQUE_SIZE + 8, 16, 0);
  const uint8_t zeros[48] = {0};
  model_adopt(&model, made, zeros, 48);
  assert_true(model_cell(&model, made, &cell) && !cell.known);
  assert_int_equal(model_differs(&model, made, zeros, 48), OPAQUE_SIZE);
  IS(REFUSED, .op = OP_GRANT_WRITE, .address = made + OPAQUE_SIZE, .length = 1);
}

static void a_state(void **state) {
  (void)state;
  IS(NODEVICE, .op = OP_DRIVER_STATE, .process = 3, .driver_index = STEP_DRIVERS);
  IS(NOSUCHAPP, .op = OP_DRIVER_STATE, .process = 3);
  IS(OK, .op = OP_DRIVER_STATE, .driver_index = 1, .byte = 7);
  assert_true(view_of(0).kbrk == RAM(0) + RAM_SIZE - 48);
  expect_bytes(RAM(0) + RAM_SIZE - 48 + OPAQUE_SIZE, 8, 7);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  IS(OK, .op = OP_DRIVER_STATE, .driver_index = 1, .byte = 8);
  IS(FAIL, .op = OP_DRIVER_STATE);
  CLAUSE("A-STATE");
  IS(OK, .op = OP_STATE, .state = STEP_RUNNING);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(NOMEM, .op = OP_DRIVER_STATE);
  assert_true(view_of(0).kbrk == RAM(0) + RAM_SIZE - 48);
}

static void p_visit(void **state) {
  (void)state;
  IS(OK, .op = OP_PID_AT);
  IS(NOSUCHAPP, .op = OP_PID_AT, .stale = true);
  IS(NOSUCHAPP, .op = OP_PID_AT, .process = 2);
  IS(OK, .op = OP_VISIT, .process = 3);
  VALUE(0, 012);
  IS(OK, .op = OP_VISIT, .process = 1);
  VALUE(0, 01);
  assert_false(view_of(1).live);
  IS(OK, .op = OP_VISIT);
  VALUE(0, 01);
  IS(OK, .op = OP_VISIT);
  VALUE(0, 0);
}

static void p_write(void **state) {
  (void)state;
  IS(OK, .op = OP_KERNEL_WRITE, .offset = 4, .length = 2, .byte = 0x60);
  IS(OK, .op = OP_PUT, .address = RAM(0) + INITIAL - 2, .length = 2, .offset = 4);
  expect_rights(RAM(0) + INITIAL - 2, 2, false, true);
  assert_int_equal(byte_at(RAM(0) + INITIAL - 1), 0x61);
  assert_true(view_of(0).hwm == RAM(0));
  IS(INVAL, .op = OP_PUT, .address = RAM(0) + INITIAL - 1, .length = 2);
  IS(INVAL, .op = OP_PUT, .address = FLASH(0) + HEADER, .length = 1);
  IS(OK, .op = OP_PUT, .address = 0, .length = 0);
  IS(REFUSED, .op = OP_PUT, .address = RAM(0), .length = 2, .offset = STEP_SCRATCH_SIZE - 1);
  IS(NOSUCHAPP, .op = OP_PUT, .process = 2, .address = RAM(0));
}

static void a_lazy_exact_fit(void **state) {
  (void)state;
  uintptr_t kbrk = RAM(0) + RAM_SIZE - 48;
  IS(OK, .op = OP_BRK, .address = kbrk + 1);
  ALLOW(NOMEM, RW, RAM(0), 1);
  VALUE(0, RAM(0));
  VALUE(1, 1);
  assert_true(view_of(0).hwm == RAM(0));
  IS(OK, .op = OP_BRK, .address = kbrk);
  ALLOW(OK, RW, RAM(0), 1);
}

static void a_swap(void **state) {
  (void)state;
  ALLOW(OK, RW, 0x123, 0);
  CLAUSE("X-ZERO");
  ALLOW(OK, RW, RAM(0), 3);
  VALUE(0, 0x123);
  VALUE(1, 0);
  ALLOW(OK, RW, RAM(0) + 1, 3);
  VALUE(0, RAM(0));
  VALUE(1, 3);
  assert_true(view_of(0).last == RAM(0) + 1 && view_of(0).previous == RAM(0));
}

static void a_fail(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0), 3);
  ALLOW(INVAL, RW, 5, 6);
  VALUE(0, 5);
  VALUE(1, 6);
  ALLOW(OK, RW, RAM(0), 0);
  CLAUSE("A-UNALLOW");
  VALUE(0, RAM(0));
  VALUE(1, 3);
}

static void a_unallow(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0), 3);
  ALLOW(OK, RW, UINTPTR_MAX, 0);
  IS(OK, .op = OP_GET, .kind = RW);
  IS(OK, .op = OP_LEN);
  VALUE(0, 0);
  ALLOW(INVAL, RW, 0, 1);
}

static void a_overlap(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0), 8);
  ALLOW(OK, RO, RAM(0) + 4, 8);
  assert_int_equal(allow_as(RW, 1, RAM(0), 8), WORD_OK);
  ALLOW(OK, RW, RAM(0), 9);
}

static void a_other(void **state) {
  (void)state;
  const uintptr_t foreign[] = {RAM(1), FLASH(1) + HEADER, SCRATCH, ARRAY, RAM(3)};
  for (unsigned i = 0; i < 5; i++) {
    ALLOW(INVAL, RO, foreign[i], 1);
    CLAUSE("A-OTHER");
  }
  IS(OK, .op = OP_GRANT, .length = 8, .alignment = 8);
  for (uintptr_t a = RAM(0) + INITIAL; a < RAM(0) + RAM_SIZE; a++)
    ALLOW(INVAL, RO, a, 1);
}

static void set_registers(uintptr_t a, uintptr_t b, uintptr_t c, size_t d) {
  IS(OK, .op = OP_LET_RAW, .reg = 0, .raw = a);
  IS(OK, .op = OP_LET_RAW, .reg = 1, .raw = b);
  IS(OK, .op = OP_LET, .reg = 2, .address = c);
  IS(OK, .op = OP_LET_LENGTH, .reg = 3, .length = d);
}

static void a_abi(void **state) {
  (void)state;
  set_registers(0x100, 1, RAM(0) + 2, 6);
  assert_true(model_register(&model, 2) == RAM(0) + 2);
  IS(UNHANDLED, .op = OP_SVC, .number = 261);
  assert_int_equal(out.count, 0);
  IS(UNHANDLED, .op = OP_SVC, .number = UINTPTR_MAX);
  IS(OK, .op = OP_SVC, .number = 4);
  assert_int_equal(out.count, 4);
  VALUE(0, 130);
  VALUE(1, 0);
  VALUE(2, 0);
  VALUE(3, 6);
  assert_int_equal(out.tags[1], VALUE_ADDRESS);
  IS(OK, .op = OP_SVC, .number = 4);
  VALUE(1, RAM(0) + 2);
  VALUE(2, 6);
  IS(OK, .op = OP_SVC, .number = 7);
  VALUE(0, 2);
  VALUE(1, WORD_NOSUPPORT);
  VALUE(2, RAM(0) + 2);
  VALUE(3, 6);
  assert_int_equal(out.tags[1], VALUE_NUMBER);
  set_registers(0x100, 1, FLASH(0) + HEADER, 6);
  IS(OK, .op = OP_SVC, .number = 3);
  VALUE(1, WORD_INVAL);
}

static void expect_memop(uintptr_t operation, uintptr_t argument, uintptr_t variant, uintptr_t second) {
  set_registers(operation, argument, 23, 24);
  IS(OK, .op = OP_SVC, .number = 5);
  VALUE(0, variant);
  VALUE(1, second);
  VALUE(2, 23);
  VALUE(3, 24);
}

static void m_ops(void **state) {
  (void)state;
  const uintptr_t bounds[] = {RAM(0), RAM(0) + RAM_SIZE, FLASH(0), FLASH(0) + FLASH_SIZE, RAM(0) + RAM_SIZE};
  for (unsigned i = 0; i < 5; i++)
    expect_memop(2 + i, 22, 129, bounds[i]);
  expect_memop(7, 22, 129, 0);
  expect_memop(10, 22, 128, 22);
  expect_memop(11, 22, 128, 22);
  expect_memop(0, RAM(0) + INITIAL + 8, 128, RAM(0) + INITIAL + 8);
  expect_memop(1, (uintptr_t)-4, 129, RAM(0) + INITIAL + 8);
  expect_memop(1, 0, 129, RAM(0) + INITIAL + 4);
}

static void m_order(void **state) {
  (void)state;
  expect_memop(8, 0, 0, WORD_FAIL);
  expect_memop(9, 0, 0, WORD_FAIL);
  CLAUSE("M-ORDER");
  expect_memop(12, 0, 0, WORD_NOSUPPORT);
  expect_memop(UINTPTR_MAX, 0, 0, WORD_NOSUPPORT);
  expect_memop(0, RAM(0) + RAM_SIZE + 1, 0, WORD_INVAL);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  expect_memop(1, 4, 0, WORD_NOMEM);
  IS(OK, .op = OP_STATE, .state = STEP_STOPPED);
  expect_memop(12, 0, 0, WORD_FAIL);
  expect_memop(2, 0, 0, WORD_FAIL);
}

static void b_get(void **state) {
  (void)state;
  IS(NODEVICE, .op = OP_GET, .process = 3, .driver_index = 3);
  IS(NOSUCHAPP, .op = OP_GET, .process = 3, .number = 99);
  IS(NOSUCHAPP, .op = OP_GET, .stale = true);
  IS(INVAL, .op = OP_GET, .kind = RO, .number = 2);
  IS(OK, .op = OP_GET, .kind = RW, .number = 2);
  IS(OK, .op = OP_LEN);
  VALUE(0, 0);
  IS(OK, .op = OP_ENTER);
  VALUE(0, 0);
}

static void b_default(void **state) {
  (void)state;
  IS(OK, .op = OP_LEN);
  VALUE(0, 0);
  IS(NOSUCHAPP, .op = OP_ENTER);
  CLAUSE("B-DEFAULT");
  IS(REFUSED, .op = OP_MUT_ENTER);
  IS(OK, .op = OP_DEFAULT, .kind = UR);
  IS(NOSUCHAPP, .op = OP_MUT_ENTER);
}

static void b_len_and_ptr(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0) + 3, 4);
  assert_int_equal(allow_as(RW, 1, RAM(0) + 3, 0), WORD_OK);
  IS(OK, .op = OP_GET, .buffer = 1, .kind = RW);
  IS(OK, .op = OP_GET, .buffer = 2, .kind = RW, .number = 1);
  assert_int_equal(model_buffer_length(&model, 1), 4);
  IS(OK, .op = OP_PTR, .buffer = 1);
  VALUE(0, RAM(0) + 3);
  IS(OK, .op = OP_PTR, .buffer = 2);
  VALUE(0, 0);
  IS(OK, .op = OP_CONSUME, .buffer = 2);
  VALUE(0, RAM(0) + 3);
  VALUE(1, 0);
}

static void b_enter(void **state) {
  (void)state;
  for (unsigned i = 0; i < STEP_NESTING_MAX; i++)
    enter_ram(0, 4);
  assert_int_equal(model_nesting(&model), STEP_NESTING_MAX);
  IS(REFUSED, .op = OP_ENTER, .buffer = 7);
  for (unsigned i = 0; i < STEP_NESTING_MAX; i++)
    IS(OK, .op = OP_LEAVE, .status = (uint8_t)i);
  IS(REFUSED, .op = OP_LEAVE);
}

static void b_ro(void **state) {
  (void)state;
  IS(OK, .op = OP_EXTERNAL, .kind = RO, .capability = true, .address = FLASH(0) + HEADER, .length = 4);
  IS(REFUSED, .op = OP_MUT_ENTER);
  IS(OK, .op = OP_ENTER, .slice = 1);
  IS(REFUSED, .op = OP_SET, .slice = 1);
  IS(REFUSED, .op = OP_FILL, .slice = 1);
  IS(REFUSED, .op = OP_COPY_FROM, .slice = 1, .length = 4);
  IS(REFUSED, .op = OP_MOVE, .slice = 1, .slice2 = 1);
  IS(REFUSED, .op = OP_CHUNKS_MUT, .slice = 1, .length = 1);
  IS(REFUSED, .op = OP_APPEND, .slice = 1);
  IS(REFUSED, .op = OP_APPEND_FROM, .slice = 1);
  enter_ram(0, 4);
  IS(OK, .op = OP_VIEW, .slice = 2, .slice2 = 0);
  VALUE(0, 4);
  IS(REFUSED, .op = OP_SET, .slice = 2);
  IS(OK, .op = OP_SET, .slice = 0, .length = 3, .byte = 9);
  IS(OK, .op = OP_AT, .slice = 2, .length = 3);
  VALUE(0, 9);
}

static void b_external(void **state) {
  (void)state;
  IS(INVAL, .op = OP_EXTERNAL, .process = 3);
  CLAUSE("B-EXTERNAL");
  IS(NOSUCHAPP, .op = OP_EXTERNAL, .process = 3, .capability = true);
  IS(INVAL, .op = OP_EXTERNAL, .capability = true, .kind = RW, .address = FLASH(0) + HEADER, .length = 1);
  IS(OK, .op = OP_EXTERNAL, .capability = true, .kind = RO, .address = 1, .length = 0);
  IS(OK, .op = OP_EXTERNAL, .capability = true, .kind = RW, .address = RAM(0), .length = INITIAL);
  IS(OK, .op = OP_TO_USER);
  ALLOW(OK, RW, 0, 0);
  IS(OK, .op = OP_LEN);
  VALUE(0, INITIAL);
  assert_true(view_of(0).last == RAM(0)); // not an allow
  IS(OK, .op = OP_RESTART);
  IS(NOSUCHAPP, .op = OP_ENTER);
  CLAUSE("P-GEN");
}

static void b_consume(void **state) {
  (void)state;
  IS(OK, .op = OP_EXTERNAL, .capability = true, .kind = RW, .address = RAM(0), .length = 2);
  IS(OK, .op = OP_TERMINATE);
  IS(OK, .op = OP_CONSUME);
  VALUE(0, RAM(0));
  VALUE(1, 2);
  IS(OK, .op = OP_CONSUME);
  VALUE(0, 0);
  IS(NOSUCHAPP, .op = OP_MUT_ENTER);
}

static void expect_entry_over(const struct step *call, bool over) {
  IS(OK, .op = OP_GET, .kind = RW);
  step(call);
  IS(OK, .op = OP_LEN);
  VALUE(0, over ? 0 : 4);
}

static void b_returned(void **state) {
  (void)state;
  ALLOW(OK, RW, RAM(0), 4);
  expect_entry_over(&(struct step){.op = OP_ALLOW, .process = 1, .driver = 1}, true);
  CLAUSE("B-RETURNED");
  expect_entry_over(&(struct step){.op = OP_BRK, .process = 3}, true);
  expect_entry_over(&(struct step){.op = OP_SBRK}, true);
  expect_entry_over(&(struct step){.op = OP_TO_USER, .process = 3}, true);
  expect_entry_over(&(struct step){.op = OP_SVC, .number = 3}, true);
  expect_entry_over(&(struct step){.op = OP_SVC, .number = 2}, false);
  expect_entry_over(&(struct step){.op = OP_FROM_USER}, false);
  expect_entry_over(&(struct step){.op = OP_GRANT, .alignment = 1}, false);
}

static void x_epoch(void **state) {
  (void)state;
  enter_ram(0, 4);
  IS(OK, .op = OP_SUB_FROM, .slice = 1, .slice2 = 0, .length = 2);
  enter_ram(0, 4);
  IS(OK, .op = OP_TO_USER);
  IS(OK, .op = OP_AT, .slice = 1);
  IS(OK, .op = OP_LEAVE);
  IS(PANIC, .op = OP_SLICE_LEN, .slice = 0);
  CLAUSE("X-EPOCH");
  IS(OK, .op = OP_SLICE_LEN, .slice = 1);
  IS(OK, .op = OP_LEAVE);
  assert_int_equal(model_slice_length(&model, 1), 0);
  IS(PANIC, .op = OP_SUB, .slice = 2, .slice2 = 1);
  IS(PANIC, .op = OP_CHUNKS, .slice = 1, .length = 0);
  IS(PANIC, .op = OP_COPY_TO, .slice = 1, .length = 99);
  IS(PANIC, .op = OP_MOVE, .slice = 1, .slice2 = 2);
  IS(PANIC, .op = OP_APPEND, .slice = 1);
  IS(OK, .op = OP_SLICE_LEN, .slice = 2);
}

static void s_get(void **state) {
  (void)state;
  enter_ram(8, 8);
  IS(ABSENT, .op = OP_AT, .length = 8);
  IS(PANIC, .op = OP_MUST_AT, .length = SIZE_MAX);
  IS(OK, .op = OP_AT, .length = 7);
  expect_rights(RAM(0) + 15, 1, true, false);
  expect_rights(RAM(0) + 16, 1, false, false);
  IS(ABSENT, .op = OP_SET, .length = 8);
  IS(PANIC, .op = OP_MUST_SET, .length = 8);
  IS(OK, .op = OP_MUST_SET, .length = 0, .byte = 3);
  expect_rights(RAM(0) + 8, 1, false, true);
  IS(ABSENT, .op = OP_SUB, .slice = 1, .length = 3, .length2 = 2);
  IS(ABSENT, .op = OP_SUB, .slice = 1, .length = 3, .length2 = 9);
  IS(PANIC, .op = OP_MUST_SUB, .slice = 1, .length = SIZE_MAX, .length2 = SIZE_MAX);
  IS(OK, .op = OP_SUB, .slice = 1, .length = 8, .length2 = 8);
  VALUE(0, 0);
  IS(OK, .op = OP_SUB, .slice = 1, .length = 2, .length2 = 6);
  IS(ABSENT, .op = OP_SUB_TO, .slice = 2, .slice2 = 1, .length = 5);
  IS(ABSENT, .op = OP_SUB_FROM, .slice = 2, .slice2 = 1, .length = 5);
  IS(OK, .op = OP_SUB_FROM, .slice = 2, .slice2 = 1, .length = 3);
  IS(OK, .op = OP_SET, .slice = 2, .length = 0, .byte = 77);
  assert_int_equal(byte_at(RAM(0) + 8 + 2 + 3), 77);
}

static void s_copy(void **state) {
  (void)state;
  enter_ram(8, 8);
  IS(SIZE, .op = OP_COPY_TO, .length = 7);
  CLAUSE("S-COPY");
  expect_rights(RAM(0) + 8, 8, false, false);
  IS(SIZE, .op = OP_COPY_FROM, .offset = SIZE_MAX, .length = SIZE_MAX);
  IS(PANIC, .op = OP_MUST_COPY_FROM, .length = 9);
  IS(REFUSED, .op = OP_COPY_FROM, .offset = STEP_SCRATCH_SIZE - 7, .length = 8);
  IS(OK, .op = OP_COPY_FROM, .offset = STEP_SCRATCH_SIZE - 8, .length = 8);
  expect_rights(RAM(0) + 8, 8, false, true);
  assert_int_equal(byte_at(RAM(0) + 8), step_scratch_pattern(STEP_SCRATCH_SIZE - 8));
  IS(OK, .op = OP_MUST_COPY_TO, .offset = 1, .length = 8);
  expect_rights(SCRATCH + 1, 8, false, true);
  expect_rights(RAM(0) + 8, 8, true, false);
  assert_int_equal(byte_at(SCRATCH + 1), step_scratch_pattern(STEP_SCRATCH_SIZE - 8));
}

static void s_move(void **state) {
  (void)state;
  IS(OK, .op = OP_USER_WRITE, .address = RAM(0), .length = 9, .byte = 1);
  enter_ram(0, 9);
  IS(OK, .op = OP_SUB_TO, .slice = 1, .slice2 = 0, .length = 8);
  IS(OK, .op = OP_SUB_FROM, .slice = 2, .slice2 = 0, .length = 1);
  IS(SIZE, .op = OP_MOVE, .slice = 0, .slice2 = 1);
  IS(OK, .op = OP_MOVE, .slice = 2, .slice2 = 1);
  for (unsigned i = 0; i < 8; i++)
    assert_int_equal(byte_at(RAM(0) + 1 + i), 1 + i);
  size_t bad = 0;
  assert_int_equal(model_load(&model, RAM(0), 8, &bad), VERDICT_FINE);
  assert_int_equal(model_store(&model, RAM(0) + 1, 8, &bad), VERDICT_FINE);
  IS(OK, .op = OP_MOVE, .slice = 1, .slice2 = 2);
  for (unsigned i = 0; i < 8; i++)
    assert_int_equal(byte_at(RAM(0) + i), 1 + i);
}

static void s_fill_cmp_iter(void **state) {
  (void)state;
  enter_ram(8, 3);
  IS(OK, .op = OP_FILL, .byte = 6);
  expect_bytes(RAM(0) + 8, 3, 6);
  expect_bytes(RAM(0) + 11, 1, 0);
  IS(OK, .op = OP_BYTES);
  VALUE(0, 3);
  VALUE(1, digest_byte(digest_byte(digest_byte(DIGEST_START, 6), 6), 6));
  IS(OK, .op = OP_COMPARE, .length = 3);
  VALUE(0, 0);
  IS(OK, .op = OP_COPY_TO, .offset = 4, .length = 3);
  IS(OK, .op = OP_COMPARE, .offset = 4, .length = 3);
  VALUE(0, 1);
  expect_rights(RAM(0) + 8, 3, true, false);
  IS(SIZE, .op = OP_COMPARE, .length = 4);
}

static void s_chunks(void **state) {
  (void)state;
  enter_ram(8, 5);
  IS(INVAL, .op = OP_CHUNKS, .length = 0);
  IS(INVAL, .op = OP_CHUNKS_MUT, .length = 0);
  IS(OK, .op = OP_CHUNKS_MUT, .length = 2, .byte = 255);
  VALUE(0, 3);
  const uint8_t expected[] = {255, 255, 0, 0, 1};
  assert_int_equal(model_differs(&model, RAM(0) + 8, expected, 5), 5);
  IS(OK, .op = OP_CHUNKS, .length = 2);
  VALUE(0, 3);
  const uint8_t seen[] = {255, 255, 2, 0, 0, 2, 1, 1};
  uint32_t digest = DIGEST_START;
  for (unsigned i = 0; i < sizeof seen; i++)
    digest = digest_byte(digest, seen[i]);
  VALUE(1, digest);
  IS(OK, .op = OP_CHUNKS, .length = SIZE_MAX);
  VALUE(0, 1);
  IS(OK, .op = OP_SUB_TO, .slice2 = 0, .length = 0);
  IS(OK, .op = OP_CHUNKS, .length = 3);
  VALUE(0, 0);
  VALUE(1, DIGEST_START);
}

static void s_wrap(void **state) {
  (void)state;
  IS(REFUSED, .op = OP_WRAP, .offset = 1, .length = STEP_ARRAY_SIZE);
  IS(REFUSED, .op = OP_WRAP, .offset = 1, .length = SIZE_MAX);
  IS(OK, .op = OP_WRAP_MUT, .slice = 1, .offset = 250, .length = 6);
  IS(OK, .op = OP_FILL, .slice = 1, .byte = 4);
  expect_bytes(ARRAY + 250, 6, 4);
  IS(OK, .op = OP_WRAP, .slice = 1, .offset = 249, .length = 2);
  IS(REFUSED, .op = OP_FILL, .slice = 1);
  IS(OK, .op = OP_AT, .slice = 1, .length = 1);
  VALUE(0, 4);
}

static void x_zero(void **state) {
  (void)state;
  IS(OK, .op = OP_EXTERNAL, .capability = true, .kind = RW, .address = UINTPTR_MAX, .length = 0);
  IS(OK, .op = OP_MUT_ENTER);
  IS(OK, .op = OP_FILL);
  IS(OK, .op = OP_BYTES);
  IS(OK, .op = OP_COPY_FROM);
  IS(OK, .op = OP_MOVE);
  IS(OK, .op = OP_SUB_FROM, .slice = 1);
  IS(ABSENT, .op = OP_AT);
  IS(SIZE, .op = OP_APPEND);
  size_t count, bad;
  model_touched(&model, &count);
  assert_int_equal(count, 0);
  assert_int_equal(model_load(&model, 0, 0, &bad), VERDICT_EMPTY);
  assert_int_equal(model_store(&model, RAM(0), 0, &bad), VERDICT_EMPTY);
}

static void t_header(void **state) {
  (void)state;
  enter_ram(64, 7);
  IS(SIZE, .op = OP_APPEND);
  CLAUSE("T-HEADER");
  expect_rights(RAM(0) + 64, 8, false, false);
  stream(4, 0, 1, 0);
  IS(INVAL, .op = OP_APPEND);
  expect_rights(RAM(0) + 64, 8, true, false);
  stream(4, 4, 0, 0);
  IS(INVAL, .op = OP_APPEND);
  stream(4, 0x10, 0, 0); // a reserved flag in the other byte
  IS(INVAL, .op = OP_APPEND_FROM, .length = 9);
  expect_rights(RAM(0) + 72, 4, false, false);
}

static void t_halt(void **state) {
  (void)state;
  stream(4, 3, 0, UINT32_MAX);
  IS(BUSY, .op = OP_APPEND, .length = 1);
  CLAUSE("T-HALT");
  expect_rights(RAM(0) + 64, 8, true, false);
}

static void t_append(void **state) {
  (void)state;
  stream(4, 2, 0, 0);
  IS(OK, .op = OP_APPEND, .offset = 10, .length = 3);
  VALUE(0, 1);
  VALUE(1, 3);
  expect_rights(RAM(0) + 64, 4, true, false);
  expect_rights(RAM(0) + 68, 4, true, true);
  expect_rights(RAM(0) + 72, 3, false, true);
  expect_rights(RAM(0) + 75, 1, false, false);
  assert_int_equal(byte_at(RAM(0) + 72), step_scratch_pattern(10));
  IS(REFUSED, .op = OP_APPEND, .offset = STEP_SCRATCH_SIZE, .length = 1);
  expect_rights(RAM(0) + 64, 8, false, false);
  IS(OK, .op = OP_APPEND, .offset = 0, .length = 1);
  VALUE(0, 0);
  VALUE(1, 4);
  const uint8_t flags[] = {0, 0, 0, 2};
  assert_int_equal(model_differs(&model, RAM(0) + 64, flags, 4), 4);
  uint32_t offset = 4;
  assert_int_equal(model_differs(&model, RAM(0) + 68, (const uint8_t *)&offset, 4), 4);
}

static void t_append_beyond_32_bits(void **state) {
  (void)state;
  stream(4, 0, 0, UINT32_MAX);
  IS(FAIL, .op = OP_APPEND, .length = 1);
  expect_rights(RAM(0) + 64, 8, true, false);
  IS(SIZE, .op = OP_APPEND, .length = 0);
  CLAUSE("T-FULL");
  IS(FAIL, .op = OP_APPEND, .length = SIZE_MAX);
}

static void t_full(void **state) {
  (void)state;
  stream(4, 0, 0, 2);
  IS(SIZE, .op = OP_APPEND, .length = 3);
  CLAUSE("T-FULL");
  expect_rights(RAM(0) + 64, 3, true, false);
  expect_rights(RAM(0) + 67, 1, true, true);
  expect_rights(RAM(0) + 68, 4, true, false);
  expect_rights(RAM(0) + 72, 4, false, false);
  assert_int_equal(byte_at(RAM(0) + 67), 1);
  IS(OK, .op = OP_APPEND, .length = 2);
  VALUE(0, 0);
  assert_int_equal(byte_at(RAM(0) + 67), 1);
}

static void t_empty(void **state) {
  (void)state;
  stream(4, 0, 0, 4);
  IS(OK, .op = OP_APPEND);
  CLAUSE("T-EMPTY");
  VALUE(0, 0);
  VALUE(1, 4);
  size_t count;
  model_touched(&model, &count);
  assert_int_equal(count, 0);
  stream(4, 0, 0, 5);
  IS(SIZE, .op = OP_APPEND_FROM);
  stream(0, 0, 0, 0);
  IS(OK, .op = OP_APPEND);
  VALUE(0, 0);
}

static void t_iter(void **state) {
  (void)state;
  stream(40, 0, 0, 2);
  IS(REFUSED, .op = OP_APPEND_FROM, .length = STEP_SOURCE_MAX + 1);
  IS(OK, .op = OP_APPEND_FROM, .offset = STEP_SCRATCH_SIZE - 1, .length = 2);
  VALUE(1, 4);
  assert_int_equal(byte_at(RAM(0) + 74), step_scratch_pattern(STEP_SCRATCH_SIZE - 1));
  assert_int_equal(byte_at(RAM(0) + 75), step_scratch_pattern(0));
  IS(SIZE, .op = OP_APPEND_FROM, .length = 37);
  expect_rights(RAM(0) + 67, 1, true, true);
  expect_rights(RAM(0) + 75, 1, false, false);
  expect_rights(RAM(0) + 76, 36, false, true);
  struct model_cell cell;
  assert_true(model_cell(&model, RAM(0) + 76, &cell) && !cell.known);
  size_t count;
  assert_true(model_touched(&model, &count)[1].length == 36 && count == 2);
  uint8_t found[36];
  memset(found, 0x5a, sizeof found);
  model_adopt(&model, RAM(0) + 76, found, sizeof found);
  expect_bytes(RAM(0) + 76, 36, 0x5a);
}

static void x_bounds_and_fetch1(void **state) {
  (void)state;
  enter_ram(8, 8);
  IS(OK, .op = OP_BYTES);
  size_t bad = 99;
  assert_int_equal(model_load(&model, RAM(0) + 7, 2, &bad), VERDICT_OUTSIDE);
  assert_int_equal(bad, 0);
  assert_int_equal(model_load(&model, RAM(0) + 8, 9, &bad), VERDICT_OUTSIDE);
  assert_int_equal(bad, 8);
  assert_int_equal(model_load(&model, RAM(0) + 8, 5, &bad), VERDICT_FINE);
  assert_int_equal(model_load(&model, RAM(0) + 10, 5, &bad), VERDICT_TWICE);
  assert_int_equal(bad, 0);
  assert_int_equal(model_store(&model, RAM(0) + 15, 1, &bad), VERDICT_NO_RIGHT);
  assert_int_equal(model_load(&model, UINTPTR_MAX, SIZE_MAX, &bad), VERDICT_OUTSIDE);
  assert_true(model_reads(&model, RAM(0) + 8) && !model_reads(&model, RAM(0) + 16) &&
              !model_reads(&model, 0));
  IS(OK, .op = OP_FILL);
  assert_int_equal(model_load(&model, RAM(0) + 8, 1, &bad), VERDICT_NO_RIGHT);
  IS(OK, .op = OP_MOVE);
  assert_int_equal(model_store(&model, RAM(0) + 8, 1, &bad), VERDICT_FINE);
  assert_int_equal(model_load(&model, RAM(0) + 8, 1, &bad), VERDICT_READ_BACK);
  assert_int_equal(model_load(&model, RAM(0) + 9, 1, &bad), VERDICT_FINE);
}

static void x_door(void **state) {
  (void)state;
  size_t bad;
  IS(OK, .op = OP_BRK, .address = RAM(0) + INITIAL + 8);
  assert_int_equal(model_store(&model, RAM(0) + INITIAL, 1, &bad), VERDICT_DOOR);
  assert_int_equal(model_load(&model, RAM(0) + INITIAL, 1, &bad), VERDICT_DOOR);
  assert_int_equal(model_zeroing(&model, RAM(0) + INITIAL - 1, 1, &bad), VERDICT_OUTSIDE);
  assert_int_equal(model_zeroing(&model, RAM(0) + INITIAL, 0, &bad), VERDICT_EMPTY);
  assert_int_equal(model_zeroing(&model, RAM(0) + INITIAL, 8, &bad), VERDICT_FINE);
  enter_ram(8, 8);
  IS(OK, .op = OP_FILL);
  assert_int_equal(model_zeroing(&model, RAM(0) + 8, 8, &bad), VERDICT_DOOR);
}

// A kernel array's bytes are a user's to the user door, unless the build keeps them apart.
static void x_door_of_kernel_arrays(void **state) {
  (void)state;
  size_t bad;
  for (unsigned split = 0; split < 2; split++) {
    struct model_setup setup = standard();
    setup.split = split;
    model_start(&model, &setup);
    IS(OK, .op = OP_WRAP_MUT, .slice = 0, .length = 4);
    IS(OK, .op = OP_FILL, .slice = 0);
    assert_int_equal(model_store(&model, ARRAY, 4, &bad), split ? VERDICT_DOOR : VERDICT_FINE);
    IS(OK, .op = OP_BYTES, .slice = 0);
    assert_int_equal(model_load(&model, ARRAY, 1, &bad), split ? VERDICT_DOOR : VERDICT_FINE);
  }
}

static void c_number(void **state) {
  (void)state;
  IS(OK, .op = OP_WRAP_MUT, .slice = 0, .length = 15);
  IS(OK, .op = OP_WRAP, .slice = 1, .length = 15);
  IS(OK, .op = OP_WRITE_NUMBER, .slice = 0, .encoding = STEP_U8, .raw = 0x1ff);
  IS(OK, .op = OP_WRITE_NUMBER, .slice = 0, .encoding = STEP_U16_BE, .raw = 0x0102);
  IS(OK, .op = OP_WRITE_NUMBER, .slice = 0, .encoding = STEP_U32_LE, .raw = 0x06050403);
  IS(OK, .op = OP_WRITE_NUMBER, .slice = 0, .encoding = STEP_U64_BE, .raw = 0x0708090a0b0c0d0e);
  VALUE(0, 0);
  IS(SIZE, .op = OP_WRITE_NUMBER, .slice = 0, .encoding = STEP_U8);
  CLAUSE("C-NUMBER");
  assert_int_equal(byte_at(ARRAY), 0xff);
  for (unsigned i = 1; i < 15; i++)
    assert_int_equal(byte_at(ARRAY + i), i);
  IS(OK, .op = OP_READ_NUMBER, .slice = 1, .encoding = STEP_U8);
  IS(OK, .op = OP_READ_NUMBER, .slice = 1, .encoding = STEP_U32_BE);
  VALUE(0, 0x01020304);
  VALUE(1, 0);
  VALUE(2, 10);
  IS(OK, .op = OP_READ_NUMBER, .slice = 1, .encoding = STEP_U64_LE);
  VALUE(0, 0x08070605);
  VALUE(1, 0x0c0b0a09);
  VALUE(2, 2);
  IS(SIZE, .op = OP_READ_NUMBER, .slice = 1, .encoding = STEP_U32_LE);
  IS(REFUSED, .op = OP_WRITE_NUMBER, .slice = 1, .encoding = STEP_U8);
}

static void c_bytes(void **state) {
  (void)state;
  IS(OK, .op = OP_WRAP_MUT, .slice = 0, .length = 8);
  IS(OK, .op = OP_TAKE, .slice = 1, .slice2 = 0, .length = 3);
  VALUE(0, 5);
  assert_int_equal(model_slice_length(&model, 1), 3);
  IS(SIZE, .op = OP_READ_BYTES, .slice = 1, .length = 4);
  IS(OK, .op = OP_READ_BYTES, .slice = 1, .offset = 7, .length = 3);
  assert_int_equal(byte_at(SCRATCH + 8), step_array_pattern(1));
  IS(OK, .op = OP_WRITE_BYTES, .slice = 0, .offset = 7, .length = 3);
  assert_int_equal(byte_at(ARRAY + 4), step_array_pattern(1));
  IS(OK, .op = OP_TAKE, .slice = 0, .slice2 = 0, .length = 1);
  VALUE(0, 1);
  assert_int_equal(model_slice_length(&model, 0), 1);
}

static void c_text(void **state) {
  (void)state;
  IS(OK, .op = OP_WRAP_MUT, .slice = 0, .length = 8);
  IS(OK, .op = OP_FILL, .slice = 0, .byte = 'a');
  IS(OK, .op = OP_SET, .slice = 0, .length = 2, .byte = 0);
  IS(SIZE, .op = OP_READ_TEXT, .slice = 0, .length = 2);
  CLAUSE("C-TEXT");
  assert_true(byte_at(SCRATCH) == 0 && byte_at(SCRATCH + 1) == 0);
  assert_int_equal(byte_at(SCRATCH + 2), step_scratch_pattern(2));
  IS(OK, .op = OP_READ_TEXT, .slice = 0, .length = 3);
  VALUE(0, 5);
  assert_true(byte_at(SCRATCH) == 'a' && byte_at(SCRATCH + 2) == 0);
  IS(SIZE, .op = OP_READ_TEXT, .slice = 0, .length = 99);
  IS(OK, .op = OP_WRITE_TEXT, .slice = 0, .offset = 1);
  VALUE(0, 4);
  IS(REFUSED, .op = OP_READ_TEXT, .slice = 0, .offset = 1, .length = STEP_SCRATCH_SIZE);
}

static void c_gather(void **state) {
  (void)state;
  size_t bad;
  const struct step first = {
      .op = OP_EXTERNAL, .buffer = 1, .capability = true, .address = RAM(0), .length = 4};
  const struct step second = {
      .op = OP_EXTERNAL, .buffer = 2, .capability = true, .address = RAM(0) + 2, .length = 4};
  assert_int_equal(step(&first), WORD_OK);
  assert_int_equal(step(&second), WORD_OK);
  IS(NOSUCHAPP, .op = OP_GATHER, .buffer = 1, .buffer2 = 0, .length = 4);
  IS(SIZE, .op = OP_GATHER, .buffer = 1, .buffer2 = 2, .length = 9);
  CLAUSE("C-GATHER");
  IS(OK, .op = OP_GATHER, .buffer = 1, .buffer2 = 2, .length = 8);
  assert_int_equal(model_load(&model, RAM(0), 4, &bad), VERDICT_FINE);
  assert_int_equal(model_load(&model, RAM(0) + 2, 4, &bad), VERDICT_FINE);
  assert_int_equal(model_load(&model, RAM(0) + 2, 1, &bad), VERDICT_TWICE);
  assert_int_equal(model_load(&model, RAM(0), 1, &bad), VERDICT_TWICE);
}

static void t_iter_of_itself(void **state) {
  (void)state;
  stream(4, 0, 0, 0);
  IS(PANIC, .op = OP_APPEND_ITSELF);
  CLAUSE("T-ITER");
  IS(OK, .op = OP_WRAP_MUT, .slice = 3, .length = 16);
  IS(REFUSED, .op = OP_APPEND_ITSELF, .slice = 3);
}

static void race(void **state) {
  (void)state;
  stream(4, 0, 0, 0);
  uintptr_t address;
  uint8_t byte;
  IS(REFUSED, .op = OP_RACE, .address = RAM(0) + INITIAL);
  IS(OK, .op = OP_RACE, .address = RAM(0) + 64, .byte = 9);
  assert_false(model_race(&model, &address, &byte));
  IS(OK, .op = OP_APPEND, .length = 1);
  assert_true(model_race(&model, &address, &byte) && address == RAM(0) + 64 && byte == 9);
  model_race_fired(&model);
  model_race_fired(&model);
  assert_int_equal(byte_at(RAM(0) + 64), 9);
  size_t count;
  model_touched(&model, &count);
  assert_int_equal(count, 3);
  IS(OK, .op = OP_RACE, .address = RAM(0) + 64, .byte = 8);
  IS(REFUSED, .op = OP_WRAP, .length = SIZE_MAX);
  IS(INVAL, .op = OP_APPEND);
  assert_false(model_race(&model, &address, &byte));
  IS(OK, .op = OP_RACE, .address = RAM(0) + 64, .byte = 8);
  IS(OK, .op = OP_FILL, .byte = 1);
  model_race_fired(&model);
  assert_int_equal(byte_at(RAM(0) + 64), 1);
}

static void userspace(void **state) {
  (void)state;
  IS(REFUSED, .op = OP_USER_WRITE, .address = RAM(0), .length = 0);
  IS(REFUSED, .op = OP_USER_WRITE, .address = RAM(0), .length = INITIAL + 1);
  IS(REFUSED, .op = OP_USER_WRITE, .address = RAM(0), .length = SIZE_MAX);
  IS(REFUSED, .op = OP_USER_WRITE, .address = FLASH(0) + HEADER, .length = 1);
  IS(OK, .op = OP_USER_WRITE, .address = RAM(1), .length = INITIAL, .byte = 255);
  assert_int_equal(byte_at(RAM(1) + 1), 0);
  IS(OK, .op = OP_USER_READ, .address = FLASH(0) + HEADER, .length = 1);
  VALUE(0, digest_byte(DIGEST_START, step_flash_pattern(HEADER)));
  IS(REFUSED, .op = OP_USER_READ, .address = FLASH(0) + HEADER - 1, .length = 2);
  IS(REFUSED, .op = OP_HEADER, .address = RAM(0) + INITIAL - 7);
  IS(OK, .op = OP_HEADER, .address = RAM(0), .byte = 0xa5, .byte2 = 0xa5, .length = 0);
  assert_true(byte_at(RAM(0) + 2) == 0xa0 && byte_at(RAM(0) + 3) == 0x05);
  assert_true(byte_at(RAM(0)) + byte_at(RAM(0) + 1) == 0xa5);
  IS(OK, .op = OP_TERMINATE);
  IS(REFUSED, .op = OP_USER_READ, .address = RAM(0), .length = 1);
  IS(REFUSED, .op = OP_KERNEL_WRITE, .offset = STEP_SCRATCH_SIZE, .length = 1);
  IS(OK, .op = OP_KERNEL_WRITE, .offset = STEP_SCRATCH_SIZE - 2, .length = 2, .byte = 7);
  assert_int_equal(byte_at(SCRATCH + STEP_SCRATCH_SIZE - 1), 8);
}

static void abstract_edges(void **state) {
  (void)state;
  size_t bad;
  expect_layout(WORD_INVAL, UINTPTR_MAX, 1, 0);
  expect_layout(WORD_OK, 1, UINTPTR_MAX - 1, UINTPTR_MAX - 1);
  assert_int_equal(model_zeroing(&model, 1, UINTPTR_MAX - 1, &bad), VERDICT_FINE);
  assert_int_equal(model_zeroing(&model, 0, 1, &bad), VERDICT_OUTSIDE);
  assert_int_equal(model_zeroing(&model, 2, SIZE_MAX, &bad), VERDICT_OUTSIDE);
  assert_true(bad == UINTPTR_MAX - 2);
  assert_int_equal(model_load(&model, 1, 1, &bad), VERDICT_DOOR);
  assert_int_equal(model_store(&model, 1, 1, &bad), VERDICT_DOOR);
  ALLOW(INVAL, RW, UINTPTR_MAX, 1);
  ALLOW(INVAL, RW, 0, 1);
  ALLOW(NOMEM, RW, 1, UINTPTR_MAX - 1);
  IS(OK, .op = OP_SBRK, .length = SIZE_MAX - 99);
  VALUE(0, UINTPTR_MAX);
  ALLOW(REFUSED, RW, 1, 1);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  ALLOW(NOMEM, RW, 1, 1);
  IS(OK, .op = OP_SBRK, .length = (size_t)INTPTR_MIN);
  IS(OK, .op = OP_EXTERNAL, .capability = true, .kind = RW, .address = 1, .length = INTPTR_MAX - 101);
  IS(OK, .op = OP_LEN);
  VALUE(0, INTPTR_MAX - 101);
  IS(REFUSED, .op = OP_ENTER);
  IS(REFUSED, .op = OP_USER_WRITE, .address = 1, .length = 1);
  IS(REFUSED, .op = OP_DRIVER_STATE);
  IS(OK, .op = OP_GRANT, .length = 1, .alignment = ~(UINTPTR_MAX >> 1));
  VALUE(0, ~(UINTPTR_MAX >> 1));
  IS(OK, .op = OP_WRAP_MUT, .slice = 3, .length = 4);
  IS(OK, .op = OP_FILL, .slice = 3);
}

static void abstract_overlap(void **state) {
  (void)state;
  IS(OK, .op = OP_LAYOUT_FLASH, .address = 100, .length = 10, .length2 = 10);
  expect_layout(WORD_INVAL, 109, 10, 0);
  IS(OK, .op = OP_LAYOUT_FLASH, .address = 100, .length = 9, .length2 = 9);
  expect_layout(WORD_OK, 109, 10, 0);
  expect_layout(WORD_INVAL, 108, 1, 0);
  expect_layout(WORD_INVAL, 0, UINTPTR_MAX, 0);
  expect_layout(WORD_OK, 110, 0, 0); // nothing overlaps no bytes
}

// P-GRANT: nothing with a size starts at address 0, and the hook is not asked.
static void abstract_grant_at_zero(void **state) {
  (void)state;
  expect_layout(WORD_OK, 0, 64, 0);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  IS(NOMEM, .op = OP_GRANT, .length = 64, .alignment = 1);
  CLAUSE("P-GRANT");
  IS(NOMEM, .op = OP_GRANT, .length = 1, .alignment = 128);
  IS(NOMEM, .op = OP_GRANT, .length = 63, .alignment = 1); // the hook, asked now
  IS(OK, .op = OP_GRANT, .length = 63, .alignment = 1);
  VALUE(0, 1);
  IS(OK, .op = OP_GRANT, .length = 0, .alignment = 2);
  VALUE(0, 0);
  assert_true(view_of(0).kbrk == 0);
}

static void abstract_slots_at_zero(void **state) {
  (void)state;
  expect_layout(WORD_OK, 0, 51, 0);
  IS(OK, .op = OP_REFUSE, .byte = 1);
  ALLOW(NOMEM, RW, 0, 0); // they would fit in [0, 51)
  CLAUSE("A-ORDER");
  IS(NOMEM, .op = OP_SBRK, .length = 1); // the hook had not been asked
  IS(OK, .op = OP_LAYOUT_RAM, .address = 51, .length = 52);
  IS(OK, .op = OP_CREATE);
  IS(REFUSED, .op = OP_ALLOW, .process = 1, .kind = RW, .driver = 0x100);
}

// Random steps

static uint32_t seed;

static uint32_t below(uint32_t n) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

static uintptr_t random_address(void) {
  struct model_view view = view_of(below(STEP_PROCESS_SLOTS));
  const uintptr_t bases[] = {view.ram,      view.brk,      view.kbrk,  view.end,     view.hwm,    view.last,
                             view.flash,    view.readable, view.grant, SCRATCH,      UINTPTR_MAX, 0,
                             RAM(below(4)), view.ram,      view.ram,   view.brk - 32};
  return bases[below(16)] + below(33) - (below(2) ? 16 : 0);
}

static size_t random_length(void) {
  const size_t lengths[] = {below(5),
                            below(20),
                            below(300),
                            8,
                            model_slice_length(&model, below(STEP_SLICES)),
                            SIZE_MAX - below(16),
                            (size_t)INTPTR_MIN,
                            below(9)};
  return lengths[below(8)];
}

static struct step random_step(void) {
  const uintptr_t drivers[] = {0x100, 0x101, 0x102, 7};
  return (struct step){.op = (uint8_t)below(OP_COUNT),
                       .process = (uint8_t)below(STEP_PROCESS_SLOTS),
                       .stale = below(8) == 0,
                       .kind = (uint8_t)below(3),
                       .state = (uint8_t)(below(4) == 0 ? below(5) : 0),
                       .buffer = (uint8_t)below(STEP_BUFFERS),
                       .slice = (uint8_t)below(STEP_SLICES),
                       .slice2 = (uint8_t)below(STEP_SLICES),
                       .reg = (uint8_t)below(STEP_REGISTERS),
                       .pin = (uint8_t)below(STEP_PINS),
                       .direction = (uint8_t)below(2),
                       .byte = (uint8_t)below(4),
                       .byte2 = (uint8_t)(below(4) == 0),
                       .status = (uint8_t)below(14),
                       .capability = below(8) != 0,
                       .driver = drivers[below(4)],
                       .driver_index = (uint8_t)below(4),
                       .number = below(8),
                       .alignment = (uintptr_t)1 << below(5),
                       .offset = below(256),
                       .address = random_address(),
                       .length = random_length(),
                       .length2 = random_length(),
                       .raw = below(8)};
}

static void check_order(void) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS; i++) {
    struct model_view v = view_of(i);
    assert_true(v.ram <= v.hwm && v.hwm <= v.brk && v.brk <= v.kbrk && v.kbrk <= v.end);
    assert_true(v.flash <= v.readable && v.readable <= v.flash_end);
  }
}

static void check_owner(uintptr_t address, unsigned process, const struct model_view *view) {
  struct model_cell cell;
  assert_true(model_cell(&model, address, &cell));
  bool grant = cell.owner == OWNER_GRANT || cell.owner == OWNER_SLOTS;
  assert_int_equal(cell.owner == OWNER_APP, address < view->brk);
  assert_int_equal(grant, address >= view->kbrk);
  size_t index;
  assert_true(model_find(&model, address, &index) > 0);
  assert_int_equal(model_process_of(&model, index), process);
  if (cell.owner == OWNER_APP) assert_true(cell.known);
}

static void check_owners(void) {
  for (unsigned i = 0; i < STEP_PROCESS_SLOTS && !model.setup.abstract; i++) {
    struct model_view view = view_of(i);
    for (uintptr_t a = view.ram; a < view.end; a++)
      check_owner(a, i, &view);
  }
}

// Each buffer that reaches bytes reaches only bytes that its process may allow.
static void check_buffers(void) {
  for (unsigned i = 0; i < STEP_BUFFERS; i++) {
    const struct buffer *buffer = &model.buffers[i];
    if (model_buffer_length(&model, i) > 0)
      assert_true(model_allowable(&model, buffer->process, buffer->writeable ? RW : RO, &buffer->range));
  }
}

// The next step's machine leaves what was there: an open byte is taken as 0.
static void adopt_all(void) {
  static const uint8_t zeros[MODEL_RAM_MAX];
  size_t count;
  const struct model_span *spans = model_touched(&model, &count);
  for (size_t i = 0; i < count; i++)
    model_adopt(&model, spans[i].address, zeros, spans[i].length);
}

static bool touched(uintptr_t address) {
  size_t count;
  const struct model_span *spans = model_touched(&model, &count);
  for (size_t i = 0; i < count; i++)
    if (model_within(address, 1, spans[i].address, spans[i].address + spans[i].length)) return true;
  return false;
}

// Only touched bytes change, and they may be written; a refused step changes nothing at all.
static void check_changes(const struct model *before) {
  for (unsigned r = 0; r < REGION_COUNT; r++) {
    const struct region *region = &model.regions[r];
    for (size_t i = 0; i < region->size; i++) {
      const size_t at = region->first + i;
      const struct cells *old = &before->cells, *new = &model.cells;
      const bool same = old->value[at] == new->value[at] && old->known[at] == new->known[at];
      assert_true(same || touched(region->start + i));
      assert_int_equal(touched(region->start + i), (new->marks[at] & MARK_WRITE) != 0);
    }
  }
}

static void check_same_range(const struct range *a, const struct range *b) {
  assert_true(a->address == b->address && a->length == b->length);
}

static void check_same_buffer(const struct buffer *a, const struct buffer *b) {
  assert_true(a->writeable == b->writeable && a->owned == b->owned && a->process == b->process);
  assert_true(a->life == b->life && a->entry == b->entry);
  check_same_range(&a->range, &b->range);
}

static void check_same_slice(const struct slice *a, const struct slice *b) {
  assert_true(a->writeable == b->writeable && a->enter == b->enter);
  check_same_range(&a->range, &b->range);
}

// X-NOCHANGE
static void check_failure(const struct model *before) {
  if (out.word == WORD_OK) return;
  size_t count;
  model_touched(&model, &count);
  const bool writes =
      strcmp(model_clause(&model), "T-FULL") == 0 || strcmp(model_clause(&model), "C-TEXT") == 0;
  if (!writes) assert_int_equal(count, 0);
  assert_memory_equal(before->processes, model.processes, sizeof model.processes);
  assert_memory_equal(before->slots, model.slots, sizeof model.slots);
  for (unsigned i = 0; i < STEP_BUFFERS; i++)
    check_same_buffer(&before->buffers[i], &model.buffers[i]);
  for (unsigned i = 0; i < STEP_SLICES; i++)
    check_same_slice(&before->slices[i], &model.slices[i]);
  assert_memory_equal(before->pins, model.pins, sizeof model.pins);
  assert_true(before->nesting == model.nesting);
  if (out.word == WORD_REFUSED)
    assert_true(before->entry == model.entry && before->refusals == model.refusals);
}

static void random_program(uint32_t number, struct model *before, bool abstract) {
  struct model_setup setup = standard();
  setup.abstract = abstract;
  setup.process_count = (uint8_t)(2 + number % 3);
  setup.lives = number % 4;
  seed = number;
  model_start(&model, &setup);
  for (unsigned i = 0; i < 256; i++) {
    *before = model;
    const struct step next = random_step();
    step(&next);
    check_order();
    check_owners();
    check_buffers();
    check_changes(before);
    check_failure(before);
    adopt_all();
  }
}

#ifndef RANDOM_PROGRAMS
#define RANDOM_PROGRAMS 40u
#endif

static void random_steps(void **state) {
  (void)state;
  struct model *before = test_malloc(sizeof *before);
  for (uint32_t i = 0; i < RANDOM_PROGRAMS; i++)
    random_program(i, before, i % 5 == 4);
  test_free(before);
}

#define CONCRETE(name) cmocka_unit_test_setup(name, start)
#define ABSTRACT(name) cmocka_unit_test_setup(name, start_abstract)

static const struct CMUnitTest tests[] = {
    CONCRETE(start_pattern_and_processes),
    CONCRETE(p_create),
    CONCRETE(p_create_bad_layouts),
    CONCRETE(p_create_two_in_one_block),
    CONCRETE(p_gen),
    CONCRETE(p_dead),
    CONCRETE(p_dead_while_entered),
    CONCRETE(p_hook),
    CONCRETE(p_granule),
    CONCRETE(b_pin),
    CONCRETE(b_pin_so_many),
    CONCRETE(p_restart),
    CONCRETE(p_brk),
    CONCRETE(p_sbrk),
    CONCRETE(p_hwm),
    CONCRETE(p_grant),
    CONCRETE(p_own),
    CONCRETE(p_flash),
    CONCRETE(a_kinds),
    CONCRETE(a_order),
    CONCRETE(a_lazy),
    CONCRETE(a_state),
    CONCRETE(p_visit),
    CONCRETE(p_write),
    CONCRETE(a_lazy_exact_fit),
    CONCRETE(a_swap),
    CONCRETE(a_fail),
    CONCRETE(a_unallow),
    CONCRETE(a_overlap),
    CONCRETE(a_other),
    CONCRETE(a_abi),
    CONCRETE(m_ops),
    CONCRETE(m_order),
    CONCRETE(b_get),
    CONCRETE(b_default),
    CONCRETE(b_len_and_ptr),
    CONCRETE(b_enter),
    CONCRETE(b_ro),
    CONCRETE(b_external),
    CONCRETE(b_consume),
    CONCRETE(b_returned),
    CONCRETE(x_epoch),
    CONCRETE(s_get),
    CONCRETE(s_copy),
    CONCRETE(s_move),
    CONCRETE(s_fill_cmp_iter),
    CONCRETE(s_chunks),
    CONCRETE(s_wrap),
    CONCRETE(x_zero),
    CONCRETE(t_header),
    CONCRETE(t_halt),
    CONCRETE(t_append),
    CONCRETE(t_append_beyond_32_bits),
    CONCRETE(t_full),
    CONCRETE(t_empty),
    CONCRETE(t_iter),
    CONCRETE(x_bounds_and_fetch1),
    CONCRETE(c_number),
    CONCRETE(c_bytes),
    CONCRETE(c_text),
    CONCRETE(c_gather),
    CONCRETE(t_iter_of_itself),
    CONCRETE(x_door),
    CONCRETE(x_door_of_kernel_arrays),
    CONCRETE(race),
    CONCRETE(userspace),
    ABSTRACT(abstract_edges),
    ABSTRACT(abstract_overlap),
    ABSTRACT(abstract_grant_at_zero),
    ABSTRACT(abstract_slots_at_zero),
    CONCRETE(random_steps),
};

int main(void) {
  return cmocka_run_group_tests(tests, NULL, NULL);
}
