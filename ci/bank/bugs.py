# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Measures the fuzzer: how fast each planted bug of fuzz/bugs is found, by how many of several trials.

A trial is one run of the engine on a library with one bug in it, with a fixed seed, until something is noticed or the budget of CPU
seconds is used up. Trials are kept in <out>/trials.csv as they end; run again, what is there is not repeated. Exit status: 0 each bug was
found in each trial and nothing in the library without bugs, 1 otherwise.
"""

import argparse
import concurrent.futures
import csv
import hashlib
import os
import re
import statistics
import threading
import time

from ci.bank import bank
from ci.fuzz import fuzz
from ci.process import entry
from ci.process import report
from ci.process import run
from ci.process import sanitizers
from ci.bank import survival
from ci.bank import trial

CONTROL = "control"
ENGINE_VARIANT = {"watched": "fuzz", "plain": "fuzzplain", "lean": "fuzzlean", "msan": "fuzzmsan", "split": "fuzzsplit"}
NAIVE_VARIANT = "fuzzplain"
SHRUNK = re.compile(r"^shrink: \d+ ops -> (\d+) ops", re.MULTILINE)
SHRINK_SECONDS = 10
FIELDS = ("mode", "bug", "trial", "budget", "binary", "seeds left out", "check", "executions", "cpu seconds", "ops")


class Mode:
    """A way to fuzz: which binary, with or without the seeds."""

    def __init__(self, name, what, seeds, variant=None):
        self.name = name
        self.what = what
        self.seeds = seeds
        self.variant = variant

    def variant_for(self, build):
        return self.variant or ENGINE_VARIANT[build]

    def binary_of(self, bug):
        """Variant and name of the binary that fuzzes the bug."""
        return self.variant_for(bug.build), self.what % bug.target if "%s" in self.what else self.what


MAIN = Mode("mutator and seeds", "%s", True)
BASELINES = (
    Mode("mutator alone", "%s", False),
    Mode("bytes alone", "bytes-%s", False),
    Mode("naive harness", "bench-naive", False, NAIVE_VARIANT),
)


class Job:
    """The trials of one bug, or of the library without bugs, in one mode."""

    def __init__(self, mode, name, target, build, binary):
        self.mode = mode
        self.name = name
        self.target = target
        self.build = build
        self.binary = binary
        self.rows = []
        self.lock = threading.Lock()
        self.seeds = None
        self.left_out = 0

    def tool(self, name):
        """The path of a tool with the same bug in it; nothing if there is none."""
        path = "build/%s/bugs/%s/%s" % (bank.GATE_VARIANTS[self.build], self.name, name)
        return path if os.access(path, os.X_OK) else None

    def digest(self):
        with open(self.binary, "rb") as file:
            return hashlib.sha1(file.read()).hexdigest()[:12]

    def found(self):
        return [row for row in self.rows if row["check"]]


# ---- what was measured before


class Ledger:
    """trials.csv: every trial that ended, so that none is repeated."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.rows = self._read() if os.path.exists(path) else []

    def _read(self):
        with open(self.path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != FIELDS:
                raise entry.Usage("%s: expected the columns %s, found %s: move it away" % (
                    self.path, ", ".join(FIELDS), ", ".join(reader.fieldnames or ())))
            rows = [row for row in reader if None not in row.values()]
        for row in rows:
            row["executions"], row["cpu seconds"] = int(row["executions"]), float(row["cpu seconds"])
        return rows

    def find(self, mode, bug, number, budget, digest):
        """A trial of the same binary that is as good: it found the bug within the budget, or had as much and did not."""
        for row in self.rows:
            same = (row["mode"], row["bug"], row["trial"], row["binary"]) == (mode, bug, str(number), digest)
            if same and (float(row["budget"]) == budget or (row["check"] and row["cpu seconds"] <= budget)):
                return row
        return None

    def add(self, row):
        with self.lock:
            fresh = not os.path.exists(self.path)
            with open(self.path, "a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, FIELDS)
                if fresh:
                    writer.writeheader()
                writer.writerow(row)
            self.rows.append(row)


# ---- a run


class Bench:
    """All jobs, some trials at a time."""

    def __init__(self, options, jobs):
        self.options = options
        self.jobs = jobs
        self.ledger = Ledger(os.path.join(options.out, "trials.csv"))
        self.stopped = threading.Event()
        self.interrupted_by = None
        self.done = 0
        self.start = time.monotonic()
        self.fresh_seconds = 0.0
        self.fresh = 0

    def run(self):
        work = [(job, number) for job in self.jobs for number in range(1, self.trials_of(job) + 1)]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            futures = [pool.submit(self._trial, job, number) for job, number in work]
            try:
                for future in concurrent.futures.as_completed(futures):
                    self._said(future.result(), len(work))
            except run.Stopped as stopped:
                self.interrupted_by = stopped.number
                self.stopped.set()
                for future in futures:
                    future.cancel()
            except BaseException:
                self.stopped.set()
                raise

    def trials_of(self, job):
        return 1 if job.name == CONTROL else self.options.trials

    def _trial(self, job, number):
        if self.stopped.is_set():
            return None
        row = self.ledger.find(job.mode.name, self._label(job), number, self.options.budget, job.digest())
        if row is None:
            start = time.monotonic()
            row = self._measure(job, number)
            if row is None:
                return None
            self.ledger.add(row)
            self.fresh_seconds += time.monotonic() - start
            self.fresh += 1
        job.rows.append(row)
        return job, row

    @staticmethod
    def _label(job):
        return job.name if job.name != CONTROL else "%s %s %s" % (CONTROL, job.build, job.target)

    def _measure(self, job, number):
        folder = os.path.join(self.options.out, "runs", job.mode.name.replace(" ", "-"),
                              self._label(job).replace(" ", "-"))
        self._prepare(job, folder)
        run = trial.Trial(job.binary, number, job.seeds, os.path.join(folder, "trial-%d" % number), self.options.budget)
        outcome = run.run(self.stopped.is_set)
        if outcome is None:
            return None
        return {"mode": job.mode.name, "bug": self._label(job), "trial": str(number), "budget": self.options.budget,
                "binary": job.digest(), "seeds left out": job.left_out, "check": outcome.check,
                "executions": outcome.executions, "cpu seconds": round(outcome.seconds, 2),
                "ops": self._shrunk(job, outcome) if outcome.check and number == 1 else ""}

    @staticmethod
    def _prepare(job, folder):
        """The seeds that do not trigger the bug already, once for all trials of the job."""
        seeds = os.path.join("build", "seeds", job.target)
        with job.lock:
            if job.seeds is None and job.mode.seeds and os.path.isdir(seeds):
                job.left_out = trial.prune(job.binary, job.tool("replay"), seeds, os.path.join(folder, "seeds"))
                job.seeds = os.path.join(folder, "seeds")

    def _shrunk(self, job, outcome):
        """How many ops the shrunk program has; nothing where there is no program to shrink."""
        shrink, program = job.tool("shrink"), report.program_of(trial.read_text(outcome.log))
        if not program or not shrink:
            return ""
        path = outcome.log + ".txt"
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        result = run.run([shrink, "--time", str(SHRINK_SECONDS), path], None, sanitizers.environment())
        found = SHRUNK.search(result.output)
        return found.group(1) if found else ""

    def _said(self, result, total):
        """A line for each trial that ended, with an estimate of the rest."""
        if result is None:
            return
        job, row = result
        self.done += 1
        mean = self.fresh_seconds / self.fresh if self.fresh else 0
        left = mean * (total - self.done) / self.options.jobs
        came = "%s after %s executions" % (row["check"], format(row["executions"], ",")) if row["check"] else \
            "nothing in %s executions" % format(row["executions"], ",")
        print("[%d/%d, about %d min left] %s: %s, trial %s: %s, %.1f s" % (
            self.done, total, -(-left // 60), job.mode.name, self._label(job), row["trial"], came,
            row["cpu seconds"]), flush=True)


# ---- what is built


def build_control(variant, what):
    binary = "build/%s/%s" % (variant, what)
    result = run.run(["make", "--no-print-directory", "--silent", "-j%d" % (os.cpu_count() or 1), "-f", "ci/build/build.mk",
                      "VARIANT=" + variant, binary], None)
    if result.status != 0:
        raise entry.CannotRun("%s does not build\n%s" % (binary, result.output))
    return binary


def grouped(bugs, key):
    groups = {}
    for bug in bugs:
        groups.setdefault(key(bug), []).append(bug)
    return sorted(groups.items())


def build_jobs(options, bugs):
    """The jobs, and what could not be built. Each binary is built once for all bugs that need it."""
    modes = [MAIN] + (list(BASELINES) if options.baseline else [])
    jobs, problems = [], []
    for mode in modes:
        for (variant, what), some in grouped(bugs, mode.binary_of):
            print("building %s/%s with each of %d bugs" % (variant, what, len(some)), flush=True)
            jobs.append(Job(mode, CONTROL, some[0].target, some[0].build, build_control(variant, what)))
            built = bank.build(some, variant, what)
            problems += [str(built[bug.id]) for bug in some if isinstance(built[bug.id], bank.BankError)]
            jobs += [Job(mode, bug.id, bug.target, bug.build, built[bug.id]) for bug in some
                     if isinstance(built[bug.id], str)]
    for variant, some in grouped(bugs, lambda bug: bug.variant):
        print("building replay and shrink in %s with each of %d bugs" % (variant, len(some)), flush=True)
        for tool in ("replay", "shrink"):
            bank.build(some, variant, tool)
    return jobs, problems


# ---- what is shown


def median(job, field):
    """The median over all trials, where more than half found the bug; else nothing."""
    found = sorted(row[field] for row in job.found())
    return statistics.median(found + [float("inf")] * (len(job.rows) - len(found)))


def figure(number, budget, text):
    return "> %d" % budget if number == float("inf") else text % number


def spread(job, budget):
    found = [row["cpu seconds"] for row in job.found()]
    worst = "> %d" % budget if len(found) < len(job.rows) else "%.1f" % max(found)
    return "%s .. %s" % ("%.1f" % min(found) if found else "-", worst)


def count(number):
    return "never" if number == float("inf") else format(int(number), ",")


def job_line(job, budget):
    checks = ", ".join(sorted({row["check"] for row in job.found()})) or "-"
    ops = next((row["ops"] for row in job.rows if row["ops"]), "-")
    return "%-34s %5s %9s %16s %14s %5s  %s" % (
        job.name, "%d/%d" % (len(job.found()), len(job.rows)), figure(median(job, "cpu seconds"), budget, "%.2f"),
        spread(job, budget), count(median(job, "executions")), ops, checks)


HEAD = "%-34s %5s %9s %16s %14s %5s  %s" % ("bug", "found", "median s", "from .. to s", "executions", "ops", "noticed by")


def planted(jobs, mode):
    return [job for job in jobs if job.mode is mode and job.name != CONTROL and job.rows]


def mode_line(jobs, mode, budget):
    """A mode in one line: bugs found, in all trials, at all; the median bug."""
    own = planted(jobs, mode)
    always = sum(1 for job in own if len(job.found()) == len(job.rows))
    once = sum(1 for job in own if job.found())
    executions = statistics.median(median(job, "executions") for job in own)
    seconds = statistics.median(median(job, "cpu seconds") for job in own)
    middle = "not found" if executions == float("inf") else "%s executions, %s CPU seconds" % (
        count(executions), figure(seconds, budget, "%.2f"))
    return "%-20s %4d of %d in every trial, %d at all; median bug: %s" % (mode.name, always, len(own), once, middle)


def show(options, jobs, problems):
    """Prints the tables; returns whether all is as it should be."""
    modes = [mode for mode in (MAIN,) + BASELINES if planted(jobs, mode)]
    for mode in modes:
        print("\n%s, budget %d CPU seconds\n%s" % (mode.name, options.budget, HEAD))
        for job in sorted(planted(jobs, mode), key=lambda job: job.name):
            print(job_line(job, options.budget))
    controls = [job for job in jobs if job.name == CONTROL and job.rows]
    dirty = [job for job in controls if job.found()]
    print()
    for mode in modes:
        print(mode_line(jobs, mode, options.budget))
    print("control: %d runs of the library without bugs, %d found something" % (len(controls), len(dirty)))
    for problem in problems:
        print("FAILED %s" % problem)
    missed = [job for job in planted(jobs, MAIN) if len(job.found()) < len(job.rows)]
    return not dirty and not problems and not missed


def plot(options, jobs):
    curves, last = {}, 10
    for job in jobs:
        last = max([last] + [row["executions"] for row in job.rows if job.name != CONTROL])
        if job.name != CONTROL:
            curves.setdefault(job.mode.name, []).extend(
                row["executions"] if row["check"] else None for row in job.rows)
    return survival.plot(curves, last, os.path.join(options.out, "survival"))


# ---- the command


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bug", help="bugs, comma between them (all)")
    parser.add_argument("--trials", type=fuzz.positive, default=3, help="trials of each bug, with seeds 1, 2, ... (3)")
    parser.add_argument("--budget", type=fuzz.positive, default=60, help="CPU seconds of a trial (60)")
    parser.add_argument("--jobs", type=fuzz.positive, default=os.cpu_count() or 1, help="trials at a time")
    parser.add_argument("--baseline", action="store_true", help="measure the baselines too")
    parser.add_argument("--folder", default=bank.FOLDER, help="where the bugs are")
    parser.add_argument("--out", default="build/bugs/bench", help="where results go")
    return parser.parse_args()


def chosen(options):
    """The bugs to fuzz, and those that no engine can find, because no variant shows them."""
    bugs = bank.select(bank.read(options.folder), [name for name in (options.bug or "").split(",") if name])
    return [bug for bug in bugs if bug.variant], [bug for bug in bugs if not bug.variant]


def tell_not_fuzzed(bugs):
    reasons = (("only generated code shows them", "make bugs-gate", [bug.id for bug in bugs if not bug.has_program]),
               ("only some shapes show them", "make bugs-shapes", [bug.id for bug in bugs if bug.shapes]))
    for reason, verb, ids in reasons:
        if ids:
            print("not fuzzed, because %s: %s (%s)" % (reason, " ".join(ids), verb))


def main():
    options = read_options()
    os.makedirs(options.out, exist_ok=True)
    bugs, not_fuzzed = chosen(options)
    if not bugs:
        tell_not_fuzzed(not_fuzzed)
        return 2
    jobs, problems = build_jobs(options, bugs)
    bench = Bench(options, jobs)
    bench.run()
    fine = show(options, jobs, problems)
    tell_not_fuzzed(not_fuzzed)
    print("trials: %s; plot: %s" % (bench.ledger.path, plot(options, jobs) or "none, gnuplot is missing: make setup"))
    if bench.interrupted_by:
        print("interrupted: the same command goes on where this stopped")
        return entry.SIGNALLED + bench.interrupted_by
    return 0 if fine else 1


if __name__ == "__main__":
    # It ends its trials itself, and then shows what it has.
    entry.run(main, stop_children=False)
