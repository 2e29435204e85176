# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Fuzzes the library with planted bugs in it, each until it is found, and follows the finding to its C reproducer: that must compile, fail on the
library with the bug, and pass on the good one. A line for each. Exit status: 0 all arrived, 1 not all, 2 wrong use, 3 it could not be done."""

import argparse
import os
import sys
import tempfile

from ci.bank import bank
from ci.build import variants
from ci.findings import clerk
from ci.findings import reproducer
from ci.findings import store as stores
from ci.fuzz import fuzz
from ci.process import entry
from ci.process import files
from ci.process import report
from ci.process import run

SECONDS = 60
PATIENCE = 600
# What the bank calls the builds that show a bug, and the runner.
BUILDS = {"watched": "watched", "plain": "plain", "lean": "lean", "msan": "msan", "split": "split"}
COLUMNS = ("bug", "check", "engine", "seconds", "bytes", "ops", "shrunk", "repro.c", "finding")
WIDTHS = (34, 7, 10, 8, 6, 5, 7, 14, 0)


class Lost(Exception):
    """Where on its way a bug was lost."""


def fuzz_for(bug, engine, seconds, jobs, room):
    """The findings of one run that ends with the first."""
    command = [sys.executable, "-m", "ci.fuzz.fuzz", "--bug", bug.id, "--engine", engine, "--build", BUILDS[bug.build], "--target", bug.target,
               "--time", str(seconds), "--jobs", str(jobs), "--seed", "1", "--stop", "--corpus", room + "/corpus", "--findings",
               room + "/findings", "--work", room + "/engines", "--summary", room + "/fuzz.json"]
    result = run.run(command, PATIENCE)
    if result.status != fuzz.FOUND:
        raise Lost("not found in %d s: status %s: %s" % (seconds, result.status, result.output.strip().splitlines()[-1]))
    store = stores.Store(room + "/findings")
    return [store.load(name) for name in store.names()], files.read_json(room + "/fuzz.json")["seconds"]


def best(found, bug):
    """The one that the bug's own check has made, if there is one."""
    return next((one for one in found if one.facts["check"] == bug.check), found[0])


def follow(bug, engine, seconds, jobs):
    """The line of one bug."""
    with tempfile.TemporaryDirectory() as room:
        found, took = fuzz_for(bug, engine, seconds, jobs, room)
        one = best(found, bug)
        for path in (one.input, one.report, one.program, one.shrunk, one.reproducer, one.summary):
            if not os.path.exists(path) or os.path.getsize(path) == 0:
                raise Lost("%s has no %s" % (one.name, os.path.basename(path)))
        if not report.read(files.read_text(one.report)):
            raise Lost("%s: its report is none" % one.name)
        return (bug.id, one.facts["check"], engine, "%.1f" % took, os.path.getsize(one.input), clerk.op_count(one.program),
                clerk.op_count(one.shrunk), judge(one, bug.id), one.name)


def judge(found, bug):
    """What its reproducer does on the library with the bug, and on the good one."""
    fails, said = reproducer.outcome(found.reproducer, bug)
    if not fails and not files.read_text(found.reproducer).startswith(clerk.PASSES.split("%", maxsplit=1)[0]):
        raise Lost("%s: repro.c passes with the bug and does not say so: %s" % (found.name, said))
    good, said = reproducer.outcome(found.reproducer)
    if good:
        raise Lost("%s: repro.c fails without the bug: %s" % (found.name, said))
    return "fails, passes" if fails else "says: can't"


def line(cells):
    return " ".join(str(cell).ljust(width) for cell, width in zip(cells, WIDTHS)).rstrip()


def chosen_bugs(choice, engine):
    known = [bug for bug in bank.read() if bug.build in BUILDS and BUILDS[bug.build] in variants.fuzzing(engine)]
    return bank.select(known, [name for name in choice.split(",") if name])


def main():
    parser = argparse.ArgumentParser(prog="journey", description=__doc__)
    parser.add_argument("--bug", default="", help="bugs, comma between them (all)")
    parser.add_argument("--engine", choices=list(variants.PREFIXES), default="libfuzzer")
    parser.add_argument("--time", type=fuzz.positive, default=SECONDS, help="seconds a bug (%(default)s)")
    parser.add_argument("--jobs", type=fuzz.positive, default=os.cpu_count() or 1)
    options = parser.parse_args()
    results = []
    print(line(COLUMNS))
    for bug in chosen_bugs(options.bug, options.engine):
        try:
            print(line(follow(bug, options.engine, options.time, options.jobs)), flush=True)
            results.append(True)
        except (Lost, entry.CannotRun) as problem:
            print("LOST %s: %s" % (bug.id, problem), flush=True)
            results.append(False)
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    entry.run(main)
