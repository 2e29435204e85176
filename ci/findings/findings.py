# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs every finding again, in every build that replays, and shows a table of all: or takes in test cases from elsewhere first. Exit status: 0
none fails, 1 one does, 2 wrong use, 3 it could not be done."""

import argparse
import concurrent.futures
import os
import time

from ci.build import make
from ci.build import variants
from ci.findings import clerk
from ci.findings import examine
from ci.findings import finding as kept
from ci.findings import sources
from ci.findings import store as stores
from ci.fuzz import fuzz
from ci.process import entry
from ci.process import files

FLAKY_RUNS = 3
COLUMNS = ("finding", "clause", "engines", "fails in", "age", "state")
FAILS = (kept.NEW, kept.FAILING, kept.CHANGED, kept.FLAKY)


class Outcome:
    """What came of running a finding again. `names`: variant -> the name of the finding that it fails as there."""

    def __init__(self, found, state, names, said=""):
        self.found = found
        self.state = state
        self.names = names
        self.said = said


def replaying():
    return [variant for variant in variants.table() if "replay" in variant.tests]


class Again:
    """Runs findings again, some at a time."""

    def __init__(self, store, binaries, chosen, jobs):
        self.store = store
        self.binaries = binaries
        self.chosen = chosen
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)

    def verdicts(self, found):
        running = [(variant, self.pool.submit(examine.examine, self.binaries, variant, found.target, found.input)) for variant in self.chosen]
        return {variant.name: future.result() for variant, future in running}

    def home(self, found):
        """The variant that replays what the build that found it finds; the first of all for one from elsewhere."""
        for engine in found.facts["engines"]:
            for build in found.facts["builds"]:
                variant = variants.fuzzing(engine).get(build) if engine in variants.PREFIXES else None
                if variant:
                    return variants.by_name()[variant.replays]
        return self.chosen[0]

    def flaky(self, found, variant, fails):
        """Whether it does not do the same each time."""
        return any((examine.examine(self.binaries, variant, found.target, found.input).outcome == examine.FAILED) != fails
                   for _ in range(FLAKY_RUNS - 1))

    def look(self, found):
        """Runs one finding again and notes its state."""
        results = self.verdicts(found)
        broken = ["%s: %s" % (name, verdict.said) for name, verdict in results.items() if verdict.outcome == examine.BROKEN]
        if broken:
            raise kept.Damaged("%s: could not be run again in %s" % (found.name, "; ".join(broken)))
        if all(verdict.outcome == examine.REFUSED for verdict in results.values()):
            raise kept.Damaged("%s: not a test case any more: %s" % (found.input, next(iter(results.values())).said))
        names = {name: verdict.report.name for name, verdict in results.items() if verdict.outcome == examine.FAILED}
        before, state = found.facts["state"], self.judge(found, names)
        if state in FAILS and not os.path.exists(found.reproducer):
            clerk.Clerk(self.binaries, self.home(found)).complete(found)
        found.facts["state"] = state
        found.save()
        return Outcome(found, kept.NEW if before == kept.NEW and state == kept.FAILING else state, names)

    def judge(self, found, names):
        home = self.home(found)
        if self.flaky(found, home, home.name in names):
            return kept.FLAKY
        if found.name in names.values():
            return kept.FAILING
        return kept.CHANGED if names else kept.FIXED


# ---- from elsewhere


def take_in(path, target, store, again):
    """Takes in what fails of the test cases at a path; says what is none. Returns the names of the findings, and how many are no test cases."""
    found = sources.Sources(path, fuzz.known_targets(), target)
    names, others, passed = [], list(found.others), 0
    for case in found.cases:
        verdict, variant = first_failure(again, case)
        if verdict.outcome == examine.FAILED:
            origin = stores.Origin(case.target, case.engine, variants.WATCHED)
            names.append(store.take(files.read(case.path), verdict.report, origin)[0].name)
        elif verdict.outcome == examine.PASSED:
            passed += 1
        else:
            others.append((case.path, verdict.said))
    for other, reason in others:
        print("not a test case: %s (%s)" % (other, reason))
    print("%s: %d test cases: %d failed, %d passed in every build; %d not test cases" % (path, len(names) + passed, len(names), passed, len(others)))
    return list(dict.fromkeys(names)), len(others)


def first_failure(again, case):
    """The first build that a test case fails in, and what it says; if it fails in none, that it passed or why it was not run."""
    last = None
    for variant in again.chosen:
        verdict = examine.examine(again.binaries, variant, case.target, case.path)
        if verdict.outcome == examine.FAILED:
            return verdict, variant
        if last is None or verdict.outcome == examine.PASSED:
            last = verdict
    return last, None


# ---- the table


def age(found):
    """How long ago it was found."""
    try:
        seconds = time.time() - time.mktime(time.strptime(found.facts["found"], "%Y-%m-%d %H:%M:%S"))
    except ValueError:
        return "?"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return "%d %s" % (seconds // length, unit)
    return "%d s" % max(0, seconds)


def row(outcome, count):
    facts = outcome.found.facts
    where = "all %d builds" % count if len(outcome.names) == count else " ".join(outcome.names) or "-"
    others = sorted(set(outcome.names.values()) - {outcome.found.name})
    state = outcome.state + (" (now %s)" % ", ".join(others) if outcome.state == kept.CHANGED else "") + (" (seed)" if facts["kept"] else "")
    return (outcome.found.name, facts["clause"], " ".join(facts["engines"]), where, age(outcome.found), state)


def show(outcomes, count):
    rows = [COLUMNS] + [row(outcome, count) for outcome in outcomes]
    widths = [max(len(line[column]) for line in rows) for column in range(len(COLUMNS) - 1)]
    for line in rows:
        print("  ".join([cell.ljust(width) for cell, width in zip(line, widths)] + [line[-1]]))


def run_again(again, names):
    """Outcomes, and what is wrong with folders that hold no finding."""
    outcomes, damaged = [], []
    for name in names:
        try:
            outcomes.append(again.look(again.store.load(name)))
        except kept.Damaged as problem:
            damaged.append(str(problem))
    return outcomes, damaged


def needs(chosen):
    return {(variant.name, what) for variant in chosen for what in (*clerk.TOOLS, *fuzz.known_targets())}


def read_options():
    parser = argparse.ArgumentParser(prog="findings", description=__doc__)
    parser.add_argument("--file", help="a file, or an output folder of libFuzzer or AFL++, to take in first")
    parser.add_argument("--target", help="the target that its test cases are for (what their names say, else %s)" % sources.DEFAULT_TARGET)
    parser.add_argument("--variant", help="variants that replay, comma between them (all)")
    parser.add_argument("--bug", help="run with this planted bug of fuzz/bugs in the library")
    parser.add_argument("--jobs", type=fuzz.positive, default=os.cpu_count() or 1)
    parser.add_argument("--findings", default=stores.DEFAULT)
    return parser.parse_args()


def chosen_variants(choice):
    known = {variant.name: variant for variant in replaying()}
    return [known[name] for name in fuzz.chosen_names(choice, list(known), "builds")] if choice is not None else list(known.values())


def main():
    options = read_options()
    if options.target is not None:
        [options.target] = fuzz.chosen_names(options.target, fuzz.known_targets(), "a target")[:1]
    store, binaries, chosen = stores.Store(options.findings), variants.Binaries(options.bug), chosen_variants(options.variant)
    again = Again(store, binaries, chosen, options.jobs)
    others = 0
    if options.file is not None or store.names():
        make.provide(binaries, needs(chosen), options.jobs)
    names = store.names()
    if options.file is not None:
        _, others = take_in(options.file, options.target, store, again)
        names = store.names()
    outcomes, damaged = run_again(again, names)
    if outcomes:
        show(outcomes, len(chosen))
    for problem in damaged:
        print("not judged: %s" % problem)
    failing = [outcome for outcome in outcomes if outcome.state in FAILS]
    print("findings: %d, %d fail%s" % (len(outcomes), len(failing), ", %d not judged" % len(damaged) if damaged else ""))
    return 1 if failing else 3 if damaged or others and not outcomes else 0


if __name__ == "__main__":
    entry.run(main)
