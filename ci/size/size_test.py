# SPDX-License-Identifier: Apache-2.0 OR MIT
"""ci/size on C files with known frames and calls, with every compiler of ci/shapes/platforms.txt, and on a copy of the library."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from ci.process import entry
from ci.size import measure
from ci.size import stack

SHAPE = "host64"
SOURCE = "lib/src/status.c"
# A leaf's frame may lie in the 128 bytes below the stack of x86-64.
RED_ZONE = 128
KNOWN = """
typedef unsigned function(unsigned);
__attribute__((noinline)) unsigned leaf(unsigned n) { volatile unsigned room[100]; room[n % 100] = n; return room[n % 50]; }
unsigned caller(unsigned n) { volatile unsigned room[50]; room[n % 50] = n; return leaf(n) + room[n % 25]; }
unsigned tail(unsigned n) { return leaf(n + 1); }
unsigned pointer(function *f) { return f(1) + 1; }
unsigned tail_pointer(function *f, unsigned n) { return f(n); }
function *address(void) { return caller; }
unsigned above(function *f) { return pointer(f) + caller(2); }
unsigned two(unsigned n);
__attribute__((noinline)) unsigned one(volatile unsigned *n) { return *n == 0 ? 1 : two(*n - 1) * *n; }
__attribute__((noinline)) unsigned two(unsigned n) { volatile unsigned kept = n; return one(&kept) + kept; }
unsigned into_recursion(unsigned n) { return two(n) + n; }
unsigned itself(unsigned *n) { volatile unsigned kept = *n; return kept ? itself((unsigned *)&kept) + kept : 1; }
unsigned growing(unsigned n) { volatile char *room = __builtin_alloca(n); room[0] = 1; return room[n / 2]; }
struct slice { unsigned words[6]; };
unsigned sum(struct slice s, unsigned n) { volatile unsigned kept = leaf(n); return kept + s.words[n % 6]; }
"""


class Known(unittest.TestCase):
    """What is said of KNOWN is right with each compiler, in the words of each machine."""

    def stacks(self, configuration, folder):
        os.makedirs(folder + "/src")
        with open(folder + "/src/known.c", "w", encoding="utf-8") as file:
            file.write(KNOWN)
        return {key[1]: row.stack for key, row in measure.measure(configuration, "lean", folder).rows.items() if row.stack}

    def check(self, found):
        plain = {name: found[name].size for name in ("leaf", "caller", "tail", "sum")}
        self.assertTrue(400 - RED_ZONE <= plain["leaf"] < 480, plain)
        self.assertTrue(plain["leaf"] + 200 <= plain["caller"] < plain["leaf"] + 300, plain)
        self.assertLess(plain["tail"], plain["leaf"] + 40, plain)
        self.assertGreater(plain["sum"], plain["leaf"], plain)
        callbacks = {name for name, one in found.items() if one.callback}
        self.assertEqual(callbacks, {"pointer", "tail_pointer", "above"})
        endless = {name: str(one) for name, one in found.items() if one.size is None}
        self.assertEqual(endless, {**dict.fromkeys(("one", "two", "into_recursion", "itself"), "recursive"),
                                   "growing": "unbounded"})

    def test_every_compiler(self):
        for configuration in measure.configurations([]):
            with self.subTest(configuration.name), tempfile.TemporaryDirectory() as folder:
                found = self.stacks(configuration, folder)
                self.check(found)
                if configuration.platform.name != "ppc32":  # where addresses come out of a table
                    self.assertGreaterEqual(found["address"].size, found["caller"].size)


class Words(unittest.TestCase):
    """What no compiler is sure to write for KNOWN."""

    def function(self, *lines):
        text = "\t.type f, %function\nf:\n\t" + "\n\t".join(lines) + "\n\t.cfi_endproc\n"
        return stack.Assembly(text, "i386-linux-gnu").functions["f"]

    def test_frame(self):
        # What is pushed for arguments, after a return in the middle of the function.
        lines = [".cfi_def_cfa_offset 16", ".cfi_remember_state", ".cfi_def_cfa_offset 4", "ret", ".cfi_restore_state"]
        self.assertEqual(self.function(*lines).frame, 16)
        self.assertEqual(self.function(*lines, ".cfi_adjust_cfa_offset 4", ".cfi_adjust_cfa_offset 4").frame, 24)

    def test_tail_call(self):
        for mnemonic, size in (("jmp", 44), ("call", 60)):
            text = "\t.type f, @function\n\t.type g, @function\nf:\n\t.cfi_def_cfa_offset 16\n\t%s g\n\t.cfi_endproc\n" % mnemonic
            text += "g:\n\t.cfi_def_cfa_offset 44\n\tret\n\t.cfi_endproc\n"
            functions = {("a", name): found for name, found in stack.Assembly(text, "i386").functions.items()}
            self.assertEqual(stack.Graph(functions).worst(("a", "f")).size, size)

    def test_return_through_a_register(self):
        self.assertFalse(self.function("pop\t{r4}", "pop\t{r3}", "add\tsp, sp, #16", "bx\tr3").callback)
        self.assertTrue(self.function("pop\t{r4}", "bx\tr3").callback)

    def test_conditions(self):
        self.assertEqual(self.function("bleq\tg", "ble\th").calls, {("g", False), ("h", True)})


class Copy(unittest.TestCase):
    """Some of the library, and what measures it, in a repository of their own, with one commit."""

    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.root = room.name
        for folder in ("ci", "lib/include", "lib/port"):
            shutil.copytree(folder, os.path.join(self.root, folder), ignore=shutil.ignore_patterns("__pycache__"))
        os.makedirs(os.path.join(self.root, "lib/src"))
        for name in (SOURCE, "lib/src/internal.h"):
            shutil.copy(name, os.path.join(self.root, name))
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")

    def git(self, *arguments):
        command = ("git", "-c", "user.name=test", "-c", "user.email=test") + arguments
        subprocess.run(command, cwd=self.root, check=True)

    def plant(self, text):
        with open(os.path.join(self.root, SOURCE), "a", encoding="utf-8") as file:
            file.write(text)

    def run_size(self, status, *options, **environment):
        command = [sys.executable, "-m", "ci.size", "--jobs", "2", "--shape", SHAPE] + list(options)
        result = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, **environment}, check=False)
        self.assertEqual(result.returncode, status, result.stdout)
        return result.stdout

    def test_difference(self):
        self.assertRegex(self.run_size(0), r"\nno difference to [0-9a-f]+\n\Z")
        self.plant("unsigned planted(void);\nunsigned planted(void) { volatile unsigned room[100] = {1}; return room[2]; }\n")
        said = self.run_size(0)
        code, growth = re.search(r"^  planted +(\d+) (\S+)", said, re.MULTILINE).groups()
        self.assertEqual(growth, "+" + code)
        self.assertRegex(said, r"\n%s since [0-9a-f]+: code \+%s lean, \+%s checked; data 0 lean" % (SHAPE, code, code))
        self.git("commit", "-q", "-a", "-m", "more")
        self.git("checkout", "-q", "HEAD~1", "lib")
        self.assertRegex(self.run_size(0), r"\n  planted +- -%s " % code)
        self.assertRegex(self.run_size(0, "--base", "HEAD~1"), r"\nno difference to [0-9a-f]+\n\Z")

    def test_refusals(self):
        self.assertIn("size: no shape host65; there are: host64 ", self.run_size(2, "--shape", "host65"))
        self.assertRegex(self.run_size(3, "--base", "no-such"), r"\Asize: BASE=no-such: .*not a valid object name")
        self.plant("int;;x\n")
        self.assertRegex(self.run_size(3), r"\Asize: host64, lean: gcc .*status 1\n(.*\n)*.*status\.c")
        shutil.rmtree(os.path.join(self.root, ".git"))
        self.assertRegex(self.run_size(3, "--base", "HEAD"), r"\Asize: BASE=HEAD: .*not a git repository")

    def test_no_history(self):
        shutil.rmtree(os.path.join(self.root, ".git"))
        self.assertRegex(self.run_size(0), r"\nno difference is shown: .*not a git repository.*\n\Z")

    def test_missing_compiler(self):
        with unittest.mock.patch("shutil.which", return_value=None), self.assertRaises(measure.lint.Missing) as caught:
            measure.compiler(measure.configurations(["m3-gcc-os"])[0])
        self.assertIn("arm-none-eabi-gcc is missing (package gcc-arm-none-eabi)", str(caught.exception))


if __name__ == "__main__":
    entry.run_tests()
