# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan targets tools seeds, fuzz targets, afl build/afl/sequence afl-mutator
"""make fuzz on a library with a planted bug in it, as a user meets it: the finding is there, says what is wrong, fails again, and passes on the good
library; and nothing is lost to a full disk, a signal, a kill or a second run."""

import contextlib
import glob
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from ci.build import variants
from ci.findings import examine
from ci.findings import reproducer
from ci.findings import store as stores
from ci.process import entry
from ci.process import files
from ci.process import report

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
            self.assertEqual(fails, expected, "%s\n%s" % (files.read_text(found.reproducer), said))


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


class GoesOn(Room):
    """Fuzzing goes on after a finding until its time is up."""

    def test_behind_a_shallow_bug(self):
        status, said = self.fuzz(RESULT, "--time", "10")
        self.assertEqual(status, 1, said)
        [task] = self.summary()["targets"]
        self.assertGreater(task["executions"], 2000, said)
        self.assertGreater(sum(task["seen again"].values()), 50, said)
        self.assertEqual(len(set(self.store.names())), len([line for line in said.splitlines() if line.startswith("FOUND ") and "finding" not in line]))
        self.assertLessEqual(len(self.store.names()), 6, "one mistake under many names: %s" % said)

    def test_behind_a_sanitizer_that_ends_the_engine(self):
        status, said = self.fuzz(ASAN, "--time", "10")
        self.assertEqual(status, 1, said)
        self.assertEqual(said.count("FOUND asan-"), len([name for name in self.store.names() if name.startswith("asan-")]), said)
        self.assertGreater(self.summary()["targets"][0]["executions"], 2000, said)

    def test_another_bug_of_the_same_name_is_shown_as_it_is(self):
        """What was kept before, of a bug that is mended, stands for nothing."""
        found, _ = self.store.take(b"\0" * 32, fake("result-A-ORDER-allow", "an old report"), stores.Origin(TARGET, "libfuzzer", "watched"))
        files.write(found.shrunk, "nop\n")
        status, said = self.fuzz(RESULT, "--time", "15")
        self.assertEqual(status, 1, said)
        self.assertIn("FOUND result-A-ORDER-allow (sequence, known since", said)
        self.assertNotIn("an old report", said)
        self.expect_finding(self.store.load(found.name), RESULT, "check:    result")


def fake(name, text):
    return report.Report("result", "A-ORDER", name, text)


class Ends(Room):
    """Whatever ends a run."""

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                process = self.start(None, "--time", "60")
                wait_for(lambda: workers(self.room))
                process.send_signal(number)
                said = process.stdout.read().decode()
                self.assertEqual(process.wait(30), 128 + number, said)
                self.assertIn("interrupted, clean so far", said)
                self.assertEqual(workers(self.room), [])

    def test_killed_while_it_shrinks(self):
        process = self.start(RESULT, "--time", "60")
        wait_for(self.store.names, 90)
        process.kill()
        process.wait()
        wait_for(lambda: not workers(self.room), 20)
        [found] = self.findings()[:1]
        self.assertGreater(os.path.getsize(found.input), 0)
        self.assertTrue(files.read_text(found.report))
        status, said = self.fuzz(RESULT, "--runs", "1")
        self.assertEqual(status, 1, "what the killed run had found is not clean: %s" % said)

    def test_killed_before_it_has_looked(self):
        """An input that the engine has written, and nobody has taken in."""
        folder = self.room + "/engines/run-killed/fuzz-sequence-0-1"
        os.makedirs(folder)
        crash = glob.glob("build/seeds/canary/*.bin")[0]
        shutil.copyfile(crash, folder + "/crash-" + "0" * 40)
        files.write_json(folder + "/task.json", {"target": "canary", "variant": "fuzz", "seed": 1})
        status, said = self.fuzz(None, "--target", "canary", "--runs", "1")
        self.assertIn("was left by an earlier run", said)
        self.assertEqual(status, 1, said)
        self.assertTrue(self.store.names())
        self.assertFalse(os.path.exists(folder))

    def test_two_at_once(self):
        processes = [self.start(RESULT, "--time", "8") for _ in range(2)]
        for process in processes:
            said = process.stdout.read().decode()
            self.assertEqual(process.wait(60), 1, said)
            self.assertNotIn("Traceback", said)
            self.assertNotIn("FAILED", said)
        for found in self.findings():
            self.assertGreater(os.path.getsize(found.input), 0)

    def test_a_reader_that_has_gone(self):
        process = self.start(None, "--time", "5")
        process.stdout.readline()
        process.stdout.close()
        process.wait(60)
        self.assertEqual(workers(self.room), [])


class Disk(Room):
    """What can't be written is said, with the folder's name, and is never clean."""

    def expect_refusal(self, folder, status, said):
        self.assertEqual(status, 3, said)
        self.assertIn(folder, said)
        self.assertNotIn("Traceback", said)
        self.assertNotIn("clean", said)

    def test_a_file_in_the_place_of_each_folder(self):
        for name in ("corpus", "findings", "engines"):
            with self.subTest(name=name):
                path = os.path.join(self.room, name)
                shutil.rmtree(path, ignore_errors=True)
                files.write(path, "")
                self.expect_refusal(path, *self.fuzz(None, "--time", "5"))
                os.remove(path)

    @contextlib.contextmanager
    def small_disk(self, name, kilobytes):
        """A folder on a disk of its own. It takes root, as CI is; anybody else is told to be."""
        path = os.path.join(self.room, name)
        os.makedirs(path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dk" % kilobytes, "none", path], check=True)
        try:
            yield path
        finally:
            subprocess.run(["umount", path], check=True)

    def test_full_corpus(self):
        with self.small_disk("corpus", 512) as path:
            status, said = self.fuzz(None, "--time", "40")
            self.expect_refusal(path, status, said)
            empty = [name for folder, _, names in os.walk(path) for name in names if os.path.getsize(os.path.join(folder, name)) == 0]
            self.assertEqual(empty, [])

    def test_findings_that_fill_the_disk(self):
        with self.small_disk("findings", 128) as path:
            files.write(path + "/ballast", b"x" * 50000)
            status, said = self.fuzz(RESULT, "--time", "20")
            self.assertNotIn("Traceback", said)
            self.assertIn(status, (1, 3), said)
            for name in self.store.names():
                self.assertGreater(os.path.getsize(self.store.load(name).input), 0)
            if status == 1 and not self.store.names():
                [where] = re.findall(r"NOT KEPT: (\S.*?) \(", said)[:1]
                self.assertTrue(os.path.getsize(where))

    def test_read_only(self):
        with self.small_disk("findings", 128) as path:
            subprocess.run(["mount", "-o", "remount,ro", path], check=True)
            self.expect_refusal(path, *self.fuzz(None, "--time", "5"))


class Shown(Room):
    """What a person sees."""

    def on_terminal(self, width, height, **environment):
        """What a terminal of that size is sent."""
        master, slave = pty.openpty()
        subprocess.run(["stty", "rows", str(height), "cols", str(width)], stdin=slave, check=True)
        settings = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(words(self.room, None, "--time", "3"), stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                                   env=dict(settings, **environment))
        os.close(slave)
        sent = b""
        with contextlib.suppress(OSError):
            while part := os.read(master, 65536):
                sent += part
        self.assertEqual(process.wait(60), 0, sent)
        os.close(master)
        return sent.decode("ascii")

    def test_80_by_24(self):
        sent = self.on_terminal(80, 24, TERM="xterm")
        self.assertIn("\033[", sent)
        drawn = sent.split("clean:")[0].rpartition("\033[J")[0]
        lines = [re.sub(r"\033\[[0-9]*[A-Z]", "", line).strip("\r") for line in drawn.split("\n")]
        self.assertLess(max(len(line) for line in lines if line.startswith(("target ", "sequence"))), 80)

    def test_a_terminal_that_can_do_nothing(self):
        self.assertNotIn("\033", self.on_terminal(80, 24, TERM="dumb"))

    def test_no_terminal_and_an_ascii_locale(self):
        status, said = self.fuzz(None, "--time", "3", environment=dict(os.environ, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"))
        self.assertEqual(status, 0, said)
        self.assertNotIn("\033", said)
        self.assertRegex(said, r"\nclean: 1 target, [0-9,]+ executions, ")


if __name__ == "__main__":
    entry.run(unittest.main)
