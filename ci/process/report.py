# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Recognises what a failing run prints: a report of lockstep, a sanitizer's, an engine's. The one place that knows their words."""

import itertools
import re

LOCKSTEP = "== procbuf lockstep failure"
HANG = "== procbuf hang"
SIGNAL = "== procbuf signal"
TEXT = "== procbuf text failure"
IN_PROGRESS = "== procbuf program in progress"
# What a failing run prints of its own; a failure without one of these is not understood.
REPORTS = (LOCKSTEP, HANG, SIGNAL, TEXT, IN_PROGRESS)

# What lockstep itself finds out, wherever it runs; the others need a sanitizer, a clock or a compiler.
LOCKSTEP_CHECKS = ("result", "state", "memory", "access", "protection")
NOTHING = "none"
HUNG = "hang"
NAME_MAX = 120

# A report's first line, and the check that it stands for; the first in the output counts.
MARKS = (
    (re.compile("^" + LOCKSTEP + r"$", re.MULTILINE), None),
    (re.compile("^" + HANG + r"$", re.MULTILINE), HUNG),
    (re.compile("^" + SIGNAL + r"$", re.MULTILINE), "signal"),
    (re.compile("^" + TEXT + r"$", re.MULTILINE), "text"),
    (re.compile(r"ERROR: AddressSanitizer"), "asan"),
    (re.compile(r"(WARNING|ERROR): MemorySanitizer"), "msan"),
    (re.compile(r": runtime error: "), "ubsan"),
    (re.compile(r"ERROR: libFuzzer: timeout"), HUNG),
    (re.compile(r"ERROR: libFuzzer: out-of-memory"), "memory-limit"),
    (re.compile(r"ERROR: libFuzzer: |ERROR: UndefinedBehaviorSanitizer: "), "signal"),
)
FIELD = re.compile(r"^(\w+): +(.*)$", re.MULTILINE)
CLAUSE = re.compile(r"^clause: +(\S+)$", re.MULTILINE)
SUMMARY = re.compile(r"^SUMMARY: \w+Sanitizer: (\S+)", re.MULTILINE)
RUNTIME_ERROR = re.compile(r": runtime error: (.*)$", re.MULTILINE)
FRAME = re.compile(r"^ +#\d+ 0x[0-9a-f]+ in (\S+) (?:.*/)?((?:lib/(?:src|include|port)|fuzz|repro)/\S+?):\d+", re.MULTILINE)
# Every access of the library goes through these: they say nothing of what is wrong.
ACCESS_FILES = ("lib/include/procbuf/inline/span.h", "lib/include/procbuf/access.h", "fuzz/machine/access.h", "fuzz/machine/access.c")
FRAMES_NAMED = 2
# In builds other than the default one, the build ends each of the library's names (lib/include/procbuf/names.h). The function is the same.
BUILD_IN_NAME = re.compile(r"^(procbuf_\w+?)(?:_lean)?(?:_called)?(?:_split)?(?:_inline)?(\.\S+)?$")
PROGRAM = re.compile(r"^program:\n(.*?)^replay: ", re.MULTILINE | re.DOTALL)
PROGRESS = re.compile("^" + IN_PROGRESS + r".*?^program:\n(.*?)^== end", re.MULTILINE | re.DOTALL)


class Report:
    """What failed: `check` is the check that noticed, `clause` that of a lockstep failure, `name` what the finding is called."""

    def __init__(self, check, clause, name, text):
        self.check = check
        self.clause = clause
        self.name = name
        self.text = text


def slug(words):
    """Words as a part of a folder's name."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", words).strip("-")[:NAME_MAX]


def plain_name(symbol):
    """A function's name in the sources, of one that the linker knows; what a compiler adds behind a dot stays."""
    return BUILD_IN_NAME.sub(r"\1\2", symbol)


def frames(text):
    """The library's functions on the stack of a sanitizer's report, innermost first, as far as they say what is wrong; the testbed's innermost, if
    there is none of the library. Those that the testbed has called inside, such as the enter that runs a callback, say nothing."""
    found = [(plain_name(function), file) for function, file in FRAME.findall(text) if file not in ACCESS_FILES]
    from_own = itertools.dropwhile(lambda frame: not frame[1].startswith("lib/"), found)
    own = [function for function, _ in itertools.takewhile(lambda frame: frame[1].startswith("lib/"), from_own)]
    return own[:FRAMES_NAMED] or [function for function, _ in found[:1]]


def is_frame(line):
    """Whether a line of a report is one of a stack."""
    return line.lstrip().startswith("#") and " 0x" in line


def kind_of(check, text):
    """What a sanitizer calls the mistake: the words in front of any number."""
    summary = SUMMARY.search(text)
    said = RUNTIME_ERROR.search(text)
    if summary and summary.group(1) != "undefined-behavior":
        return summary.group(1)
    return re.split(r"[:,(]| -?\d", said.group(1))[0] if check == "ubsan" and said else ""


def first_mark(output):
    """Where the first report begins and which check it is of; None if there is no report."""
    found = [(match.start(), check) for pattern, check in MARKS for match in [pattern.search(output)] if match]
    return min(found, key=lambda pair: pair[0]) if found else None


def block(output, start):
    """One of our own reports, up to its last line."""
    end = output.find("\n== end", start)
    return output[start:] if end < 0 else output[start:output.find("\n", end + 1) + 1 or None]


def read_own(output, start, check):
    """A report of lockstep, of a hang, of the text target."""
    text = block(output, start)
    fields = {}
    for key, value in FIELD.findall(text):
        fields.setdefault(key, value)
    check = check or fields.get("check", "lockstep")
    clause = fields.get("clause", "-")
    return Report(check, clause, slug(fields.get("finding", "%s-%s" % (check, clause))), text)


def read_foreign(output, start, check):
    """A report of a sanitizer or an engine: from the line that it begins in to the end of what was written, behind the program that it is about,
    if that was printed."""
    program = output.find(IN_PROGRESS)
    text = output[program if 0 <= program < start else output.rfind("\n", 0, start) + 1:]
    words = [check, kind_of(check, text)] + frames(text)
    clause = CLAUSE.search(text)
    return Report(check, clause.group(1) if clause else "-", slug("-".join(word for word in words if word)), text)


def read_unknown(output):
    """What ended in words that nobody knows, while a program was in progress, is a finding all the same."""
    start = output.find(IN_PROGRESS)
    if start < 0:
        return None
    fields = dict(FIELD.findall(output[start:]))
    return Report("unknown", fields.get("clause", "-"), slug("unknown-" + fields.get("finding", "program")), output[start:])


def read(output):
    """The first report in what a run wrote; None if it wrote none."""
    found = first_mark(output)
    if not found:
        return read_unknown(output)
    start, check = found
    own = any(output.startswith(mark, start) for mark in (LOCKSTEP, HANG, SIGNAL, TEXT))
    return read_own(output, start, check) if own else read_foreign(output, start, check)


def check_of(status, output):
    """Which check a run failed by: "none", or what came of it instead, if by none."""
    if status is None:
        return HUNG
    if status == 0:
        return NOTHING
    found = read(output)
    return found.check if found else "none, but status %d" % status


def program_of(output):
    """The failing program, in text, as a report has it; nothing if there is none."""
    found = PROGRAM.search(output) or PROGRESS.search(output)
    return found.group(1) if found else ""
