# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What the tests of make fuzz share: a room in which a user fuzzes a library with a planted bug in it, and what is looked at there."""

import contextlib
import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

from ci.build import variants
from ci.findings import examine
from ci.findings import reproducer
from ci.findings import store as stores
from ci.process import files

RESULT, UBSAN, HANG = "order-fail-before-nodevice", "int-sbrk-overflows", "slice-bytes-hang"
ASAN, PLAIN = "grant-state-of-the-dead", "access-write-one-more"
BUGS = {RESULT: "asan", ASAN: "asan", UBSAN: "asan", HANG: "asan", PLAIN: "checked"}
TARGET = "sequence"
LIMIT = 180


def words(room, bug, *options):
    """The runner's command, with all that it writes in a room of its own."""
    return [sys.executable, "-m", "ci.fuzz.fuzz", "--target", TARGET, "--seed", "1", "--jobs", "2", "--corpus", room + "/corpus", "--findings",
            room + "/findings", "--work", room + "/engines", "--summary", room + "/fuzz.json"] + (["--bug", bug] if bug else []) + list(options)


def workers(room):
    """Processes that work in the room."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = files.read_text(path)
            if room in command and "ci.fuzz.fuzz" not in command:
                found.append(command.replace("\0", " "))
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited %d s" % seconds)
        time.sleep(0.05)


class Room(unittest.TestCase):
    """A room for each test, whose name is nobody's friend."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="it's a $room ")
        self.addCleanup(scratch.cleanup)
        self.room = scratch.name
        self.store = stores.Store(self.room + "/findings")

    def fuzz(self, bug, *options, environment=None, **settings):
        result = subprocess.run(words(self.room, bug, *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=environment, timeout=LIMIT, check=False, **settings)
        return result.returncode, result.stdout.decode("utf-8", "replace")

    def start(self, bug, *options):
        process = subprocess.Popen(words(self.room, bug, *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def summary(self):
        with open(self.room + "/fuzz.json", encoding="utf-8") as file:
            return json.load(file)

    def findings(self):
        return [self.store.load(name) for name in self.store.names()]

    def expect_finding(self, found, bug, what):
        """It is whole, fails again on the library with the bug, and passes on the good one."""
        self.assertGreater(os.path.getsize(found.input), 0)
        variant = variants.by_name()[BUGS[bug]]
        again = examine.examine(variants.Binaries(bug), variant, found.target, found.input)
        self.assertEqual((again.outcome, again.report and again.report.name), (examine.FAILED, found.name), again.said)
        good = examine.examine(variants.Binaries(), variant, found.target, found.input)
        self.assertEqual(good.outcome, examine.PASSED, good.said)
        for path in (found.report, found.program, found.shrunk, found.reproducer, found.summary):
            self.assertTrue(os.path.getsize(path), path)
        self.assertRegex(files.read_text(found.report), what)
        shrunk = examine.examine(variants.Binaries(bug), variant, found.target, found.shrunk)
        self.assertEqual(shrunk.outcome, examine.FAILED, "the shrunk program does not fail")
        self.expect_reproducer(found, bug)

    def expect_reproducer(self, found, bug):
        """The C file fails on the library with the bug, and passes on the good one."""
        for planted, expected in ((bug, True), (None, False)):
            fails, said = reproducer.outcome(found.reproducer, planted)
            self.assertEqual(fails, expected, "%s\n%s" % (said, files.read_text(found.reproducer)))
