# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan targets tools seeds, fuzz targets
"""make fuzz goes on behind a finding; nothing is lost to a signal, a kill or a second run."""

import glob
import os
import shutil
import signal
import unittest

from ci.findings import store as stores
from ci.fuzz.room import ASAN, RESULT, TARGET, Room, wait_for, workers
from ci.process import entry
from ci.process import files
from ci.process import report


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


if __name__ == "__main__":
    entry.run_tests()
