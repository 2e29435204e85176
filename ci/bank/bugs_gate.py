# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The gate of the bank of planted bugs (fuzz/bugs): each bug must be caught by its own program and by the check that its file
names, and each program must pass on the library as it is, in every variant that replays. The program of a bug that only some shapes show
must pass here with the bug too. A line for each failure, then the count."""

import argparse
import concurrent.futures
import functools
import os
import sys
import tempfile

from ci.bank import bank
from ci.build import variants
from ci.process import entry
from ci.process import failure
from ci.process import replay
from ci.process import report
from ci.process import run
from ci.process import sanitizers

LIMIT_SECONDS = 300
LOGS = "build/bugs/failed"
# A replay takes a tenth of a second, so that one which takes this long will not end.
HANG_SECONDS = 5


@functools.lru_cache(maxsize=None)
def environment():
    return sanitizers.environment()


def execute(command, seconds):
    return run.run(command, seconds, environment())


def write_programs(bugs, folder):
    """The stored programs as files that replay reads: id -> path."""
    programs = {bug.id: os.path.join(folder, bug.id + ".txt") for bug in bugs}
    for bug in bugs:
        with open(programs[bug.id], "w", encoding="utf-8") as file:
            file.write(bug.program)
    return programs


# ---- each bug is caught, and by the right check


def catch(bug, binary, program):
    """What is wrong with how a bug is caught, or nothing."""
    if isinstance(binary, bank.BankError):
        return str(binary)
    result = execute([binary, program], HANG_SECONDS if bug.check == report.HUNG else LIMIT_SECONDS)
    found = report.check_of(result.status, result.output)
    if found != bug.check:
        return failure.Problem("clause %s: expected to be caught by check %s, found %s" % (bug.clause, bug.check, found), result.output)
    if bug.check in report.LOCKSTEP_CHECKS and report.read(result.output).clause in ("", "-"):
        return failure.Problem("the report names no clause", result.output)
    return None


def catch_litmus(bug):
    """The litmus test runs by itself: 1 caught, 0 not, others it could not be done."""
    result = execute([sys.executable, "-m", "ci.litmus.litmus", "--until-failure", "--bug", bug.id], LIMIT_SECONDS)
    return None if result.status == 1 else failure.Problem(
        "clause %s: expected the litmus test to end with status 1, found %s" % (bug.clause, result.status), result.output)


def catch_checks(bugs, programs, jobs):
    """One check for each bug; those that run longest, because they never end, first."""
    shown = [bug for bug in bugs if bug.variant]
    built = {}
    for variant in sorted({bug.variant for bug in shown}):
        built.update(bank.build([bug for bug in shown if bug.variant == variant], variant, "replay", jobs))
    for bug in sorted(shown, key=lambda bug: bug.check != report.HUNG):
        yield "caught %s" % bug.id, catch, (bug, built[bug.id], programs[bug.id])
    for bug in (bug for bug in bugs if not bug.has_program):
        yield "caught %s" % bug.id, catch_litmus, (bug,)


# ---- what only some shapes show, the host does not


def overlook(bug, binary, program):
    """What is wrong with a bug of some shapes on the host, or nothing: its patch is good, and nobody here notices it."""
    if isinstance(binary, bank.BankError):
        return str(binary)
    fine, output = replay_all([binary], [program])
    return None if fine else failure.Problem("clause %s: the host notices it, but build: %s is for what only these shapes show: %s" % (
        bug.clause, bug.build, " ".join(bug.shapes)), output)


def overlook_checks(bugs, programs, jobs):
    chosen = [bug for bug in bugs if bug.shapes]
    built = bank.build(chosen, bank.HOST_VARIANT, "replay", jobs)
    for bug in chosen:
        yield "overlooked %s" % bug.id, overlook, (bug, built[bug.id], programs[bug.id])


# ---- each program passes on the library as it is


def replay_all(command, paths):
    """Whether all replays of one process passed; and what it said."""
    result = execute(command + paths, LIMIT_SECONDS)
    return replay.all_passed(result.status, result.output, len(paths)), result.output


def pass_in(variant, programs):
    """Problems by id: of the programs that fail on the unpatched library. All at once, and one by one only if that fails."""
    command = variant.runner_command() + ["build/%s/replay" % variant.name]
    fine, _ = replay_all(command, list(programs.values()))
    if fine:
        return {}
    results = {identity: replay_all(command, [path]) for identity, path in programs.items()}
    problems = {identity: output for identity, (fine, output) in results.items() if not fine}
    return problems or {"all": "each program passes alone, but not all in one run"}


def can_replay(variant, bug):
    return bug.has_program and (variant.watched or not bug.abstract)


def clean_checks(bugs, programs):
    for variant in variants.table():
        chosen = {bug.id: programs[bug.id] for bug in bugs if can_replay(variant, bug)}
        if "replay" in variant.tests and chosen:
            yield variant, chosen


# ---- the run


def fail(name, problem):
    failure.tell("FAIL " + name, problem, LOGS, name)


def run_checks(pool, checks):
    running = [(name, pool.submit(function, *arguments)) for name, function, arguments in list(checks)]
    failed = 0
    for name, future in running:
        problem = future.result()
        if problem:
            failed += 1
            fail(name, problem)
    return len(running) - failed, failed


def run_cleans(pool, bugs, programs):
    checks = clean_checks(bugs, programs)
    running = [(variant, chosen, pool.submit(pass_in, variant, chosen)) for variant, chosen in checks]
    passed = failed = 0
    for variant, chosen, future in running:
        problems = future.result()
        for identity, problem in problems.items():
            fail("clean %s %s" % (variant.name, identity), problem)
        passed += len(chosen) - len(problems)
        failed += len(problems)
    return passed, failed


def gate(bugs, jobs):
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        programs = write_programs(bugs, scratch)
        caught = run_checks(pool, catch_checks(bugs, programs, jobs))
        overlooked = run_checks(pool, overlook_checks(bugs, programs, jobs))
        clean = run_cleans(pool, bugs, programs)
    print("%d bugs: %d caught as they should be" % (len(bugs), caught[0]))
    if sum(overlooked):
        print("%d that only some shapes show: %d not noticed here, as it should be; make bugs-shapes sees them caught" % (
            sum(overlooked), overlooked[0]))
    return tuple(map(sum, zip(caught, overlooked, clean)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", default=bank.FOLDER)
    parser.add_argument("--bug", default="", help="ids, comma between them; without it, all")
    options = parser.parse_args()
    try:
        bugs = bank.read(options.folder)
    except bank.BankError as problem:
        fail("bank", str(problem))
        passed, failed = 0, 1
    else:
        passed, failed = gate(bank.select(bugs, [name for name in options.bug.split(",") if name]), options.jobs)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    entry.run(main)
