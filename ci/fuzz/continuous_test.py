# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan targets tools seeds, fuzz targets
"""make continuous: what it knows is on disk, whatever ends it; a second run on the same state is refused; make status tells at any time."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from ci.process import entry
from ci.process import files

LIMIT = 120


class Continuous(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="it's a room ")
        self.addCleanup(scratch.cleanup)
        self.room = scratch.name
        self.state = self.room + "/state/state.json"

    def command(self, *options):
        return [sys.executable, "-m", "ci.fuzz.continuous", "--engine", "libfuzzer", "--build", "watched", "--target", "stream", "--leg", "2",
                "--corpus", self.room + "/corpus", "--findings", self.room + "/findings", "--work", self.room + "/engines", "--state",
                self.room + "/state", *options]

    def start(self):
        process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def facts(self):
        with open(self.state, encoding="utf-8") as file:
            return json.load(file)

    def wait_for(self, condition):
        end = time.monotonic() + LIMIT
        while not (os.path.exists(self.state) and condition(self.facts())):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def status(self):
        result = subprocess.run([sys.executable, "-m", "ci.fuzz.history", "--state", self.room + "/state", "--findings", self.room + "/findings"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
        return result.returncode, result.stdout

    def test_killed_and_gone_on(self):
        self.assertEqual(self.status()[0], 3)
        process = self.start()
        self.wait_for(lambda facts: facts["position"] >= 2)
        second = subprocess.run(self.command("--hours", "1"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
        self.assertEqual(second.returncode, 3, second.stdout)
        self.assertIn("a run with pid %d has this state" % process.pid, second.stdout)
        self.assertIn("running, pid %d" % process.pid, self.status()[1])
        process.kill()
        process.wait()
        before, inputs = self.facts(), set(os.listdir(self.room + "/corpus/stream"))
        self.assertGreater(before["executions"], 0)
        self.assertTrue(inputs)
        self.assertIn("not running", self.status()[1])
        process = self.start()
        self.wait_for(lambda facts: facts["position"] > before["position"])
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read().decode()
        self.assertEqual(process.wait(LIMIT), 128 + signal.SIGTERM, said)
        self.assertGreater(self.facts()["executions"], before["executions"])
        self.assertEqual(self.facts()["started"], before["started"])
        status, said = self.status()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"(?m)^libfuzzer +watched +stream +[0-9,]+ ")
        self.assertIn("<svg", files.read_text(self.room + "/state/plot.svg"))
        self.assertIn("edges of lib/", files.read_text(self.room + "/state/plot.svg"))

    def test_a_state_cut_short(self):
        os.makedirs(self.room + "/state")
        files.write(self.state, '{"started": 17')
        result = subprocess.run(self.command("--hours", "1"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn("state.json: expected the state of a continuous run", result.stdout)


if __name__ == "__main__":
    entry.run_tests()
