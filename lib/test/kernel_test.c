// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

#include <string.h>

static const procbuf_driver two_drivers[] = {{.number = 1}, {.number = 2}};
static procbuf_kernel kernel;
static procbuf_process processes[3];
static uintptr_t grants[6];

static procbuf_config good(void) {
  return (procbuf_config){.processes = processes,
                          .process_count = 3,
                          .drivers = two_drivers,
                          .driver_count = 2,
                          .grants = grants};
}

static int dirty(void **state) {
  (void)state;
  memset(&kernel, FILLER, sizeof kernel);
  memset(processes, FILLER, sizeof processes);
  memset(grants, FILLER, sizeof grants);
  return 0;
}

static void assert_refused(procbuf_config config) {
  procbuf_kernel before;
  uintptr_t base = grants[0];
  memcpy(&before, &kernel, sizeof kernel);
  assert_int_equal(procbuf_kernel_init(&kernel, &config), PROCBUF_INVAL);
  assert_memory_equal(&before, &kernel, sizeof kernel);
  assert_int_equal(grants[0], base);
}

static void init_leaves_every_slot_free(void **state) {
  (void)state;
  procbuf_config config = good();
  assert_int_equal(procbuf_kernel_init(&kernel, &config), PROCBUF_OK);
  assert_int_equal(kernel.entry, 1);
  for (unsigned i = 0; i < 6; i++)
    assert_int_equal(grants[i], 0);
  for (uint32_t i = 0; i < 3; i++) {
    procbuf_process_info info;
    for (uint32_t generation = 0; generation < 2; generation++) {
      procbuf_pid pid = {i, generation};
      assert_false(procbuf_process_is_live(&kernel, pid));
      assert_int_equal(procbuf_process_info_get(&kernel, pid, &info), PROCBUF_NOSUCHAPP);
    }
  }
}

static void init_without_drivers(void **state) {
  (void)state;
  procbuf_config config = {.processes = processes, .process_count = 1};
  assert_int_equal(procbuf_kernel_init(&kernel, &config), PROCBUF_OK);
}

static void init_refuses_missing_arrays(void **state) {
  (void)state;
  procbuf_config config = good();
  config.processes = NULL;
  assert_refused(config);
  config = good();
  config.drivers = NULL;
  assert_refused(config);
  config = good();
  config.grants = NULL;
  assert_refused(config);
}

static void init_refuses_bad_counts(void **state) {
  (void)state;
  procbuf_config config = good();
  config.process_count = 0;
  assert_refused(config);
  config = good();
  config.process_count = UINT32_MAX;
  config.driver_count = SIZE_MAX;
  assert_refused(config);
#if SIZE_MAX > UINT32_MAX
  config = good();
  config.process_count = (size_t)UINT32_MAX + 1;
  assert_refused(config);
#endif
}

static void init_refuses_bad_pins_and_granules(void **state) {
  (void)state;
  procbuf_config config = good();
  config.pins_per_process = 1; /* and no array */
  assert_refused(config);
  static procbuf_pin_record pins[1];
  config.pins = pins;
  config.pins_per_process = SIZE_MAX;
  config.process_count = 2;
  assert_refused(config);
  config = good();
  config.platform.granule = 24;
  assert_refused(config);
}

static void init_refuses_equal_driver_numbers(void **state) {
  (void)state;
  static const procbuf_driver same[] = {{.number = 7}, {.number = 8}, {.number = 7}};
  procbuf_config config = good();
  config.process_count = 2;
  config.drivers = same;
  config.driver_count = 3;
  assert_refused(config);
}

static void first_generation_zero_means_one(void **state) {
  (void)state;
  fixture_start(0);
  assert_int_equal(fx.pid.generation, 1);
  fixture_start(77);
  assert_int_equal(fx.pid.generation, 77);
}

static void without_a_hook_everything_is_accepted(void **state) {
  (void)state;
  fixture_start(0);
  fx.kernel.platform.protect = NULL;
  uintptr_t old;
  assert_int_equal(procbuf_brk(&fx.kernel, fx.pid, fx.ms + 100, &old), PROCBUF_OK);
  fx.kernel.platform.pin = NULL;
  fx.kernel.platform.unpin = NULL;
  procbuf_readwrite_buffer buffer = fixture_readwrite(0, 8);
  procbuf_pin pin;
  assert_int_equal(procbuf_readwrite_pin(&buffer, PROCBUF_FROM_DEVICE, &pin), PROCBUF_OK);
  assert_int_equal(procbuf_unpin(&pin), PROCBUF_OK);
  assert_int_equal(fx_hook.asked, 0);
}

static void lean_slices_are_two_words(void **state) {
  (void)state;
  if (PROCBUF_CHECKED) skip();
  assert_int_equal(sizeof(procbuf_readable), 2 * sizeof(uintptr_t));
  assert_int_equal(sizeof(procbuf_writeable), 2 * sizeof(uintptr_t));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(init_leaves_every_slot_free, dirty),
      cmocka_unit_test_setup(init_without_drivers, dirty),
      cmocka_unit_test_setup(init_refuses_missing_arrays, dirty),
      cmocka_unit_test_setup(init_refuses_bad_counts, dirty),
      cmocka_unit_test_setup(init_refuses_bad_pins_and_granules, dirty),
      cmocka_unit_test_setup(init_refuses_equal_driver_numbers, dirty),
      cmocka_unit_test(first_generation_zero_means_one),
      cmocka_unit_test(without_a_hook_everything_is_accepted),
      cmocka_unit_test(lean_slices_are_two_words),
  };
  return FIXTURE_RUN(tests);
}
