# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Compiles and runs a finding's C reproducer as its first comment says, on the library as it is or with a planted bug in it."""

import os
import re
import shutil
import tempfile

from ci.bank import bank
from ci.process import entry
from ci.process import files
from ci.process import run
from ci.process import sanitizers

COMMAND = re.compile(r"^//   ((?:cc|clang\S*) .*repro\.c .*?) && \./a\.out$", re.MULTILINE)
SANITIZE = re.compile(r"add (-g -fsanitize=[a-z,]+ -fno-sanitize-recover=all)")
COMPILE_SECONDS = 120
RUN_SECONDS = 60


def commands(text):
    """The command of the first comment, without and with a sanitizer."""
    command, sanitize = COMMAND.search(text), SANITIZE.search(text)
    if not command or not sanitize:
        raise entry.CannotRun("expected a reproducer whose first comment says how to compile it")
    whole = command.group(1)
    return [whole, whole if sanitize.group(1) in whole else "%s %s" % (whole, sanitize.group(1))]


def with_clang(text):
    """The same for a compiler whose sanitizers see more."""
    return text.replace("//   cc ", "//   %s " % sanitizers.llvm_tool("clang"), 1)


def make_tree(folder, bug):
    """What a user has: the library, here perhaps with a bug in it."""
    shutil.copytree("lib", os.path.join(folder, "lib"))
    if bug:
        [planted] = bank.select(bank.read(), [bug])
        shutil.copytree(os.path.join(bank.make_tree(planted), "lib"), os.path.join(folder, "lib"), dirs_exist_ok=True)


def failing_command(text, bug, sanitizer_first):
    """The command that shows it on the library that was fuzzed; None: there is none."""
    tried = commands(text)[::-1] if sanitizer_first else commands(text)
    return next((command for command in tried if attempt(text, command, bug)[0]), None)


def with_command(text, command):
    """The reproducer with this command in its first comment."""
    return text.replace(COMMAND.search(text).group(1), command, 1)


def attempt(text, command, bug):
    """Compiles and runs it; whether it fails, and what it says. CannotRun: it does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, bug)
        files.write(os.path.join(folder, "repro.c"), text)
        built = run.run(["sh", "-c", command], COMPILE_SECONDS, folder=folder)
        if built.status != 0:
            raise entry.CannotRun("repro.c does not compile: %s\n%s" % (command, built.output))
        ran = run.run([os.path.join(folder, "a.out")], RUN_SECONDS, dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), folder=folder)
    return ran.status != 0, ran.output


def outcome(path, bug=None):
    """Whether it fails when it is compiled as it says, and what it says."""
    text = files.read_text(path)
    return attempt(text, commands(text)[0], bug)
