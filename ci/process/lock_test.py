# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Tests of the lock: one holder at a time, named to the second; nothing is left of a holder that was killed."""

import os
import subprocess
import sys
import tempfile
import unittest

from ci.process import entry
from ci.process import lock

HOLDER = """
import sys
from ci.process import lock
with lock.hold(sys.argv[1], 'another'):
    print('held', flush=True)
    sys.stdin.read()
"""


class Locks(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.path = os.path.join(self.room.name, "lock")

    def another(self):
        """A process that holds the lock."""
        process = subprocess.Popen([sys.executable, "-c", HOLDER, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), b"held\n")
        return process

    def take(self):
        with lock.hold(self.path, "me"):
            with open(self.path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "%d me\n" % os.getpid())

    def test_again_and_again(self):
        self.take()
        self.take()
        self.assertEqual(os.path.getsize(self.path), 0)

    def test_second_is_refused_and_told_by_whom(self):
        process = self.another()
        with self.assertRaises(lock.Held) as caught:
            self.take()
        self.assertEqual((caught.exception.pid, caught.exception.who), (process.pid, "another"))
        self.assertIn("in use by another, pid %d" % process.pid, str(caught.exception))
        process.stdin.close()
        process.wait()
        self.take()

    def test_killed_holder(self):
        process = self.another()
        process.kill()
        process.wait()
        self.assertGreater(os.path.getsize(self.path), 0)
        self.take()

    def test_released_on_exception(self):
        with self.assertRaises(KeyError):
            with lock.hold(self.path, "me"):
                raise KeyError
        self.take()

    def test_children_do_not_keep_it(self):
        with lock.hold(self.path, "me"):
            child = subprocess.Popen(["sleep", "60"])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.take()

    def test_holder_that_has_not_said_so(self):
        with lock.hold(self.path, "me"):
            os.truncate(self.path, 0)
            with self.assertRaises(lock.Held) as caught:
                self.take()
        self.assertEqual(caught.exception.pid, 0)

    def test_no_place_for_it(self):
        with self.assertRaises(OSError):
            with lock.hold(os.path.join(self.room.name, "absent", "lock"), "me"):
                self.fail("held")


if __name__ == "__main__":
    entry.run_tests()
