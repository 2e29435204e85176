# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What a failure leaves behind: with bugs planted in the library, libFuzzer keeps the input of each kind of failure, the input fails again
in a replay, report and stack say what and where, and PROCBUF_KNOWN has the fuzzer pass over what is known."""

import difflib
import glob
import hashlib
import os
import re
import subprocess
import tempfile
import unittest

from ci.bank import bank
from ci.process import entry
from ci.process import sanitizers

FUNCTION = "procbuf_writeable_fill"
OPENING = "void %s(procbuf_writeable slice, uint8_t value) {\n" % FUNCTION
ZEROING = "procbuf_access_zero(base, old - base);"
# One bug for each way to fail, chosen by the byte that is filled in; and one behind a call that a compiler would rather make a jump.
PLANTED = (
    ("lib/src/slice.c", OPENING, OPENING + """\
  if (value == 0x71) *(volatile char *)16 = 1;
  volatile int shift = value == 0x72 ? 40 : 0;
  value = (uint8_t)(value + (1 << shift) - 1);
  if (value == 0x73) slice.span.length++;
"""),
    ("lib/src/grant.c", ZEROING, ZEROING.replace("old - base", "old - base + (size == 100)")),
)
PROGRAM = """\
allow p0 rw d0 0 ram 16
get b0 p0 rw d0 0
mut-enter b0 s0
fill s0 0x%x
leave ok
"""
GRANT = "grant p0 100 4\n"
FILL = "fill s0 0x%x\n"
ASAN, UBSAN, ACCESS = 0x71, 0x72, 0x73
KNOWN = "access-X-BOUNDS-fill"
LIMIT_SECONDS = 120
TARGET = "sequence"


def diff(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return "".join(difflib.unified_diff(text.splitlines(True), text.replace(old, new).splitlines(True), "a/" + path, "b/" + path))


def planted():
    """One bug as the bank has them, with what a build needs to know."""
    patch = "".join(diff(*change) for change in PLANTED)
    return bank.Bug("ci/test/host_test.py", dict(dict.fromkeys(bank.KEYS, ""), id="host-test", patch=patch))


def execute(command, **settings):
    return subprocess.run(command, env=dict(sanitizers.environment(), **settings), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=LIMIT_SECONDS, check=False)


class Failures(unittest.TestCase):
    """Each planted bug under the engine, and under the driver that replays."""

    @classmethod
    def setUpClass(cls):
        bug = planted()
        cls.binaries = {variant: bank.build([bug], variant, TARGET)[bug.id] for variant in ("fuzz", "asan")}
        problems = [str(binary) for binary in cls.binaries.values() if isinstance(binary, bank.BankError)]
        if problems:
            raise AssertionError("\n".join(problems))

    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = room.name
        self.artifacts = os.path.join(self.room, "artifacts")
        os.mkdir(self.artifacts)

    def corpus(self, *values):
        """A folder with the program that fills with each of these."""
        folder = os.path.join(self.room, "corpus")
        os.mkdir(folder)
        for value in values:
            path = os.path.join(self.room, "%x.txt" % value)
            with open(path, "w", encoding="utf-8") as file:
                file.write(PROGRAM % value)
            self.assemble(path, folder)
        return folder

    def assemble(self, path, folder=None):
        """The path of the program in binary."""
        made = execute(["build/asan/replay", "--assemble", folder or self.room, path])
        self.assertEqual(made.returncode, 0, made.stdout)
        return os.path.join(folder or self.room, os.path.basename(path).replace(".txt", ".bin"))

    def fuzz(self, folder, runs=1, **settings):
        return execute([self.binaries["fuzz"], "-seed=1", "-runs=%d" % runs, "-artifact_prefix=%s/" % self.artifacts, folder],
                       **settings)

    def crash(self, value):
        """What the engine says of the planted bug, and the file that it keeps: the very program, under the name of its content."""
        folder = self.corpus(value)
        said = self.fuzz(folder)
        self.assertNotEqual(said.returncode, 0)
        kept = glob.glob(self.artifacts + "/*")
        self.assertEqual(len(kept), 1, said.stdout)
        with open(kept[0], "rb") as file:
            content = file.read()
        with open(os.path.join(folder, "%x.bin" % value), "rb") as file:
            self.assertEqual(content, file.read())
        self.assertEqual(os.path.basename(kept[0]), "crash-" + hashlib.sha1(content).hexdigest())
        return said.stdout, kept[0]

    def replay(self, path, **settings):
        said = execute([self.binaries["asan"], path], **settings)
        self.assertNotEqual(said.returncode, 0)
        self.assertNotIn("none failed", said.stdout)
        return said.stdout

    def assert_once(self, text, output):
        self.assertEqual(output.count(text), 1, "%r in:\n%s" % (text, output))

    def assert_sanitizer(self, output, value, summary, finding):
        self.assert_once("SUMMARY: " + summary, output)
        self.assertRegex(output, r"#\d+ 0x[0-9a-f]+ in %s .*lib/src/slice\.c:\d+" % FUNCTION)
        self.assert_once("== procbuf program in progress, step 4\nfinding:  %s\nclause:   S-FILL\nsays:     Fills exactly len bytes.\n"
                         "program:\n" % finding, output)
        self.assert_once(FILL % value, output)

    def assert_stack(self, output):
        """abort was called by a function of the clause's, that by one of the op's, that by one of the check's."""
        names = re.findall(r"#\d+ 0x[0-9a-f]+ in (\w+)", output)
        self.assertIn("failed_clause_X_BOUNDS", names, output)
        at = names.index("failed_clause_X_BOUNDS")
        self.assertRegex(names[at - 1], "abort", output)
        self.assertEqual(names[at + 1:at + 3], ["failed_op_FILL", "failed_check_access"], output)

    def assert_report(self, output):
        self.assert_once("\nfinding:  %s\nclause:   X-BOUNDS\nsays:     A user byte is touched only within " % KNOWN, output)
        self.assertRegex(output, r"\ncheck:    access\nin:       %s lib/src/slice\.c:\d+\nstep:     4: " % FUNCTION)
        self.assert_once("\n" + FILL % ACCESS, output)

    def test_asan(self):
        said, kept = self.crash(ASAN)
        for output in (said, self.replay(kept)):
            self.assert_sanitizer(output, ASAN, "AddressSanitizer: ", "asan-S-FILL-fill")

    def test_ubsan(self):
        said, kept = self.crash(UBSAN)
        for output in (said, self.replay(kept)):
            self.assert_sanitizer(output, UBSAN, "UndefinedBehaviorSanitizer: ", "ubsan-S-FILL-fill")

    def test_access(self):
        said, kept = self.crash(ACCESS)
        self.assert_report(said)
        self.assert_stack(said)
        replayed = self.replay(kept, ASAN_OPTIONS="detect_leaks=0:handle_abort=1")
        self.assert_report(replayed)
        self.assert_stack(replayed)
        self.assertNotIn("program in progress", replayed)

    def test_the_stack_of_an_access_goes_on_to_the_public_function(self):
        path = os.path.join(self.room, "grant.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(GRANT)
        program = self.assemble(path)
        for binary in self.binaries.values():
            said = execute([binary, program])
            self.assertRegex(said.stdout, r"\nfinding:  access-X-BOUNDS-grant\n(?:.*\n){3}"
                                          r"in:       procbuf_grant_carve lib/src/grant\.c:\d+\n"
                                          r"in:       procbuf_grant_allocate lib/src/grant\.c:\d+\nstep: ")

    def test_known_failures_are_passed_over_counted_and_kept_out_of_the_corpus(self):
        folder = self.corpus(0, ACCESS)
        said = self.fuzz(folder, 50, PROCBUF_KNOWN="result-S-GET-at," + KNOWN)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertEqual(os.listdir(self.artifacts), [])
        self.assertNotIn("finding:", said.stdout)
        self.assertRegex(said.stdout, r"\nPROCBUF_KNOWN result-S-GET-at=0\nPROCBUF_KNOWN %s=[1-9]\d*\n" % KNOWN)
        for name in set(os.listdir(folder)) - {"%x.bin" % ACCESS}:
            self.assertEqual(execute([self.binaries["asan"], os.path.join(folder, name)]).returncode, 0, name)

    def test_another_failure_is_found_behind_a_known_one(self):
        folder = self.corpus(ASAN, ACCESS)
        said = self.fuzz(folder, PROCBUF_KNOWN=KNOWN)
        self.assert_once("finding:  asan-S-FILL-fill\n", said.stdout)
        self.assertNotIn("finding:  " + KNOWN, said.stdout)

    def test_a_replay_knows_nothing(self):
        folder = self.corpus(ACCESS)
        self.assert_report(self.replay(os.path.join(folder, "%x.bin" % ACCESS), PROCBUF_KNOWN=KNOWN))

    def test_a_list_that_is_none_is_refused(self):
        folder = self.corpus(0)
        for names, found in (("acess-P-OWN-allow", "acess-P-OWN-allow"), (KNOWN + ",", ""), ("asan-S-FILL-fill", "asan-S-FILL-fill")):
            said = self.fuzz(folder, PROCBUF_KNOWN=names)
            self.assertEqual(said.returncode, 2, said.stdout)
            self.assertIn('found "%s"\n' % found, said.stdout)
            self.assertEqual(os.listdir(self.artifacts), [])


if __name__ == "__main__":
    entry.run_tests()
