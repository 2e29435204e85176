# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Shows what the corpus reaches of lib/: counts for each file, every line and branch that it misses. Exit status 0 if all of these are
justified in ci/coverage/unreachable.txt and no justification is out of date."""

import glob
import os
import re
import shutil

from ci.process import entry
from ci.process import report
from ci.process import run
from ci.process import sanitizers

CANARY = "canary"
BUILD = "build/cov"
OUT = "build/coverage"
JUSTIFIED = "ci/coverage/unreachable.txt"


class Source:
    """What was reached of one file: hits of each line, and of each outcome of each branch."""

    def __init__(self, path):
        self.path = path
        self.lines = {}
        self.branches = {}
        self.functions = []
        with open(path, encoding="utf-8") as file:
            self.text = [line.strip() for line in file]

    def function_at(self, line):
        started = [(start, name) for start, name in self.functions if start <= line]
        return max(started)[1] if started else "-"

    def missed_lines(self):
        return sorted(line for line, hits in self.lines.items() if hits == 0)

    def missed_branches(self):
        """Lines of branches of which an outcome was never seen; not of those that never ran at all."""
        lines = {key[0] for key, hits in self.branches.items() if hits == 0}
        return sorted(line for line in lines if self.lines.get(line) != 0)

    def gaps(self):
        """What is missed: number of the line, and whether all of it or an outcome of its branch."""
        for line in self.missed_lines():
            yield line, "line"
        for line in self.missed_branches():
            yield line, "branch"


def run_targets():
    """Runs every target over its seeds; returns the binaries. One that fails here is an error: its counts would be partial."""
    binaries = []
    for source in sorted(glob.glob("fuzz/targets/*.c")):
        name = os.path.basename(source)[:-2]
        seeds = "build/seeds/" + name
        if name == CANARY or not os.path.isdir(seeds):
            continue
        binary = os.path.join(BUILD, name)
        settings = dict(os.environ, LLVM_PROFILE_FILE=os.path.join(OUT, name + ".profraw"))
        run.must_run([binary, seeds], settings)
        binaries.append(binary)
    return binaries


def llvm_cov(verb, binaries, *options):
    objects = [word for binary in binaries[1:] for word in ("-object", binary)]
    command = [sanitizers.llvm_tool("llvm-cov"), verb, binaries[0]] + objects
    command += ["-instr-profile=" + os.path.join(OUT, "all.profdata")] + list(options)
    command += sorted(glob.glob("lib/**/*.[ch]", recursive=True))
    return run.must_run(command)


def merge():
    raw = sorted(glob.glob(os.path.join(OUT, "*.profraw")))
    command = [sanitizers.llvm_tool("llvm-profdata"), "merge", "-sparse", "-o", os.path.join(OUT, "all.profdata")]
    run.must_run(command + raw)


def read_export(text):
    """The sources in llvm-cov's lcov export."""
    sources = []
    for record in text.splitlines():
        kind, _, rest = record.partition(":")
        if kind == "SF":
            sources.append(Source(os.path.relpath(rest)))
        elif kind == "FN":
            start, name = rest.split(",")[0], rest.split(",")[-1]
            sources[-1].functions.append((int(start), report.plain_name(name.rpartition(":")[2])))
        elif kind == "DA":
            line, hits = rest.split(",")[:2]
            sources[-1].lines[int(line)] = int(hits)
        elif kind == "BRDA":
            line, block, branch, hits = rest.split(",")
            sources[-1].branches[int(line), block, branch] = 0 if hits == "-" else int(hits)
    return sources


def read_justified():
    """The entries of the list: (file, function, text of the line)."""
    entries = []
    with open(JUSTIFIED, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            fields = [field.strip() for field in re.split(r" \| ", line)]
            if len(fields) != 4 or not all(fields):
                raise entry.Usage("%s:%d: expected file | function | text of the line | reason" % (JUSTIFIED, number))
            entries.append(tuple(fields[:3]))
    return entries


def share(hits):
    reached = sum(1 for hit in hits if hit)
    return "%d/%d" % (reached, len(hits))


def print_counts(sources):
    print("%-40s %12s %12s" % ("file", "lines", "branches"))
    for source in sources:
        print("%-40s %12s %12s" % (source.path, share(source.lines.values()), share(source.branches.values())))
    lines = [hits for source in sources for hits in source.lines.values()]
    branches = [hits for source in sources for hits in source.branches.values()]
    print("%-40s %12s %12s" % ("all", share(lines), share(branches)))
    return len(lines)


def print_gaps(sources, justified):
    """Prints every gap; returns how many are not justified, and the entries that were needed."""
    unexplained = 0
    used = set()
    for source in sources:
        for line, what in source.gaps():
            place = (source.path, source.function_at(line), source.text[line - 1])
            explained = place in justified
            used.add(place)
            unexplained += not explained
            print("%s %s:%d: %s not reached in %s: %s" % (
                "known " if explained else "MISSED", source.path, line, what, place[1], place[2]))
    return unexplained, used


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    binaries = run_targets()
    if not binaries:
        raise entry.CannotRun("no target has seeds: make coverage makes them")
    merge()
    sources = read_export(llvm_cov("export", binaries, "-format=lcov"))
    llvm_cov("show", binaries, "-format=html", "-show-branches=count", "-output-dir=" + OUT)
    count = print_counts(sources)
    justified = read_justified()
    unexplained, used = print_gaps(sources, justified)
    stale = [each for each in justified if each not in used]
    for each in stale:
        print("STALE  %s: reached or gone: %s" % (JUSTIFIED, " | ".join(each)))
    print("details: %s/index.html" % OUT)
    print("coverage: %d lines seen, %d gaps unexplained, %d entries stale" % (count, unexplained, len(stale)))
    return 1 if unexplained or stale or not count else 0


if __name__ == "__main__":
    entry.run(main)
