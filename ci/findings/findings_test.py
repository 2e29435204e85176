# SPDX-License-Identifier: Apache-2.0 OR MIT
"""make findings and make keep: what comes from elsewhere is taken in, what is no test case is named and is no pass, a finding's state is what running it
again says, and a seed made of it passes on the library as it is."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from ci.build import variants
from ci.findings import examine
from ci.findings import store as stores
from ci.process import entry
from ci.process import files

BUG = "order-fail-before-nodevice"
FAILING = "state p0 stopped\nallow p0 ro d3 0 ram 0\n"
PASSING = "allow p0 ro d0 0 ram 16\n"
HANG, HANGS = "slice-bytes-hang", "wrap-mut s0 0 1\nbytes s0\n"
ASAN = variants.by_name()["asan"]


def assembled(text, room):
    """The program in binary form."""
    path = os.path.join(room, "program.txt")
    files.write(path, text)
    folder = tempfile.mkdtemp(dir=room)
    subprocess.run(["build/asan/replay", "--assemble", folder, path], check=True)
    return files.read(os.path.join(folder, "program.bin"))


class Room(unittest.TestCase):
    """A room for each test."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="it's a room ")
        self.addCleanup(scratch.cleanup)
        self.room = scratch.name
        self.store = stores.Store(self.room + "/findings")
        self.foreign = self.room + "/foreign"
        os.makedirs(self.foreign)

    def run_module(self, module, *options):
        result = subprocess.run([sys.executable, "-m", module, "--findings", self.store.root, *options], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
        return result.returncode, result.stdout.decode("utf-8", "replace")

    def findings(self, bug, *options):
        return self.run_module("ci.findings.findings", "--variant", "asan", *(["--bug", bug] if bug else []), *options)

    def put(self, name, content):
        path = os.path.join(self.foreign, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        files.write(path, content)
        return path


class Elsewhere(Room):
    """Test cases that others have found."""

    def expect_taken(self, path, *options):
        status, said = self.findings(BUG, "--file", path, *options)
        self.assertEqual((status, self.store.names()), (1, ["result-A-ORDER-allow"]), said)
        found = self.store.load("result-A-ORDER-allow")
        self.assertRegex(files.read_text(found.reproducer), r"#include <procbuf/procbuf\.h>")
        self.assertIn("result-A-ORDER-allow", said)
        return said

    def test_a_file_in_text_without_a_suffix(self):
        self.expect_taken(self.put("it fails", FAILING))

    def test_a_file_in_binary(self):
        self.expect_taken(self.put("x", assembled(FAILING, self.room)))

    def test_clusterfuzz_says_the_target_in_the_name(self):
        self.expect_taken(self.put("clusterfuzz-testcase-minimized-procbuf_registers-5734", assembled(FAILING, self.room)))
        self.assertEqual(self.store.load("result-A-ORDER-allow").target, "registers")

    def test_a_folder_of_libfuzzer(self):
        self.put("crash-" + "a" * 40, assembled(FAILING, self.room))
        self.put("b" * 40, assembled(PASSING, self.room))
        self.put("log", "#2 INITED cov: 3\n")
        self.put("empty", "")
        self.put("noise", bytes(range(256)) * 20000)
        os.mkfifo(self.foreign + "/fifo")
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(self.foreign + "/socket")
            said = self.expect_taken(self.foreign)
        for name in ("log", "empty", "noise", "fifo", "socket"):
            self.assertIn("not a test case: %s/%s (" % (self.foreign, name), said)
        self.assertIn("2 test cases: 1 failed, 1 passed in every build; 5 not test cases", said)

    def test_a_folder_of_afl(self):
        crash = "out/main/crashes/id:000000,sig:06,src:000000,op:mutator.so"
        self.put(crash, assembled(FAILING, self.room))
        self.put("out/main/crashes/README.txt", "Command line used to find this crash:\n")
        self.put("out/main/queue/id:000000,orig:a", assembled(PASSING, self.room))
        self.put("out/main/fuzzer_stats", "command_line      : afl-fuzz -i in -o out -- build/afl/registers\n")
        said = self.expect_taken(self.foreign + "/out")
        self.assertIn("README.txt (AFL++'s own)", said)
        found = self.store.load("result-A-ORDER-allow")
        self.assertEqual((found.target, found.facts["engines"]), ("registers", ["afl"]))

    def test_nothing_that_is_a_test_case(self):
        self.put("README.txt", "Command line used to find this crash:\n")
        status, said = self.findings(BUG, "--file", self.foreign)
        self.assertEqual(status, 3, said)
        self.assertIn("not a test case: ", said)

    def test_what_passes_is_no_finding(self):
        status, said = self.findings(None, "--file", self.put("x", FAILING))
        self.assertEqual((status, self.store.names()), (0, []), said)

    def test_a_hang_ends_and_says_where(self):
        status, said = self.findings(HANG, "--file", self.put("x", HANGS))
        self.assertEqual((status, self.store.names()), (1, ["hang-bytes"]), said)
        self.assertIn("== procbuf hang", files.read_text(self.store.load("hang-bytes").report))

    def test_wrong_use(self):
        status, said = self.findings(None, "--file", self.room + "/absent")
        self.assertEqual(status, 3, said)
        self.assertIn("absent: no such file", said)


class States(Room):
    """What running a finding again says of it."""

    def setUp(self):
        super().setUp()
        self.findings(BUG, "--file", self.put("x", FAILING))
        [self.name] = self.store.names()

    def expect_state(self, status, word, bug):
        found, said = self.findings(bug)
        self.assertEqual(found, status, said)
        self.assertRegex(said, r"(?m)^%s +A-ORDER +import +.* %s$" % (self.name, word))
        self.assertEqual(self.store.load(self.name).facts["state"], word)

    def test_failing_then_fixed_then_failing(self):
        self.expect_state(1, "failing", BUG)
        self.expect_state(0, "fixed", None)
        self.expect_state(1, "failing", BUG)

    def test_changed(self):
        found = self.store.load(self.name)
        os.rename(found.folder, self.store.folder("result-P-GEN-live"))
        found = self.store.load("result-P-GEN-live")
        found.facts["name"] = "result-P-GEN-live"
        found.save()
        status, said = self.findings(BUG)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, r"changed \(now %s\)" % self.name)

    def test_a_damaged_one_is_named_and_is_no_pass(self):
        found = self.store.load(self.name)
        with open(found.input, "wb"):
            pass
        status, said = self.findings(BUG)
        self.assertEqual(status, 3, said)
        self.assertIn("not judged: ", said)

    def test_no_findings(self):
        shutil.rmtree(self.store.root)
        status, said = self.findings(None)
        self.assertEqual((status, said), (0, "findings: 0, 0 fail\n"))


class Keep(Room):
    """A finding becomes a seed."""

    def setUp(self):
        super().setUp()
        self.findings(BUG, "--file", self.put("x", FAILING))
        self.corpus = self.room + "/corpus"

    def keep(self, *options):
        return self.run_module("ci.findings.keep", "--corpus", self.corpus, *options)

    def test_a_seed_with_clause_and_story(self):
        status, said = self.keep("--finding", "result-A-ORDER-allow")
        self.assertEqual(status, 0, said)
        path = self.corpus + "/sequence/found-result-a-order-allow.txt"
        self.assertIn("kept: %s" % path, said)
        text = files.read_text(path)
        self.assertRegex(text, r"\A# A-ORDER: found as result-A-ORDER-allow by import on \d{4}-\d\d-\d\d\. ")
        self.assertRegex(text, r"expected: NODEVICE")
        passes = examine.examine(variants.Binaries(), ASAN, "sequence", path, bend=False)
        self.assertEqual(passes.outcome, examine.PASSED, passes.said)
        fails = examine.examine(variants.Binaries(BUG), ASAN, "sequence", path, bend=False)
        self.assertEqual(fails.outcome, examine.FAILED)
        status, said = self.keep("--finding", "result-A-ORDER-allow")
        self.assertEqual(status, 2, said)
        self.assertIn("is kept already", said)

    def test_a_story_of_one_s_own(self):
        self.keep("--finding", self.store.root + "/result-A-ORDER-allow/", "--story", 'the "first" of two')
        self.assertTrue(files.read_text(self.corpus + "/sequence/found-result-a-order-allow.txt").startswith('# A-ORDER: the "first" of two\n'))

    def test_no_such_finding(self):
        status, said = self.keep("--finding", "result-A-ORDER-alow")
        self.assertEqual(status, 2, said)
        self.assertIn("expected FINDING= one of: result-A-ORDER-allow", said)


if __name__ == "__main__":
    entry.run_tests()
