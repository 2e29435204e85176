// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "fixture.h"

static void names_follow_trd_104(void **state) {
  (void)state;
  static const char *const names[] = {"OK",        "FAIL",     "BUSY",        "ALREADY", "OFF",
                                      "RESERVE",   "INVAL",    "SIZE",        "CANCEL",  "NOMEM",
                                      "NOSUPPORT", "NODEVICE", "UNINSTALLED", "NOACK"};
  for (unsigned i = 0; i < 14; i++)
    assert_string_equal(procbuf_status_name((procbuf_status)i), names[i]);
  assert_string_equal(procbuf_status_name(PROCBUF_NOSUCHAPP), "NOSUCHAPP");
}

static void other_values_have_no_name(void **state) {
  (void)state;
  assert_string_equal(procbuf_status_name((procbuf_status)14), "?");
  assert_string_equal(procbuf_status_name((procbuf_status)255), "?");
  assert_string_equal(procbuf_status_name((procbuf_status)257), "?");
}

static void numbers_are_those_of_trd_104(void **state) {
  (void)state;
  assert_int_equal(PROCBUF_FAIL, 1);
  assert_int_equal(PROCBUF_BUSY, 2);
  assert_int_equal(PROCBUF_INVAL, 6);
  assert_int_equal(PROCBUF_SIZE, 7);
  assert_int_equal(PROCBUF_NOMEM, 9);
  assert_int_equal(PROCBUF_NOSUPPORT, 10);
  assert_int_equal(PROCBUF_NODEVICE, 11);
  assert_true(PROCBUF_NOSUCHAPP > 255);
}

static void A_NUMBER_stays_within_trd_104(void **state) {
  (void)state;
  for (unsigned i = 1; i <= 13; i++)
    assert_int_equal(procbuf_status_number((procbuf_status)i), i);
  const procbuf_status others[] = {PROCBUF_OK, (procbuf_status)14, PROCBUF_NOSUCHAPP, (procbuf_status)257};
  for (unsigned i = 0; i < 4; i++)
    assert_int_equal(procbuf_status_number(others[i]), PROCBUF_FAIL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_follow_trd_104),
      cmocka_unit_test(other_values_have_no_name),
      cmocka_unit_test(numbers_are_those_of_trd_104),
      cmocka_unit_test(A_NUMBER_stays_within_trd_104),
  };
  return FIXTURE_RUN(tests);
}
