# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan targets tools seeds, fuzz targets, afl build/afl/sequence afl-mutator
"""make fuzz on a library with a planted bug in it, as a user meets it: the finding is there, says what is wrong, fails again, and passes on the good
library."""

import re
import unittest

from ci.fuzz.room import ASAN, HANG, PLAIN, RESULT, UBSAN, Room
from ci.process import entry


class Found(Room):
    """From an engine's crash to a finding."""

    def found(self, bug, what, name, *options, stop=("--stop",)):
        status, said = self.fuzz(bug, "--time", "15", *stop, *options)
        self.assertEqual(status, 1, said)
        matching = [found for found in self.findings() if re.match(name, found.name)]
        self.assertTrue(matching, "%s\n%s" % (self.store.names(), said))
        self.assertIn("FOUND %s" % matching[0].name, said)
        self.assertRegex(said, what)
        self.assertEqual({each["name"] for each in self.summary()["findings"]}, set(self.store.names()))
        self.assertEqual(self.summary()["status"], 1)
        self.expect_finding(matching[0], bug, what)

    def test_result(self):
        self.found(RESULT, "check:    result", "result-A-ORDER-")

    def test_asan(self):
        self.found(ASAN, r"SUMMARY: AddressSanitizer", "asan-use-after-poison-")

    def test_asan_of_the_library_s_own_accesses(self):
        self.found(PLAIN, r"(?s)#\d 0x\S+ in procbuf_\w+ .*SUMMARY: AddressSanitizer", "asan-.*-procbuf_", "--build", "plain", stop=())

    def test_with_afl(self):
        self.found(RESULT, "check:    result", "result-A-ORDER-", "--engine", "afl")

    def test_ubsan(self):
        self.found(UBSAN, r"runtime error: (?s:.*)lib/src/", "ubsan-signed-integer-overflow-\\w+-procbuf_sbrk")

    def test_hang(self):
        self.found(HANG, "== procbuf hang", "hang-")


if __name__ == "__main__":
    entry.run_tests()
