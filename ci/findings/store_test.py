# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The folder of findings: the input is there whole, what has one name is one finding, and nothing that was there is lost."""

import multiprocessing
import os
import resource
import signal
import tempfile
import unittest

from ci.findings import finding as kept
from ci.findings import store as stores
from ci.process import entry
from ci.process import files
from ci.process import report

TEXT = "== procbuf lockstep failure\nfinding:  %s\nclause:   P-OWN\ncheck:    access\n== end of procbuf lockstep failure\n"


def failing(name="access-P-OWN-allow"):
    return report.read(TEXT % name)


def origin(engine="libfuzzer", build="watched"):
    return stores.Origin("sequence", engine, build, seed=7, executions=100, seconds=1.5)


def take_many(root, number):
    """What one of several processes does."""
    for step in range(20):
        stores.Store(root).take(b"%d %d %s" % (number, step, b"x" * step), failing("name-%d" % (step % 3)), origin())


def take_on_a_full_disk(root):
    """No file of more than 1,000 bytes can be written."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        stores.Store(root).take(b"y" * 2000, failing(), origin())
    except OSError:
        os._exit(5)


class Folder(unittest.TestCase):
    """A folder of findings of its own for each test."""

    def setUp(self):
        self.room = tempfile.TemporaryDirectory(prefix="it's a folder ")
        self.root = os.path.join(self.room.name, "findings")
        self.store = stores.Store(self.root)

    def tearDown(self):
        self.room.cleanup()

    def test_new(self):
        found, fresh = self.store.take(b"input", failing(), origin())
        self.assertTrue(fresh)
        self.assertEqual(found.folder, os.path.join(self.root, "access-P-OWN-allow"))
        self.assertEqual(files.read(found.input), b"input")
        self.assertEqual(files.read_text(found.report), TEXT % "access-P-OWN-allow")
        facts = self.store.load(found.name).facts
        self.assertEqual((facts["target"], facts["engines"], facts["builds"], facts["seed"], facts["state"], facts["seen"]),
                         ("sequence", ["libfuzzer"], ["watched"], 7, "new", 1))
        self.assertTrue(facts["commit"])

    def test_the_same_name_joins_and_the_shortest_represents(self):
        self.store.take(b"longer", failing(), origin())
        found, fresh = self.store.take(b"short", failing(), origin("afl", "plain"))
        self.assertFalse(fresh)
        self.assertEqual(files.read(found.input), b"short")
        self.assertEqual([files.read(os.path.join(found.path("inputs"), name)) for name in os.listdir(found.path("inputs"))], [b"longer"])
        self.assertEqual(self.store.load(found.name).facts["engines"], ["afl", "libfuzzer"])
        self.assertEqual(self.store.load(found.name).facts["builds"], ["plain", "watched"])
        self.store.take(b"much longer", failing(), origin())
        self.assertEqual(files.read(found.input), b"short")
        self.assertEqual(self.store.load(found.name).facts["seen"], 3)

    def test_another_name_is_another_finding(self):
        self.store.take(b"input", failing(), origin())
        _, fresh = self.store.take(b"input", failing("result-A-ORDER-allow"), origin())
        self.assertTrue(fresh)
        self.assertEqual(self.store.names(), ["access-P-OWN-allow", "result-A-ORDER-allow"])

    def test_disk_use_is_bounded(self):
        for number in range(100):
            found, _ = self.store.take(b"%d" % number, failing(), origin())
        self.assertLessEqual(len(os.listdir(found.path("inputs"))), stores.INPUTS_MAX)
        self.assertEqual(self.store.load(found.name).facts["seen"], 100)

    def test_an_empty_input_of_a_full_disk_is_no_finding(self):
        found, _ = self.store.take(b"input", failing(), origin())
        with open(found.input, "wb"):
            pass
        again, fresh = self.store.take(b"input", failing(), origin())
        self.assertTrue(fresh, "what a full disk has left must not pass for the finding")
        self.assertEqual(files.read(again.input), b"input")
        self.assertEqual(len([name for name in os.listdir(self.root) if name.startswith(".damaged-")]), 1)

    def test_what_is_damaged_is_named(self):
        os.makedirs(os.path.join(self.root, "nothing-in-it"))
        with self.assertRaisesRegex(kept.Damaged, "nothing-in-it"):
            self.store.load("nothing-in-it")
        found, _ = self.store.take(b"input", failing(), origin())
        with open(found.path("finding.json"), "w", encoding="utf-8") as file:
            file.write('{"target": "seq')
        with self.assertRaisesRegex(kept.Damaged, "finding.json"):
            self.store.load(found.name)

    def test_a_full_disk_is_an_error_and_leaves_nothing_half(self):
        self.store.take(b"x" * 100, failing("other"), origin())
        process = multiprocessing.Process(target=take_on_a_full_disk, args=(self.root,))
        process.start()
        process.join()
        self.assertEqual(process.exitcode, 5)
        self.assertEqual(self.store.names(), ["other"])
        self.assertEqual([name for name in os.listdir(self.root) if name.startswith(".new-")], [])

    def test_several_at_once(self):
        processes = [multiprocessing.Process(target=take_many, args=(self.root, number)) for number in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            self.assertEqual(process.exitcode, 0)
        self.assertEqual(self.store.names(), ["name-0", "name-1", "name-2"])
        self.assertEqual(sum(self.store.load(name).facts["seen"] for name in self.store.names()), 80)


if __name__ == "__main__":
    entry.run_tests()
