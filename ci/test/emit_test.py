# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Tests of emit, which prints a program as a C program of plain calls: what it prints compiles with the command in its first comment,
passes on the library as it is, and fails, with the line of a call, on the library with the bug that it was made from. By itself: the seeds, and
planted bugs of each check. With --all: the seeds by both compilers, with and without sanitizers and watched accesses, each planted bug, and
a table of what shows which."""

import argparse
import collections
import concurrent.futures
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

from ci.bank import bank
from ci.process import sanitizers

EMIT = "build/asan/emit"
LIMIT_SECONDS = 120
COMMAND = re.compile(r"^//   (cc .*repro\.c .*) && \./a\.out$", re.MULTILINE)
SANITIZE = re.compile(r"add (-g -fsanitize=[a-z,]+ -fno-sanitize-recover=all)")
# The program's own words: the line of its source, the clause, what was expected.
SAID = re.compile(r"^\S*repro\.c:(\d+): ", re.MULTILINE)
CHECK = re.compile(r"\b(EQUAL|STATUS|PANICS|CALL|COUNTS|BYTES|PROCESS|BLOCKS)\(|procbuf_\w+\(")
START = "static void set_up(void) {"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Werror"]
PASSED = "passed\n"
# The folders whose seeds are no programs that pass.
OTHER_FOLDERS = ("canary", "text")
# Of each check a bug that the variant asan shows; of the access check one that leaves traces and one that does not; and one of the abstract
# layout. No other test builds them, at the same time perhaps.
SAMPLE = ("bounds-exact-fit-refused", "acct-mark-by-length", "leak-grant-padding", "bounds-end-is-block-end", "fetch-header-twice",
          "int-sbrk-wraps", "grant-state-of-the-dead", "int-sbrk-overflows", "slice-bytes-hang")


class Unfit(Exception):
    """What is wrong with something that was printed."""


def run(command, **options):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", env=sanitizers.environment(), timeout=LIMIT_SECONDS, check=False, **options)
    except subprocess.TimeoutExpired as late:
        raise Unfit("not done after %d s: %s" % (LIMIT_SECONDS, " ".join(command))) from late


def must(command, **options):
    result = run(command, **options)
    if result.returncode != 0:
        raise Unfit("%s: status %d\n%s" % (" ".join(command), result.returncode, result.stdout))
    return result.stdout


class Tree:
    """A library to compile against: a folder with all of its files, and its objects, made once for each command."""

    def __init__(self, root, scratch):
        self.root = root
        self.scratch = scratch
        self.made = {}
        self.lock = threading.Lock()

    def objects(self, compiler, command, flags):
        """As an access header one printed program declares what every other does, so that the command alone decides."""
        with self.lock:
            key = (compiler,) + command
            if key not in self.made:
                self.made[key] = self.compile(compiler, command, flags, os.path.join(self.scratch, str(len(self.made))))
            return self.made[key]

    def compile(self, compiler, command, flags, folder):
        del command
        return compile_all([compiler, *flags], glob.glob(os.path.join(self.root, "lib/src/*.c")), folder)


class PatchedTree(Tree):
    """The same with a bug in it. Only what the patch changes is compiled, all of it if that is a header."""

    def __init__(self, bug, scratch, good):
        super().__init__(os.path.join(scratch, "tree"), scratch)
        self.good = good
        changes = os.path.join(bank.make_tree(bug), "lib")
        shutil.copytree("lib", os.path.join(self.root, "lib"))
        shutil.copytree(changes, os.path.join(self.root, "lib"), dirs_exist_ok=True)
        self.changed = [os.path.basename(path) for path in glob.glob(os.path.join(changes, "src/*.c"))]

    def compile(self, compiler, command, flags, folder):
        sources = [os.path.join(self.root, "lib/src", name) for name in self.changed]
        objects = compile_all([compiler, *flags], sources, folder)
        names = {os.path.basename(path) for path in objects}
        folder_of_program = [flag[2:] for word, flag in zip(command, flags) if word == "-I."]
        of_good = [flag_of(word, ".", folder_of_program[0] if folder_of_program else "") for word in command]
        return objects + [path for path in self.good.objects(compiler, command, of_good) if os.path.basename(path) not in names]


def compile_all(command, sources, folder):
    os.makedirs(folder)
    must([*command, "-c", *(os.path.abspath(path) for path in sorted(sources))], cwd=folder)
    return [os.path.join(folder, os.path.basename(path)[:-2] + ".o") for path in sorted(sources)]


# ---- a printed program


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def flag_of(word, root, folder):
    """A word of a command, which speaks of the top of the library's tree and of the program's folder."""
    if word == "-I.":
        return "-I" + os.path.abspath(folder)
    return "-I" + os.path.abspath(os.path.join(root, word[2:])) if word.startswith("-Ilib/") else word


def find(pattern, text, what):
    found = pattern.search(text)
    if not found:
        raise Unfit("expected %s in its first comment, found none" % what)
    return found.group(1)


def command_of(text):
    """The options of the command that a printed program gives."""
    words = shlex.split(find(COMMAND, text, "a command"))
    if [words[0], words[-4], words[-3]] != ["cc", "repro.c", "lib/src/*.c"]:
        raise Unfit("expected a command that compiles repro.c and the library, found %s" % " ".join(words))
    return tuple(words[1:-4] + words[-2:])


def build(source, tree, compiler, sanitized):
    """Compiles it by its own command, with the library's objects in place of its sources."""
    text, folder = read(source), os.path.dirname(source)
    command = command_of(text) + tuple(find(SANITIZE, text, "a sanitizer").split() if sanitized else ())
    flags = [flag_of(word, tree.root, folder) for word in command]
    binary = os.path.join(folder, "a.out")
    must([compiler, *STRICT, source, *tree.objects(compiler, command, flags), "-o", binary, *flags])
    return binary


def must_pass(source, tree, compiler, sanitized):
    result = run([build(source, tree, compiler, sanitized)])
    if result.returncode != 0 or result.stdout != PASSED:
        raise Unfit("expected that it passes on the library as it is, %s%s: status %d\n%s" % (
            compiler, " sanitized" if sanitized else "", result.returncode, result.stdout))


def print_program(emit, program, source, *options):
    os.makedirs(os.path.dirname(source))
    with open(source, "wb") as file:
        result = subprocess.run([emit, *options, program], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE, text=True,
                                env=sanitizers.environment(), timeout=LIMIT_SECONDS, check=False)
    if result.returncode != 0:
        raise Unfit("emit: status %d: %s" % (result.returncode, result.stderr))


# ---- seeds


def seeds():
    return [path for path in sorted(glob.glob("corpus/*/*.txt")) if path.split("/")[1] not in OTHER_FOLDERS]


def source_of(seed, folder, *options):
    source = os.path.join(folder, "seeds", "".join(options), seed, "repro.c")
    print_program(EMIT, seed, source, "--all", *options)
    return source


def check_seed(seed, folder, good, compiler):
    """One way only: each takes as long as the next."""
    must_pass(source_of(seed, folder), good, compiler, False)


def check_seed_thoroughly(seed, folder, good, compilers):
    for options in ((), ("--watch",)):
        source = source_of(seed, folder, *options)
        for compiler in compilers:
            must_pass(source, good, compiler, False)
            must_pass(source, good, compiler, True)


# ---- planted bugs


def check_words(source, said):
    """A program that fails by itself names the line of a call: it may be one before the mark, since more is checked here than by lockstep."""
    found = SAID.search(said)
    if not found:
        raise Unfit("expected the line of the call that failed, found %s" % said)
    lines = read(source).splitlines()
    first, line = lines.index(START) + 1, int(found.group(1))
    if not first < line <= len(lines) or not CHECK.search("\n".join(lines[line - 2:line + 1])):
        raise Unfit("expected the line of a check, found %s" % said)


def shown_by(source, tree, compiler):
    """What shows the bug: the program's checks, or those of its accesses, or a sanitizer."""
    result = run([build(source, tree, compiler, False)])
    if result.returncode == 1:
        check_words(source, result.stdout)
        return "accesses" if "PROCBUF_ACCESS_HEADER" in find(COMMAND, read(source), "a command") else "checks"
    if result.returncode == 0 and run([build(source, tree, compiler, True)]).returncode == 0:
        raise Unfit("passes with the bug")
    return "sanitizer" if result.returncode == 0 else "signal"


def check_bug(bug, emit, folder, good, compiler):
    if isinstance(emit, bank.BankError):
        raise Unfit(str(emit))
    program, source = os.path.join(folder, bug.id + ".txt"), os.path.join(folder, bug.id, "repro.c")
    with open(program, "w", encoding="utf-8") as file:
        file.write(bug.program)
    print_program(emit, program, source)
    must_pass(source, good, compiler, False)
    must_pass(source, good, compiler, True)
    return shown_by(source, PatchedTree(bug, os.path.join(folder, bug.id, "patched"), good), compiler)


def build_emits(bugs, jobs):
    built = {}
    for variant in sorted({bug.variant for bug in bugs}):
        built.update(bank.build([bug for bug in bugs if bug.variant == variant], variant, "emit", jobs))
    return built


# ---- the run


def outcome(future):
    """What a check came to, and what is wrong."""
    try:
        return future.result(), None
    except (Unfit, bank.BankError, OSError, subprocess.SubprocessError) as problem:
        return "nothing", str(problem)


def seed_jobs(pool, options, folder, good, clang):
    for number, seed in enumerate(seeds() if not options.bug else ()):
        if options.all:
            yield seed, "", pool.submit(check_seed_thoroughly, seed, folder, good, ("gcc", clang))
        else:
            yield seed, "", pool.submit(check_seed, seed, folder, good, ("gcc", clang)[number % 2])


def bug_jobs(pool, options, folder, good, clang):
    ids = options.bug.split(",") if options.bug else () if options.all else SAMPLE
    bugs = [bug for bug in bank.select(bank.read(), ids) if bug.variant and not options.variant or bug.variant == options.variant]
    emits = build_emits(bugs, options.jobs)
    for bug in bugs:
        yield bug.id, bug.check, pool.submit(check_bug, bug, emits[bug.id], folder, good, clang)


def check_all(options, folder):
    table, failed = collections.Counter(), 0
    good, clang = Tree(".", os.path.join(folder, "good")), sanitizers.llvm_tool("clang")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = list(seed_jobs(pool, options, folder, good, clang)) + list(bug_jobs(pool, options, folder, good, clang))
        for name, check, future in jobs:
            shown, problem = outcome(future)
            if problem:
                failed += 1
                print("FAIL %s %s: %s" % (name, check, problem.rstrip().replace("\n", "\n    ")), flush=True)
            if check:
                table[check, shown] += 1
    for (check, shown), count in sorted(table.items()):
        print("check %-7s shown by %-10s %d" % (check, shown, count))
    return len(jobs) - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--bug", default="", help="only these ids, comma between them, and no seeds")
    parser.add_argument("--variant", default="", help="only the bugs that this variant shows")
    with tempfile.TemporaryDirectory() as folder:
        passed, failed = check_all(parser.parse_args(), folder)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
