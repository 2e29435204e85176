# SPDX-License-Identifier: Apache-2.0 OR MIT
"""ci/size/size.py on a copy of the library with known changes, host only; and the words of other machines."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from ci.shapes import shapes_table
from ci.size import size

SHAPE = "host64"
SOURCE = "lib/src/status.c"
# Fewer than there are, for speed.
SOURCES = (SOURCE, "lib/src/break.c", "lib/src/kernel.c", "lib/src/internal.h")
# x86-64 has a leaf keep that many bytes below its stack.
RED_ZONE = 128
# Frames that must be there: the leaf's array, and the caller's, both in use during the call.
LEAF = """
__attribute__((noinline)) unsigned procbuf_planted_leaf(unsigned n);
__attribute__((noinline)) unsigned procbuf_planted_leaf(unsigned n) {
  volatile unsigned room[100] = {n};
  return room[n % 100];
}
"""
CALLER = """
unsigned procbuf_planted_caller(unsigned n);
unsigned procbuf_planted_caller(unsigned n) {
  volatile unsigned room[50] = {n};
  return room[n % 50] + procbuf_planted_leaf(n) + room[(n + 1) % 50];
}
"""
RECURSION = """
static unsigned two(unsigned n);
__attribute__((noinline)) static unsigned one(volatile unsigned *n) {
  return *n == 0 ? 1 : two(*n - 1) * *n;
}
__attribute__((noinline)) static unsigned two(unsigned n) {
  volatile unsigned kept = n;
  return one(&kept) + kept;
}
unsigned procbuf_planted_recursion(unsigned n);
unsigned procbuf_planted_recursion(unsigned n) {
  return two(n) + n;
}
"""


class Copy(unittest.TestCase):
    """Some of the library, and what measures it, in a repository of their own, with one commit."""

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.root = os.path.join(cls.room.name, "copy")
        for folder in ("ci", "lib/include", "lib/port"):
            shutil.copytree(folder, os.path.join(cls.root, folder))
        os.makedirs(os.path.join(cls.root, "lib/src"))
        for name in SOURCES:
            shutil.copy(name, os.path.join(cls.root, name))
        cls.git("init", "-q")
        cls.commit()
        cls.git("tag", "start")
        with open(os.path.join(cls.root, SOURCE), encoding="utf-8") as file:
            cls.source = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def git(cls, *arguments):
        command = ["git", "-c", "user.name=test", "-c", "user.email=test"] + list(arguments)
        subprocess.run(command, cwd=cls.root, check=True)

    @classmethod
    def commit(cls):
        cls.git("add", "-A")
        cls.git("commit", "-q", "-m", "state")

    def plant(self, text):
        with open(os.path.join(self.root, SOURCE), "w", encoding="utf-8") as file:
            file.write(self.source + text)

    def setUp(self):
        self.git("reset", "-q", "--hard", "start")

    def run_size(self, *options):
        command = [sys.executable, "-m", "ci.size.size", "--jobs", "2"] + list(options)
        result = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, check=False)
        return result.returncode, result.stdout

    def measured(self, *options):
        status, said = self.run_size("--shape", SHAPE, *options)
        self.assertEqual(status, 0, said)
        return said

    def cells(self, said, name):
        """The words after the name: numbers and differences; code, data, stack, each lean and checked."""
        found = re.findall(r"^ *%s ([ \w+-]+)$" % re.escape(name), said, re.MULTILINE)
        self.assertEqual(len(found), 1, said)
        return found[0].split()

    def refused(self, expected, *options):
        status, said = self.run_size(*options)
        self.assertEqual(status, 1)
        self.assertRegex(said, r"\Asize: [^\n]*%s" % expected)


class Difference(Copy):
    def test_none(self):
        said = self.measured()
        self.assertRegex(said, r"\nno difference to [0-9a-f]+\n\Z")
        # What leads to a callback is marked, and nothing else.
        for name in ("procbuf_kernel_protect", "procbuf_brk"):
            self.assertRegex(self.cells(said, name)[4], r"\A\d+\+\Z")
        self.assertRegex(self.cells(said, "procbuf_status_name")[4], r"\A\d+\Z")

    def test_growth(self):
        before = self.cells(self.measured(), "procbuf_status_name")
        self.plant(LEAF)
        said = self.measured()
        cells = self.cells(said, "procbuf_planted_leaf")
        code, growth, more_code, more_growth = cells[:4]
        self.assertEqual((growth, more_growth), ("+" + code, "+" + more_code))
        self.assertEqual(cells[7], "+" + cells[6])
        self.assertEqual(self.cells(said, "procbuf_status_name"), before)
        change = r"code \+%s lean, \+%s checked; data 0 lean, 0 checked; stack \+\d+ lean" % (code, more_code)
        self.assertRegex(said, r"\n%s since [0-9a-f]+: %s" % (SHAPE, change))
        self.assertEqual(self.cells(said, SHAPE)[1], growth)

    def test_base_that_is_larger(self):
        self.plant(LEAF)
        self.commit()
        self.plant("")
        code, shrinkage = self.cells(self.measured("--base", "HEAD"), "procbuf_planted_leaf")[:2]
        self.assertEqual(code, "-")
        self.assertRegex(shrinkage, r"\A-\d+\Z")
        self.assertRegex(self.measured("--base", "HEAD~1"), r"\nno difference to [0-9a-f]+\n\Z")


class Depth(Copy):
    def test_callee_on_top(self):
        self.plant(LEAF + CALLER)
        self.commit()
        said = self.measured()
        leaf, caller = (int(self.cells(said, "procbuf_planted_" + name)[4]) for name in ("leaf", "caller"))
        self.assertGreaterEqual(leaf, 400 - RED_ZONE)
        self.assertGreaterEqual(caller, leaf + 200)

    def test_recursion(self):
        self.plant(RECURSION)
        self.commit()
        said = self.measured()
        for name in ("procbuf_planted_recursion", SHAPE):
            self.assertEqual(self.cells(said, name)[4:], ["recursive", "recursive"])
        self.assertRegex(said, r"\nlean, recursion: (one > two > one|two > one > two)\n")


class Refusal(Copy):
    def test_shape(self):
        self.refused("no shape host65; there are: host64 ", "--shape", "host64,host65")

    def test_base(self):
        self.refused("BASE=no-such is no revision", "--shape", SHAPE, "--base", "no-such")

    def test_source_that_does_not_compile(self):
        self.plant("int;;x\n")
        self.refused("%s, lean: " % SHAPE, "--shape", SHAPE)

    def test_missing_compiler(self):
        with self.assertRaises(size.SizeError) as caught:
            size.tool("arm-none-eabi-gcc-of-no-machine")
        self.assertIn("is missing", str(caught.exception))
        self.assertEqual(size.package("arm-none-eabi-gcc"), "package gcc-arm-none-eabi")
        self.assertEqual(size.package("clang-19"), "package clang")
        self.assertEqual(size.package("llvm-objdump-19"), "package llvm")


class Checkout(Copy):
    """What there is to compare with in other checkouts than one with the whole history."""

    def setUp(self):
        super().setUp()
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.other = os.path.join(room.name, "other")

    def leave_history(self):
        shutil.copytree(self.root, self.other, ignore=shutil.ignore_patterns(".git"))
        self.root = self.other

    def git_there(self, *arguments):
        subprocess.run(("git",) + arguments, cwd=self.root, check=True)

    def test_no_repository(self):
        self.leave_history()
        self.assertRegex(self.measured(), r"\nno difference is shown: git knows no lib/ here: .+\n\Z")
        self.refused("BASE=HEAD: git knows no lib/ here", "--shape", SHAPE, "--base", "HEAD")

    def test_no_commit(self):
        self.leave_history()
        self.git_there("init", "-q")
        self.assertRegex(self.measured(), r"\nno difference is shown: git knows no lib/ here\n\Z")
        self.git_there("add", "-A")
        self.assertRegex(self.measured(), r"\nno difference is shown: there is no commit yet\n\Z")
        self.refused("BASE=HEAD: there is no commit yet", "--shape", SHAPE, "--base", "HEAD")

    def test_shallow_clone(self):
        self.plant(LEAF)
        self.commit()
        self.git("clone", "-q", "--depth", "1", "file://" + self.root, self.other)
        self.root = self.other
        self.assertRegex(self.measured(), r"\nno difference to [0-9a-f]+\n\Z")
        self.refused("BASE=HEAD~1 is no revision of this repository, which is shallow: git fetch --unshallow",
                     "--shape", SHAPE, "--base", "HEAD~1")


class Tables(unittest.TestCase):
    """A line that is not as it should be is refused, with file and line."""

    def refused(self, line, expected):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("# a comment\n" + line + "\n")
            file.flush()
            with self.assertRaises(shapes_table.TableError) as caught:
                list(shapes_table.read(file.name, shapes_table.Shape))
            place = "%s:%d: " % (file.name, line.count("\n") + 2)
            self.assertTrue(str(caught.exception).startswith(place + expected), caught.exception)

    def test_columns(self):
        self.refused("a host gcc plain lean -O2", "expected the columns: ")
        self.refused("a host gcc plain lean real more -O2", "expected the columns: ")
        self.refused("a host gcc plain lean real", "expected the columns: ")

    def test_twice(self):
        self.refused("a host gcc plain lean real -O2\na host gcc plain lean real -O1", "a second a")


class Machines(unittest.TestCase):
    """What the words of each architecture mean."""

    def test_callbacks(self):
        for line in ("blx\tr4", "bx\tr12", "jalr\ts0", "jr\ta5", "callq\t*%rax", "jmpl\t*%ecx",
                     "calll\t*0xc(%ebp)", "bctrl"):
            self.assertTrue(size.is_callback(line, []), line)
        for line in ("bx\tlr", "jr\tt1 <f+0x50>", "ret", "bl\t0x0 <f>", "jmp\t0x10 <f+0x10>", "blr",
                     "b\t0x4 <f+0x4>"):
            self.assertFalse(size.is_callback(line, []), line)

    def test_return_through_a_register(self):
        self.assertFalse(size.is_callback("bx\tr3", ["pop\t{r4}", "pop\t{r3}", "add\tsp, #0x10"]))

    def test_tail_calls(self):
        for kind, line in (("R_ARM_THM_JUMP24", "b.w\t0x2 <f+0x2>"), ("R_RISCV_CALL_PLT", "auipc\tt1, 0x0"),
                           ("R_X86_64_PLT32", "jmp\t0x5 <f+0x5>"), ("R_PPC_REL24", "b 0x154 <f+0x154>")):
            self.assertTrue(size.is_tail(kind, line), line)
        for kind, line in (("R_ARM_THM_CALL", "bl\t0x2 <f+0x2>"), ("R_RISCV_CALL_PLT", "auipc\tra, 0x0"),
                           ("R_X86_64_PLT32", "callq\t0x5 <f+0x5>"), ("R_PPC_REL24", "bl 0x154 <f+0x154>")):
            self.assertFalse(size.is_tail(kind, line), line)


if __name__ == "__main__":
    unittest.main()
