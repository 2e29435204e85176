# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Worst-case stack of each function, from the assembly that the compiler writes and its report of frames.

The worst case is the function's own frame and its deepest callee's worst case; a tail call takes the place of the
caller's frame. A function whose address is taken counts as called, except on PowerPC, where the address comes out of
a table. A call or jump through a register is a callback.

A frame is the larger of what -fstack-usage says (it leaves out the return address with Clang for x86, what is
pushed for arguments there, and with GCC for Arm the part of an argument that is pushed out of registers) and of the
unwinding directives (they leave out what lies below a frame pointer). Neither has the red zone of x86-64, the 128
bytes below the stack that a function that calls none may use.
"""

import collections
import re

from ci.process import report

# What a call itself pushes, by the target's architecture.
RETURN_ADDRESS = {"x86_64": 8, "i386": 4}

COMMENT = re.compile(r"\s[@#](\s.*)?$")
FUNCTION = re.compile(r"\.type\s+([^,\s]+),\s*[@%]function")
CFA = re.compile(r"\.cfi_(def_cfa_offset|def_cfa|adjust_cfa_offset) (?:\w+, )?(-?\d+)$")
NAME = re.compile(r"(?<![\w.%$])[A-Za-z_][\w.$]*")
# The mnemonics of each architecture. A name after any other is an address that is taken.
CALL = re.compile(r"(call\w?|jal|bl(x|[a-z]{2})?) ")
JUMP = re.compile(r"(j|b|tail )")
INDIRECT = re.compile(r"(notrack )?(call|jmp)\w? \*.*|bl?x\w* (r\d+|ip)|(jalr|jr) (?!ra$)[a-z]\d+|bctrl?|blrl")
# GCC's helper of position-independent code for 32-bit x86: once in a program, and not in the .su file.
THUNK = "__x86.get_pc_thunk"


class StackError(Exception):
    """A function whose frame is not known."""


class Stack(collections.namedtuple("Stack", "size callback path")):
    """The worst case: bytes, None without a bound; whether a callback's come on top; the chain of calls."""

    def __str__(self):
        if self.size is None:
            return "recursive" if len(self.path) > 1 else "unbounded"
        return "%d%s" % (self.size, "+" if self.callback else "")

    def path_text(self):
        return " > ".join(name for _, name in self.path)


class Function:
    """What its instructions say."""

    def __init__(self):
        self.frame = 0
        self.calls = set()  # (name, whether a tail call)
        self.callback = False


def own_name(name):
    """The function that a cold part is of, by its name in the sources."""
    return report.plain_name(re.sub(r"\.cold(\.\d+)?$", "", name))


class Assembly:
    """The functions of one source, by name."""

    def __init__(self, text, target):
        self.functions = {}
        self.pushed = RETURN_ADDRESS.get(target.split("-")[0], 0)
        known = set(FUNCTION.findall(text))
        self.name = None
        self.popped = set()
        self.cfa = self.kept = self.pushed
        for line in text.splitlines():
            label = line.partition(":")[0]
            if label in known:
                self.name = own_name(label)
                self.functions.setdefault(self.name, Function())
            elif line[:1].isspace():
                self.take(" ".join(COMMENT.sub("", line).split()))

    def take(self, line):
        """A directive or an instruction, with single spaces."""
        if line.startswith(".cfi_"):
            self.take_unwinding(line)
        elif self.name and (not line.startswith(".") or line.startswith((".word", ".long"))):
            self.take_instruction(line, self.functions[self.name])
        if self.name:
            function = self.functions[self.name]
            function.frame = max(function.frame, self.cfa)

    def take_unwinding(self, line):
        found = CFA.match(line)
        if line == ".cfi_endproc":
            self.name = None
            self.cfa = self.pushed
        elif line == ".cfi_remember_state":
            self.kept = self.cfa
        elif line == ".cfi_restore_state":
            self.cfa = self.kept
        elif found:
            self.cfa = int(found.group(2)) + (self.cfa if found.group(1) == "adjust_cfa_offset" else 0)

    def take_instruction(self, line, function):
        tail = JUMP.match(line) is not None and not CALL.match(line)
        names = {own_name(name) for name in NAME.findall(line.partition(" ")[2])}
        function.calls |= {(name, tail) for name in names if not (tail and name == self.name)}
        # In Thumb-1 a return can be pop {r3}, bx r3.
        if line.startswith("pop "):
            self.popped = set(re.findall(r"r\d+", line))
        elif INDIRECT.fullmatch(line):
            function.callback |= line.split()[-1] not in self.popped
        elif not line.startswith("add sp"):
            self.popped = set()


def frames_said(lines):
    """Frame of each function by the lines of an .su file; None for one without a bound."""
    cells = [line.rstrip("\n").split("\t") for line in lines]
    return {own_name(place.split(":")[-1]): None if kind == "dynamic" else int(size) for place, size, kind in cells}


def larger_frame(name, unwound, said):
    """A copy made by the compiler is name.isra.0 in the assembly, name.isra in the .su file."""
    if name.startswith(THUNK):
        return unwound
    known = [said[key] for key in (name, re.sub(r"\.\d+$", "", name)) if key in said]
    if not known:
        raise StackError("no frame is known of %s" % name)
    return None if known[0] is None else max(known[0], unwound)


class Graph:
    """Who calls whom in the library, and how deep that goes. A function's key is (source, name)."""

    def __init__(self, functions):
        self.functions = functions
        self.everywhere = {key[1]: key for key in functions}
        self.known = {}
        self.open = []

    def callees(self, key):
        """The source's own first: names of static functions are not unique."""
        found = [((key[0], name) if (key[0], name) in self.functions else self.everywhere.get(name), tail)
                 for name, tail in self.functions[key].calls]
        return sorted(call for call in found if call[0])

    def worst(self, key):
        if key in self.open:
            return Stack(None, False, tuple(self.open[self.open.index(key):]) + (key,))
        if key not in self.known:
            self.open.append(key)
            self.known[key] = self.add_up(key)
            self.open.pop()
        return self.known[key]

    def add_up(self, key):
        function = self.functions[key]
        if function.frame is None:
            return Stack(None, False, (key,))
        cases = [Stack(function.frame, function.callback, (key,))]
        for callee, tail in self.callees(key):
            below = self.worst(callee)
            if below.size is None:
                return below
            cases.append(Stack((0 if tail else function.frame) + below.size, below.callback, (key,) + below.path))
        return deepest(cases)


def deepest(stacks):
    """The one without a bound, or the largest; with a callback if any has one."""
    stacks = [stack for stack in stacks if stack]
    if not stacks:
        return None
    worst = max(stacks, key=lambda stack: float("inf") if stack.size is None else stack.size)
    return worst._replace(callback=any(stack.callback for stack in stacks))
