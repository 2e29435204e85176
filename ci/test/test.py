# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Builds and runs the tests: a line for each, then the count. Exit status 0 only if all passed. With --only those whose names have one of these words,
or match it as a pattern of a shell; only what they need is built. What a failed test wrote is in build/test/<its name>.log."""

import argparse
import concurrent.futures
import fnmatch
import glob
import os
import re
import sys
import tempfile
import time

from ci.build import make
from ci.build import variants
from ci.process import entry
from ci.process import failure
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
LOGS = "build/test"
# Finding out which seeds failed ends after so many of them, and after so long.
NAMED_SEEDS = 10
NAMING_SECONDS = 60
# A test script says in a comment what it takes, `# Needs: asan replay seeds, fuzz targets`: variants and goals of ci/build/build.mk; `every` stands for
# each variant that replays, `nothing` for itself. Without that it takes:
SCRIPT_NEEDS = "asan targets tools seeds"
NEEDS = re.compile(r"^# Needs: (.*)$", re.MULTILINE)


class Check:
    """One test: a name, what of the build it needs as pairs of variant and goal, and a function that returns what is wrong, or nothing."""

    def __init__(self, name, needs, function, *arguments):
        self.name = name
        self.needs = needs
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
    return failure.Problem(failure.reason(result.status, result.output), result.output) if result.status != 0 else None


def must_find(command, status):
    """The command must fail, and its output must hold a report: failing for another reason won't do."""
    result = execute(command)
    failed = result.status != 0 if status is None else result.status == status
    if failed and any(words in result.output for words in report.REPORTS):
        return None
    return failure.Problem("expected a failure and its report; found status %s" % result.status, result.output)


def in_corpus(seed):
    """The program that a seed was made from; the seed, if it was made from none."""
    target, name = seed.split("/")[-2:]
    path = "corpus/%s/%s.txt" % (target, os.path.splitext(name)[0])
    return path if os.path.exists(path) else seed


def failing_seeds(command, folder):
    """A line for each seed that fails by itself."""
    lines = []
    start = time.monotonic()
    for seed in sorted(glob.glob(folder + "/*")):
        if len(lines) == NAMED_SEEDS or time.monotonic() - start > NAMING_SECONDS:
            return lines + ["not all seeds were looked at"]
        result = execute(command + [seed])
        if result.status != 0:
            lines.append("%s: %s" % (in_corpus(seed), failure.reason(result.status, result.output)))
    return lines or ["each seed passes alone, but not all in one run"]


def must_replay(command, folder):
    """A target ends at the first seed that fails, and says nothing of the others."""
    problem = must_pass(command + [folder])
    return failure.Problem("\n".join(failing_seeds(command, folder)), problem.output) if problem else None


def must_agree(traces, target):
    """Every variant's trace of the target's corpus must be the first one's, byte for byte."""
    outputs = []
    for variant in traces:
        result = execute(variant.runner_command() + [
            "build/%s/replay" % variant.name, "--trace", "build/seeds/" + target])
        if result.status != 0:
            return failure.Problem("%s: %s" % (variant.name, failure.reason(result.status, result.output)), result.output)
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


def binary(variant, name):
    """The path of a binary of a variant, and as a need."""
    path = "build/%s/%s" % (variant.name, name)
    return path, (variant.name, path)


def target_names():
    return sorted(os.path.basename(path)[:-2] for path in glob.glob("fuzz/targets/*.c"))


def unit_checks(table):
    rooms = {"lib": ["lib/test/*_test.c"], "testbed": ["fuzz/*/*_test.c", "repro/*_test.c"]}
    for variant in table:
        for room in (room for room in rooms if room in variant.tests):
            for source in sorted(path for pattern in rooms[room] for path in glob.glob(pattern)):
                path, need = binary(variant, source[:-2])
                yield Check("unit %s %s" % (variant.name, source[:-2]), {need}, must_pass, [path])


def replay_checks(table):
    for variant in (variant for variant in table if "replay" in variant.tests):
        for target in target_names():
            if target == ABSTRACT_TARGET and not variant.watched:
                continue
            path, need = binary(variant, target)
            command, seeds = variant.runner_command() + [path], "build/seeds/" + target
            if target == CANARY:
                yield Check("canary %s" % variant.name, {need, make.SEEDS}, must_find, command + [seeds], None)
            else:
                yield Check("replay %s %s" % (variant.name, target), {need, make.SEEDS}, must_replay, command, seeds)


def canary_checks():
    """Each way in which the harness is broken on purpose must be noticed; all of them can be only under ASan, watched."""
    path = "build/asan/" + CANARY
    for program in sorted(glob.glob("corpus/%s/*.txt" % CANARY)):
        seed = os.path.basename(program)[:-len(".txt")] + ".bin"
        yield Check("canary asan %s" % seed, {("asan", path), make.SEEDS}, must_find, [path, "build/seeds/%s/%s" % (CANARY, seed)], None)


def trace_checks(table):
    # Under valgrind the replay has just been checked; here only what it prints matters.
    traces = [variant.without("valgrind") for variant in table if "trace" in variant.tests]
    watched = [variant for variant in traces if variant.watched]
    for target in target_names():
        if target not in (CANARY, TEXT_TARGET):
            chosen = watched if target == ABSTRACT_TARGET else traces
            yield Check("trace %s" % target, {(variant.name, "replay") for variant in chosen} | {make.SEEDS}, must_agree, chosen, target)


def engine_run(command, target, judge, *rest):
    """The engine writes what it finds to the first folder that it is given, not to the seeds."""
    with tempfile.TemporaryDirectory() as folder:
        return judge(command + ["-artifact_prefix=%s/" % folder, folder, "build/seeds/" + target], *rest)


def engine_checks(table):
    """A build with an engine that no other test runs: from the seeds it must find nothing, or the canary."""
    for variant in (variant for variant in table if "engine" in variant.tests):
        for target in target_names():
            path, need = binary(variant, target)
            command = variant.runner_command() + [path, "-seed=1", "-runs=%d" % ENGINE_RUNS]
            if target == CANARY:
                yield Check("canary %s" % variant.name, {need, make.SEEDS}, engine_run, command, target, must_find, None)
            else:
                yield Check("engine %s %s" % (variant.name, target), {need, make.SEEDS}, engine_run, command, target, must_pass)


def reach_checks():
    """The seeds alone must reach each op and each word that an op can report."""
    programs = [name for name in target_names() if name not in (CANARY, TEXT_TARGET)]
    yield Check("seeds reach all", {("asan", "stats"), make.SEEDS}, must_pass, ["build/asan/stats", "--require", "words"] + [
        "build/seeds/" + name for name in programs])


def litmus_checks():
    """The library as it is passes; that planted bugs do not is the business of the gate (ci/bank/bugs_gate.py)."""
    yield Check("litmus passes", set(), must_pass, [sys.executable, "-m", "ci.litmus.litmus"])


def script_needs(script, table):
    with open(script, encoding="utf-8") as file:
        found = NEEDS.search(file.read())
    needs = set()
    for words in (found.group(1) if found else SCRIPT_NEEDS).split(", "):
        variant, *goals = words.split()
        names = [each.name for each in table if "replay" in each.tests] if variant == "every" else [variant]
        needs |= {(name, goal) for name in names for goal in goals}
    return needs


def script_checks(table):
    for script in sorted(glob.glob("ci/*/*_test.sh")):
        yield Check("script %s" % script, script_needs(script, table), must_pass, ["sh", script])
    for script in sorted(glob.glob("ci/*/*_test.py")):
        yield Check("script %s" % script, script_needs(script, table), must_pass, [sys.executable, "-m", script[:-3].replace("/", ".")])


def runner_checks(jobs):
    options = ["--time", str(SMOKE_SECONDS), "--jobs", str(jobs)]
    needs = {("asan", "targets"), ("asan", "tools"), make.SEEDS, ("fuzz", "targets")}
    yield Check("fuzz finds nothing", needs, smoke, options, must_pass)
    yield Check("fuzz finds the canary", needs, smoke, options + ["--target", CANARY], must_find, 1)


def all_checks(jobs):
    """Those that run some at a time, and those that come last and alone, because they use all cores. A kind of test without a member is a mistake
    in its pattern of names."""
    table = variants.table()
    together = [list(unit_checks(table)), list(replay_checks(table)), list(canary_checks()), list(trace_checks(table)),
                list(engine_checks(table)), list(reach_checks()), list(litmus_checks()), list(script_checks(table))]
    if not all(together):
        raise entry.CannotRun("units, replays, canaries, traces, engines, reach, litmus and scripts: expected tests of each kind")
    return [check for kind in together for check in kind], list(runner_checks(jobs))


def choose(checks, only):
    """Those of the checks that one of the words, with commas between them, means."""
    words = [word for word in only.split(",") if word]
    return [check for check in checks if not only or any(word in check.name or fnmatch.fnmatchcase(check.name, word) for word in words)]


# ---- the run


def show(check, problem):
    line = "%s %s (%.1f s)" % ("FAIL" if problem else "PASS", check.name, check.seconds)
    if problem:
        failure.tell(line, problem, LOGS, check.name)
    else:
        print(line, flush=True)
    return not problem


def run_all(checks, jobs):
    """Whether each passed, reported in the order of the list."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [(check, pool.submit(check.run)) for check in checks]
        return [show(check, future.result()) for check, future in running]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="words or patterns, comma between them")
    parser.add_argument("--list", action="store_true", help="print the names instead")
    options = parser.parse_args()
    together, alone = all_checks(options.jobs)
    chosen, chosen_alone = choose(together, options.only), choose(alone, options.only)
    if not chosen + chosen_alone:
        kinds = sorted({check.name.split()[0] for check in together + alone})
        raise entry.Usage("ONLY=%s: expected a part of a test's name, which begins with one of: %s (LIST=1 prints them all)" % (options.only, " ".join(kinds)))
    if options.list:
        print("\n".join(check.name for check in chosen + chosen_alone))
        return 0
    make.build({need for check in chosen + chosen_alone for need in check.needs}, options.jobs)
    results = run_all(chosen, options.jobs) + run_all(chosen_alone, 1)
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    entry.run(main)
