# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Tests of what is done with the files of a corpus: whole under its name or not there, and nothing lost when there is no room."""

import errno
import os
import tempfile
import unittest
from unittest import mock

from ci.corpus import corpus
from ci.process import entry
from ci.process import files


class Corpora(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.folder = os.path.join(room.name, "corpus")
        os.mkdir(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_add(self):
        path = corpus.add(self.folder, b"abc")
        self.assertEqual(path, self.path("a9993e364706816aba3e25717850c26c9cd0d89d"))
        self.assertEqual(corpus.contents(self.folder), {os.path.basename(path): b"abc"})
        before = os.stat(path)
        self.assertEqual(corpus.add(self.folder, b"abc"), path)
        self.assertEqual(os.stat(path).st_ino, before.st_ino)

    def test_add_mends_a_file_cut_short(self):
        with open(self.path(corpus.digest(b"abc")), "wb"):
            pass
        self.assertEqual(corpus.read(corpus.add(self.folder, b"abc")), b"abc")

    def test_no_room(self):
        for call in ("fdopen", "fsync", "replace"):
            with mock.patch.object(files.os, call, side_effect=OSError(errno.ENOSPC, "No space left on device")):
                with self.assertRaisesRegex(corpus.CorpusError, "corpus/[0-9a-f]{40}: No space left on device"):
                    corpus.add(self.folder, b"abc")
            self.assertEqual(os.listdir(self.folder), [])

    def test_names(self):
        self.assertEqual(corpus.names(self.path("absent")), [])
        corpus.write(self.path("b"), b"1")
        corpus.write(self.path("a"), b"2")
        corpus.write(self.path(corpus.UNFINISHED + "1-x"), b"3")
        self.assertEqual(corpus.names(self.folder), ["a", "b"])
        self.assertEqual(corpus.remove_unfinished(self.folder), [corpus.UNFINISHED + "1-x"])
        os.mkdir(self.path("c"))
        with self.assertRaisesRegex(corpus.CorpusError, "corpus/c: expected a file"):
            corpus.names(self.folder)

    def test_empty_files(self):
        for name, content in (("full", b"1"), ("one", b""), ("two", b"")):
            corpus.write(self.path(name), content)
        self.assertEqual(corpus.empty_files(self.folder), ["one", "two"])

    def test_what_a_full_disk_has_left(self):
        kept = os.path.basename(corpus.add(self.folder, b"whole"))
        for content, left in ((b"nothing of it", b""), (b"half of it", b"half")):
            corpus.write(self.path(corpus.digest(content)), left)
        corpus.write(self.path("another name"), b"")
        removed = sorted(corpus.digest(content) for content in (b"nothing of it", b"half of it"))
        self.assertEqual(corpus.remove_damaged(self.folder), removed)
        self.assertEqual(corpus.names(self.folder), sorted([kept, "another name"]))

    def test_a_file_that_goes_meanwhile_is_no_error(self):
        """Two runs share a corpus, and engines remove from it."""
        gone = corpus.digest(b"gone")
        with mock.patch.object(corpus, "names", lambda _: [gone]):
            self.assertEqual(corpus.remove_damaged(self.folder), [])
            self.assertEqual(corpus.empty_files(self.folder), [])

    def test_place(self):
        corpus.write(self.path("a"), b"1")
        os.symlink("a", self.path("link"))
        corpus.place(self.path("link"), self.folder, "b")
        with mock.patch.object(corpus.os, "link", side_effect=OSError(errno.EXDEV, "Invalid cross-device link")):
            corpus.place(self.path("a"), self.folder, "c")
        os.remove(self.path("a"))
        self.assertEqual([corpus.read(self.path(name)) for name in ("b", "c")], [b"1", b"1"])

    def test_exchange(self):
        for name in ("x", "y"):
            os.mkdir(self.path(name))
            corpus.write(self.path(name + "/is-" + name), b"1")
        corpus.exchange(self.path("x"), self.path("y"))
        self.assertEqual((os.listdir(self.path("x")), os.listdir(self.path("y"))), (["is-y"], ["is-x"]))
        with self.assertRaisesRegex(corpus.CorpusError, "can't be exchanged with .*: No such file"):
            corpus.exchange(self.path("x"), self.path("absent"))


if __name__ == "__main__":
    entry.run_tests()
