# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan replay seeds
"""Tests of ci/shapes/shapes.py: that a trace which differs is seen and told, that bad input is an error, that a damaged bundle is one
to an image, and what is said of planted bugs. The host's shape is enough for that."""

import collections
import contextlib
import io
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from ci.bank import bank
from ci.process import entry
from ci.shapes import shapes

IMAGE = "build/shapes/host64/image"
TRACE = "# one\nallow p0 -> OK 0 0\nlive p0 -> OK 1\nreplay: 1 programs, 2 steps, 0 refused, 0 failed\n"


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "ci.shapes.shapes", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def judge(output, status=0, names=("one",), big_endian=False):
    reference = shapes.Outcome(0, TRACE, 0)
    problem = shapes.judge(reference, shapes.Outcome(status, output, 0), list(names), ("host64", "other"), big_endian)
    return str(problem) if problem else None


class Judging(unittest.TestCase):
    def test_equal_traces_pass(self):
        self.assertIsNone(judge(TRACE))

    def test_first_difference_names_program_step_and_both_results(self):
        told = judge(TRACE.replace("OK 1", "OK 0"))
        for part in ("program one, step 2", "host64:", "live p0 -> OK 1", "other:", "live p0 -> OK 0"):
            self.assertIn(part, told)

    def test_a_shorter_trace_differs(self):
        self.assertIn("(nothing)", judge(TRACE.replace("live p0 -> OK 1\n", "")))

    def test_a_trace_that_neither_has_is_no_pass(self):
        self.assertIn("program other: no trace in host64 and other", judge(TRACE, names=("other",)))

    def test_names_of_any_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in (b"a b", b"\xc3\xa9", b"\xff", b"new\nline"):
                with open(os.path.join(os.fsencode(folder), name + b".txt"), "w", encoding="utf-8") as file:
                    file.write("allow p0 rw d0 0 ram 16\n")
            for locale in ({}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
                with unittest.mock.patch.dict(os.environ, locale):
                    result = command("--shape", "host64-lean", "--file", folder)
                self.assertIn("host64-lean           4 programs      4 steps    equal", result.stdout)

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


def counted(faults, alone=5):
    return shapes.Outcome(0, "# one\nfault p0 -> OK\nfaults by: %s\nin a process's place, by reason: no process 1\n"
                          "userspace: 7 deeds by processes, 1 in their place, %d programs by processes alone\n%s" % (
                              faults, alone, TRACE.splitlines(True)[-1]), 0)


class Processes(unittest.TestCase):
    def test_what_they_did_is_no_part_of_a_trace(self):
        outcome = counted("store 2, jump 10")
        self.assertEqual(outcome.traces, {"one": "fault p0 -> OK\n"})
        self.assertIsNone(shapes.judge_processes(True, True, outcome))

    def test_simulated_ones_are_no_real_ones(self):
        self.assertIn("expected real", shapes.judge_processes(True, False, shapes.Outcome(0, TRACE, 0)))
        self.assertIn("expected simulated", shapes.judge_processes(False, False, counted("store 2")))

    def test_the_corpus_has_everything_for_them_to_do(self):
        for outcome in (counted("store 0, jump 10"), counted("store 2, jump 0"), counted("store 2", alone=0)):
            self.assertIn("faults of each kind", shapes.judge_processes(True, True, outcome))
            self.assertIsNone(shapes.judge_processes(True, False, outcome))

    def test_a_platform_without_protection_has_none(self):
        with tempfile.NamedTemporaryFile("w") as table:
            table.write("m0plus-mpu m0plus gcc plain lean real -Os\n")
            table.flush()
            with unittest.mock.patch.object(shapes.shapes_table, "SHAPES", table.name), \
                    self.assertRaisesRegex(shapes.shapes_table.TableError, "m0plus-mpu: expected simulated.*protection_armv6m"):
                shapes.shapes_table.require_process_sources(shapes.shapes_table.shapes())


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


class References(unittest.TestCase):
    """Real processes get programs in granules of the hardware's size (P-GRANULE), and so does what they are compared with."""

    def test_only_the_granule_changes(self):
        program = bytes(range(48))
        self.assertEqual(shapes.in_granules(program), bytes([0, 1, 2, shapes.GRANULE_32]) + program[4:])

    def test_each_kind_of_processes_has_its_own_reference(self):
        ran = []
        with unittest.mock.patch.object(shapes, "replay", lambda shape, some, scratch, name: ran.append((name, some)) or name):
            kinds = [unittest.mock.Mock(processes="simulated"), unittest.mock.Mock(processes="real")]
            references = shapes.replay_references(kinds[0], kinds, {"a/b": bytes(16)}, "scratch")
        self.assertEqual(references["simulated"], ({"a/b": bytes(16)}, "reference-simulated"))
        self.assertEqual(references["real"], ({"a/b": shapes.in_granules(bytes(16))}, "reference-real"))
        self.assertEqual([name for name, _ in ran], ["reference-simulated", "reference-real"])


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


class TooFine(unittest.TestCase):
    """An image whose processes are real takes no program whose granule would leave its kernel to round breaks (P-GRANULE)."""

    def replay(self, program):
        shape = shapes.select(shapes.shapes_table.shapes(), ["rv32-gcc-pmp"])[0]
        shapes.build([shape])
        with tempfile.TemporaryDirectory() as scratch:
            return shapes.replay(shape, {"a/b": program}, scratch, "bundle")

    def test_a_program_without_a_granule_is_refused(self):
        outcome = self.replay(bytes(32))
        self.assertEqual((outcome.status, outcome.output), (2, "a/b: its granule is not 2, which the protection of this image needs\n"))

    def test_the_same_program_in_granules_runs(self):
        outcome = self.replay(shapes.in_granules(bytes(32)))
        self.assertEqual((outcome.status, outcome.counted["failed"]), (0, "0"), outcome.output)


Bug = collections.namedtuple("Bug", "id clause check build shapes")
ANYWHERE = Bug("any-bug", "P-OWN", "result", "watched", ())
ALONE = Bug("alone-bug", "P-GEN", "result", "word32", ("host32", "m3-gcc-os"))
FAILED = "%s\nfinding:  result-P-GEN-live\nclause:   P-GEN\ncheck:    result\nreplay: 1 programs, 2 steps, 0 refused, 1 failed\n" % shapes.report.LOCKSTEP


class Planting(unittest.TestCase):
    """Bugs in images; what comes of an image is made up."""

    def setUp(self):
        self.table = shapes.shapes_table.shapes()

    def plant(self, outcomes, built="built alone-bug"):
        """The results of planting ALONE, and what is printed; outcomes: (status, output) by shape, where it is not caught."""
        def run(shape, *_):
            return shapes.Outcome(*outcomes.get(shape.name, (1, FAILED)), 0)
        said = io.StringIO()
        replaced = {"build": lambda *_, **__: built, "run_planted": run, "bug_bundles": lambda bugs, _: dict.fromkeys(bug.id for bug in bugs)}
        with unittest.mock.patch.multiple(shapes, **replaced), unittest.mock.patch.object(bank, "make_trees", return_value={}), \
                contextlib.redirect_stdout(said):
            results = shapes.plant(shapes.places(self.table, [ALONE], []), self.table[0], "", 1)
        return results, said.getvalue()

    def places(self, *names):
        return [(shape.name, [bug.id for bug in some]) for shape, some in shapes.places(self.table, [ALONE, ANYWHERE], names)]

    def test_the_shapes_of_the_bank_are_there_and_watched_by_something(self):
        seen = [shape.name for shape in self.table[1:] if shape.access == "watched" or shape.processes == "real"]
        for names in bank.GATE_SHAPES.values():
            self.assertLessEqual(set(names), set(seen))

    def test_their_programs_are_replayed_in_every_shape(self):
        alone = {bug.id for bug in bank.read() if bug.shapes}
        self.assertTrue(alone)
        self.assertLessEqual(alone, {bug.id for bug in shapes.shown_bugs()})

    def test_each_bug_has_its_places(self):
        self.assertEqual(self.places(), [("host32", ["alone-bug"]), ("m3-gcc-os", ["alone-bug", "any-bug"]), ("rv32-gcc-os", ["any-bug"])])
        self.assertEqual(self.places("host32", "host64"), [("host64", ["any-bug"]), ("host32", ["alone-bug", "any-bug"])])

    def test_caught_in_its_shapes_and_passing_on_the_host(self):
        results, said = self.plant({"host64": (0, TRACE)})
        self.assertEqual(results, [True, True, True])
        self.assertRegex(said, r"\nalone-bug +P-GEN +host32 m3-gcc-os +host64\n\Z")

    def test_a_bug_that_the_host_notices_is_a_failure(self):
        for outcome in ((1, FAILED), (0, ""), (None, TRACE), (0, TRACE.replace("1 programs", "0 programs"))):
            results, said = self.plant({"host64": outcome})
            self.assertEqual(results, [True, True, False])
            self.assertIn("FAIL alone-bug in host64: clause P-GEN: expected to pass, because build: word32 is for what only these shapes show", said)
            self.assertRegex(said, r"\nalone-bug +P-GEN +host32 m3-gcc-os +-\n\Z")

    def test_a_bug_that_a_shape_misses_is_a_failure(self):
        results, said = self.plant({"host64": (0, TRACE), "m3-gcc-os": (0, TRACE)})
        self.assertEqual(results, [True, False, True])
        self.assertIn("FAIL alone-bug in m3-gcc-os: clause P-GEN: expected to be caught by check result, found none", said)
        self.assertRegex(said, r"\nalone-bug +P-GEN +host32 +host64\n\Z")

    def test_an_image_that_is_not_built_is_a_failure(self):
        results, said = self.plant({"host64": (0, TRACE)}, built="built another-bug")
        self.assertEqual(results, [False, False, False])
        self.assertIn("FAIL alone-bug in host32: does not build", said)


if __name__ == "__main__":
    entry.run_tests()
