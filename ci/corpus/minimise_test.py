# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Working corpora minimised for real, with each fault on the way: nothing may be lost, and what is wrong must be said. Needs what
`make test` builds."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

from ci.bank import bank
from ci.corpus import corpus
from ci.corpus import libfuzzer
from ci.corpus import minimise
from ci.process import entry
from ci.process import lock
from ci.process import sanitizers

TARGET = "stream"
BUG = "stream-flags-little-endian"
RUNS = 600
SEEDS = ("t-append-first-and-next.bin", "t-append-exact-fit.bin")
COMMAND = [sys.executable, "-m", "ci.corpus.minimise", "--target", TARGET, "--build"]
# In a namespace of its own, root in it, anybody can mount, unless the system forbids that.
MOUNTER = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-euc"]
ON_A_FULL_DISK = """
mount -t tmpfs -o size=%dk none "$1/corpus"
cp -R "$1/original" "$1/corpus/stream"
dd if=/dev/zero of="$1/corpus/filler" 2>/dev/null || :
truncate -s -%d "$1/corpus/filler"
shift
status=0
"$@" || status=$?
rm "$0/corpus/filler"
cp -R "$0/corpus" "$0/result"
exit $status
"""
READ_ONLY = 'mount --bind "$1/corpus" "$1/corpus"; mount -o remount,ro,bind "$1/corpus"; shift; exec "$@"'


def tree(folder):
    """All files below a folder with their contents, by path."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            found[os.path.relpath(path, folder)] = corpus.read(path) if os.path.isfile(path) else os.readlink(path)
    return found


def without_locks(files):
    return {path: content for path, content in files.items() if not path.endswith(".lock")}


def make_corpus(folder):
    """A real working corpus, of a short run that is the same each time."""
    os.makedirs(folder)
    command = ["build/fuzz/" + TARGET, "-seed=1", "-runs=%d" % RUNS, "-len_control=0", "-reduce_inputs=0", folder, "build/seeds/" + TARGET]
    subprocess.run(command, env=sanitizers.environment(), stderr=subprocess.DEVNULL, check=True)


class Minimising(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store = tempfile.TemporaryDirectory()
        cls.original = os.path.join(cls.store.name, "corpus")
        make_corpus(cls.original)

    @classmethod
    def tearDownClass(cls):
        cls.store.cleanup()

    def setUp(self):
        """A build folder of its own, with the target, two seeds and a corpus."""
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.build = room.name
        self.use_binary("build/fuzz/" + TARGET)
        os.makedirs(os.path.join(self.build, "seeds", TARGET))
        for name in SEEDS:
            shutil.copy(os.path.join("build/seeds", TARGET, name), os.path.join(self.build, "seeds", TARGET))
        self.folder = os.path.join(self.build, "corpus", TARGET)
        shutil.copytree(self.original, self.folder)

    def use_binary(self, path):
        os.makedirs(os.path.join(self.build, "fuzz"), exist_ok=True)
        link = os.path.join(self.build, "fuzz", TARGET)
        corpus.remove(link)
        os.symlink(os.path.abspath(path), link)

    def run_here(self, target=TARGET):
        """In this process, which saves time: status and output."""
        output = io.StringIO()
        with mock.patch.object(sys, "argv", ["minimise", "--target", target, "--build", self.build]), \
                contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = entry.call(minimise.main)
        return status, output.getvalue()

    def expect(self, status, *words):
        found, output = self.run_here()
        self.assertEqual(found, status, output)
        for word in words:
            self.assertIn(word, output)
        return output

    def reached(self, folder):
        paths = [os.path.join(path, name) for path in (os.path.join(self.build, "seeds", TARGET), folder) for name in corpus.names(path)]
        with tempfile.TemporaryDirectory() as scratch:
            return libfuzzer.measure("build/fuzz/" + TARGET, paths, scratch)

    def leftovers(self):
        return [name for name in os.listdir(os.path.join(self.build, "corpus")) if minimise.WORK in name]

    def unchanged(self, files):
        self.assertEqual(without_locks(tree(os.path.join(self.build, "corpus"))), files)

    def refused(self, *words):
        """It can't be done, that is said, and nothing is changed."""
        files = without_locks(tree(os.path.join(self.build, "corpus")))
        self.expect(3, *words)
        self.unchanged(files)

    # ---- what it is for

    def test_fewer_files_reach_the_same(self):
        kept = os.path.join(self.folder, os.listdir(self.folder)[0])
        os.rename(kept, os.path.join(self.folder, "named, by hand"))
        before, original = self.reached(self.original), tree(self.folder)
        output = self.expect(0, "%d edges, %d features -> %d edges, %d features" % (before + before), "way back: rm -r ")
        found = tree(self.folder)
        self.assertEqual(self.reached(self.folder), before)
        self.assertLess(len(found), len(original) * 3 // 4)
        self.assertIn("-> %d files, %d bytes;" % (len(found), sum(map(len, found.values()))), output)
        self.assertEqual({corpus.digest(content): content for content in found.values()}, found)
        self.assertFalse(set(found.values()) & set(tree(os.path.join(self.build, "seeds")).values()))
        self.assertEqual(tree(self.folder + ".before"), original)
        self.assertEqual(sorted(os.listdir(os.path.join(self.build, "corpus"))), [TARGET, TARGET + ".before", TARGET + ".lock"])
        subprocess.run(["sh", "-c", output.partition("way back: ")[2].splitlines()[0]], check=True)
        self.assertEqual(tree(self.folder), original)

    def test_what_is_minimal_stays(self):
        """The engine's choice is near the least; once it is no less than before, nothing is changed."""
        files, output = {}, "way back"
        while "way back" in output:
            before, files = files, without_locks(tree(os.path.join(self.build, "corpus")))
            self.assertNotEqual(before, files)
            output = self.expect(0)
        self.unchanged(files)

    def test_seeds_need_no_files(self):
        """They are the same programs in other bytes: the first is the number of processes, modulo the three that there are."""
        for content in tree(self.original).values():
            corpus.add(os.path.join(self.build, "seeds", TARGET), bytes([(content[0] + 3) % 255]) + content[1:])
        self.expect(0, "-> 0 files, 0 bytes;")
        self.assertEqual(tree(self.folder + ".before"), tree(self.original))

    # ---- inputs that fail

    def test_failing_inputs_stay_and_are_named(self):
        for name in sorted(os.listdir(self.folder))[30:]:
            os.remove(os.path.join(self.folder, name))
        bug, = bank.select(bank.read(), [BUG])
        binary = bank.build([bug], "fuzz", TARGET, 2)[BUG]
        self.assertIsInstance(binary, str, binary)
        self.use_binary(binary)
        with tempfile.TemporaryDirectory() as scratch:
            corpus.write(scratch + "/bug.txt", bug.program.encode())
            subprocess.run(["build/asan/" + TARGET, "--assemble", scratch, scratch + "/bug.txt"], check=True)
            failing = corpus.add(self.folder, corpus.read(scratch + "/bug.bin"))
        output = self.expect(1, "FAILS, kept: make replay TARGET=%s FILE=%s" % (TARGET, failing))
        named = {os.path.basename(line.split("FILE=")[1]) for line in output.splitlines() if "FAILS, kept" in line}
        found = set(os.listdir(self.folder))
        for name in sorted(named)[:3]:
            replay = subprocess.run([os.path.join(self.build, "fuzz", TARGET), os.path.join(self.folder, name)], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.STDOUT, env=sanitizers.environment_without_names(), check=False)
            self.assertNotEqual(replay.returncode, 0, name)
        self.assertLessEqual(named, found)
        self.assertGreater(len(found - named), 1)

    # ---- files that are none

    def test_files_of_no_bytes(self):
        for name in ("empty", "another"):
            open(os.path.join(self.folder, name), "wb").close()
        self.expect(0, "left out, because of 0 bytes: another empty")
        self.assertNotIn("empty", os.listdir(self.folder))
        self.assertIn("empty", os.listdir(self.folder + ".before"))

    def test_file_that_cannot_be_read(self):
        path = os.path.join(self.folder, "zzz")
        os.symlink("absent", path)
        self.refused(path + ": expected a file, found something else")
        os.remove(path)
        os.mkdir(path)
        self.refused(path + ": expected a file, found something else")
        os.rmdir(path)
        shutil.copy(os.path.join(self.folder, os.listdir(self.folder)[0]), path)
        with mock.patch.object(corpus, "open", side_effect=PermissionError(13, "Permission denied"), create=True):
            with self.assertRaisesRegex(corpus.CorpusError, "Permission denied"):
                minimise.minimise(minimise.Place(self.build, TARGET))

    def test_lost_coverage_is_noticed(self):
        """An engine whose merge loses something, as it does on a full disk: nothing is changed."""
        path = os.path.join(self.build, "fuzz", TARGET)
        corpus.remove(path)
        corpus.write(path, ('#!/bin/sh\n"%s" "$@"\nstatus=$?\ncase "$*" in *-set_cover_merge=1*) for out; do test "${out##*/}" != merge || '
                            'find "$out" -type f -name "*[0-7]" -delete; done;; esac\nexit $status\n'
                            % os.path.abspath("build/fuzz/" + TARGET)).encode())
        os.chmod(path, 0o755)
        self.refused("nothing is changed: what the engine's merge chose reaches ")

    def test_damaged_copy_is_noticed(self):
        def place(path, folder, name):
            corpus.write(os.path.join(folder, name), corpus.read(path)[:1 if folder.endswith("/new") else None])
        with mock.patch.object(corpus, "place", side_effect=place):
            self.refused("files, found ", " damaged")

    # ---- no room, no right

    def mounted(self, script, *arguments):
        """The status and output under a script that mounts something first; skips the test where nobody may."""
        if subprocess.run(MOUNTER + ["mount -t tmpfs none /mnt"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("this system lets nobody mount")
        result = subprocess.run(MOUNTER + [script, *arguments] + COMMAND + [self.build], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, check=False)
        return result.returncode, result.stdout

    def test_read_only_folder(self):
        files = tree(os.path.join(self.build, "corpus"))
        status, output = self.mounted(READ_ONLY, "sh", self.build)
        self.assertEqual((status, "Read-only file system" in output), (3, True), output)
        self.unchanged(files)

    def test_full_disk(self):
        """With so many bytes left it is either done or not, and never half; and that is known soon."""
        os.rename(self.folder, os.path.join(self.build, "original"))
        original = tree(self.original)
        before = self.reached(self.original)
        room = 4 << 20
        size = sum((len(content) + 4095) // 4096 * 4 for content in original.values()) + (room >> 10)
        for left, expected in ((0, 3), (32768, 3), (room - 65536, 0)):
            status, output = self.mounted(ON_A_FULL_DISK % (size, left), self.build, self.build)
            result = os.path.join(self.build, "result")
            self.assertEqual([name for name in os.listdir(result) if minimise.WORK in name], [], output)
            found = tree(os.path.join(result, TARGET))
            self.assertEqual(status, expected, output)
            if status == 0:
                self.assertEqual(self.reached(os.path.join(result, TARGET)), before)
                self.assertEqual(tree(os.path.join(result, TARGET + ".before")), original)
            else:
                self.assertEqual(found, original)
                self.assertRegex(output.lower(), "no space left")
            shutil.rmtree(result)

    def test_exchange_that_fails(self):
        place = minimise.Place(self.build, TARGET)
        shutil.copytree(self.original, place.before)
        files = tree(os.path.join(self.build, "corpus"))
        with mock.patch.object(corpus, "exchange", side_effect=corpus.CorpusError("no exchange")):
            with self.assertRaises(corpus.CorpusError), minimise.work_folder(place):
                minimise.minimise(place)
        self.unchanged(files)

    # ---- others at work, and none any more

    def test_second_at_once(self):
        files = tree(os.path.join(self.build, "corpus"))
        with lock.hold(corpus.lock_path(self.folder), "make fuzz"):
            self.expect(3, "in use by make fuzz, pid %d" % os.getpid())
        self.unchanged(files)

    def test_stopped_at_any_moment(self):
        original, before = tree(self.original), self.reached(self.original)
        started = time.monotonic()
        subprocess.run(COMMAND + [self.build], stdout=subprocess.DEVNULL, check=True)
        length = time.monotonic() - started
        for number, how in enumerate((signal.SIGKILL, signal.SIGINT, signal.SIGKILL)):
            corpus.remove(self.folder)
            shutil.copytree(self.original, self.folder)
            process = subprocess.Popen(COMMAND + [self.build], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(length * (number + 2) / 5)
            process.send_signal(how)
            process.wait()
            if tree(self.folder) != original:
                self.assertEqual(self.reached(self.folder), before)
                self.assertEqual(tree(self.folder + ".before"), original)
            elif how != signal.SIGKILL:
                self.assertEqual((process.returncode, self.leftovers()), (130, []))

    def test_leftovers_are_removed(self):
        for folder in (self.folder + minimise.WORK + "1", self.folder + minimise.WORK + "22"):
            os.makedirs(folder + "/merge")
            open(folder + "/merge/x", "wb").close()
        open(os.path.join(self.folder, corpus.UNFINISHED + "1-x"), "wb").close()
        self.expect(0, "removed %s1, which an interrupted run has left" % (self.folder + minimise.WORK), "removed 1 unfinished files")
        self.assertEqual(self.leftovers(), [])
        self.assertEqual(tree(self.folder + ".before"), tree(self.original))

    # ---- wrong use

    def test_nothing_to_minimise(self):
        corpus.remove(self.folder)
        self.expect(2, "no working corpus of stream: make fuzz TARGET=stream")
        status, output = self.run_here("nosuch")
        self.assertEqual((status, "no corpus of nosuch; expected some of: " in output), (2, True), output)

    def test_nothing_built(self):
        corpus.remove(os.path.join(self.build, "fuzz", TARGET))
        self.refused("No such file or directory")


if __name__ == "__main__":
    entry.run_tests()
