# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Tests of ci/shapes.py: that a trace which differs is seen and told, that bad input is an error, and that a damaged bundle is one
to an image. The host's shape is enough for that."""

import os
import struct
import subprocess
import sys
import tempfile
import unittest

import shapes

IMAGE = "build/shapes/host64/image"
TRACE = "# one\nallow p0 -> OK 0 0\nlive p0 -> OK 1\nreplay: 1 programs, 2 steps, 0 refused, 0 failed\n"


def command(*arguments):
    return subprocess.run([sys.executable, "ci/shapes.py", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def judge(output, status=0, names=("one",), big_endian=False):
    reference = shapes.Outcome(0, TRACE, 0)
    return shapes.judge(reference, shapes.Outcome(status, output, 0), list(names), ("host64", "other"), big_endian)


class Judging(unittest.TestCase):
    def test_equal_traces_pass(self):
        self.assertIsNone(judge(TRACE))

    def test_first_difference_names_program_step_and_both_results(self):
        told = judge(TRACE.replace("OK 1", "OK 0"))
        for part in ("program one, step 2", "host64:", "live p0 -> OK 1", "other:", "live p0 -> OK 0"):
            self.assertIn(part, told)

    def test_a_shorter_trace_differs(self):
        self.assertIn("(nothing)", judge(TRACE.replace("live p0 -> OK 1\n", "")))

    def test_a_missing_program_is_no_pass(self):
        self.assertIn("expected 2 programs", judge(TRACE, names=("one", "two")))

    def test_a_run_that_does_not_count_is_no_pass(self):
        self.assertIn("did not run to its end", judge("", status=3))
        self.assertIn("did not run to its end", judge(TRACE.splitlines()[0], status=None))

    def test_a_failed_program_is_no_pass(self):
        self.assertIn("a program failed", judge(TRACE, status=1))

    def test_only_digests_of_native_bytes_may_differ_by_byte_order(self):
        plain = "user-read p0 -> OK #00000001"
        self.assertEqual(shapes.comparable(plain, True), plain)
        native = "append s0 -> OK\nbytes s0 -> OK 8 #00000001"
        self.assertEqual(shapes.comparable(native, True), "append s0 -> OK\nbytes s0 -> OK 8 #")
        self.assertEqual(shapes.comparable(native, False), native)


class BadInput(unittest.TestCase):
    def expect(self, part, *arguments):
        result = command(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn(part, result.stdout)

    def test_unknown_names(self):
        self.expect("nonsuch", "--shape", "nonsuch")
        self.expect("nonsuch", "--bugs", "--bug", "nonsuch-bug")
        self.expect("nonsuch.txt", "--file", "nonsuch.txt")

    def test_an_empty_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            self.expect(folder, "--file", folder, "--shape", "host64")

    def test_a_program_that_does_not_parse(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("nonsense\n")
            file.flush()
            self.expect(file.name + ":1:1", "--file", file.name)


class Bundles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shapes.build([shape for shape in shapes.shapes_table.shapes() if shape.name == "host64"])

    def replay(self, content):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bundle")
            with open(path, "wb") as file:
                file.write(content)
            return subprocess.run([IMAGE, path], stdout=subprocess.PIPE, text=True, check=False)

    def expect(self, part, content):
        result = self.replay(content)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn(part, result.stdout)

    def test_damage_is_told_with_its_place(self):
        one = struct.pack("<II", 1, 32) + b"x" + bytes(32)
        self.assertEqual(self.replay(shapes.MAGIC + one).returncode, 0)
        self.expect("byte 0: expected the first line", b"no bundle at all\n")
        self.expect("byte 17: expected two lengths", shapes.MAGIC + b"abc")
        self.expect("byte 26: expected a program, found the end", shapes.MAGIC + one[:-1])
        self.expect("expected a name of at most", shapes.MAGIC + struct.pack("<II", 256, 32) + bytes(300))
        self.expect("a possible size", shapes.MAGIC + struct.pack("<II", 1, 1 << 20) + b"x")
        self.expect("0 programs", shapes.MAGIC)

    def test_a_missing_bundle(self):
        result = subprocess.run([IMAGE, "nonsuch"], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("nonsuch: byte 0: expected a bundle that can be opened", result.stdout)


if __name__ == "__main__":
    unittest.main()
