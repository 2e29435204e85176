# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The gate of the bank of planted bugs (fuzz/bugs): each bug must be caught by its own program and by the check that its file
names, and each program must pass on the library as it is, in every variant that replays. The program of a bug that only some shapes show
must pass here with the bug too. A line for each failure, then the count."""

import argparse
import concurrent.futures
import functools
import os
import re
import subprocess
import sys
import tempfile

import bank
import sanitizers
import test
import variants

LIMIT_SECONDS = 300
# A replay takes a tenth of a second, so that one which takes this long will not end.
HANG_SECONDS = 5
HUNG = "hang"
REPORT = "== procbuf lockstep failure"
LOCKSTEP = re.compile("^" + REPORT + "\nclause: +(.*)\ncheck: +(.*)$", re.MULTILINE)
# What marks a sanitizer's report, the first that fits; only that of UBSan names none.
SANITIZERS = (("msan", "WARNING: MemorySanitizer"), ("asan", "ERROR: AddressSanitizer"), ("ubsan", ": runtime error: "))
REPLAYED = re.compile(r"^replay: (\d+) programs, .* 0 failed$", re.MULTILINE)


@functools.lru_cache(maxsize=None)
def environment():
    return sanitizers.environment()


def execute(command, seconds):
    """Exit status, None if it took too long, and output of a command."""
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=environment(), timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode("utf-8", "replace") + "not done after %d s\n" % seconds
    return result.returncode, result.stdout.decode("utf-8", "replace")


def write_programs(bugs, folder):
    """The stored programs as files that replay reads: id -> path."""
    programs = {bug.id: os.path.join(folder, bug.id + ".txt") for bug in bugs}
    for bug in bugs:
        with open(programs[bug.id], "w", encoding="utf-8") as file:
            file.write(bug.program)
    return programs


# ---- each bug is caught, and by the right check


def check_of(status, output):
    """Which check a run failed by; "none", or what came of it instead, if by none."""
    if status is None:
        return HUNG
    if status == 0:
        return "none"
    reports = [(output.index(mark), name) for name, mark in SANITIZERS if mark in output]
    found = LOCKSTEP.search(output)
    if found:
        reports.append((found.start(), found.group(2)))
    return min(reports)[1] if reports else "none, but status %d" % status


def clause_is_empty(output):
    found = LOCKSTEP.search(output)
    return bool(found) and found.group(1).strip() in ("", "-")


def catch(bug, binary, program):
    """What is wrong with how a bug is caught, or nothing."""
    if isinstance(binary, bank.BankError):
        return str(binary)
    status, output = execute([binary, program], HANG_SECONDS if bug.check == HUNG else LIMIT_SECONDS)
    found = check_of(status, output)
    if found != bug.check:
        return "expected to be caught by check %s, found %s\n%s" % (bug.check, found, output)
    return "the report names no clause\n%s" % output if clause_is_empty(output) else None


def catch_litmus(bug):
    """The litmus test runs by itself: 1 caught, 0 not, 2 it could not be done."""
    status, output = execute(["sh", "ci/litmus.sh", "--until-failure", "--bug", bug.id], LIMIT_SECONDS)
    return None if status == 1 else "expected the litmus test to end with status 1, found %s\n%s" % (status, output)


def catch_checks(bugs, programs, jobs):
    """One check for each bug; those that run longest, because they never end, first."""
    shown = [bug for bug in bugs if bug.variant]
    built = {}
    for variant in sorted({bug.variant for bug in shown}):
        built.update(bank.build([bug for bug in shown if bug.variant == variant], variant, "replay", jobs))
    for bug in sorted(shown, key=lambda bug: bug.check != HUNG):
        yield "caught %s" % bug.id, catch, (bug, built[bug.id], programs[bug.id])
    for bug in (bug for bug in bugs if not bug.has_program):
        yield "caught %s" % bug.id, catch_litmus, (bug,)


# ---- what only some shapes show, the host does not


def overlook(bug, binary, program):
    """What is wrong with a bug of some shapes on the host, or nothing: its patch is good, and nobody here notices it."""
    if isinstance(binary, bank.BankError):
        return str(binary)
    fine, output = replay_all([binary], [program])
    return None if fine else "the host notices it, but build: %s is for what only these shapes show: %s\n%s" % (
        bug.build, " ".join(bug.shapes), output)


def overlook_checks(bugs, programs, jobs):
    chosen = [bug for bug in bugs if bug.shapes]
    built = bank.build(chosen, bank.HOST_VARIANT, "replay", jobs)
    for bug in chosen:
        yield "overlooked %s" % bug.id, overlook, (bug, built[bug.id], programs[bug.id])


# ---- each program passes on the library as it is


def replay_all(command, paths):
    """Whether all replays of one process passed; and what it said."""
    status, output = execute(command + paths, LIMIT_SECONDS)
    counts = REPLAYED.findall(output)
    return status == 0 and counts == [str(len(paths))], output


def pass_in(variant, programs):
    """Problems by id: of the programs that fail on the unpatched library. All at once, and one by one only if that fails."""
    command = variant.runner_command(test.RUNNERS) + ["build/%s/replay" % variant.name]
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
    print("FAIL %s" % name)
    print("\n".join("    " + line for line in problem.rstrip().splitlines()), flush=True)


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


def gate(folder, ids, jobs):
    bugs = bank.select(bank.read(folder), ids)
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
        passed, failed = gate(options.folder, [name for name in options.bug.split(",") if name], options.jobs)
    except bank.BankError as problem:
        fail("bank", str(problem))
        passed, failed = 0, 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
