# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan seeds
"""What `make test` runs when it is told what, and what it says of a failed test (ci/test/test.py, ci/process/failure.py)."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest

from ci.bank import bank
from ci.build import make
from ci.process import entry
from ci.process import failure
from ci.test import test

BUG = "bounds-end-is-kernel-break"


def command(*options):
    result = subprocess.run([sys.executable, "-m", "ci.test.test", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def told(problem, folder):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        failure.tell("FAIL it", problem, folder, "replay asan/it")
    return said.getvalue()


class Choosing(unittest.TestCase):
    def names(self, only):
        status, output, _ = command("--list", "--only", only)
        self.assertEqual(status, 0)
        return output.splitlines()

    def test_parts_and_patterns(self):
        self.assertEqual(self.names("replay asan slices,litmus p"), ["replay asan slices", "litmus passes"])
        self.assertEqual(self.names("replay [gm]* slices"), ["replay msan slices", "replay gcc slices"])
        self.assertEqual(self.names("fuzz finds"), ["fuzz finds nothing", "fuzz finds the canary"])

    def test_nothing_chosen_is_an_error(self):
        status, output, errors = command("--only", "replya")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("ONLY=replya: expected a part of a test's name, which begins with one of: canary engine fuzz litmus replay", errors)

    def test_only_what_is_needed_is_built(self):
        chosen = test.choose(test.all_checks(1)[0], "replay asan slices,unit asan fuzz/mutate")
        self.assertEqual({need for check in chosen for need in check.needs},
                         {("asan", "build/asan/slices"), ("asan", "build/asan/fuzz/mutate/mutate_test"), make.SEEDS})

    def test_what_scripts_need(self):
        table = test.variants.table()
        needs = {check.name: check.needs for check in test.script_checks(table)}
        self.assertEqual(needs["script ci/litmus/order_test.py"], set())
        self.assertIn(("leanwatch", "replay"), needs["script ci/bank/bank_test.py"])
        self.assertIn(("asan", "tools"), needs["script ci/test/shrink_test.sh"])


class Telling(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, "logs")

    def test_a_failing_replay_names_its_seeds(self):
        built = bank.build(bank.select(bank.read(), [BUG]), "asan", "sequence")[BUG]
        problem = test.must_replay([built], "build/seeds/sequence")
        lines = problem.said.splitlines()
        self.assertIn("corpus/sequence/a-fail-returns-what-was-passed.txt: clause P-OWN, check result", lines)
        self.assertLessEqual(len(lines), test.NAMED_SEEDS + 1)
        said = told(problem, self.folder).splitlines()
        self.assertEqual(said[:2], ["FAIL it", "    " + lines[0]])
        self.assertEqual(said.count("    == procbuf lockstep failure"), 1)
        self.assertLess(len(said), failure.LINES + len(lines) + 3)
        self.assertEqual(said[-1], "    all of it: %s/replay-asan-it.log" % self.folder)

    def test_seeds_that_fail_only_together_are_not_passed_over(self):
        problem = test.must_replay(["sh", "-c", 'test -f "$0"'], "build/seeds/sequence")
        self.assertEqual(problem.said, "each seed passes alone, but not all in one run")

    def test_the_first_report_alone_is_shown_and_all_is_kept(self):
        report = "== procbuf lockstep failure\nclause:   P-OWN\ncheck:    %s\n== end of procbuf lockstep failure\n"
        output = "before\n" + report % "access" + "between\n" * 1000 + report % "result"
        said = told(failure.Problem("status 1", output), self.folder)
        self.assertEqual(said.count("== procbuf lockstep failure"), 1)
        self.assertIn("check:    access", said)
        with open(os.path.join(self.folder, "replay-asan-it.log"), encoding="utf-8") as file:
            self.assertEqual(file.read(), output)

    def test_without_a_report_the_end_is_shown(self):
        said = told("".join("line %d\n" % number for number in range(1000)) + "x" * 10000, self.folder)
        self.assertIn("line 999\n", said)
        self.assertLess(len(said), failure.LINES * 20 + failure.WIDTH + 200)

    def test_what_is_short_is_shown_as_it_is(self):
        self.assertEqual(told("one\ntwo\n", self.folder), "FAIL it\n    one\n    two\n")
        self.assertFalse(os.path.exists(self.folder))

    def test_reasons(self):
        self.assertEqual(failure.reason(None, ""), "still running when its time was up")
        self.assertEqual(failure.reason(-6, "?"), "status -6 and no report")
        self.assertEqual(failure.reason(1, "==1==ERROR: AddressSanitizer: x"), "check asan")


    def test_a_script_of_tests_names_the_first_that_failed(self):
        """And not what it quotes: here a report, and thousands of lines."""
        script = ("import unittest\nclass It(unittest.TestCase):\n    def test_that(self):\n"
                  "        self.assertEqual(1, 2, '== procbuf lockstep failure\\n' * 5000)\n    def test_this(self):\n        self.fail('no')\nunittest.main()")
        output = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode()
        said = told(failure.Problem(failure.reason(1, output), output), self.folder).splitlines()
        self.assertEqual(said[1:3], ["    FAIL: test_that (__main__.It.test_that)", "    AssertionError: 1 != 2 : == procbuf lockstep failure"])
        self.assertIn("    Traceback (most recent call last):", said)
        self.assertLess(len(said), failure.LINES + 5)


if __name__ == "__main__":
    entry.run_tests()
