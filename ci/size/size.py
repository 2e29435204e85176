# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Code, data and worst-case stack of the library, per function and shape, and the difference to a revision.

The shapes are those of ci/shapes/shapes.txt, each lean and checked, as a product ships them: plain accesses,
freestanding, and without -flto, which leaves no functions to measure. Code is what goes to flash: .text and
.rodata. The worst case of a function's stack is its own frame and its deepest callee's worst case, by the
relocations that llvm-objdump shows; a tail call takes the place of the caller's frame. A function whose
address is taken counts as called; a jump through a register as a callback.

A frame is the larger of what two sources say: -fstack-usage leaves out what is pushed for arguments (GCC for
Arm; Clang for x86, with the return address), the tables for unwinding what is below a frame pointer. Neither
has the red zone of x86-64, the 128 bytes below the stack that a function that calls none may use.
"""

import argparse
import collections
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from ci.process import sanitizers
from ci.shapes import shapes_table

PACKAGES = "ci/setup/packages.txt"
FLAGS = ["-std=c11", "-w", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fstack-usage", "-g1"]
LISTING = ["-h", "-t", "-d", "-r", "--no-show-raw-insn"]
DROPPED = ("-flto", "-flto=auto", "-static")
BUILDS = {"lean": "-DPROCBUF_CHECKED=0", "checked": "-DPROCBUF_CHECKED=1"}
CODE = (".text", ".rodata", ".srodata")
DATA = (".data", ".sdata", ".bss", ".sbss", ".got2")
# What a section is of follows one of these; the longest first.
PREFIX = re.compile(r"^\.(text\.unlikely|text|s?rodata|data\.rel\.ro\.local|data\.rel\.ro|s?data|s?bss)\.")
NAMELESS = re.compile(r"^(str|cst)\d")

FILE = re.compile(r"^(?:.*/)?([^/]+)\.o:\s+file format")
SECTION = re.compile(r"^\s*\d+ (\.\S+)\s+([0-9a-f]{8}) ")
UNDEFINED = re.compile(r"\*UND\*\s+[0-9a-f]+ (\S+)$")
FUNCTION = re.compile(r"^[0-9a-f]+ <([^.>][^>]*)>:$")
LINE = re.compile(r"^\s+[0-9a-f]+:\s+(\S.*)$")
RELOCATION = re.compile(r"^(R_\w+)\s+(\S+)")
# A call through a register, or a jump, in the words of each architecture.
INDIRECT = re.compile(r"(blx|bx)\w*\s+r\d+|(jalr|jr)\s+[^<]*|(notrack\s+)?(call|jmp)\w*\s+\*.*|bctrl?|blrl")
POPPED_JUMP = re.compile(r"bx\s+(r\d+)")
DIRECT_CALL = re.compile(r"(?:bl|blx|call[lq]?|jal)\s.*<([^>+]+)>")
JUMP = re.compile(r"(j[a-z]+|b|auipc\s+t\d,.*)(\s|$)")
# GCC's helper of position-independent code for 32-bit x86: once in a program, and not in the .su file.
THUNK = "__x86.get_pc_thunk"
SHARED = "(shared)"
ALIGNMENT = 16
UNWINDING = re.compile(r" FDE cie=\w+ pc=([0-9a-f]+)\.\.\.([0-9a-f]+)")
# As far as the frame is told by the stack pointer.
UNWOUND_FRAME = re.compile(r" CFA=(?:[ER]?SP|X2|R1)\+(\d+)")

Configuration = collections.namedtuple("Configuration", "name platform compiler flags names")
Row = collections.namedtuple("Row", "code data stack")
Base = collections.namedtuple("Base", "lib revision")
Built = collections.namedtuple("Built", "rows outside notes")


class SizeError(Exception):
    """Nothing to measure with, or nothing to measure."""


class Stack(collections.namedtuple("Stack", "size callback path")):
    """The worst case: bytes, None without a bound; whether a callback's come on top; the chain of calls."""

    def __str__(self):
        if self.size is None:
            return "recursive" if len(self.path) > 1 else "unbounded"
        return "%d%s" % (self.size, "+" if self.callback else "")


# ---- what is measured


def configurations(wanted):
    """What differs in more than access, build and what is dropped; each under the name of its first shape."""
    shapes = shapes_table.shapes()
    unknown = sorted(set(wanted) - {shape.name for shape in shapes})
    if unknown:
        known = " ".join(shape.name for shape in shapes)
        raise SizeError("no shape %s; there are: %s" % (" ".join(unknown), known))
    groups = {}
    for shape in shapes:
        flags = [flag for flag in shape.platform.flags + shape.flags if flag not in DROPPED]
        groups.setdefault((shape.platform, shape.compiler, tuple(flags)), []).append(shape.name)
    return [Configuration(names[0], *key, names) for key, names in groups.items()
            if not wanted or set(names) & set(wanted)]


def package(command):
    """The package of ci/setup/packages.txt whose proof uses the command; LLVM's tools are one package."""
    name = re.sub(r"-\d+$", "", command)
    wanted = "llvm" if name.startswith("llvm-") else name
    with open(PACKAGES, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip().replace("-@N@", "") for cell in line.split("|")]
            if len(cells) == 4 and wanted in [cells[1]] + cells[2].split():
                return "package " + cells[1]
    return "%s names no package for it" % PACKAGES


def tool(command):
    if not shutil.which(command):
        raise SizeError("%s is missing (%s)" % (command, package(command)))
    return command


def llvm(name):
    command = sanitizers.llvm_tool(name)
    return tool(name if command == "clang-not-found" else command)


def compiler(configuration):
    if configuration.compiler == "gcc":
        return [tool(configuration.platform.gcc)]
    return [llvm("clang"), "--target=" + configuration.platform.target]


def output(command, folder=None):
    """What the command prints, and in `folder` what it writes."""
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            errors="replace", check=False)
    if result.returncode != 0:
        raise SizeError("%s: status %d\n%s" % (" ".join(command), result.returncode, result.stderr[-4000:]))
    return result.stdout


def compile_library(configuration, build, lib, folder):
    """Objects and .su files of all sources, in the folder; the names of the objects."""
    lib = os.path.abspath(lib)
    sources = sorted(glob.glob(lib + "/src/*.c"))
    if not sources:
        raise SizeError("nothing to measure: no source in %s/src" % lib)
    command = compiler(configuration) + FLAGS + list(configuration.flags) + [BUILDS[build]]
    command += ["-I%s/include" % lib, "-I%s/port/%s" % (lib, configuration.platform.port)]
    output(command + ["-c"] + sources, folder)
    return [os.path.basename(source)[:-2] + ".o" for source in sources]


# ---- frames


def frames_said(stem, folder):
    """Frame of each function by the .su file; None for one without a bound."""
    path = os.path.join(folder, stem + ".su")
    if not os.path.exists(path):
        return {}  # so does Clang where there is no function
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return {place.split(":")[-1]: None if kind == "dynamic" else int(size) for place, size, kind in lines}


def frames_unwound(listing):
    """By source, (length, frame) of each function in order; the listing is llvm-dwarfdump's."""
    found = {}
    for line in listing.splitlines():
        file, entry, frame = FILE.search(line), UNWINDING.search(line), UNWOUND_FRAME.search(line)
        if file:
            entries = found.setdefault(file.group(1), [])
        elif entry:
            entries.append((int(entry.group(2), 16) - int(entry.group(1), 16), 0))
        elif frame and entries:
            entries[-1] = (entries[-1][0], max(entries[-1][1], int(frame.group(1))))
    return found


def frame_of(name, said, unwound):
    """A copy made by the compiler is name.isra.0 in the object, name.isra in the .su file."""
    for known in (name, re.sub(r"\.\d+$", "", name)):
        if known in said:
            return None if said[known] is None else max(said[known], unwound)
    if name.startswith(THUNK):
        return unwound
    raise SizeError("no frame is known of %s" % name)


def frames(objects, unwound, folder):
    """The frame of each function, by (source, function)."""
    found = {}
    for source, functions in objects.functions.items():
        said = frames_said(source, folder)
        entries = unwound.get(source, [])
        # Each function has a section and an entry, in the same order if the lengths are alike.
        fits = [length <= size < length + ALIGNMENT for (_, size), (length, _) in zip(functions, entries)]
        if len(functions) != len(entries) or not all(fits):
            raise SizeError("%s.c: the tables for unwinding are not of its functions" % source)
        for (key, _), (_, frame) in zip(functions, entries):
            # Again for a function's cold part.
            known = [found[key]] if key in found else []
            sizes = known + [frame_of(key[1], said, frame)]
            found[key] = None if None in sizes else max(sizes)
    return found


# ---- objects


def is_callback(line, before):
    """Whether the instruction leaves through a register; in Thumb-1 a return can be pop {r3}, bx r3."""
    line = re.split(r"\s+[@#]", line)[0].strip()
    jump = POPPED_JUMP.fullmatch(line)
    if jump and any(re.match(r"pop\s.*\b%s\b" % jump.group(1), earlier) for earlier in before):
        return False
    return INDIRECT.fullmatch(line) is not None


def is_tail(kind, instruction):
    """Whether the instruction, with a relocation of that kind in it, leaves the function for good."""
    if kind.startswith("R_ARM"):
        return "JUMP" in kind
    return JUMP.match(instruction) is not None


def bare(target):
    """The function that a relocation's target is or is in."""
    target = re.sub(r"[+-]0x[0-9a-f]+$", "", target)
    return re.sub(r"\.cold(\.\d+)?$", "", PREFIX.sub("", target))


class Objects:
    """What llvm-objdump shows of all objects: code and data, and calls, by (source, name)."""

    def __init__(self, listing):
        self.sizes = {}
        self.functions = {}  # source -> (key, length) of each, in order
        self.calls = {}
        self.callbacks = set()
        self.undefined = set()
        self.source = self.function = None
        self.recent = []
        for line in listing.splitlines():
            self.take(line)

    def take(self, line):
        for pattern, action in ((FILE, self.take_file), (SECTION, self.take_section),
                                (UNDEFINED, self.take_undefined), (FUNCTION, self.take_function),
                                (LINE, self.take_line)):
            found = pattern.search(line)
            if found:
                action(*found.groups())
                return

    def key(self, name):
        return (SHARED if name.startswith(THUNK) else self.source, name)

    def take_file(self, source):
        self.source = source
        self.functions[source] = []

    def take_section(self, name, size):
        kind = 0 if name.startswith(CODE) else 1 if name.startswith(DATA) else None
        if kind is None or int(size, 16) == 0:
            return
        label = bare(name)
        key = self.key("(constants)" if NAMELESS.match(label) or ".str" in label else label)
        if name.startswith(".text"):
            self.functions[self.source].append((key, int(size, 16)))
        sizes = self.sizes.setdefault(key, [0, 0])
        if key[0] == SHARED:
            sizes[kind] = 0
        sizes[kind] += int(size, 16)

    def take_undefined(self, name):
        self.undefined.add(name)

    def take_function(self, name):
        self.function = self.key(bare(name))
        self.calls.setdefault(self.function, set())
        self.recent = []

    def take_line(self, text):
        relocation = RELOCATION.match(text)
        if relocation:
            self.take_relocation(*relocation.groups())
            return
        call = DIRECT_CALL.match(text)
        if call and call.group(1) == self.function[1]:
            self.calls[self.function].add((self.function[1], False))
        if is_callback(text, self.recent):
            self.callbacks.add(self.function)
        self.recent = self.recent[-3:] + [text]

    def take_relocation(self, kind, target):
        target = bare(target)
        tail = is_tail(kind, self.recent[-1])
        # Between a function and its cold part, and back.
        if not (tail and target == self.function[1]):
            self.calls[self.function].add((target, tail))


class Graph:
    """Who calls whom in the library, and how deep that goes."""

    def __init__(self, objects, frames):
        self.frames = frames
        self.callbacks = objects.callbacks
        everywhere = {key[1]: key for key in frames}
        self.calls = {}
        for key, calls in objects.calls.items():
            # The source's own first: names of static functions are not unique.
            found = [((key[0], name) if (key[0], name) in frames else everywhere.get(name), tail)
                     for name, tail in calls]
            self.calls[key] = sorted(call for call in found if call[0])
        self.known = {}
        self.open = []

    def worst(self, function):
        if function in self.open:
            return Stack(None, False, tuple(self.open[self.open.index(function):]) + (function,))
        if function not in self.known:
            self.open.append(function)
            self.known[function] = self.add_up(function)
            self.open.pop()
        return self.known[function]

    def add_up(self, function):
        frame = self.frames[function]
        if frame is None:
            return Stack(None, False, (function,))
        cases = [Stack(frame, function in self.callbacks, (function,))]
        for callee, tail in self.calls[function]:
            below = self.worst(callee)
            if below.size is None:
                return below
            cases.append(Stack((0 if tail else frame) + below.size, below.callback, (function,) + below.path))
        return max(cases, key=lambda case: case.size)._replace(callback=any(case.callback for case in cases))


def deepest(stacks):
    """The one without a bound, or the largest; with a callback if any has one."""
    stacks = [stack for stack in stacks if stack]
    if not stacks:
        return None
    worst = max(stacks, key=lambda stack: float("inf") if stack.size is None else stack.size)
    return worst._replace(callback=any(stack.callback for stack in stacks))


def path_text(stack):
    return " > ".join(name for _, name in stack.path)


def combine(rows):
    code, data, stacks = zip(*rows)
    return Row(sum(code), sum(data), deepest(stacks))


def measure(configuration, build, lib):
    """The rows by (source, function), the functions from outside, and what there is to say of the stack."""
    with tempfile.TemporaryDirectory() as folder:
        binaries = compile_library(configuration, build, lib, folder)
        objects = Objects(output([llvm("llvm-objdump")] + LISTING + binaries, folder))
        unwound = frames_unwound(output([llvm("llvm-dwarfdump"), "--eh-frame"] + binaries, folder))
        graph = Graph(objects, frames(objects, unwound, folder))
    stacks = {key: graph.worst(key) for key in objects.calls}
    if not stacks:
        raise SizeError("nothing to measure: no function in any source")
    rows = {key: Row(*objects.sizes.get(key, (0, 0)), stacks.get(key)) for key in {**objects.sizes, **stacks}}
    outside = objects.undefined - {name for _, name in rows} - {"_GLOBAL_OFFSET_TABLE_"}
    endless = {endless_text(stack) for stack in stacks.values() if stack.size is None}
    return Built(rows, outside, sorted(endless))


def endless_text(stack):
    return "%s: %s" % ("recursion" if len(stack.path) > 1 else "a frame without a bound", path_text(stack))


# ---- the revision to compare with


def git(*arguments):
    """What git prints, nothing where it fails or is missing; and the first line of what it says of that."""
    try:
        result = subprocess.run(("git",) + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except OSError as problem:
        return b"", str(problem)
    problem = result.stderr.decode("utf-8", "replace").partition("\n")[0]
    return (b"", problem) if result.returncode != 0 else (result.stdout, "")


def commit(revision):
    """The short name of a commit, nothing if there is none."""
    command = ("rev-parse", "--verify", "--quiet", "--short", "--end-of-options", revision + "^{commit}")
    return git(*command)[0].decode().strip()


def last_commit():
    """Its short name, nothing if there is none; and why there is none."""
    tracked, problem = git("ls-files", "lib/src")
    if not tracked:
        return "", "git knows no lib/ here" + (problem and ": " + problem)
    return commit("HEAD"), "there is no commit yet"


def named(revision):
    """The short name of the commit that was asked for."""
    last, why = last_commit()
    if not last:
        raise SizeError("BASE=%s: %s" % (revision, why))
    if not commit(revision):
        shallow = git("rev-parse", "--is-shallow-repository")[0] == b"true\n"
        raise SizeError("BASE=%s is no revision of this repository%s" % (
            revision, ", which is shallow: git fetch --unshallow" if shallow else ""))
    return commit(revision)


def base(revision, folder):
    """The library of a revision, or of the last commit, unpacked in the folder; where there is none, None and why."""
    short, why = (named(revision), "") if revision else last_commit()
    if not short:
        return None, why
    archive, _ = git("archive", "--format=tar", short, "lib")
    if not archive:
        raise SizeError("BASE=%s: there is no lib/ in %s" % (revision or "HEAD", short))
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return Base(os.path.join(folder, "lib"), short), ""


def contents(lib):
    """All that can have a part in what is compiled."""
    found = {}
    for room in ("src", "include", "port"):
        for path in glob.glob("%s/%s/**" % (lib, room), recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, lib)] = file.read()
    return found


def measure_all(chosen, compared, jobs):
    """Built by (configuration, build, of the base?); measured once if the base has the same library."""
    libs = {False: "lib"}
    if compared and contents(compared.lib) != contents("lib"):
        libs[True] = compared.lib
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {(configuration.name, build, of_base): pool.submit(measure, configuration, build, lib)
                   for configuration in chosen for build in BUILDS for of_base, lib in libs.items()}
        found = {}
        for key, future in running.items():
            try:
                found[key] = future.result()
            except SizeError as problem:
                pool.shutdown(cancel_futures=True)
                where = "%s of %s" % (key[0], compared.revision) if key[2] else key[0]
                raise SizeError("%s, %s: %s" % (where, key[1], problem)) from problem
    for name, build, _ in list(found):
        found.setdefault((name, build, True), found[name, build, False])
    return found


# ---- tables


def amount(value):
    """As a number, 0 where there is nothing; None without a bound."""
    return value.size if isinstance(value, Stack) else value or 0


def text(value):
    return "-" if value is None else str(value)


def difference(now, before):
    new, old = amount(now), amount(before)
    if None in (new, old):
        return "" if new == old else "was " + text(before)
    return "%+d" % (new - old) if new != old else ""


class Line:
    """A label and, of each column, the number and its difference."""

    def __init__(self, label, rows):
        """rows: Row or None, by (build, of_base)."""
        self.label = label
        self.cells = []
        for field in range(len(Row._fields)):
            for build in BUILDS:
                now, before = [row[field] if row else None for row in (rows[build, False], rows[build, True])]
                self.cells.append((text(now), difference(now, before)))

    def differs(self):
        return any(difference for _, difference in self.cells)

    def show(self, label_width, difference_width):
        cells = "".join("%10s%-*s" % (number, difference_width, change and " " + change)
                        for number, change in self.cells)
        print(("%-*s%s" % (label_width, self.label, cells)).rstrip())


def show_table(title, lines):
    label_width = max(len(line.label) for line in lines)
    difference_width = max(len(change) for line in lines for _, change in line.cells)
    difference_width += 1 if difference_width else 0
    over = "".join("%*s" % (20 + 2 * difference_width, name) for name in ("code ", "data ", "stack "))
    print("%-*s%s" % (label_width, title, over.rstrip()))
    heads = "".join("%10s%*s" % (build, difference_width, "") for build in list(BUILDS) * len(Row._fields))
    print(("%*s%s" % (label_width, "", heads)).rstrip())
    for line in lines:
        line.show(label_width, difference_width)


def lines_of(builts):
    """A line for each source and each function in it. builts: Built by (build, of_base)."""
    keys = sorted(set().union(*(built.rows for built in builts.values())))
    lines = []
    for source in sorted({source for source, _ in keys}):
        of_source = {which: [row for key, row in built.rows.items() if key[0] == source]
                     for which, built in builts.items()}
        lines.append(Line(source if source == SHARED else source + ".c",
                          {which: combine(rows) if rows else None for which, rows in of_source.items()}))
        lines += [Line("  " + key[1], {which: built.rows.get(key) for which, built in builts.items()})
                  for key in keys if key[0] == source]
    return lines


def total_line(label, builts):
    return Line(label, {which: combine(built.rows.values()) for which, built in builts.items()})


def show_shape(configuration, builts, total):
    platform = configuration.platform
    command = platform.gcc if configuration.compiler == "gcc" else "clang --target=" + platform.target
    print("%s: %s %s" % (configuration.name, command, " ".join(configuration.flags)))
    if configuration.names[1:]:
        print("also %s" % ", ".join(configuration.names[1:]))
    print()
    show_table("bytes", lines_of(builts) + [total])
    for build in BUILDS:
        built = builts[build, False]
        print("deepest, %s: %s" % (build, path_text(deepest(row.stack for row in built.rows.values()))))
        for note in built.notes:
            print("%s, %s" % (build, note))
    print()


LEGEND = """\
code: .text and .rodata; data: .data and .bss; stack: the deepest chain of calls, from a function or from any
+: and what a callback takes that the kernel has given: an enter's, a stream's source, the protect hook
not the library's, counted as 0: %s
procbuf_panic is the library's own, for a product without one"""


def change_text(line):
    """The changes of a line of totals, in words."""
    changes = [change or "0" for _, change in line.cells]
    if not line.differs():
        return "the same in all, but not each function"
    return "; ".join("%s %s lean, %s checked" % (field, changes[2 * at], changes[2 * at + 1])
                     for at, field in enumerate(Row._fields))


def show_changes(compared, changed):
    """changed: for each configuration the line of totals, and whether any function differs."""
    if not any(differs for _, differs in changed):
        print("no difference to %s" % compared.revision)
        return
    for line, differs in changed:
        print("%s since %s: %s" % (line.label, compared.revision,
                                   change_text(line) if differs else "no difference"))


def report(chosen, found, compared, why):
    totals = []
    changed = []
    for configuration in chosen:
        builts = {key[1:]: built for key, built in found.items() if key[0] == configuration.name}
        show_shape(configuration, builts, total_line("all", builts))
        totals.append(total_line(configuration.name, builts))
        changed.append((totals[-1], any(line.differs() for line in lines_of(builts))))
    show_table("totals", totals)
    print()
    print(LEGEND % " ".join(sorted(set().union(*(built.outside for built in found.values())))))
    if compared:
        show_changes(compared, changed)
    else:
        print("no difference is shown: " + why)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shape", default="", help="shapes of ci/shapes/shapes.txt, comma between them (all)")
    parser.add_argument("--base", default="", help="the revision to compare with (the last commit)")
    options = parser.parse_args()
    try:
        chosen = configurations([name for name in options.shape.split(",") if name])
        for configuration in chosen:
            compiler(configuration)
        with tempfile.TemporaryDirectory() as folder:
            compared, why = base(options.base, folder)
            report(chosen, measure_all(chosen, compared, options.jobs), compared, why)
    except (SizeError, shapes_table.TableError) as problem:
        sys.exit("size: %s" % problem)


if __name__ == "__main__":
    main()
