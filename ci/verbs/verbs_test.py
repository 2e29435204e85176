# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""The variables of the Makefile's verbs (ci/verbs/verbs.mk), in a copy of what make reads: programs get them as they were given, and what can't be right
ends with one line before anything is built. In place of what is built and run there are scripts that write down what they are called with."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from ci.process import entry

READ_BY_MAKE = ("Makefile", "ci/verbs", "ci/build/variants.txt", "ci/shapes/shapes.txt", "fuzz/targets", "fuzz/bugs")
BUILD = '.NOTPARALLEL:\n%:\n\t@echo "build $(VARIANT) $@" >>calls\n'
RECORD = '#!/bin/sh\necho "run ${0##*/}" >>calls\nfor word; do printf "<%s>\\n" "$word" >>calls; done\n'
VALUES = ("a b", " a", "it's", 'a"b', "a$b", "$$", "$(shell touch pwned)", "$(FILE)", "${x", "a;touch pwned", "`touch pwned`", "a#b", "\\", "a\\#b", "a\nb",
          "a\tb", "a)b(", "a,b", "*", "~", "%", "a=b", "&& touch pwned", "|", ">pwned", "\u00e9", "b ")


class Verbs(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        # The folder of the project may have any name too.
        self.root = os.path.join(scratch.name, "pro cbuf's $x")
        for path in READ_BY_MAKE:
            target = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            (shutil.copytree if os.path.isdir(path) else shutil.copyfile)(path, target)
        self.write("ci/build/build.mk", BUILD)
        for name in ("bin/python3", "build/asan/sequence", "build/asan/shrink"):
            self.write(name, RECORD)

    def test_each_verb_is_written_once(self):
        with open(os.path.join(self.root, "Makefile"), encoding="utf-8") as file:
            names = [line.split(":")[0] for line in file if ":" in line and "## " in line and line[0].isalpha()]
        self.assertIn("distclean", names)
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_clean_leaves_findings(self):
        self.write("findings/one/input.bin", "kept")
        self.write("build/asan/gone", "")
        self.make("clean")
        self.assertTrue(os.path.exists(os.path.join(self.root, "findings/one/input.bin")))
        self.assertFalse(os.path.exists(os.path.join(self.root, "build/asan")))

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def make(self, *words, **environment):
        """Status, what make said, and what was called."""
        calls = os.path.join(self.root, "calls")
        if os.path.exists(calls):
            os.remove(calls)
        path = "%s:%s" % (os.path.join(self.root, "bin"), os.environ["PATH"])
        bare = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        result = subprocess.run(("make",) + words, cwd=self.root, env=dict(bare, PATH=path, **environment), stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
        self.assertFalse(os.path.exists(os.path.join(self.root, "pwned")), words)
        called = ""
        if os.path.exists(calls):
            with open(calls, encoding="utf-8") as file:
                called = file.read()
        return result.returncode, result.stdout.decode(), called

    def expect_calls(self, expected, *words, **environment):
        status, said, called = self.make(*words, **environment)
        self.assertEqual((status, called), (0, expected), said)

    def expect_refusal(self, expected, *words):
        status, said, called = self.make(*words)
        self.assertEqual((status, called), (2, ""), said)
        self.assertEqual(said.count("\n"), 1, said)
        self.assertIn(expected, said)

    def test_any_name_of_a_file_is_one_word(self):
        for value in VALUES:
            # Make itself takes blanks away at the beginning of a value.
            name = value.lstrip(" ")
            self.write(name, "")
            with self.subTest(value=value):
                self.expect_calls("build asan targets\nrun sequence\n<%s>\n" % name, "replay", "TARGET=sequence", "FILE=" + value)
                self.expect_calls("build asan tools\nrun shrink\n<--out>\n<%s>\n<%s>\n" % (name, name), "shrink", "FILE=" + value, "OUT=" + value)
                self.expect_calls("build asan replay\nbuild asan seeds\nrun python3\n<-m>\n<ci.shapes.shapes>\n<--file=%s>\n<--jobs=3>\n" % name,
                                  "replay-shapes", "JOBS=3", "FILE=" + value)

    def test_no_file_is_an_option(self):
        self.write("-x", "")
        self.expect_calls("build asan tools\nrun shrink\n<--out>\n<./--force>\n<./-x>\n", "shrink", "FILE=-x", "OUT=--force")

    def test_options_are_those_of_the_verb(self):
        self.expect_calls("run python3\n<-m>\n<ci.size>\n<--jobs=2>\nbuild asan seeds\nrun python3\n<-m>\n<ci.bank.bugs>\n<--trials=4>\n<--jobs=2>\n"
                          "<--baseline>\n", "size", "bugs", "JOBS=2", "TRIALS=4", "BASELINE=1")

    def test_the_environment_does_not_count(self):
        names = ("TIME", "TARGET", "FILE", "SEED", "RUNS", "OUT", "BUG", "CORPUS", "VARIANT", "SHAPE", "BASELINE", "ONLY", "LIST", "BASE", "V")
        environment = {name: "nonsense" for name in names}
        for verb in ("fuzz", "stats", "bugs", "build", "replay-shapes", "test", "size"):
            with self.subTest(verb=verb):
                _, _, expected = self.make(verb)
                self.expect_calls(expected, verb, **environment)
                self.assertNotIn("<--jobs=71>", self.make(verb, JOBS="71")[2])
        status, said, _ = self.make("replay", **environment)
        self.assertEqual(status, 2)
        self.assertIn("usage: make replay", said)

    def test_wrong_values(self):
        number = "expected a whole number from 1 to 2147483647"
        for words, expected in ((("fuzz", "TIME=abc"), number), (("fuzz", "TIME=0"), number), (("fuzz", "TIME=-1"), number), (("fuzz", "TIME="), number),
                                (("fuzz", "SEED=99999999999"), number), (("lint", "JOBS=x"), number), (("bugs", "BUDGET=1.5"), number),
                                (("fuzz", "TARGET=nope"), "TARGET=nope: expected targets of: canary layout"), (("fuzz", "TARGET="), "expected targets"),
                                (("fuzz", "TARGET=text,,slices"), "expected targets"), (("fuzz", "TARGET=*"), "expected targets"),
                                (("replay", "TARGET=text,slices", "FILE=Makefile"), "expected a target: canary"),
                                (("replay", "TARGET=text", "FILE=absent"), "expected a file or a folder"),
                                (("build", "VARIANT=nope"), "expected a variant: asan"), (("build", "VARIANT=asan gcc"), "expected a variant: asan"),
                                (("size", "SHAPE=nope"), "expected shapes"), (("bugs-gate", "BUG=nope"), "BUG=nope: expected ids"),
                                (("bugs", "BASELINE=2"), "BASELINE=2: expected 1"), (("test", "ONLY="), "ONLY=: expected something")):
            with self.subTest(words=words):
                self.expect_refusal(expected, *words)

    def test_unknown_variables(self):
        self.expect_refusal("TIEM is not a variable of `make fuzz`, which takes: ", "fuzz", "TIEM=5")
        self.expect_refusal("TIME is not a variable of `make lint`", "lint", "TIME=5")
        self.expect_refusal("X is not a variable of `make help`", "X=$(shell touch pwned)")

    def test_a_signal_reaches_the_program(self):
        for words, name in ((("lint",), "bin/python3"), (("replay", "TARGET=sequence", "FILE=Makefile"), "build/asan/sequence")):
            self.write(name, "#!/bin/sh\necho $$ >pid\nexec sleep 300\n")
            path = "%s:%s" % (os.path.join(self.root, "bin"), os.environ["PATH"])
            pid = os.path.join(self.root, "pid")
            with subprocess.Popen(("make",) + words, cwd=self.root, env=dict(os.environ, PATH=path), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                while process.poll() is None and not (os.path.exists(pid) and os.path.getsize(pid)):
                    time.sleep(0.01)
                process.terminate()
            with open(pid, encoding="utf-8") as file:
                self.assertFalse(os.path.exists("/proc/%s" % file.read().strip()), words)
            os.remove(pid)

    def test_nothing_goes_on_to_other_calls_of_make(self):
        self.write("ci/build/build.mk", "%:\n\t@echo \"$(origin TARGET) $(MAKEFLAGS) $(origin VARIANT)\" >>calls\n")
        _, said, called = self.make("fuzz", "TARGET=text")
        self.assertNotIn("TARGET", called, said)
        self.assertNotIn("command line ", called.split("VARIANT")[0], said)


if __name__ == "__main__":
    entry.run_tests()
