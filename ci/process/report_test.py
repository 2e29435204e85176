# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What failing runs print is recognised, and named after what is wrong: the same for the same mistake, another for another."""

import unittest

from ci.process import entry
from ci.process import report

LOCKSTEP = """x.bin: failed
== procbuf lockstep failure
finding:  access-P-OWN-allow
clause:   P-OWN
check:    access
step:     1: allow p0 rw d0 0 brk-4 8
program:
allow p0 rw d0 0 brk-4 8
replay:   build/asan/replay --trace --hex 00
== end of procbuf lockstep failure
replay: 1 programs, 2 steps, 0 refused, 1 failed
"""
ASAN = """== procbuf program in progress, step 3
finding:  other
program:
fill s0 0x77
== end of procbuf program in progress
=================================================================
==%d==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000010 (pc 0x%x bp 0x7ffd sp 0x7ffd T0)
    #0 0x%x in __asan_memset /build/llvm/compiler-rt/lib/asan/asan_interceptors_memintrinsics.cpp:26:3
    #1 0x%x in procbuf_store /some where/lib/include/procbuf/access.h:20:3
    #2 0x%x in procbuf_writeable_fill %s/lib/src/slice.c:77:3
    #3 0x%x in machine_FILL %s/fuzz/machine/copies.c:50:3
    #4 0x%x in main /usr/src/libc/start.c:1:1
SUMMARY: AddressSanitizer: SEGV /w/lib/src/slice.c:77:3 in procbuf_writeable_fill
"""
UBSAN = """/w/lib/src/stream.c:41:%d: runtime error: shift exponent %d is too large for 32-bit type 'int'
    #0 0x55 in judge /w/lib/src/stream.c:41:12
    #1 0x56 in procbuf_stream_append /w/lib/src/stream.c:80:3
    #2 0x57 in machine_APPEND /w/fuzz/machine/copies.c:50:3
SUMMARY: UndefinedBehaviorSanitizer: %s /w/lib/src/stream.c:41:12
"""


def asan(place, number):
    return ASAN % (number, number, number, number, number, place, number, place, number)


class Names(unittest.TestCase):
    """A finding is called after what is wrong."""

    def test_lockstep(self):
        found = report.read(LOCKSTEP)
        self.assertEqual((found.check, found.clause, found.name), ("access", "P-OWN", "access-P-OWN-allow"))
        self.assertTrue(found.text.startswith("== procbuf lockstep failure\n"))
        self.assertTrue(found.text.endswith("== end of procbuf lockstep failure\n"))

    def test_asan(self):
        found = report.read(asan("/w", 0x1000))
        self.assertEqual((found.check, found.name), ("asan", "asan-SEGV-procbuf_writeable_fill"))

    def test_the_same_at_other_addresses_and_elsewhere(self):
        self.assertEqual(report.read(asan("/w", 0x1000)).name, report.read(asan("/home/me/a b", 0x2222)).name)

    def test_the_same_in_another_build_of_the_library(self):
        """Where the linker knows the function under another name."""
        for build in ("_lean", "_split", "_lean_split", "_lean_called", "_lean_called_split", "_inline"):
            lean = asan("/w", 0x1000).replace("procbuf_writeable_fill", "procbuf_writeable_fill" + build)
            self.assertEqual(report.read(lean).name, "asan-SEGV-procbuf_writeable_fill")

    def test_ubsan_with_two_frames_and_no_numbers(self):
        names = {report.read(UBSAN % (number, number, kind)).name for number, kind in ((33, "shift-exponent"), (64, "shift-exponent"))}
        self.assertEqual(names, {"ubsan-shift-exponent-judge-procbuf_stream_append"})

    def test_ubsan_that_does_not_say_its_kind(self):
        names = {report.read(UBSAN % (number, number, "undefined-behavior")).name for number in (33, 64)}
        self.assertEqual(len(names), 1)
        self.assertEqual(names, {"ubsan-shift-exponent-judge-procbuf_stream_append"})

    def test_hang(self):
        found = report.read("== procbuf hang\nlimit:    10 s\nfinding:  hang-fill\nstep:     3: fill s0 1\n== end of procbuf hang\n")
        self.assertEqual((found.check, found.name), ("hang", "hang-fill"))

    def test_where_a_callback_was_run_from_is_not_in_the_name(self):
        """One mistake, found inside an enter and outside, is one finding."""
        inside = asan("/w", 0x1000).replace("SUMMARY", "    #7 0x1 in machine_FILL /w/fuzz/machine/copies.c:9:3\n    #9 0x1 in enter /w/lib/src/buffer.c:9:3\n\nSUMMARY")
        self.assertEqual(report.read(inside).name, "asan-SEGV-procbuf_writeable_fill")

    def test_a_name_is_a_folder_name(self):
        hostile = LOCKSTEP.replace("access-P-OWN-allow", "../../etc/a b'c")
        self.assertRegex(report.read(hostile).name, r"^[A-Za-z0-9_-]+$")


class Words(unittest.TestCase):
    """What is said in other words is a finding too."""

    def test_a_signal_under_msan(self):
        said = ASAN.replace("AddressSanitizer", "MemorySanitizer") % ((1,) * 5 + ("/w", 1, "/w", 1))
        self.assertEqual((report.read(said).check, report.read(said).name), ("msan", "msan-SEGV-procbuf_writeable_fill"))

    def test_words_that_nobody_knows(self):
        said = "== procbuf program in progress, step 1\nfinding:  asan-S-FILL-fill\nclause:   S-FILL\nprogram:\nfill s0 1\n== end of it\n==1== OOPS\n"
        self.assertEqual((report.read(said).check, report.read(said).clause, report.read(said).name), ("unknown", "S-FILL", "unknown-asan-S-FILL-fill"))


class Checks(unittest.TestCase):
    """Which check a run failed by."""

    def test_each(self):
        self.assertEqual(report.check_of(0, LOCKSTEP), "none")
        self.assertEqual(report.check_of(1, LOCKSTEP), "access")
        self.assertEqual(report.check_of(None, ""), "hang")
        self.assertEqual(report.check_of(3, "no such file"), "none, but status 3")

    def test_the_first_report_counts(self):
        self.assertEqual(report.read(LOCKSTEP + asan("/w", 1)).check, "access")
        self.assertEqual(report.read(asan("/w", 1) + LOCKSTEP).check, "asan")

    def test_program(self):
        self.assertEqual(report.program_of(LOCKSTEP), "allow p0 rw d0 0 brk-4 8\n")


if __name__ == "__main__":
    entry.run_tests()
