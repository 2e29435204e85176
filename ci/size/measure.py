# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Compiles the library in one shape and measures it: code and data by llvm-size, stack by ci/size/stack.py."""

import collections
import glob
import os
import re
import subprocess
import tempfile

from ci.lint import lint
from ci.process import entry
from ci.shapes import shapes_table
from ci.size import stack

# -g1 makes the directives for unwinding on every target.
FLAGS = ["-std=c11", "-w", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fstack-usage", "-g1"]
DROPPED = ("-flto", "-flto=auto", "-static")
BUILDS = {"lean": "-DPROCBUF_CHECKED=0", "checked": "-DPROCBUF_CHECKED=1"}
CODE = (".text", ".rodata", ".srodata")
DATA = (".data", ".sdata", ".bss", ".sbss", ".got2")
SECTION = re.compile(r"(\.\S+)\s+(\d+)\s")
# What a section is of follows one of these; the longest first.
PREFIX = re.compile(r"^\.(text\.unlikely|text|s?rodata|data\.rel\.ro\.local|data\.rel\.ro|s?data|s?bss)\.")
NAMELESS = re.compile(r"^(str|cst)\d|\.str")
SHARED = "(shared)"

Configuration = collections.namedtuple("Configuration", "name platform compiler flags names")
Row = collections.namedtuple("Row", "code data stack")
Built = collections.namedtuple("Built", "rows outside")


class SizeError(entry.CannotRun):
    """Nothing to measure with, or nothing to measure."""


def configurations(wanted):
    """What differs in more than access, build and what is dropped; each under the name of its first shape."""
    shapes = shapes_table.shapes()
    unknown = sorted(set(wanted) - {shape.name for shape in shapes})
    if unknown:
        raise entry.Usage("no shape %s; there are: %s" % (" ".join(unknown), " ".join(shape.name for shape in shapes)))
    groups = {}
    for shape in shapes:
        flags = [flag for flag in shape.platform.flags + shape.flags if flag not in DROPPED]
        groups.setdefault((shape.platform, shape.compiler, tuple(flags)), []).append(shape.name)
    return [Configuration(names[0], *key, names) for key, names in groups.items()
            if not wanted or set(names) & set(wanted)]


def compiler(configuration):
    if configuration.compiler == "gcc":
        return [lint.tool(configuration.platform.gcc)]
    return [lint.llvm("clang"), "--target=" + configuration.platform.target]


def output(command, folder):
    """What the command prints, and in `folder` what it writes."""
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            errors="replace", check=False)
    if result.returncode != 0:
        raise SizeError("%s: status %d\n%s" % (" ".join(command), result.returncode, result.stderr[-4000:]))
    return result.stdout


def compile_library(configuration, build, lib, folder):
    """Each source's assembly, object and .su file, in the folder."""
    lib = os.path.abspath(lib)
    sources = sorted(glob.glob(lib + "/src/*.c"))
    if not sources:
        raise SizeError("nothing to measure: no source in %s/src" % lib)
    command = compiler(configuration) + FLAGS + list(configuration.flags) + [BUILDS[build]]
    command += ["-I%s/include" % lib, "-I%s/port/%s" % (lib, configuration.platform.port)]
    output(command + ["-S"] + sources, folder)
    output(command + ["-c"] + sorted(glob.glob(folder + "/*.s")), folder)


def key_of(source, name):
    return (SHARED if name.startswith(stack.THUNK) else source, name)


def sizes(listing):
    """[code, data] by (source, name), from what llvm-size prints."""
    found = {}
    source = None
    for line in listing.splitlines():
        section = SECTION.match(line)
        if line.endswith(".o  :"):
            source = line[:-len(".o  :")]
        elif section and section.group(1).startswith(CODE + DATA) and section.group(2) != "0":
            name = stack.own_name(PREFIX.sub("", section.group(1)))
            key = key_of(source, "(constants)" if NAMELESS.search(name) else name)
            known = found.setdefault(key, [0, 0])
            kind = 0 if section.group(1).startswith(CODE) else 1
            known[kind] = int(section.group(2)) + (0 if key[0] == SHARED else known[kind])
    return found


def functions(target, folder):
    """What the assembly says of each function, with its frame, by (source, name)."""
    found = {}
    for path in sorted(glob.glob(folder + "/*.s")):
        source = os.path.basename(path)[:-2]
        with open(path, encoding="utf-8") as file:
            of_source = stack.Assembly(file.read(), target).functions
        said = {}
        if of_source:  # Clang writes no .su file where there is none
            with open(path[:-2] + ".su", encoding="utf-8") as file:
                said = stack.frames_said(file)
        for name, function in of_source.items():
            function.frame = stack.larger_frame(name, function.frame, said)
            found[key_of(source, name)] = function
    if not found:
        raise SizeError("nothing to measure: no function in any source")
    return found


def measure(configuration, build, lib):
    """The rows by (source, name), and what is called that is not the library's."""
    with tempfile.TemporaryDirectory() as folder:
        compile_library(configuration, build, lib, folder)
        objects = sorted(os.path.basename(path) for path in glob.glob(folder + "/*.o"))
        amounts = sizes(output([lint.llvm("llvm-size"), "-A"] + objects, folder))
        undefined = output([lint.llvm("llvm-nm"), "-u", "-j"] + objects, folder).split()
        graph = stack.Graph(functions(configuration.platform.target, folder))
    stacks = {key: graph.worst(key) for key in graph.functions}
    rows = {key: Row(*amounts.get(key, (0, 0)), stacks.get(key)) for key in {**amounts, **stacks}}
    own = {name for _, name in rows} | {"_GLOBAL_OFFSET_TABLE_"}
    return Built(rows, {stack.own_name(name) for name in undefined if not name.endswith(":")} - own)
