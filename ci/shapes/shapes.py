# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Replays programs in every shape of ci/shapes/shapes.txt and compares the traces, byte for byte, with the first shape's; or plants bugs and
sees them caught where the library will run. A line for each shape, then the count. Exit status 0 only if all is as it should be."""

import argparse
import concurrent.futures
import glob
import os
import re
import struct
import tempfile
import time

from ci.bank import bank
from ci.bank import bugs_gate
from ci.process import entry
from ci.process import failure
from ci.process import report
from ci.process import run as process
from ci.shapes import shapes_table

FOLDER = "build/shapes"
LOGS = FOLDER + "/failed"
REPLAY = "build/asan/replay"
NOT_PROGRAMS = ("canary", "text")
MAGIC = b"procbuf bundle 1\n"
LIMIT_SECONDS = 120
# All programs in one image: QEMU 10 translates code anew for each access where regions of memory protection are finer than its pages.
REPLAY_SECONDS = 3600
LAYOUT_BYTE, LAYOUT_ABSTRACT = 1, 5  # of a program's binary form
GRANULE_BYTE, GRANULE_32 = 3, 2
ELF_DATA, ELF_BIG_ENDIAN = 5, 2      # byte of an ELF file that tells its byte order
COUNTED = re.compile(r"^(?:faults by: (?P<faults>.*)\nin a process's place, by reason: .*\n"
                     r"userspace: (?P<made>\d+) deeds by processes, \d+ in their place, (?P<alone>\d+) programs by processes alone\n)?"
                     r"replay: (?P<programs>\d+) programs, (?P<steps>\d+) steps, \d+ refused, (?P<failed>\d+) failed\n\Z", re.MULTILINE)
# Where bugs are planted that any shape shows.
BUG_SHAPES = ("m3-gcc-os", "rv32-gcc-os")
# The stream header is in the byte order of the machine (T-HEADER), and so is a digest of its bytes.
NATIVE = re.compile(r"^(append|header)", re.MULTILINE)
DIGEST = re.compile(r"#[0-9a-f]{8}\b")


class ShapesError(entry.Usage):
    """What makes a run impossible, in words for people."""


class Outcome:
    """What came of one image: its traces by program, and what it counted."""

    def __init__(self, status, output, seconds):
        self.status = status
        self.output = output
        self.seconds = seconds
        self.counted = COUNTED.search(output)
        traced = "\n" + (output[:self.counted.start()] if self.counted else output)
        self.traces = dict(part.split("\n", 1) for part in traced.split("\n# ")[1:] if "\n" in part)


# ---- programs


def assemble(paths, folder):
    """The programs of these files or folders in binary form, in a folder."""
    os.makedirs(folder)
    result = process.run([REPLAY, "--assemble", folder] + paths, LIMIT_SECONDS)
    if result.status != 0:
        raise ShapesError(result.output.rstrip())


def printable(path):
    """A name for a program as traces can have it: on one line, of characters in any locale."""
    name = "/".join(path.split("/")[-2:])[:-len(".bin")]
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace("\n", "\\n")


def read_programs(pattern):
    programs = {}
    for path in sorted(glob.glob(pattern)):
        with open(path, "rb") as file:
            programs[printable(path)] = file.read()
    return programs


def bank_programs(bugs, scratch):
    """The stored programs of the bank, by id; on the library as it is, all of them pass."""
    folder = os.path.join(scratch, "texts")
    os.makedirs(folder)
    bugs_gate.write_programs(bugs, folder)
    assemble([folder], os.path.join(scratch, "bugs"))
    return read_programs(scratch + "/bugs/*.bin")


def corpus_programs():
    programs = {}
    for folder in sorted(glob.glob("build/seeds/*/")):
        if os.path.basename(folder[:-1]) not in NOT_PROGRAMS:
            programs.update(read_programs(folder + "*.bin"))
    return programs


def shown_bugs():
    return [bug for bug in bank.read() if bug.has_program]


def all_programs(scratch):
    return {**corpus_programs(), **bank_programs(shown_bugs(), scratch)}


def is_abstract(program):
    return program[LAYOUT_BYTE] == LAYOUT_ABSTRACT


def write_bundle(path, programs):
    with open(path, "wb") as file:
        file.write(MAGIC)
        for name, program in programs.items():
            file.write(struct.pack("<II", len(name.encode()), len(program)) + name.encode() + program)


# ---- images


def build(shapes, bugs=(), jobs=1):
    """Builds the images of the shapes, or those of bugs in them; returns what make said."""
    command = ["make", "--no-print-directory", "--output-sync=target", "-j%d" % jobs, "-f", "ci/shapes/shapes.mk",
               "SHAPES=" + " ".join(shape.name for shape in shapes)]
    if bugs:
        command += ["-k", "BUGS=" + " ".join(bugs)]
    result = process.run(command, None)
    if result.status != 0 and not bugs:
        raise entry.CannotRun("the images do not build: install what is missing with `make setup`\n" + result.output[-4000:])
    return result.output


def command_of(shape, image, bundle):
    platform = shape.platform
    runner = [] if platform.runner == "-" else platform.runner.split("+")
    if platform.image == "-":
        return runner + [image, bundle]
    return runner + ["-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
                     "enable=on,target=native,arg=image,arg=" + bundle, "-kernel", image]


def run(shape, image, bundle, limit=LIMIT_SECONDS):
    start = time.monotonic()
    try:
        result = process.run(command_of(shape, image, bundle), limit)
    except OSError as problem:
        raise entry.CannotRun("%s: %s: install what is missing with `make setup`" % (shape.name, problem)) from problem
    return Outcome(result.status, result.output, time.monotonic() - start)


def is_big_endian(image):
    with open(image, "rb") as file:
        return file.read(ELF_DATA + 1)[ELF_DATA] == ELF_BIG_ENDIAN


# ---- traces


def comparable(trace, big_endian):
    """A trace as this byte order may have it: with digests, unless native-endian bytes may be among what is digested."""
    return DIGEST.sub("#", trace) if big_endian and NATIVE.search(trace) else trace


def first_difference(name, expected, actual, shapes):
    pairs = list(zip(expected.splitlines() + ["(nothing)"], actual.splitlines() + ["(nothing)"]))
    step = next((at for at, (left, right) in enumerate(pairs) if left != right), len(pairs) - 1)
    return "first difference: program %s, step %d\n  %-16s %s\n  %-16s %s" % (
        name, step + 1, shapes[0] + ":", pairs[step][0], shapes[1] + ":", pairs[step][1])


def differences(expected, actual, names, shapes, big_endian):
    """What is wrong with the traces of one shape, or nothing."""
    for name in names:
        missing = [shape for shape, outcome in zip(shapes, (expected, actual)) if name not in outcome.traces]
        if missing:
            return "program %s: no trace in %s" % (name, " and ".join(missing))
        left = comparable(expected.traces[name], big_endian)
        right = comparable(actual.traces[name], big_endian)
        if left != right:
            return first_difference(name, left, right, shapes)
    return None


def judge(reference, outcome, names, shapes, big_endian):
    """What is wrong with one shape's run, or nothing."""
    if outcome.counted is None or outcome.status not in (0, 1):
        return failure.Problem("did not run to its end: status %s" % outcome.status, outcome.output)
    if int(outcome.counted["programs"]) != len(names):
        return "expected %d programs, found %s" % (len(names), outcome.counted["programs"])
    different = differences(reference, outcome, names, shapes, big_endian)
    if different or outcome.status != 0:
        return failure.Problem(different or "a program failed: " + failure.reason(outcome.status, outcome.output), outcome.output)
    return None


def judge_processes(real, whole, outcome):
    """What is wrong with who did what userspace does, or nothing. The whole corpus must give processes something of everything to do."""
    counted = outcome.counted["made"] is not None
    if real != counted:
        return "expected %s processes, found %s" % (("real", "simulated") if real else ("simulated", "real"))
    if real and whole and (int(outcome.counted["alone"]) == 0 or re.search(r" 0(,|$)", outcome.counted["faults"])):
        return "expected programs by processes alone, and faults of each kind; found %s programs, %s" % (
            outcome.counted["alone"], outcome.counted["faults"])
    return None


# ---- replaying in all shapes


def wanted(programs, shape):
    """A plain build has nobody to keep stores off an abstract machine's addresses."""
    return {name: program for name, program in programs.items() if shape.access == "watched" or not is_abstract(program)}


def in_granules(program):
    """The program on a platform whose memory protection comes in 32 bytes, as that of the real processes does at its coarsest."""
    return program[:GRANULE_BYTE] + bytes([GRANULE_32]) + program[GRANULE_BYTE + 1:]


def replay(shape, programs, scratch, name=None):
    bundle = os.path.join(scratch, (name or shape.name) + ".bundle")
    write_bundle(bundle, wanted(programs, shape))
    return run(shape, "%s/%s/image" % (FOLDER, shape.name), bundle, REPLAY_SECONDS)


def replay_references(shape, shapes, programs, scratch):
    """What simulated and what real processes are compared with, as far as there are such shapes: processes -> programs and their outcome."""
    cases = {"simulated": programs, "real": {name: in_granules(program) for name, program in programs.items()}}
    return {case: (some, replay(shape, some, scratch, "reference-" + case)) for case, some in cases.items()
            if any(other.processes == case for other in shapes)}


def report_shape(shape, outcome, problem):
    counted = outcome.counted.groupdict() if outcome.counted else {"programs": "-", "steps": "-"}
    real = "; by processes alone: %s programs; deeds by processes: %s" % (counted["alone"], counted["made"]) if counted.get("made") else ""
    line = "%-4s %-17s %5s programs %6s steps %8s %6.2f s%s" % (
        "FAIL" if problem else "PASS", shape.name, counted["programs"], counted["steps"], "differs" if problem else "equal",
        outcome.seconds, real)
    if problem:
        failure.tell(line, problem, LOGS, shape.name)
    else:
        print(line, flush=True)
    return not problem


def replay_all(chosen, reference_shape, programs, whole, scratch, jobs):
    """How each chosen shape did against the reference, with the whole corpus or with some programs."""
    if not wanted(programs, reference_shape):
        raise ShapesError("expected at least one program, found none")
    build([reference_shape] + [shape for shape in chosen if shape != reference_shape], jobs=jobs)
    references = replay_references(reference_shape, chosen, programs, scratch)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [(shape, pool.submit(replay, shape, references[shape.processes][0], scratch)) for shape in chosen]
        results = []
        for shape, future in running:
            big_endian = is_big_endian("%s/%s/image" % (FOLDER, shape.name))
            names = list(wanted(programs, shape))
            if not names:
                raise ShapesError("%s: all programs are of the abstract layout, which needs a watched shape" % shape.name)
            problem = judge(references[shape.processes][1], future.result(), names, (reference_shape.name, shape.name), big_endian)
            problem = problem or judge_processes(shape.processes == "real", whole, future.result())
            results.append(report_shape(shape, future.result(), problem))
    return results


# ---- planted bugs


def run_planted(shape, bug, bundles):
    return run(shape, "%s/%s/bugs/%s/image" % (FOLDER, shape.name, bug.id), bundles[shape.processes])


def catch(shape, bug, bundle):
    """What is wrong with how a bug is caught in a shape, or nothing."""
    outcome = run_planted(shape, bug, bundle)
    found = report.check_of(outcome.status, outcome.output)
    return None if found == bug.check and outcome.status == 1 else failure.Problem(
        "clause %s: expected to be caught by check %s, found %s" % (bug.clause, bug.check, found), outcome.output)


def overlook(shape, bug, bundle):
    """What is wrong with a bug that this shape must not show, or nothing."""
    outcome = run_planted(shape, bug, bundle)
    if outcome.status == 0 and outcome.counted and (outcome.counted["programs"], outcome.counted["failed"]) == ("1", "0"):
        return None
    return failure.Problem("clause %s: expected to pass, because build: %s is for what only these shapes show: %s; found status %s" % (
        bug.clause, bug.build, " ".join(bug.shapes), outcome.status), outcome.output)


def plant_in(shape, bugs, judge, bundles, jobs):
    """The ids of those bugs that the shape's images treat as this judge expects; what it says of the others is printed."""
    build([shape], jobs=jobs)
    said = build([shape], [bug.id for bug in bugs], jobs)
    built = said.splitlines()
    problems = {bug.id: judge(shape, bug, bundles[bug.id]) if "built %s" % bug.id in built else failure.Problem("does not build", said)
                for bug in bugs}
    for identity, problem in problems.items():
        if problem:
            name = "%s in %s" % (identity, shape.name)
            failure.tell("FAIL %s: %s" % (name, problem.said), failure.Problem("", problem.output), LOGS, name)
    return [identity for identity, problem in problems.items() if not problem]


def bug_bundles(bugs, scratch):
    """Each bug's program as a bundle of its own, for simulated and for real processes: id -> processes -> path."""
    programs = bank_programs(bugs, scratch)
    bundles = {bug.id: {} for bug in bugs}
    for identity, paths in bundles.items():
        program = programs["bugs/" + identity]
        for processes, binary in (("simulated", program), ("real", in_granules(program))):
            paths[processes] = os.path.join(scratch, "%s-%s.bundle" % (identity, processes))
            write_bundle(paths[processes], {identity: binary})
    return bundles


def show_places(bugs, caught, passes, host):
    """The table of the bugs that only some shapes show."""
    rows = [("bug", "clause", "caught in", "passes in")] + [
        (bug.id, bug.clause, " ".join(name for name, ids in caught.items() if bug.id in ids) or "-", host.name if bug.id in passes else "-")
        for bug in bugs]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("%-*s  %-*s  %-*s  %s" % (widths[0], row[0], widths[1], row[1], widths[2], row[2], row[3]))


def plant(planted, host, scratch, jobs):
    """Whether each bug is caught in each of its shapes, by the check that its file names, and passes on the host if only shapes show it."""
    bugs = sorted({bug for _, some in planted for bug in some}, key=lambda bug: bug.id)
    bundles = bug_bundles(bugs, scratch)
    broken = [str(tree) for tree in bank.make_trees(bugs).values() if not isinstance(tree, str)]
    if broken:
        raise ShapesError("\n".join(broken))
    results, caught = [], {}
    for shape, some in planted:
        caught[shape.name] = plant_in(shape, some, catch, bundles, jobs)
        results += [bug.id in caught[shape.name] for bug in some]
        print("%s: %d of %d planted bugs caught" % (shape.name, len(caught[shape.name]), len(some)), flush=True)
    alone = [bug for bug in bugs if bug.shapes]
    if alone:
        passes = plant_in(host, alone, overlook, bundles, jobs)
        results += [bug.id in passes for bug in alone]
        print("%s: %d of %d planted bugs that only other shapes show pass" % (host.name, len(passes), len(alone)), flush=True)
        show_places(alone, caught, passes, host)
    return results


def target_bugs(ids):
    """Those of the bank that lockstep catches by itself, in a watched build or in shapes of their own."""
    return [bug for bug in bank.select(bank.read(), ids)
            if bug.shapes or bug.build == "watched" and bug.check in report.LOCKSTEP_CHECKS]


def places(shapes, bugs, names):
    """(shape, bugs to plant in it): those that only some shapes show in theirs, the others in those named, or else in an Arm and a RISC-V one."""
    wanted = {bug.id: bug.shapes or names or BUG_SHAPES for bug in bugs}
    planned = [(shape, [bug for bug in bugs if shape.name in wanted[bug.id]])
               for shape in select(shapes, {name for some in wanted.values() for name in some})]
    return [(shape, some) for shape, some in planned if some and (not names or shape.name in names)]


# ---- the verbs


def select(shapes, names):
    unknown = sorted(set(names) - {shape.name for shape in shapes})
    if unknown:
        raise ShapesError("expected shapes of %s, found %s" % (shapes_table.SHAPES, " ".join(unknown)))
    return [shape for shape in shapes if not names or shape.name in names]


def list_shapes(shapes):
    row = "%-17s %-8s %-8s %-8s %-8s %-10s %-26s %s"
    print(row % ("shape", "platform", "compiler", "access", "build", "processes", "flags", "runs in"))
    for shape in shapes:
        runner = "this machine" if shape.platform.runner == "-" else shape.platform.runner.replace("+", " ")
        print(row % (shape.name, shape.platform.name, shape.compiler, shape.access, shape.build, shape.processes,
                     " ".join(shape.flags), runner))


def words(text):
    return [word for word in (text or "").split(",") if word]


def carry_out(arguments, shapes, scratch):
    if arguments.bugs:
        names = words(arguments.shape)
        select(shapes, names)
        planted = places(shapes, target_bugs(words(arguments.bug)), names)
        if not planted:
            raise ShapesError("none of these bugs can be caught in an image of these shapes")
        return plant(planted, shapes[0], scratch, arguments.jobs)
    if arguments.file:
        assemble([arguments.file], os.path.join(scratch, "given"))
        programs = read_programs(scratch + "/given/*.bin")
    else:
        programs = all_programs(scratch)
    return replay_all(select(shapes, words(arguments.shape)), shapes[0], programs, not arguments.file, scratch, arguments.jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the shapes")
    parser.add_argument("--bugs", action="store_true", help="plant bugs instead")
    parser.add_argument("--bug", help="ids of bugs, with commas (all)")
    parser.add_argument("--shape", help="names of shapes, with commas (all)")
    parser.add_argument("--file", help="a program or a folder of programs (corpus and stored programs of the bank)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    shapes = shapes_table.shapes()
    shapes_table.require_process_sources(shapes)
    if arguments.list:
        list_shapes(shapes)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        results = carry_out(arguments, shapes, scratch)
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) and results else 1


if __name__ == "__main__":
    entry.run(main)
