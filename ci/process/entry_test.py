# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""How a program of ci/ ends (ci/process/entry.py): one that does each of the things that can happen to it, as a process of its own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from ci.process import entry

PROGRAM = """
import concurrent.futures, sys
from ci.process import entry, run

def many(count, *command):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(run.run, command, None) for _ in range(count)]
        print("\\n" * 100000, flush=True)
        for future in running:
            future.result()

def main():
    %s

entry.run(main, %s)
"""
# Longer than any test waits: what is still there was not ended.
SLEEP = "many(10, 'sh', '-c', 'echo $$ >>%s; exec sleep 300')"
LIMIT_SECONDS = 30


def started(body, stop_children=True, **settings):
    return subprocess.Popen([sys.executable, "-c", PROGRAM % (body, stop_children)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings)


def ended(body, **settings):
    """Status, output and errors."""
    with started(body, **settings) as process:
        output, errors = process.communicate(timeout=LIMIT_SECONDS)
        return process.returncode, output, errors.decode()


class Entry(unittest.TestCase):
    def test_what_main_returns(self):
        self.assertEqual(ended("return 0"), (0, b"", ""))
        self.assertEqual(ended("return 1"), (1, b"", ""))

    def test_exceptions_are_one_line_and_a_status(self):
        for body, status, said in (("raise entry.Usage('TIME=x')", 2, "TIME=x\n"), ("raise entry.CannotRun('no tool')", 3, "no tool\n"),
                                   ("open('/absent/file')", 3, "/absent/file: No such file or directory\n"),
                                   ("run.run(['/absent/tool'], 1)", 3, "/absent/tool: No such file or directory\n"),
                                   ("run.must_run(['false'])", 3, "false: status 1\n")):
            with self.subTest(body):
                found, _, errors = ended(body)
                self.assertEqual((found, errors.partition(": ")[2]), (status, said))
                self.assertEqual(errors.count("\n"), 1)

    def test_a_mistake_of_its_own_is_neither_clean_nor_a_finding(self):
        status, _, errors = ended("1 / 0")
        self.assertEqual(status, 3)
        self.assertIn("ZeroDivisionError", errors)

    def test_a_full_disk(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run([sys.executable, "-c", PROGRAM % ("print('x')", True)], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((process.returncode, process.stderr.decode().partition(": ")[2]), (3, "No space left on device\n"))

    def test_bytes_that_are_no_text_in_any_locale(self):
        environment = dict(os.environ, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        body = r"print(run.run(['printf', '\\303\\251\\377'], 5).output, run.run.__name__ + '\udcff\xe9')"
        status, output, errors = ended(body, env=environment)
        self.assertEqual((status, output, errors), (0, b"\xc3\xa9\xef\xbf\xbd run\xff\xc3\xa9\n", ""))

    def test_a_child_that_reads_no_input(self):
        self.assertEqual(ended("print(run.run(['true'], 5, given=bytes(1000000)).status)"), (0, b"0\n", ""))


class Stopping(unittest.TestCase):
    """What is left when a program with children in several threads is told to end."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.pids = os.path.join(scratch.name, "pids")

    def children(self):
        with open(self.pids, encoding="utf-8") as file:
            return [int(line) for line in file]

    def wait_for_children(self):
        patience = time.monotonic() + LIMIT_SECONDS
        while not os.path.exists(self.pids) or len(self.children()) < 2:
            self.assertLess(time.monotonic(), patience)
            time.sleep(0.01)

    def expect_none_left(self):
        children = self.children()
        self.assertEqual(len(children), 2, "it went on with what was queued")
        self.assertEqual([pid for pid in children if os.path.exists("/proc/%d" % pid)], [])

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name), started(SLEEP % self.pids) as process:
                process.stdout.readline()
                self.wait_for_children()
                process.send_signal(number)
                process.send_signal(number)
                _, errors = process.communicate(timeout=LIMIT_SECONDS)
                self.assertEqual((process.returncode, errors), (128 + number, b""))
                self.expect_none_left()
            os.remove(self.pids)

    def test_a_reader_that_goes(self):
        with started(SLEEP % self.pids) as process:
            process.stdout.readline()
            self.wait_for_children()
            process.stdout.close()
            self.assertEqual(process.wait(LIMIT_SECONDS), 141)
            self.assertEqual(process.stderr.read(), b"")
            self.expect_none_left()

    def test_a_reader_that_has_gone_before_each_line(self):
        body = "\n    for number in range(100000):\n        print(number, flush=True)"
        for _ in range(5):
            with started(body) as process:
                process.stdout.readline()
                process.stdout.close()
                self.assertEqual((process.wait(LIMIT_SECONDS), process.stderr.read()), (141, b""))

    def test_what_ignores_the_signal_is_killed(self):
        with started("many(2, 'sh', '-c', 'trap \"\" TERM; echo $$ >>%s; sleep 300; sleep 300')" % self.pids) as process:
            process.stdout.readline()
            self.wait_for_children()
            process.terminate()
            process.communicate(timeout=LIMIT_SECONDS)
            self.assertEqual(process.returncode, 143)
            self.expect_none_left()

    def test_one_that_ends_its_children_itself(self):
        body = ("\n    try:\n        print(flush=True); run.run(['sleep', '300'], None)\n    except KeyboardInterrupt as stopped:\n"
                "        print(run.run(['echo', 'last'], 5).output, stopped.number)\n        return 0")
        with started(body, stop_children=False) as process:
            process.stdout.readline()
            process.terminate()
            output, errors = process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual((process.returncode, output, errors), (0, b"last\n 15\n", b""))

    def test_a_signal_that_was_ignored_from_the_start(self):
        body = "print(flush=True); run.run(['sleep', '1'], None)"
        with started(body, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
            process.stdout.readline()
            process.send_signal(signal.SIGHUP)
            process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    entry.run_tests()
