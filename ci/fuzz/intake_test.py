# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""What is taken in is the input, even where a full disk took only a part of it; what the engine itself has crashed on is no finding."""

import os
import tempfile
import unittest

from ci.fuzz import intake
from ci.process import entry
from ci.process import files
from ci.process import report

OWN = "== procbuf lockstep failure\nfinding:  result-P-OWN-allow\nclause:   P-OWN\ncheck:    result\nreplay:   x --hex 00ff10\n== end of procbuf lockstep failure\n"
TARGET = "==1==ERROR: AddressSanitizer: SEGV on unknown address\n    #0 0x1 in machine_start /w/fuzz/machine/machine.c:9:1\nSUMMARY: AddressSanitizer: SEGV x\n"
ENGINE = "==1==ERROR: AddressSanitizer: FPE on unknown address\n    #0 0x1 in fuzzer::Fuzzer::Loop() (/w/build/fuzz32/stream+0x1)\nSUMMARY: AddressSanitizer: FPE x\n"


class Content(unittest.TestCase):
    def content(self, name, content, said):
        with tempfile.TemporaryDirectory() as room:
            path = os.path.join(room, name)
            files.write(path, content)
            return intake.Intake.content(path, report.read(said))

    def test_whole(self):
        self.assertEqual(self.content("crash-1", b"abc", OWN), b"abc")

    def test_a_full_disk_the_report_has_it(self):
        self.assertEqual(self.content("crash-" + "1" * 40, b"", OWN), b"\x00\xff\x10")

    def test_a_full_disk_nobody_has_it(self):
        with self.assertRaisesRegex(intake.Unkept, "could not write the input"):
            self.content("crash-" + "1" * 40, b"", TARGET)

    def test_the_target_crashes_on_nothing(self):
        self.assertEqual(self.content("crash" + intake.NO_INPUT, b"", TARGET), intake.EMPTY_PROGRAM)

    def test_the_engine_crashes(self):
        with self.assertRaises(intake.EngineCrashed):
            self.content("crash" + intake.NO_INPUT, b"", ENGINE)


if __name__ == "__main__":
    entry.run_tests()
