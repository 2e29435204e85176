# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Fuzzes the targets for a bounded time on all cores. Exit status: 0 clean, 1 something was found, 2 it could not be done."""

import argparse
import glob
import os
import random
import shutil
import signal
import sys
import time

from ci.fuzz import display
from ci.fuzz import engine
from ci.findings import findings
from ci.process import sanitizers

CANARY = "canary"
DEFAULT_SECONDS = 60
TICK_SECONDS = 0.2


class Usage(Exception):
    """The command can't be carried out as given."""


class Target:
    """One target, its workers and the sum of their figures: what display.cells shows."""

    def __init__(self, name):
        self.target = name
        self.workers = []
        self.findings = []
        self.probed_steps = None

    @property
    def state(self):
        if not self.workers:
            return "waiting"
        if self._live():
            return "running"
        if self.findings:
            return "FOUND"
        return "FAILED" if self.failure() else "done"

    def _live(self):
        return any(worker.reader.is_alive() for worker in self.workers)

    @property
    def estimated(self):
        return self._live()

    @property
    def seconds(self):
        return max((worker.seconds() for worker in self.workers), default=0)

    @property
    def executions(self):
        return sum(worker.estimate() for worker in self.workers)

    @property
    def rate(self):
        return sum(worker.rate() for worker in self.workers)

    @property
    def steps(self):
        """Checked ops, exact once all workers have said theirs; None where a worker's end kept it from saying."""
        if not self.workers or any(worker.steps is None for worker in self.workers):
            return None
        return sum(worker.steps for worker in self.workers)

    @property
    def mean_steps(self):
        """Steps of a program as the workers last said it, else as the probe before them did; or None."""
        said = [worker.mean_steps for worker in self.workers if worker.mean_steps is not None]
        return sum(said) / len(said) if said else self.probed_steps

    @property
    def step_rate(self):
        if self.steps is not None:
            return self.steps / self.seconds if self.seconds else 0
        return None if self.mean_steps is None else self.rate * self.mean_steps

    @property
    def step_estimate(self):
        """Checked ops, reckoned from the mean of a program where the exact number is not known."""
        return self.steps if self.steps is not None else self.executions * (self.mean_steps or 0)

    @property
    def edges(self):
        return max((worker.edges for worker in self.workers), default=0)

    @property
    def features(self):
        return max((worker.features for worker in self.workers), default=0)

    @property
    def corpus(self):
        return max((worker.corpus for worker in self.workers), default=0)

    @property
    def crashes(self):
        return len(self.findings)

    def failure(self):
        """Why this target's run says nothing, or None."""
        for worker in self.workers:
            if worker.process.returncode != 0 and not worker.artifacts():
                return "ended with status %d" % worker.process.returncode
            if worker.executions == 0:
                return "executed nothing"
        return None if self.workers else "never started"


class Campaign:
    """A run over several targets: as many at a time as there are jobs, and no job idle."""

    def __init__(self, options, targets):
        self.options = options
        self.targets = targets
        self.screen = display.display()
        self.environment = dict(sanitizers.environment(), PROCBUF_STATS="1")
        self.interrupted = False

    def run(self):
        waiting = list(self.targets)
        try:
            while waiting:
                wave, waiting = waiting[:self.options.jobs], waiting[self.options.jobs:]
                self._start(wave)
                self._watch(wave)
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            self._stop()
            self.screen.clear()

    def _start(self, wave):
        for number, target in enumerate(wave):
            binary = self._binary(target.target)
            folders = self._folders(target.target)
            probe = self._scratch(target.target, "probe")
            target.probed_steps = engine.steps_per_program(binary, probe, folders, self.environment)
            share = self.options.jobs // len(wave) + (number < self.options.jobs % len(wave))
            for index in range(share):
                self._start_worker(target, index, share, [binary], folders)

    def _start_worker(self, target, index, share, command, folders):
        folder = self._scratch(target.target, index)
        runs = -(-self.options.runs // share) if self.options.runs else None
        dictionary = os.path.join(self.options.build, "seeds", target.target + ".dict")
        command = command + engine.engine_options(self.options.seed + index, folder, self.options.time, runs,
                                                  dictionary if os.path.exists(dictionary) else None)
        worker = engine.Worker(target.target, index)
        worker.start(command + folders, self.environment, folder, self.options.time)
        target.workers.append(worker)

    def _watch(self, wave):
        waiting = [(target, worker) for target in wave for worker in target.workers]
        while waiting:
            time.sleep(TICK_SECONDS)
            ended = [pair for pair in waiting if not pair[1].running()]
            waiting = [pair for pair in waiting if pair not in ended]
            for target, worker in ended:
                self._collect(target, worker)
            self.screen.update(self.targets)

    def _collect(self, target, worker):
        for artifact in worker.artifacts():
            tools = os.path.join(self.options.build, "asan")
            finding = findings.Finding(self.options.findings, worker, artifact, tools)
            if finding.path in [earlier.path for earlier in target.findings]:
                continue  # a sibling stopped on the same input
            target.findings.append(finding)
            self.screen.clear()
            print(finding.describe(), flush=True)

    def _stop(self):
        for target in self.targets:
            for worker in target.workers:
                worker.stop()

    def _scratch(self, name, use):
        """An empty folder for one process of a target."""
        folder = os.path.join(self.options.build, "work", "%s-%s" % (name, use))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def _binary(self, name):
        return os.path.join(self.options.build, "fuzz", name)

    def _folders(self, name):
        corpus = os.path.join(self.options.corpus, name)
        os.makedirs(corpus, exist_ok=True)
        seeds = os.path.join(self.options.build, "seeds", name)
        return [corpus] + ([seeds] if os.path.isdir(seeds) else [])


def known_targets():
    return sorted(os.path.basename(path)[:-2] for path in glob.glob("fuzz/targets/*.c"))


def chosen_targets(choice):
    """The targets named, or all but the one that is there to fail."""
    known = known_targets()
    names = [name for name in choice.split(",") if name] if choice else [name for name in known if name != CANARY]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Usage("no target %s; there are: %s" % (", ".join(unknown), " ".join(known)))
    if not names:
        raise Usage("no targets")
    return [Target(name) for name in dict.fromkeys(names)]


def check_built(build, targets):
    for target in targets:
        path = os.path.join(build, "fuzz", target.target)
        if not os.access(path, os.X_OK):
            raise Usage("%s is not built: use make fuzz" % path)


def positive(text):
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("%s is not above 0" % text)
    return number


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time", type=positive, help="seconds a target (%d, or no limit with --runs)" % DEFAULT_SECONDS)
    parser.add_argument("--runs", type=positive, help="stop a target after this many executions")
    parser.add_argument("--target", help="targets, comma between them (all)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seed", type=positive, default=random.randrange(1, 1 << 31), help="of the engine's choices")
    parser.add_argument("--build", default="build", help="where the binaries are")
    parser.add_argument("--corpus", default="build/corpus", help="what earlier runs found worth keeping")
    parser.add_argument("--findings", default="findings", help="where failing inputs go")
    options = parser.parse_args()
    if not options.time and not options.runs:
        options.time = DEFAULT_SECONDS
    return options


def plural(number, noun):
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


def verdict(campaign, seconds):
    """Prints the table and the last line; returns the exit status."""
    targets = campaign.targets
    print("\n".join(display.table(targets)))
    exact = all(target.steps is not None for target in targets)
    work = "%s, %s executions, %s%s checked ops, %d s" % (
        plural(len(targets), "target"), display.count(sum(target.executions for target in targets)),
        "" if exact else "about ", display.count(sum(target.step_estimate for target in targets)), seconds)
    found = sum(len(target.findings) for target in targets)
    if found:
        print("FOUND %s: %s" % (plural(found, "finding"), work))
        return 1
    failures = [(target, target.failure()) for target in targets if target.failure()]
    if failures and not campaign.interrupted:
        return report_failures(failures)
    print("%s: %s" % ("interrupted, clean so far" if campaign.interrupted else "clean", work))
    return 0


def report_failures(failures):
    for target, reason in failures:
        log = target.workers[0].log_path() if target.workers else "no log"
        print("%s %s (%s)" % (target.target, reason, log))
    print("FAILED: %s did not fuzz" % plural(len(failures), "target"))
    return 2


def main():
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    options = read_options()
    try:
        targets = chosen_targets(options.target)
        check_built(options.build, targets)
    except Usage as problem:
        print("fuzz: %s" % problem, file=sys.stderr)
        return 2
    print("fuzzing %s, %s, seed %d" % (plural(len(targets), "target"), plural(options.jobs, "job"), options.seed),
          flush=True)
    start = time.monotonic()
    campaign = Campaign(options, targets)
    campaign.run()
    return verdict(campaign, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
