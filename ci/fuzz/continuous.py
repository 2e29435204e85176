# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Fuzzes on and on: both engines, all builds in turn, all targets. Corpora are minimised after each round, findings taken in as they come. What is
known is on disk: after `kill -9` or a power cut the next run goes on from there. Exit status: 0 nothing fails, 1 something was found, 2 wrong use,
3 it could not be done, or another run has the same state; 128 + n ended by signal n with nothing found."""

import argparse
import contextlib
import os
import random
import time

from ci.build import variants
from ci.corpus import minimise
from ci.findings import store as stores
from ci.fuzz import campaign
from ci.fuzz import display
from ci.fuzz import engines
from ci.fuzz import fuzz
from ci.fuzz import history
from ci.fuzz import intake
from ci.fuzz import task as tasks
from ci.process import entry
from ci.process import lock
from ci.process import run

SAVE_SECONDS = 20
LEG_SECONDS = 60
HOUR = 3600


def chosen_legs(options):
    """Pairs of engine and variant."""
    names = [options.engine] if options.engine else list(engines.ENGINES)
    builds = fuzz.words(options.build or "")
    legs = [(engine, variant) for engine in names for variant in variants.fuzzing(engine).values() if not builds or variant.build in builds]
    if not legs:
        raise entry.Usage("%s: expected a build that %s has" % (options.build, " or ".join(names)))
    return legs


class Legs:
    """One engine and one build after the other, for ever."""

    def __init__(self, options, position):
        self.all = chosen_legs(options)
        self.position = position

    def current(self):
        return self.all[self.position % len(self.all)]

    def round_ends(self):
        return self.position % len(self.all) == len(self.all) - 1


class Continuous:
    """A run that can be ended at any moment."""

    def __init__(self, options, binaries):
        self.options = options
        self.binaries = binaries
        self.past = history.History(options.state)
        self.legs = Legs(options, self.past.facts["position"])
        self.taken = intake.Intake(stores.Store(options.findings), binaries)
        self.screen = display.display()
        self.end = time.monotonic() + options.hours * HOUR if options.hours else None
        self.next_save = 0.0
        self.unkept = []

    def run(self):
        while self.end is None or time.monotonic() < self.end:
            self._leg(*self.legs.current())
            if self.legs.round_ends():
                self._tidy()
            self.legs.position += 1
            self.past.facts["position"] = self.legs.position
            self.past.save()

    def _leg(self, engine, variant):
        """All targets for a minute each, in one build."""
        names = [name for name in fuzz.chosen_targets(self.options.target) if fuzz.fuzzable(variant, name)]
        if not names:
            return
        seconds = self._seconds(len(names))
        chosen = [tasks.Task(name, variant, False) for name in names]
        settings = campaign.Settings(engines.ENGINES[engine], self.binaries, self.options.jobs, seconds, None, random.randrange(1, 1 << 31), False,
                                     self.options.work, self.options.corpus)
        self.past.begin(engine, variant.build)
        one = campaign.Campaign(settings, chosen, self.taken, self.screen, self._tick)
        try:
            one.run()
        finally:
            self.unkept += one.unkept
            self._note(chosen)
            self.past.end(chosen, self.taken.names)
        self.screen.say("\n".join(display.table(chosen, display.width())))

    def _seconds(self, names):
        """A minute for each target, less where the time is nearly up."""
        if self.end is None:
            return self.options.leg
        left = (self.end - time.monotonic()) * min(self.options.jobs, names) / names
        return max(1, min(self.options.leg, round(left)))

    def _tick(self, chosen):
        if time.monotonic() > self.next_save:
            self.next_save = time.monotonic() + SAVE_SECONDS
            self._note(chosen)

    def _note(self, chosen):
        self.past.note(chosen, self.taken.names)

    def _tidy(self):
        """The round is over: what adds nothing to the corpora goes."""
        self.screen.clear()
        for target in fuzz.chosen_targets(self.options.target):
            place = minimise.Place("build", target, self.options.corpus)
            try:
                with contextlib.ExitStack() as held:
                    minimise.minimise_all([place], held)
            except entry.CannotRun as problem:
                self.screen.say("%s: not minimised: %s" % (target, problem))


def hours(text):
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError("expected hours, more than 0, found %r" % text)
    return number


def read_options():
    parser = argparse.ArgumentParser(prog="continuous", description=__doc__)
    parser.add_argument("--hours", type=hours, help="end after so long (never)")
    parser.add_argument("--engine", choices=sorted(engines.ENGINES), help="one engine (both)")
    parser.add_argument("--build", help="builds, comma between them (all)")
    parser.add_argument("--target", help="targets, comma between them (all)")
    parser.add_argument("--leg", type=fuzz.positive, default=LEG_SECONDS, help="seconds a target in each build (%(default)s)")
    parser.add_argument("--jobs", type=fuzz.positive, default=os.cpu_count() or 1)
    parser.add_argument("--bug", help="fuzz the library with this planted bug of fuzz/bugs in it")
    parser.add_argument("--work", default="build/work")
    parser.add_argument("--corpus", default="build/corpus")
    parser.add_argument("--findings", default=stores.DEFAULT)
    parser.add_argument("--state", default=history.FOLDER)
    return parser.parse_args()


def carry_on(options, binaries):
    """Runs until time or a signal ends it; returns the exit status."""
    one = Continuous(options, binaries)
    interrupted, problem = None, None
    try:
        one.run()
    except run.Stopped as signal:
        interrupted = signal
    except campaign.Unwritable as unwritable:
        problem = unwritable
    one.taken.stop()
    one.past.save()
    print(one.past.describe())
    for path in one.unkept:
        print("NOT KEPT: %s" % path)
    if one.taken.names or one.unkept:
        return fuzz.FOUND
    if problem:
        raise entry.CannotRun(str(problem))
    return entry.SIGNALLED + interrupted.number if interrupted else fuzz.CLEAN


def provide(options, binaries):
    """Builds all that the legs take."""
    names = fuzz.chosen_targets(options.target)
    chosen = [tasks.Task(name, variant) for _, variant in chosen_legs(options) for name in names if fuzz.fuzzable(variant, name)]
    fuzz.provide(binaries, chosen, options.jobs)


def main():
    options = read_options()
    fuzz.chosen_targets(options.target)
    binaries = variants.Binaries(options.bug)
    provide(options, binaries)
    os.makedirs(options.state, exist_ok=True)
    try:
        with lock.hold(os.path.join(options.state, "lock"), "continuous"):
            return carry_on(options, binaries)
    except lock.Held as held:
        raise entry.CannotRun("a run with pid %d has this state: %s" % (held.pid, options.state)) from held


if __name__ == "__main__":
    entry.run(main, stop_children=False)
