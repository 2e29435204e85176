# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Code, data and worst-case stack of the library, per function and shape, and the difference to a revision.

The shapes are those of ci/shapes/shapes.txt, each lean and checked, as a product ships them: plain accesses,
freestanding, and without -flto, which leaves no functions to measure. Code is what goes to flash: .text and
.rodata. What the figures of the stack mean is in ci/size/stack.py.
"""

import argparse
import concurrent.futures
import os
import subprocess
import tempfile

from ci.process import entry
from ci.size import measure
from ci.size import stack
from ci.size.measure import BUILDS, Row, SizeError

LEGEND = """\
code: .text and .rodata; data: .data and .bss; stack: the deepest chain of calls, from a function or from any
+: and what a callback takes that the kernel has given: an enter's, a stream's source, the protect hook
not the library's, counted as 0: %s"""


# ---- the revision to compare with


def git(*arguments):
    """What git prints, nothing where it fails or is missing; and the first line of what it says of that."""
    try:
        result = subprocess.run(("git",) + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except OSError as problem:
        return b"", str(problem)
    problem = result.stderr.decode("utf-8", "replace").partition("\n")[0]
    return (b"", problem) if result.returncode != 0 else (result.stdout, "")


def unpack_base(revision, folder):
    """Unpacks lib/ of a revision, or of the last commit, in the folder. Its short name, nothing if there is none; and why."""
    archive, why = git("archive", "--format=tar", revision or "HEAD", "lib")
    if archive:
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        return git("rev-parse", "--short", revision or "HEAD")[0].decode().strip(), ""
    if revision:
        raise SizeError("BASE=%s: %s (what a shallow clone lacks, git fetch --unshallow brings)" % (revision, why))
    return "", why


def measure_all(chosen, base, base_lib, jobs):
    """Built by (configuration, build, of the base?); measured once if the base has the same library."""
    libs = {False: "lib"}
    if base and subprocess.run(["diff", "-rq", "lib", base_lib], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        libs[True] = base_lib
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {(configuration.name, build, of_base): pool.submit(measure.measure, configuration, build, lib)
                   for configuration in chosen for build in BUILDS for of_base, lib in libs.items()}
        found = {}
        for key, future in running.items():
            try:
                found[key] = future.result()
            except (SizeError, stack.StackError) as problem:
                pool.shutdown(cancel_futures=True)
                where = "%s of %s" % (key[0], base) if key[2] else key[0]
                raise SizeError("%s, %s: %s" % (where, key[1], problem)) from problem
    for name, build, _ in list(found):
        found.setdefault((name, build, True), found[name, build, False])
    return found


# ---- tables


def difference(now, before):
    """Between two numbers or stacks, None where there is none; a stack can be without a bound."""
    new, old = (value.size if isinstance(value, stack.Stack) else value or 0 for value in (now, before))
    if None in (new, old):
        return "" if new == old else "was " + ("-" if before is None else str(before))
    return "%+d" % (new - old) if new != old else ""


class Line:
    """A label and, of each column, the number and its difference."""

    def __init__(self, label, rows):
        """rows: a list of Row, summed up, by (build, of_base)."""
        self.label = label
        self.cells = []
        for field in Row._fields:
            for build in BUILDS:
                now, before = (total(field, rows[build, of_base]) for of_base in (False, True))
                self.cells.append(("-" if now is None else str(now), difference(now, before)))

    def changes(self):
        return [change for _, change in self.cells if change]

    def change_text(self):
        """The changes of a line of totals, in words."""
        words = [change or "0" for _, change in self.cells]
        return "; ".join("%s %s lean, %s checked" % (field, *words[2 * at:2 * at + 2]) for at, field in enumerate(Row._fields))


def total(field, rows):
    values = [getattr(row, field) for row in rows]
    return stack.deepest(values) if field == "stack" else sum(values) if values else None


def show_table(title, lines):
    label_width = max(len(line.label) for line in lines)
    width = max((1 + len(change) for line in lines for change in line.changes()), default=-1) + 1
    print("%-*s%s" % (label_width, title, "".join("%*s" % (20 + 2 * width, name + " ") for name in Row._fields).rstrip()))
    print(" " * label_width + "".join("%10s%*s" % (build, width, "") for build in list(BUILDS) * len(Row._fields)).rstrip())
    for line in lines:
        cells = "".join("%10s%-*s" % (number, width, change and " " + change) for number, change in line.cells)
        print(("%-*s%s" % (label_width, line.label, cells)).rstrip())


def lines_of(builts):
    """A line for each source and each function in it. builts: Built by (build, of_base)."""
    keys = sorted(set().union(*(built.rows for built in builts.values())))
    lines = []
    for source in sorted({source for source, _ in keys}):
        of_source = [key for key in keys if key[0] == source]
        for label, chosen in [(source if source == measure.SHARED else source + ".c", of_source)] + [
                ("  " + key[1], [key]) for key in of_source]:
            lines.append(Line(label, {which: [built.rows[key] for key in chosen if key in built.rows]
                                      for which, built in builts.items()}))
    return lines


def total_line(label, builts):
    return Line(label, {which: list(built.rows.values()) for which, built in builts.items()})


def show_shape(configuration, builts, lines):
    platform = configuration.platform
    command = platform.gcc if configuration.compiler == "gcc" else "clang --target=" + platform.target
    print("%s: %s %s" % (configuration.name, command, " ".join(configuration.flags)))
    if configuration.names[1:]:
        print("also %s" % ", ".join(configuration.names[1:]))
    print()
    show_table("bytes", lines + [total_line("all", builts)])
    for build in BUILDS:
        stacks = [row.stack for row in builts[build, False].rows.values() if row.stack]
        print("deepest, %s: %s" % (build, stack.deepest(stacks).path_text()))
        for endless in sorted({one for one in stacks if one.size is None}):
            kind = "recursion" if len(endless.path) > 1 else "a frame without a bound"
            print("%s, %s: %s" % (build, kind, endless.path_text()))
    print()


def report(chosen, found, base, why):
    totals = []
    notes = []
    for configuration in chosen:
        builts = {key[1:]: built for key, built in found.items() if key[0] == configuration.name}
        lines = lines_of(builts)
        show_shape(configuration, builts, lines)
        line = total_line(configuration.name, builts)
        totals.append(line)
        if any(line.changes() for line in lines):
            change = line.change_text() if line.changes() else "the same in all, but not each function"
            notes.append("%s since %s: %s" % (configuration.name, base, change))
    show_table("totals", totals)
    print()
    print(LEGEND % " ".join(sorted(set().union(*(built.outside for built in found.values())))))
    print("\n".join(notes) if notes else "no difference to " + base if base else "no difference is shown: " + why)


def main():
    parser = argparse.ArgumentParser(prog="size", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shape", default="", help="shapes of ci/shapes/shapes.txt, comma between them (all)")
    parser.add_argument("--base", default="", help="the revision to compare with (the last commit)")
    options = parser.parse_args()
    chosen = measure.configurations([name for name in options.shape.split(",") if name])
    for configuration in chosen:
        measure.compiler(configuration)
    with tempfile.TemporaryDirectory() as folder:
        base, why = unpack_base(options.base, folder)
        report(chosen, measure_all(chosen, base, os.path.join(folder, "lib"), options.jobs), base, why)
    return 0


if __name__ == "__main__":
    entry.run(main)
