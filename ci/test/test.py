# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs every test of what `make test` has built: a line for each, then the count. Exit status 0 only if all passed."""

import argparse
import concurrent.futures
import glob
import os
import sys
import tempfile
import time

from ci.build import variants
from ci.process import report
from ci.process import run
from ci.process import sanitizers

CANARY = "canary"
TEXT_TARGET = "text"
# Its programs run on the abstract machine, which only a watched build has (fuzz/machine/machine.h).
ABSTRACT_TARGET = "layout"
SMOKE_SECONDS = 10
ENGINE_RUNS = 5000
LIMIT_SECONDS = 600


class Check:
    """One test: a name, and a function that returns what is wrong, or nothing."""

    def __init__(self, name, function, *arguments):
        self.name = name
        self.function = function
        self.arguments = arguments
        self.seconds = 0.0

    def run(self):
        start = time.monotonic()
        try:
            return self.function(*self.arguments)
        except OSError as problem:
            return str(problem)
        finally:
            self.seconds = time.monotonic() - start


def execute(command):
    return run.run(command, LIMIT_SECONDS, sanitizers.environment())


def must_pass(command):
    result = execute(command)
    return result.text() if result.status != 0 else None


def must_find(command, status):
    """The command must fail, and its output must hold a report: failing for another reason won't do."""
    result = execute(command)
    failed = result.status != 0 if status is None else result.status == status
    if failed and any(words in result.output for words in report.REPORTS):
        return None
    return "expected a failure and its report; %s" % result.text()


def must_agree(traces, target):
    """Every variant's trace of the target's corpus must be the first one's, byte for byte."""
    outputs = []
    for variant in traces:
        result = execute(variant.runner_command() + [
            "build/%s/replay" % variant.name, "--trace", "build/seeds/" + target])
        if result.status != 0:
            return "%s: %s" % (variant.name, result.text())
        outputs.append(result.output)
    if not outputs[0]:
        return "the trace is empty"
    different = [variant.name for variant, output in zip(traces, outputs) if output != outputs[0]]
    return "not as in %s: %s" % (traces[0].name, " ".join(different)) if different else None


def smoke(arguments, judge, *rest):
    """A short run of the fuzz runner that leaves the working corpus and the findings of this folder alone."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ci.fuzz.fuzz", "--corpus", folder + "/corpus", "--findings", folder + "/findings"]
        return judge(command + arguments, *rest)


# ---- the list


def target_names():
    return sorted(os.path.basename(path)[:-2] for path in glob.glob("fuzz/targets/*.c"))


def unit_checks(table):
    rooms = {"lib": ["lib/test/*_test.c"], "testbed": ["fuzz/*/*_test.c", "repro/*_test.c"]}
    for variant in table:
        for room in (room for room in rooms if room in variant.tests):
            for source in sorted(path for pattern in rooms[room] for path in glob.glob(pattern)):
                unit = source[:-2]
                yield Check("unit %s %s" % (variant.name, unit), must_pass, ["build/%s/%s" % (variant.name, unit)])


def replay_checks(table):
    for variant in (variant for variant in table if "replay" in variant.tests):
        for target in target_names():
            if target == ABSTRACT_TARGET and not variant.watched:
                continue
            command = variant.runner_command() + [
                "build/%s/%s" % (variant.name, target), "build/seeds/" + target]
            if target == CANARY:
                yield Check("canary %s" % variant.name, must_find, command, None)
            else:
                yield Check("replay %s %s" % (variant.name, target), must_pass, command)


def canary_checks():
    """Each way in which the harness is broken on purpose must be noticed; all of them can be only under ASan, watched."""
    for seed in sorted(glob.glob("build/seeds/%s/*" % CANARY)):
        yield Check("canary asan %s" % os.path.basename(seed), must_find, ["build/asan/" + CANARY, seed], None)


def trace_checks(table):
    # Under valgrind the replay has just been checked; here only what it prints matters.
    traces = [variant.without("valgrind") for variant in table if "trace" in variant.tests]
    watched = [variant for variant in traces if variant.watched]
    for target in target_names():
        if target not in (CANARY, TEXT_TARGET):
            yield Check("trace %s" % target, must_agree, watched if target == ABSTRACT_TARGET else traces, target)


def engine_run(command, target, judge, *rest):
    """The engine writes what it finds to the first folder that it is given, not to the seeds."""
    with tempfile.TemporaryDirectory() as folder:
        return judge(command + ["-artifact_prefix=%s/" % folder, folder, "build/seeds/" + target], *rest)


def engine_checks(table):
    """A build with an engine that no other test runs: from the seeds it must find nothing, or the canary."""
    for variant in (variant for variant in table if "engine" in variant.tests):
        for target in target_names():
            command = variant.runner_command() + [
                "build/%s/%s" % (variant.name, target), "-seed=1", "-runs=%d" % ENGINE_RUNS]
            if target == CANARY:
                yield Check("canary %s" % variant.name, engine_run, command, target, must_find, None)
            else:
                yield Check("engine %s %s" % (variant.name, target), engine_run, command, target, must_pass)


def reach_checks():
    """The seeds alone must reach each op and each word that an op can report."""
    programs = [name for name in target_names() if name not in (CANARY, TEXT_TARGET)]
    yield Check("seeds reach all", must_pass, ["build/asan/stats", "--require", "words"] + [
        "build/seeds/" + name for name in programs])


def litmus_checks():
    """The library as it is passes; that planted bugs do not is the business of the gate (ci/bank/bugs_gate.py)."""
    yield Check("litmus passes", must_pass, ["sh", "ci/litmus/litmus.sh"])


def runner_checks(jobs):
    """Last and alone: they use all cores."""
    options = ["--time", str(SMOKE_SECONDS), "--jobs", str(jobs)]
    yield Check("fuzz finds nothing", smoke, options, must_pass)
    yield Check("fuzz finds the canary", smoke, options + ["--target", CANARY], must_find, 1)


def tool_checks():
    for script in sorted(glob.glob("ci/*/*_test.sh")):
        yield Check("script %s" % script, must_pass, ["sh", script])
    for script in sorted(glob.glob("ci/*/*_test.py")):
        yield Check("script %s" % script, must_pass, [sys.executable, "-m", script[:-3].replace("/", ".")])


# ---- the run


def show(check, problem):
    print("%s %s (%.1f s)" % ("FAIL" if problem else "PASS", check.name, check.seconds), flush=True)
    if problem:
        print("\n".join("    " + line for line in problem.rstrip().splitlines()), flush=True)
    return not problem


def run_all(checks, jobs):
    """How many passed and how many failed, reported in the order of the list."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [(check, pool.submit(check.run)) for check in checks]
        results = [show(check, future.result()) for check, future in running]
    return results.count(True), results.count(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    jobs = parser.parse_args().jobs
    table = variants.table()
    kinds = [list(unit_checks(table)), list(replay_checks(table)), list(canary_checks()), list(trace_checks(table)),
             list(engine_checks(table)), list(reach_checks()), list(litmus_checks()), list(tool_checks())]
    passed, failed = run_all([check for kind in kinds for check in kind], jobs)
    runner_passed, runner_failed = run_all(runner_checks(jobs), 1)
    passed, failed = passed + runner_passed, failed + runner_failed
    if not all(kinds):
        print("FAIL a kind of test has no member: units, replays, canaries, traces, engines, reach, litmus and scripts must each have some")
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
