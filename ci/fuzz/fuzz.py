# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Fuzzes the targets for a bounded time on all cores. Exit status: 0 clean, 1 something was found, 2 wrong use, 3 it could not be done,
128 + n ended by signal n with nothing found up to then."""

import argparse
import glob
import os
import random
import time

from ci.build import make
from ci.build import variants
from ci.findings import clerk
from ci.findings import store
from ci.fuzz import aflpp
from ci.fuzz import campaign
from ci.fuzz import display
from ci.fuzz import engines
from ci.fuzz import intake
from ci.fuzz import libfuzzer
from ci.fuzz import task as tasks
from ci.process import entry
from ci.process import files
from ci.process import run

CANARY = "canary"
# Its programs are numbers without memory behind them, which only a watched build can run (fuzz/machine/machine.h).
ABSTRACT_TARGET = "layout"
DEFAULT_SECONDS = 60
CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 3


def known_targets():
    return sorted(os.path.basename(path)[:-2] for path in glob.glob("fuzz/targets/*.c"))


def words(text):
    return list(dict.fromkeys(word for word in text.split(",") if word))


def chosen_names(choice, known, noun):
    """The names in a list with commas."""
    names = words(choice)
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise entry.Usage("expected %s of: %s; found %s" % (noun, " ".join(known), ", ".join(unknown) or "none"))
    return names


def chosen_targets(choice):
    """The targets named, or all but the one that is there to fail."""
    known = known_targets()
    return chosen_names(choice, known, "targets") if choice is not None else [name for name in known if name != CANARY]


def chosen_variants(engine, choice):
    known = variants.fuzzing(engine)
    return [known[name] for name in chosen_names(choice, list(known), "builds for %s" % engine)]


def fuzzable(variant, target):
    return variant.watched or target != ABSTRACT_TARGET


def chosen_tasks(engine, builds, target):
    """One task for each target in each build that can run it."""
    chosen, names = chosen_variants(engine, builds), chosen_targets(target)
    pairs = [(name, variant) for variant in chosen for name in names if fuzzable(variant, name)]
    if not pairs:
        raise entry.Usage("%s: its programs need a watched build; found %s" % (ABSTRACT_TARGET, builds))
    return [tasks.Task(name, variant, len(chosen) == 1) for name, variant in pairs]


def needs(chosen):
    """The binaries that these tasks take: targets for the engine, and for a replay; the tools that complete a finding."""
    binaries = {(variant, task.target) for task in chosen for variant in (task.variant.name, task.variant.replays)}
    return binaries | {(task.variant.replays, tool) for task in chosen for tool in clerk.TOOLS}


def provide(binaries, chosen, jobs):
    """Builds all that is needed."""
    make.build({make.SEEDS} | {(task.variant.name, "afl-mutator") for task in chosen if task.variant.engine == aflpp.NAME}, jobs)
    make.provide(binaries, needs(chosen), jobs)


def positive(text):
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError("expected a whole number above 0, found %r" % text)
    return number


def read_options():
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--time", type=positive, help="seconds a target (%d, or no limit with --runs)" % DEFAULT_SECONDS)
    parser.add_argument("--runs", type=positive, help="stop a target after this many executions")
    parser.add_argument("--target", help="targets, comma between them (all)")
    parser.add_argument("--engine", choices=sorted(engines.ENGINES), default=libfuzzer.NAME, help="the fuzzing engine (%(default)s)")
    parser.add_argument("--build", default=variants.WATCHED, help="builds, comma between them, in turn (%(default)s)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seed", type=positive, default=random.randrange(1, 1 << 31), help="of the engine's choices")
    parser.add_argument("--stop", action="store_true", help="end with the first finding")
    parser.add_argument("--bug", help="fuzz the library with this planted bug of fuzz/bugs in it")
    parser.add_argument("--work", default="build/work", help="where engines work")
    parser.add_argument("--corpus", default="build/corpus", help="what earlier runs found worth keeping")
    parser.add_argument("--findings", default=store.DEFAULT, help="where findings go")
    parser.add_argument("--summary", default="build/fuzz.json", help="where the summary for machines goes")
    options = parser.parse_args()
    if not options.time and not options.runs:
        options.time = DEFAULT_SECONDS
    return options


# ---- the end


def plural(number, noun):
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


class Verdict:
    """What a run came to."""

    def __init__(self, status, line):
        self.status = status
        self.line = line


def work_done(chosen, seconds):
    exact = all(task.steps is not None for task in chosen)
    steps = sum(task.step_estimate for task in chosen)
    ops = ", %s%s checked ops" % ("" if exact else "about ", display.count(steps)) if steps else ""  # AFL++ does not say
    return "%s, %s executions%s, %d s" % (plural(len({task.target for task in chosen}), "target"),
                                          display.count(sum(task.executions for task in chosen)), ops, seconds)


def judge(chosen, taken, problems, interrupted, seconds):
    """The verdict; a finding outweighs whatever kept others from being looked for."""
    work = work_done(chosen, seconds)
    if taken.names or problems.unkept:
        old = len(taken.names) - len(taken.fresh)
        return Verdict(FOUND, "%sFOUND %s%s: %s" % ("interrupted, " if interrupted else "", plural(len(taken.names) + len(problems.unkept), "finding"),
                                                  " (%d known before)" % old if old else "", work))
    if problems.reasons:
        return Verdict(COULD_NOT_RUN, "FAILED: %s" % problems.reasons[0])
    if interrupted:
        return Verdict(entry.SIGNALLED + interrupted.number, "interrupted, clean so far: %s" % work)
    failed = [task for task in chosen if task.failure()]
    if failed:
        return Verdict(COULD_NOT_RUN, "FAILED: %s did not fuzz as asked" % plural(len(failed), "target"))
    return Verdict(CLEAN, "clean: %s" % work)


class Problems:
    """What went wrong around the fuzzing."""

    def __init__(self):
        self.reasons = []  # why it ended early
        self.unkept = []   # inputs of findings that the disk did not take, and where they are


def report(options, chosen, taken, problems, verdict, seconds):
    """Prints the table and the last line, and writes the summary."""
    print("\n".join(display.table(chosen, display.width())))
    for task in chosen:
        if task.failure():
            print("%s %s" % (task.label, task.failure()))
    for reason in problems.reasons:
        print("fuzz: %s" % reason)
    for path in problems.unkept:
        print("NOT KEPT: %s" % path)
    for name in taken.names:
        print("  %-50s %s" % (name, os.path.join(options.findings, name)))
    for waiting in taken.waiting():
        print("fuzz: waits to be run again by the next run: %s" % waiting)
    print(verdict.line, flush=True)
    write_summary(options, {
        "status": verdict.status, "verdict": verdict.line, "seconds": round(seconds, 1), "seed": options.seed, "commit": options.commit,
        "engine": options.engine, "findings": [{"name": name, "folder": os.path.join(options.findings, name), "new": name in taken.fresh}
                                               for name in taken.names],
        "not kept": problems.unkept, "problems": problems.reasons, "targets": [task.figures() for task in chosen]})


def write_summary(options, summary):
    try:
        files.write_json(options.summary, summary)
    except OSError as problem:
        print("fuzz: %s: could not be written: %s" % (options.summary, problem.strerror), flush=True)


def fuzz(options, chosen, binaries):
    """Fuzzes; returns the exit status."""
    engine = engines.ENGINES[options.engine]
    taken = intake.Intake(store.Store(options.findings), binaries)
    taken.only_first = options.stop
    settings = campaign.Settings(engine, binaries, options.jobs, options.time, options.runs, options.seed, options.stop, options.work,
                                 options.corpus)
    one = campaign.Campaign(settings, chosen, taken, display.display())
    problems, interrupted, start = Problems(), None, time.monotonic()
    try:
        one.run()
    except campaign.Unwritable as problem:
        problems.reasons.append(str(problem))
    except run.Stopped as signal:
        interrupted = signal
    taken.stop()
    problems.unkept = one.unkept
    problems.reasons += taken.problems
    seconds = time.monotonic() - start
    verdict = judge(chosen, taken, problems, interrupted, seconds)
    report(options, chosen, taken, problems, verdict, seconds)
    return verdict.status


def main():
    options = read_options()
    chosen = chosen_tasks(options.engine, options.build, options.target)
    binaries = variants.Binaries(options.bug)
    provide(binaries, chosen, options.jobs)
    options.commit = store.commit()
    print("fuzzing %s in %s with %s, %s, seed %d%s" % (
        plural(len({task.target for task in chosen}), "target"), options.build, options.engine, plural(options.jobs, "job"), options.seed,
        ", planted bug %s" % options.bug if options.bug else ""), flush=True)
    return fuzz(options, chosen, binaries)


if __name__ == "__main__":
    entry.run(main, stop_children=False)
