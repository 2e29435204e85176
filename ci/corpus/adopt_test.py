# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Seeds adopted for real, from a small corpus: they reach what was new, mean the same everywhere, are short and say what they are; those
written by hand stay as they are, and no bug of the bank is lost. Needs what `make test` builds."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from ci.bank import bank
from ci.bank import killed
from ci.corpus import adopt
from ci.corpus import corpus
from ci.corpus import reach
from ci.process import entry

TARGET = "stream"
BUG = "stream-flags-little-endian"
BY_HAND = "t-append-first-and-next.txt"
HALTED = "external b0 p0 rw granted ram 8\nheader ram 0 0x03 0x00\nmut-enter b0 s0\nappend s0 0 0\n"
# The length that comes back is another number at 32 bits.
OTHER_AT_32_BITS = "allow p0 rw d0 0 ram u32\nallow p0 rw d3 0 ram u32\n"
PADDING = "user-write ram+100 1 0x00\n" * 20


def binary_of(text):
    with tempfile.TemporaryDirectory() as scratch:
        corpus.write(scratch + "/program.txt", text.encode())
        return corpus.read(reach.assemble("build", TARGET, [scratch + "/program.txt"], scratch + "/out")[scratch + "/program.txt"])


class Adopting(unittest.TestCase):
    def setUp(self):
        """One seed written by hand, an empty working corpus, an empty bank."""
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.build, self.seeds, self.bugs = (os.path.join(room.name, name) for name in ("build", "seeds", "bugs"))
        self.folder = os.path.join(self.seeds, TARGET)
        self.working = os.path.join(self.build, "corpus", TARGET)
        for path in (self.folder, self.working, self.bugs):
            os.makedirs(path)
        for name in ("asan", "fuzz"):
            os.symlink(os.path.abspath("build/" + name), os.path.join(self.build, name))
        shutil.copy(os.path.join("corpus", TARGET, BY_HAND), self.folder)

    def adopt(self):
        """What it said; what was written by hand must be as it was."""
        before = {name: content for name, content in corpus.contents(self.folder).items()
                  if not adopt.is_adopted(os.path.join(self.folder, name))}
        output = io.StringIO()
        bugs = bank.read(self.bugs) if os.listdir(self.bugs) else []
        with contextlib.redirect_stdout(output), mock.patch.object(bank, "read", return_value=bugs):
            adopt.adopt(self.build, self.seeds, [TARGET, "text"], 2, self.bugs)
        after = corpus.contents(self.folder)
        self.assertEqual({name: after.get(name) for name in before}, before)
        return output.getvalue()

    def adopted(self):
        return sorted(name for name in os.listdir(self.folder) if name.startswith("adopted-"))

    def reached(self, folder):
        with tempfile.TemporaryDirectory() as scratch:
            sources = [os.path.join(folder, name) for name in corpus.names(folder)]
            return adopt.union(reach.programs("build", TARGET, sources, scratch + "/programs"))

    def put_adopted(self, text):
        path = os.path.join(self.folder, "adopted-test-%s.txt" % adopt.hash_of(text))
        corpus.write(path, text.encode())
        return path

    def test_what_is_new_becomes_seeds(self):
        corpus.add(self.working, binary_of(PADDING + HALTED + PADDING))
        corpus.add(self.working, binary_of(PADDING + "bytes s1\n"))
        wanted = self.reached(self.working) | self.reached(self.folder)
        output = self.adopt()
        self.assertEqual(self.reached(self.folder), wanted)
        self.assertGreaterEqual(len(self.adopted()), 2)
        for name in self.adopted():
            path = os.path.join(self.folder, name)
            text = corpus.read(path).decode()
            self.assertTrue(adopt.is_adopted(path))
            self.assertIn("adopted " + path, output)
            self.assertRegex(text, r"^# [A-Z]-[A-Z0-9]+: adds .*Adopted from a fuzzer's corpus\.\n")
            self.assertLess(len(text.splitlines()), 10)
            self.assertEqual(subprocess.run(["build/asan/replay", path], stderr=subprocess.DEVNULL, check=False).returncode, 0)
        everything = "".join(corpus.read(os.path.join(self.folder, name)).decode() for name in self.adopted())
        self.assertIn("append BUSY", everything)
        self.assertRegex(everything, r"append s0 0 0 +# BUSY\n")
        self.assertIn("text: nothing adopted", output)
        self.assertRegex(output, r"stream: 1 seeds, alone \d+ edges, \d+ features -> %d seeds, \d+ edges" % (1 + len(self.adopted())))
        files = corpus.contents(self.folder)
        self.assertNotIn("adopted corpus", self.adopt())
        self.assertEqual(corpus.contents(self.folder), files)

    def test_what_means_something_else_elsewhere_does_not(self):
        corpus.add(self.working, binary_of(OTHER_AT_32_BITS))
        self.assertIn("skipped 1 programs", self.adopt())
        self.assertEqual(self.adopted(), [])

    def test_superfluous_ones_go(self):
        text = corpus.read(os.path.join(self.folder, BY_HAND)).decode()
        adopted, edited = self.put_adopted(text), self.put_adopted(text + "nop\n")
        corpus.write(edited, (text + "nop\n# mine\n").encode())
        self.assertIn("dropped " + adopted, self.adopt())
        self.assertEqual(self.adopted(), [os.path.basename(edited)])

    def test_one_that_alone_shows_a_bug_stays(self):
        shutil.copy(os.path.join(bank.FOLDER, BUG + ".patch"), self.bugs)
        for name in ("t-halt-busy.txt", "t-append-exact-fit.txt"):
            shutil.copy(os.path.join("corpus", TARGET, name), self.folder)
        shows = self.put_adopted("# shows the bug\n" + HALTED)
        bug, = bank.read(self.bugs)
        binary = bank.build([bug], bug.variant, "replay", 2)[BUG]
        others = [path for path in sorted(os.path.join(self.folder, name) for name in os.listdir(self.folder)) if path != shows]
        for path in others:
            if killed.shows(binary, [path]):
                os.remove(path)
        self.assertTrue(killed.shows(binary, [shows]))
        text = corpus.read(shows).decode()
        with mock.patch.object(adopt.Adoption, "choose", return_value=[]):
            output = self.adopt()
        self.assertIn("kept %s: it alone shows a bug of the bank" % shows, output)
        self.assertEqual(corpus.read(shows).decode(), text)
        os.remove(os.path.join(self.bugs, BUG + ".patch"))
        with mock.patch.object(adopt.Adoption, "choose", return_value=[]):
            self.assertIn("dropped " + shows, self.adopt())

    def test_seeds_that_fail(self):
        fake = os.path.join(self.build, "fuzz")
        os.remove(fake)
        os.mkdir(fake)
        bug, = bank.select(bank.read(), [BUG])
        binary = bank.build([bug], "fuzz", TARGET, 2)[BUG]
        for name in (TARGET, reach.EVERYTHING):
            os.symlink(os.path.abspath(binary), os.path.join(fake, name))
        shutil.copy("corpus/stream/t-halt-busy.txt", self.folder)
        files = corpus.contents(self.folder)
        with self.assertRaisesRegex(corpus.CorpusError, "nothing adopted, since seeds fail: .*/t-halt-busy.txt"):
            self.adopt()
        self.assertEqual(corpus.contents(self.folder), files)


class Words(unittest.TestCase):
    def test_names_and_comments(self):
        gain = adopt.gain_of({1, 2, "append BUSY"}, {("lib/src/a.c", "procbuf_f"): 1}, {("lib/src/a.c", "procbuf_f"): 3})
        self.assertEqual(gain.slug(), "append-busy")
        self.assertEqual(gain.comment(["nop", "append"]),
                         "# T-APPEND: adds append BUSY, 2 edges in procbuf_f (lib/src/a.c). Adopted from a fuzzer's corpus.\n")
        self.assertEqual(adopt.gain_of({1}, {}, {("a.c", "procbuf_a_b"): 1}).slug(), "a-b")
        long = adopt.Gain(9, [("lib/src/file%d.c" % n, "procbuf_function_with_a_name_%d" % n) for n in range(9)], [])
        self.assertTrue(all(line.startswith("# ") and len(line) <= adopt.WIDTH for line in long.comment(["fill"]).splitlines()))
        self.assertIn("6 more", long.comment(["fill"]))

    def test_each_op_has_a_clause(self):
        with open("fuzz/program/ops.def", encoding="utf-8") as file:
            self.assertEqual(len(adopt.clauses()), len(re.findall(r"^OP\(", file.read(), re.MULTILINE)))

    def test_results_behind_ops(self):
        self.assertEqual(adopt.with_results("layout 2\nnop\nfill s0 0x00\n", "nop -> OK\nfill s0 0x00 -> OK 2\n(end) leave ok -> OK 0\n"),
                         "layout 2\nnop           # OK\nfill s0 0x00  # OK 2\n")


if __name__ == "__main__":
    entry.run_tests()
