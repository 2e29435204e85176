// SPDX-License-Identifier: Apache-2.0 OR MIT
/* The fixture includes capability.h first, without the maker: start-up code must see it all the same. */
#include "fixture.h"

#ifdef PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT
#error "the maker is visible without PROCBUF_STARTUP"
#endif

#define PROCBUF_STARTUP
#include "procbuf/capability.h"

static const procbuf_external_process_capability genuine = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;

static void assert_judged(procbuf_status expected, const procbuf_external_process_capability *capability) {
  procbuf_range range = {fx.ms, 8};
  procbuf_readonly_buffer readonly = PROCBUF_READONLY_BUFFER_DEFAULT;
  procbuf_readwrite_buffer readwrite = PROCBUF_READWRITE_BUFFER_DEFAULT;
  fixture_snapshot();
  assert_int_equal(procbuf_readonly_external(capability, &fx.kernel, fx.pid, range, &readonly), expected);
  assert_int_equal(procbuf_readwrite_external(capability, &fx.kernel, fx.pid, range, &readwrite), expected);
  if (expected == PROCBUF_OK) return;
  fixture_assert_unchanged();
  assert_int_equal(procbuf_readonly_consume(&readonly).length, 0);
  assert_int_equal(procbuf_readwrite_consume(&readwrite).length, 0);
}

static void B_EXTERNAL_needs_a_capability(void **state) {
  (void)state;
  assert_judged(PROCBUF_OK, &genuine);
  assert_judged(PROCBUF_INVAL, NULL);
}

static void B_EXTERNAL_refuses_objects_without_the_mark(void **state) {
  (void)state;
  for (unsigned mark = 0; mark < 256; mark++) {
    procbuf_external_process_capability made_up = {(unsigned char)mark};
    assert_judged(mark == genuine.procbuf_private ? PROCBUF_OK : PROCBUF_INVAL, &made_up);
  }
  assert_int_not_equal(genuine.procbuf_private, 0);
}

static void B_EXTERNAL_capability_comes_before_process_and_range(void **state) {
  (void)state;
  procbuf_readonly_buffer buffer;
  procbuf_range bad = {fx.me, 8};
  procbuf_pid none = PROCBUF_PID_NONE;
  assert_int_equal(procbuf_readonly_external(NULL, &fx.kernel, none, bad, &buffer), PROCBUF_INVAL);
  assert_int_equal(procbuf_readonly_external(&genuine, &fx.kernel, none, bad, &buffer), PROCBUF_NOSUCHAPP);
  assert_int_equal(procbuf_readonly_external(&genuine, &fx.kernel, fx.pid, bad, &buffer), PROCBUF_INVAL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIXTURE_TEST(B_EXTERNAL_needs_a_capability),
      FIXTURE_TEST(B_EXTERNAL_refuses_objects_without_the_mark),
      FIXTURE_TEST(B_EXTERNAL_capability_comes_before_process_and_range),
  };
  return FIXTURE_RUN(tests);
}
