# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The direction of includes: which room may include which, so that library and model stay two readings of the same clauses."""

import glob
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
FREESTANDING = {"limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdnoreturn.h"}

# A room: its folder, the include prefixes it may use (a name without folder is its own), whether system headers must be freestanding ones.
ROOMS = (
    ("lib/include/", ("procbuf/",), True),
    ("lib/port/", ("procbuf/", "../../"), True),  # one chooses among the others
    ("lib/src/", ("procbuf/",), True),
    ("fuzz/program/", ("program/",), True),
    ("fuzz/model/", ("model/", "program/"), True),
    ("fuzz/mutate/", ("mutate/", "program/"), True),
    ("fuzz/machine/", ("machine/", "program/", "procbuf/"), False),
    ("fuzz/lockstep/", ("lockstep/", "machine/", "model/", "program/"), False),
)

# Not part of their rooms: programs that run on a host only.
HOSTED = ("fuzz/program/dictionary.c", "fuzz/mutate/libfuzzer.c", "fuzz/mutate/aflpp.c")


def sources(folder):
    """The room's files; unit tests may include what they like."""
    found = glob.glob(folder + "**/*.[ch]", recursive=True)
    return sorted(path for path in found if not path.endswith("_test.c") and path not in HOSTED)


def includes(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)


def wrong(kind, name, prefixes, freestanding):
    """Whether a room with these prefixes may not include this."""
    if kind == '"':
        return "/" in name and not name.startswith(prefixes)
    return freestanding and name not in FREESTANDING and not name.startswith(prefixes)


def check():
    """How many files were looked at, and the includes that go the wrong way."""
    count = 0
    problems = []
    for folder, prefixes, freestanding in ROOMS:
        for path in sources(folder):
            count += 1
            for number, kind, name in includes(path):
                if wrong(kind, name, prefixes, freestanding):
                    problems.append("%s:%d: may not include %s" % (path, number, name))
    return count, problems
