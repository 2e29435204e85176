# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The barrier in the code of every platform (ci/shapes/platforms.txt), compiler and optimisation level: the half of ci/litmus/litmus.py that runs nothing.

lib/litmus/order.c is compiled with the platform's port and with none, and the order of its accesses is read from the assembly. Without the
barrier an access moves, or STAYS says why not; with it all stay in place, with the machine's instruction between them.
"""

import glob
import os
import re
import shutil
import threading

from ci.lint import lint
from ci.process import entry
from ci.process import run
from ci.shapes import shapes_table

LIMIT_SECONDS = 120
LTO = "-O2 -flto"
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os", LTO)
# What the litmus calls.
SOURCES = ("litmus/order.c", "src/barrier.c", "src/slice.c")
# All addresses in the code itself: less to read.
FLAGS = ["-std=c11", "-ffreestanding", "-fno-pic", "-DPROCBUF_CHECKED=0", '-DPROCBUF_ACCESS_HEADER="litmus/plain_access.h"']

# Every access before it is ordered against every access after it, for all that see the memory.
ARM = re.compile(r"(dmb|dsb)\s+sy")
# Devices too, which rw alone leaves out: a register that starts a bus master is one.
RISCV = re.compile(r"fence(\s+iorw,\s*iorw)?")
# The host's other cores share memory alone.
RISCV_MEMORY = re.compile(r"fence(\s+(io)?rw,\s*(io)?rw)?")
X86 = re.compile(r"mfence|lock\s+or[bwlq]\s+\$0,.*\(%[re]sp\)")
FENCES = {"armv6m": ARM, "armv7m": ARM, "armv8m": ARM, "riscv": RISCV}
# The host's port is a sequentially consistent fence, and not just one for the compiler: these machines let a load pass an earlier store,
# and the neighbours of a host are other cores.
HOST_FENCES = {
    "x86_64": X86,
    "i386": X86,
    "aarch64": re.compile(r"(dmb|dsb)\s+(ish|sy)"),
    "riscv64": RISCV_MEMORY,
    "powerpc": re.compile(r"(hw)?sync(\s+0)?"),
}


class Broken(entry.CannotRun):
    """Something could not be built or read."""


def execute(command):
    return run.run(command, LIMIT_SECONDS)


def build(command):
    result = execute(command)
    if result.status != 0:
        raise Broken("could not build: %s\n%s" % (" ".join(command), result.output))


def fence_of(port, machine):
    """The instruction that a port promises; the machine counts for the host's port alone."""
    if port != "host":
        return FENCES[port]
    if machine not in HOST_FENCES:
        raise Broken("the host is a %s, whose fence HOST_FENCES in ci/litmus/order.py does not know" % machine)
    return HOST_FENCES[machine]


def fence(platform):
    return fence_of(platform.port, platform.target.split("-")[0])


# ---- what a switch is


class Switch:
    """A function of the litmus: the order of its accesses as in the source, and as a compiler likes it.

    S and L are the kernel's store and load, s and l userspace's, F the instruction.
    """

    def __init__(self, name, stays, moves):
        self.name = name
        self.function = "order_" + name.replace("-", "_")
        self.stays = stays
        self.moves = moves

    @property
    def holds(self):
        """With the instruction where the switch is: to-user before userspace's load, from-user behind its store."""
        return self.stays.replace("l", "Fl").replace("s", "sF")


SWITCHES = (Switch("to-user", "SlS", "lS"), Switch("from-user", "LsL", "Ls"))

# Where nothing moves though no barrier forbids it: compilers, levels and switches as patterns, and why. A row that stays must be in here,
# and one that is in here must stay.
STAYS = (
    ("gcc|clang", "-O0", "to-user|from-user", "-O0 translates each statement by itself, so every access is where the source has it"),
)


def reason(compiler, level, switch):
    """The number of the reason why nothing moves, from 1; or nothing."""
    for number, (compilers, levels, switches, _) in enumerate(STAYS, 1):
        if all(re.fullmatch(pattern, value) for pattern, value in ((compilers, compiler), (levels, level), (switches, switch.name))):
            return number
    return None


# ---- building


def compile_unit(command, level, lib, folder):
    """All in one file, so that the compiler sees both sides of each call."""
    unit = folder + "/unit.c"
    with open(unit, "w", encoding="utf-8") as file:
        file.write("".join('#include "%s"\n' % name for name in SOURCES))
    build(command + [level, "-I" + lib, "-S", "-o", folder + "/unit.s", unit])
    return folder + "/unit.s"


def compile_lto(command, lib, folder, link):
    """By files, seen together when they are linked; the assembly that the linking makes."""
    objects = []
    for name in SOURCES:
        objects.append("%s/%s.o" % (folder, os.path.basename(name)))
        build(command + LTO.split() + ["-c", "-o", objects[-1], "%s/%s" % (lib, name)])
    build(link + objects)
    found = glob.glob(folder + "/linked*.s")
    if len(found) != 1:
        raise Broken("expected one file of assembly from %s, found %s" % (" ".join(link), found))
    return found[0]


def link_command(compiler, command, folder):
    """What makes LTO's code of objects, as assembly: GCC by a relocatable link, LLVM by the tool that runs no linker."""
    if compiler == "clang":
        keep = ["-exported-symbol=" + switch.function for switch in SWITCHES]
        return [lint.llvm("llvm-lto"), "-O2", "--filetype=asm", "-o", folder + "/linked.s"] + keep
    return command + LTO.split() + ["-flto-partition=one", "-r", "-flinker-output=nolto-rel", "-nostdlib", "-save-temps=obj", "-o",
                                    folder + "/linked"]


# ---- reading

FUNCTION = re.compile(r"^([A-Za-z_][\w.$]*):(.*?)^\s*\.size\s+\1\s*,", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s*(//|@|#(?!\d)).*")
CALL = re.compile(r"(?:call[lq]?|jmp[lq]?|tail|jal|j|bl|b(?:\.w)?)\s+([A-Za-z_][\w.$]*)")
STACK = re.compile(r"[\[(](sp|1|%[er]sp)\b")
# Of the machines that load and store by instructions for it alone: Arm, RISC-V, PowerPC.
ACCESSES = (
    ("S", re.compile(r"(strb(\.w)?|sb|stbu?x?) ")),
    ("L", re.compile(r"(ldrs?b(\.w)?|lbu?|lbzu?x?) ")),
    ("s", re.compile(r"(strh(\.w)?|sh|sthu?x?) ")),
    ("l", re.compile(r"(ldrs?h(\.w)?|lhu?|lh[az]u?x?) ")),
)
X86_MOVE = re.compile(r"mov[zs]?([bw])[wlq]? (.*), ?([^,()]*(?:\([^)]*\))?)$")
# At -O0 a byte may be a local variable as well, but there the access functions are called.
CALLED = {"procbuf_access_store8": "S", "procbuf_access_load8": "L"}


def code(text):
    """The instructions of each function in ELF assembly."""
    functions = {}
    for match in FUNCTION.finditer(text):
        lines = (" ".join(COMMENT.sub("", line).split()) for line in match.group(2).splitlines())
        functions[match.group(1)] = [line for line in lines if line and not line.startswith(".") and not line.endswith(":")]
    return functions


def instructions(functions, name):
    if name not in functions:
        raise Broken("no function %s in the assembly" % name)
    return functions[name]


def x86_access(line):
    match = X86_MOVE.match(line)
    # Arm has a movw too, but its registers bear no sign.
    if not match or "%" not in line and "$" not in line:
        return ""
    kind = "SL" if match.group(1) == "b" else "sl"
    if not match.group(3).startswith("%"):
        return kind[0]
    return "" if match.group(2)[0] in "%$" else kind[1]


def access(line):
    if STACK.search(line):
        return ""
    return next((kind for kind, pattern in ACCESSES if pattern.match(line)), x86_access(line))


def order(functions, name, instruction, level):
    """The accesses and instructions of a function, and of those that it calls, in the order of the code."""
    steps = ""
    for line in instructions(functions, name):
        call = CALL.fullmatch(line)
        if instruction.fullmatch(line):
            steps += "F"
        elif call and level == "-O0" and call.group(1) in CALLED:
            steps += CALLED[call.group(1)]
        elif call:
            steps += order(functions, call.group(1), instruction, level)
        elif level != "-O0" or access(line) in ("s", "l"):
            steps += access(line)
    return steps


# ---- judging


def spelled(steps):
    words = {"S": "kernel stores", "L": "kernel loads", "s": "userspace stores", "l": "userspace loads", "F": "instruction"}
    return ", ".join(words[step] for step in steps) or "nothing"


def judge_without(switch, steps, listed):
    """What the compiler did without the barrier, for the table, and what is wrong with it."""
    if steps not in (switch.stays, switch.moves):
        return "?", "without the barrier: expected %s or %s, found %s" % (spelled(switch.stays), spelled(switch.moves), spelled(steps))
    if steps == switch.moves:
        return "moves", "moves, but STAYS in ci/litmus/order.py says that it stays" if listed else None
    return "stays(%s)" % (listed or "?"), None if listed else "stays without a barrier, and STAYS in ci/litmus/order.py does not say why"


def judge_with(switch, steps):
    """The same of the code with the barrier."""
    if steps == switch.holds:
        return "holds", None
    return "FAILS", "X-BARRIER: expected %s; found %s" % (spelled(switch.holds), spelled(steps))


# ---- the table


class Order:
    """All that is compiled of one copy of lib/."""

    def __init__(self, lib, out):
        self.lib = lib
        self.out = out
        self.platforms = list(shapes_table.platforms().values())
        # Clang has every machine, a GCC only its own.
        self.tools = {"clang": lint.llvm("clang")}
        self.tools.update((platform.gcc, lint.tool(platform.gcc)) for platform in self.platforms)
        self.cells = {}
        self.lock = threading.Lock()

    def rows(self):
        return [(platform, compiler) for platform in self.platforms for compiler in ("gcc", "clang")]

    def checks(self):
        """By levels: a bug of one platform, planted, is found before the others are compiled at all levels."""
        for level in LEVELS:
            for platform, compiler in self.rows():
                yield ("order %s, %s %s" % (platform.name, compiler, level),
                       lambda p=platform, c=compiler, l=level: self.check(p, c, l))

    def check(self, platform, compiler, level):
        bare = self.functions(platform, compiler, level, self.lib + "/litmus/unfenced", "without")
        fenced = self.functions(platform, compiler, level, "%s/port/%s" % (self.lib, platform.port), "with")
        problems = ""
        for switch in SWITCHES:
            steps = [order(functions, switch.function, fence(platform), level) for functions in (bare, fenced)]
            listed = reason(compiler, level, switch)
            verdicts = [judge_without(switch, steps[0], listed), judge_with(switch, steps[1])]
            with self.lock:
                self.cells[platform.name, compiler, level, switch.name] = "/".join(word for word, _ in verdicts)
            problems += "".join("%s, %s %s, %s: %s\n" % (platform.name, compiler, level, switch.name, problem)
                                for _, problem in verdicts if problem)
        return problems

    def functions(self, platform, compiler, level, port, name):
        folder = os.path.join(self.out, "order", "-".join([platform.name, compiler, level.replace(" ", ""), name]))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        target = ["--target=" + platform.target] if compiler == "clang" else []
        tool = [self.tools["clang" if compiler == "clang" else platform.gcc]] + target + list(platform.flags)
        command = tool + FLAGS + ["-I" + path for path in (port, self.lib, self.lib + "/include")]
        if level == LTO:
            path = compile_lto(command, self.lib, folder, link_command(compiler, tool, folder))
        else:
            path = compile_unit(command, level, self.lib, folder)
        with open(path, encoding="utf-8") as file:
            return code(file.read())

    def lines(self):
        """Rows of a platform, a compiler and a switch, columns of levels; then the reasons and the compilers."""
        rows = [("platform", "compiler", "switch") + LEVELS]
        for platform, compiler in self.rows():
            for switch in SWITCHES:
                cells = [self.cells.get((platform.name, compiler, level, switch.name), "-") for level in LEVELS]
                rows.append((platform.name, compiler, switch.name) + tuple(cells))
        widths = [max(map(len, column)) for column in zip(*rows)]
        yield from ("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in rows)
        yield from ("stays(%d): %s" % (number, row[-1]) for number, row in enumerate(STAYS, 1))
        yield from self.compilers()

    def compilers(self):
        for name, command in self.tools.items():
            uses = [platform.name for platform, compiler in self.rows() if (platform.gcc if compiler == "gcc" else "clang") == name]
            yield "%s: %s, for %s" % (name, execute([command, "--version"]).output.splitlines()[0], " ".join(uses))
