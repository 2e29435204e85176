# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: every replay
"""The bank of planted bugs and its gate, broken on purpose: whatever is wrong with a bug must be said, by its name. Needs what
`make test` builds."""

import argparse
import os
import subprocess
import sys
import tempfile
import unittest

from ci.bank import bank
from ci.bank import bugs
from ci.process import entry

# A bug of the bank that the broken ones are made from; what they are called keeps them apart from it.
MODEL = "bounds-one-too-many"
NAMES = ("test-good", "test-stale", "test-moved", "test-no-c", "test-survives", "test-other-check", "test-no-program",
         "test-shape", "test-shape-noticed", "test-shape-no-c")
SHAPE = ("build: watched", "build: word32")


def model(name, *changes):
    """The model's text under another id, with each (old, new) of the changes made."""
    with open(os.path.join(bank.FOLDER, MODEL + ".patch"), encoding="utf-8") as file:
        text = file.read()
    for old, new in (("id: " + MODEL, "id: " + name), ("class: bounds", "class: test")) + changes:
        if text.count(old) != 1:
            raise AssertionError("%s: expected %r once" % (MODEL, old))
        text = text.replace(old, new)
    return text


def store(folder, name, text):
    with open(os.path.join(folder, name + ".patch"), "w", encoding="utf-8") as file:
        file.write(text)


def run(script, *options):
    result = subprocess.run([sys.executable, "-m", script, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return result.returncode, result.stdout


def run_gate(folder):
    return run("ci.bank.bugs_gate", "--folder", folder)


class Folder(unittest.TestCase):
    """A bank of its own for each test."""

    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.folder = self.room.name

    def tearDown(self):
        self.room.cleanup()
        for name in NAMES:
            bank.forget(name)


class Header(Folder):
    """A header that is not as it should be is refused, with file and line."""

    def refused(self, line, expected, *changes):
        store(self.folder, "test-good", model("test-good", *changes))
        with self.assertRaises(bank.BankError) as caught:
            bank.read(self.folder)
        self.assertIn("test-good.patch:%d: expected " % line, str(caught.exception))
        self.assertIn(expected, str(caught.exception))

    def test_good(self):
        store(self.folder, "test-good", model("test-good"))
        [bug] = bank.read(self.folder)
        self.assertEqual((bug.id, bug.clazz, bug.clause, bug.variant), ("test-good", "test", "P-OWN", "asan"))
        self.assertEqual(bug.program, "allow p0 rw d0 0 brk-4 5\n")

    def test_missing_key(self):
        self.refused(4, "the key clause:", ("clause: P-OWN\n", ""))

    def test_unknown_key(self):
        self.refused(5, "the key origin:", ("origin:", "source:"))

    def test_repeated_key(self):
        self.refused(5, "the key origin:", ("clause: P-OWN\n", "clause: P-OWN\nclause: P-OWN\n"))

    def test_name_of_another(self):
        self.refused(1, "test-good", ("id: test-good", "id: test-bad"))

    def test_class_of_another(self):
        self.refused(3, "test", ("class: test", "class: bounds"))

    def test_no_such_clause(self):
        self.refused(4, "a clause of docs/spec.md", ("clause: P-OWN", "clause: P-OWNER"))

    def test_no_such_check(self):
        self.refused(6, "hang", ("check: access", "check: acess"))

    def test_no_such_build(self):
        self.refused(7, "plain", ("build: watched", "build: asan"))

    def test_no_such_target(self):
        self.refused(8, "sequence", ("target: sequence", "target: text"))

    def test_empty_value(self):
        self.refused(5, "some text", ("origin: variant; MPU-limit fixes in Tock", "origin:"))

    def test_program_without_lines(self):
        self.refused(10, "a program", ("  allow p0 rw d0 0 brk-4 5\n", ""))

    def test_program_not_indented(self):
        self.refused(10, "a program", ("  allow", "allow"))

    def test_patch_of_another_folder(self):
        self.refused(12, "a diff of files in lib/", ("--- a/lib/src", "--- a/fuzz/model"))

    def test_litmus_by_halves(self):
        self.refused(7, "check: litmus", ("check: access", "check: litmus"))

    def test_what_only_some_shapes_show_has_no_variant(self):
        for build, shapes in bank.GATE_SHAPES.items():
            store(self.folder, "test-good", model("test-good", ("build: watched", "build: " + build)))
            [bug] = bank.read(self.folder)
            self.assertEqual((bug.variant, bug.shapes, bug.has_program), (None, shapes, True))

    def test_what_only_some_shapes_show_lockstep_must_catch(self):
        self.refused(6, "result state memory access protection", SHAPE, ("check: access", "check: asan"))

    def test_abstract_in_a_plain_build(self):
        self.refused(7, "layout 5", ("build: watched", "build: plain"), ("  allow", "  layout 5\n  allow"))


class Build(Folder):
    """What was built from a patch that was good does not stand for one that is not."""

    def built(self, *changes):
        store(self.folder, "test-good", model("test-good", *changes))
        return bank.build(bank.read(self.folder), "asan", "replay")["test-good"]

    def test_stale_binary(self):
        self.assertTrue(os.path.isfile(self.built()))
        problem = self.built(("end + 1 - range.address;", "end +;"))
        self.assertIsInstance(problem, bank.BankError)
        self.assertIn("lib/src/range.c", str(problem))
        self.assertIn("error:", str(problem))
        self.assertTrue(os.path.isfile(self.built()))


class Gate(Folder):
    """The gate fails, and names what it failed for."""

    def test_empty_bank(self):
        status, output = run_gate(self.folder)
        self.assertEqual(status, 1)
        self.assertIn("FAIL bank", output)
        self.assertTrue(output.endswith("\n0 passed, 1 failed\n"), output)

    def test_malformed_header(self):
        store(self.folder, "test-good", model("test-good", ("target: sequence", "target: sequnce")))
        status, output = run_gate(self.folder)
        self.assertEqual(status, 1)
        self.assertIn("test-good.patch:8: expected target: one of: ", output)

    def test_each_way_to_fail(self):
        changes = {
            "test-good": (),
            "test-stale": (("\n bool procbuf_range_inside", "\n bool procbuf_range_within"),),
            "test-moved": (("@@ -4,", "@@ -5,"),),
            "test-no-c": (("end + 1 - range.address;", "end +;"),),
            "test-survives": (("brk-4 5", "brk-4 4"),),
            "test-other-check": (("check: access", "check: memory"),),
            "test-no-program": (("allow p0", "alow p0"),),
            "test-shape": (SHAPE, ("brk-4 5", "brk-4 4")),
            "test-shape-noticed": (SHAPE,),
            "test-shape-no-c": (SHAPE, ("end + 1 - range.address;", "end +;"), ("allow p0", "alow p0")),
        }
        said = {
            "caught test-stale": "re-diff it",
            "caught test-moved": "re-diff it",
            "caught test-no-c": "error:",
            "caught test-survives": "expected to be caught by check access, found none",
            "caught test-other-check": "expected to be caught by check memory, found access",
            "caught test-no-program": "expected to be caught by check access, found none, but status 3",
            "clean asan test-no-program": "expected an op",
            "overlooked test-shape-noticed": "the host notices it, but build: word32 is for what only these shapes show: host32 m3-gcc-os",
            "overlooked test-shape-no-c": "error:",
            "clean asan test-shape-no-c": "expected an op",
        }
        for name in NAMES:
            store(self.folder, name, model(name, *changes[name]))
        status, output = run_gate(self.folder)
        self.assertEqual(status, 1)
        self.assertNotIn("FAIL caught test-good", output)
        self.assertNotIn("FAIL overlooked test-shape\n", output)
        self.assertIn("\n10 bugs: 1 caught as they should be\n3 that only some shapes show: 1 not noticed here", output)
        sections = dict(section.split("\n", 1) for section in output.split("FAIL ")[1:])
        for name, words in said.items():
            self.assertIn(name, sections, output)
            self.assertIn(words, sections[name])


class Fuzzed(Folder):
    """What no engine can find is not fuzzed, and that is said."""

    def test_what_no_variant_shows(self):
        store(self.folder, "test-good", model("test-good"))
        store(self.folder, "test-shape", model("test-shape", SHAPE))
        store(self.folder, "test-litmus", model("test-litmus", ("check: access", "check: litmus"), ("build: watched", "build: litmus")))
        fuzzed, _ = bugs.chosen(argparse.Namespace(folder=self.folder, bug=""))
        self.assertEqual([bug.id for bug in fuzzed], ["test-good"])
        status, output = run("ci.bank.bugs", "--folder", self.folder, "--out", self.folder, "--bug", "test-shape,test-litmus")
        self.assertEqual(status, 2)
        self.assertIn("test-litmus (make bugs-gate)\n", output)
        self.assertIn("test-shape (make bugs-shapes)\n", output)


if __name__ == "__main__":
    entry.run_tests()
