# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan targets tools seeds, fuzz targets
"""make fuzz where the disk is full or can't be written to, and on terminals of all kinds."""

import contextlib
import os
import pty
import re
import shutil
import subprocess
import unittest

from ci.fuzz.room import RESULT, Room, words
from ci.process import entry
from ci.process import files


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
    entry.run_tests()
