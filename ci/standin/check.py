# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Builds for each engine, sanitizer and architecture as OSS-Fuzz does, without its containers, and looks at what comes of it: a table for each, a line
for each failure, then the count. `-` in the table: this engine can't be had here, or the check has no meaning there. Exit status 0 only if all passed."""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import tempfile

from ci.process import entry
from ci.process import failure
from ci.process import run
from ci.standin import outer
from ci.standin import product
from ci.standin import sessions

PLANTED = "ci/standin/planted.patch"
LOGS = "build/oss-fuzz"
COLUMNS = (
    ("file", "binary, seeds, dictionary and options are there and right"),
    ("make", "all was compiled anew with the flags of the environment, and linked by $CXX"),
    ("edge", "edges of the functions under test; they have the sanitizer that was asked for, and no other"),
    ("seed", "it runs all its seeds, as another user, elsewhere, read-only, without the project's files"),
    ("mute", "it writes nothing while it does"),
    ("size", "0 bytes, 1 byte and 1 MiB are inputs like any other"),
    ("same", "the same runs reach the same, twice; a short session with the engine goes well"),
    ("find", "the engine finds a planted mistake, leaves a test case that fails again, and the sanitizer's report is whole"),
    ("tidy", "nothing was written outside the folder that is for it"),
)
# What a report of each sanitizer has: its own words, the function, the summary at its end; and the program, once.
REPORTS = {
    "address": (r"ERROR: AddressSanitizer: stack-buffer-overflow", r"SUMMARY: AddressSanitizer: "),
    "undefined": (r"runtime error: index \d out of bounds", r"SUMMARY: UndefinedBehaviorSanitizer: "),
    "memory": (r"WARNING: MemorySanitizer: use-of-uninitialized-value", r"SUMMARY: MemorySanitizer: "),
}
CANARY = (r"== procbuf lockstep failure|runtime error|AddressSanitizer", )


class Row:
    """A target in one configuration: what each check said; None: passed; "-": not made."""

    def __init__(self, target):
        self.target = target
        self.cells = {name: "-" for name, _ in COLUMNS}
        self.shown = {}

    def note(self, column, problem, shown=None):
        self.cells[column] = problem
        if shown is not None:
            self.shown[column] = shown

    def text(self):
        marks = []
        for column, _ in COLUMNS:
            said = self.cells[column]
            marks.append("-" if said == "-" else "FAIL" if said else self.shown.get(column, "ok"))
        return "  %-16s%s" % (self.target, "".join("%-6s" % mark for mark in marks).rstrip())

    def problems(self):
        return [(column, said) for column, said in self.cells.items() if said not in ("-", None)]

    def passed(self):
        return sum(said is None for said in self.cells.values())


class Bench:
    """The copy of the project that is built, again and again, for each configuration."""

    def __init__(self, root):
        self.root = root
        self.tree = outer.copy_tree(os.path.join(root, "src"))

    def build(self, configuration, planted=False):
        """Builds; returns the surroundings and what the script said."""
        if planted:
            self.patch([])
        try:
            # Always the same names, so that a build that is not made anew looks to make like one that need not be.
            work = os.path.join(self.root, "work")
            shutil.rmtree(work, ignore_errors=True)
            out = tempfile.mkdtemp(prefix="out-", dir=self.root)
            surroundings = outer.environment(configuration, os.path.join(self.root, "src"), work, out)
            return surroundings, outer.build(surroundings)
        finally:
            if planted:
                self.patch(["-R"])

    def patch(self, options):
        with open(PLANTED, "rb") as file:
            subprocess.run(["patch", "-s", "-p1"] + options, cwd=self.tree, stdin=file, check=True, stdout=subprocess.PIPE)

    def hidden(self):
        """The tree is somewhere else while targets run."""
        return Hidden(os.path.join(self.root, "src"))


class Hidden:
    """A folder that is not there for a while."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.rename(self.path, self.path + ".hidden")
        os.chmod(self.path + ".hidden", 0o700)

    def __exit__(self, *_):
        os.rename(self.path + ".hidden", self.path)


class Round:
    """One configuration."""

    def __init__(self, bench, configuration, jobs):
        self.bench = bench
        self.configuration = configuration
        self.jobs = jobs
        self.rows = []

    def run(self):
        surroundings, result = self.bench.build(self.configuration)
        if result.status != 0:
            return self.not_built(result)
        names = product.targets(surroundings["OUT"])
        self.rows = [Row(name) for name in sorted(set(names) | set(product.expected_targets(self.bench.tree)))]
        calls = outer.read_calls(os.path.join(surroundings["WORK"], "calls"))
        for row in self.rows:
            self.look(row, surroundings, calls)
        self.look_beside(surroundings["OUT"], names)
        ready = [row for row in self.rows if row.cells["file"] is None]
        with self.bench.hidden():
            self.run_all(ready, surroundings["OUT"])
        if self.configuration.real:
            self.plant(ready)
        return self.rows

    def not_built(self, result):
        row = Row("(build script)")
        row.note("make", sessions.ended(result, "the build script"))
        self.rows = [row]
        return self.rows

    # ---- what was built

    def look(self, row, surroundings, calls):
        out = surroundings["OUT"]
        if row.target not in product.targets(out):
            row.note("file", "there is no such target in $OUT")
            return
        row.note("file", product.wrong_files(out, row.target))
        row.note("make", product.wrong_making(self.bench.tree, calls, row.target, surroundings))
        found = product.Instrumentation(os.path.join(out, row.target), row.target.removesuffix("_plain"))
        row.note("edge", product.wrong_instrumentation(found, self.configuration, row.target), str(found.edges))

    def look_beside(self, out, names):
        others = product.strangers(out, names)
        if others and self.rows[0].cells["file"] is None:
            self.rows[0].note("file", "in $OUT, and no target's: " + " ".join(others))

    # ---- what it does

    def run_all(self, rows, out):
        home = sessions.Home(self.bench.root, out, self.configuration)
        runner = sessions.engine(home)
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(lambda row: self.run_one(row, home, runner), rows))
        said = home.traces()
        for row in rows:
            row.note("tidy", said)

    def run_one(self, row, home, runner):
        seeds = home.seeds(row.target)
        problem, result = sessions.wrong_seeds(home, runner, row.target, seeds)
        row.note("seed", problem)
        row.note("mute", sessions.wrong_words(result))
        row.note("size", sessions.wrong_sizes(home, runner, row.target))
        if self.configuration.sanitizer not in ("coverage", "introspector"):
            self.twice(row, runner, seeds)

    def twice(self, row, runner, seeds):
        first, reached, speed = runner.reached(row.target, seeds, 0)
        second, again, _ = runner.reached(row.target, seeds, 1)
        problem = None
        if first.status != 0 or second.status != 0 or not reached:
            problem = sessions.ended(first if first.status != 0 or not reached else second, "a session")
        elif not sessions.alike(reached, again):
            problem = "reached %.300s, then %.300s" % (reached, again)
        row.note("same", problem, "%dk" % (speed // 1000) if speed else None)

    # ---- what it finds

    def plant(self, rows):
        surroundings, result = self.bench.build(self.configuration, planted=True)
        if result.status == 0:
            result = outer.build(surroundings, "build/env/canary")
        if result.status != 0:
            for row in rows:
                row.note("find", sessions.ended(result, "the build script, with a planted mistake"))
            return
        shutil.copy(os.path.join(self.bench.tree, "build", "env", "canary"), surroundings["OUT"])
        self.look_again(rows, surroundings)
        with self.bench.hidden():
            self.find_all(rows, surroundings["OUT"])

    def look_again(self, rows, surroundings):
        """A change of the sources must be in all that it makes: what another build has left would hide it."""
        calls = outer.read_calls(os.path.join(surroundings["WORK"], "calls"))
        for row in rows:
            stale = product.wrong_making(self.bench.tree, calls, row.target, surroundings)
            if stale and not row.cells["make"]:
                row.note("make", "built once more: " + stale)

    def find_all(self, rows, out):
        home = sessions.Home(self.bench.root, out, self.configuration)
        runner = sessions.engine(home)
        canary = Row("canary")
        expected = {row: REPORTS[self.configuration.sanitizer] for row in rows}
        expected[canary] = CANARY

        def find(row):
            row.note("find", sessions.wrong_finding(runner, row.target, expected[row]))

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(find, expected))
        self.rows.append(canary)


def show(turn):
    print("%s\n  %-16s%s" % (turn.configuration.name, "", "".join("%-6s" % name for name, _ in COLUMNS).rstrip()))
    for row in turn.rows:
        print(row.text())
    for row in turn.rows:
        for column, said in row.problems():
            name = "%s %s %s" % (turn.configuration.name, row.target, column)
            failure.tell("FAIL " + name, said, LOGS, name)


def chosen(only):
    words = [word for word in only.split(",") if word]
    found = [configuration for configuration in outer.CONFIGURATIONS if not words or any(word in configuration.name for word in words)]
    if not found:
        raise entry.Usage("ONLY=%s: expected a part of one of: %s" % (only, ", ".join(configuration.name for configuration in outer.CONFIGURATIONS)))
    return found


def main():
    parser = argparse.ArgumentParser(prog="oss-fuzz-check", description=__doc__)
    parser.add_argument("--only", default="", help="parts of configurations' names, comma between them (all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="procbuf-standin-") as root:
        os.chmod(root, 0o755)
        bench = Bench(root)
        for configuration in chosen(options.only):
            turn = Round(bench, configuration, options.jobs)
            turn.run()
            show(turn)
            passed += sum(row.passed() for row in turn.rows)
            failed += sum(len(row.problems()) for row in turn.rows)
    print("\n".join("%s  %s" % column for column in COLUMNS))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    entry.run(main)
