# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Makes a program shorter that still reaches what it is wanted for. build/asan/shrink does that for programs that fail; here each step
looks at many candidates in one run of the engine."""

import os
import time

from ci.corpus import corpus
from ci.corpus import reach

SECONDS = 20
DIRECTIVES = ("processes", "layout", "lives", "off")


def text_of(build, program):
    """The program as its target runs it, as text."""
    status, output = reach.execute([os.path.join(build, "asan", program.target), "--print", program.path])
    if status != 0:
        raise corpus.CorpusError("%s: can't be printed\n%s" % (program.path, output))
    return output


def split(text):
    """Directives, which stay, and ops."""
    lines = text.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if line.split()[0] not in DIRECTIVES), len(lines))
    return lines[:first], lines[first:]


def first_that_reaches(build, target, needed, candidates, folder):
    """Index and program of the first candidate, a text, that reaches all that is needed; None if none does."""
    programs = reach.texts(build, target, candidates, folder)
    return next(((at, program) for at, program in enumerate(programs) if program.reached is not None and needed <= program.reached), None)


def shrink(build, program, needed, folder):
    """Leaves out ever fewer ops at a time, as long as there is time."""
    end = time.monotonic() + SECONDS
    head, ops = split(text_of(build, program))
    best, size, at, number = program, max(1, len(ops) // 2), 0, 0
    while size > 0 and time.monotonic() < end:
        starts = range(at, len(ops), size) if len(ops) > size else ()  # a program without ops reaches nothing
        texts = ["".join(head + ops[:start] + ops[start + size:]) for start in starts]
        found = first_that_reaches(build, program.target, needed, texts, os.path.join(folder, str(number))) if texts else None
        number += 1
        if found:
            at = starts[found[0]]
            best, ops = found[1], ops[:at] + ops[at + size:]
        else:
            size, at = size // 2, 0
    return best
