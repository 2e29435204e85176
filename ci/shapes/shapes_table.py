# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The tables of platforms and shapes, ci/shapes/platforms.txt and ci/shapes/shapes.txt, as Python sees them."""

import collections
import os

from ci.process import entry

PLATFORMS = "ci/shapes/platforms.txt"
SHAPES = "ci/shapes/shapes.txt"

Platform = collections.namedtuple("Platform", "name gcc target port image runner flags")
Shape = collections.namedtuple("Shape", "name platform compiler access build processes flags")
CHOICES = {"compiler": ("gcc", "clang"), "access": ("watched", "plain"), "build": ("checked", "lean"),
           "processes": ("simulated", "real")}


class TableError(entry.Usage):
    """A table that is not as its header says; the text begins with file and line."""


def is_flag(word):
    return word.startswith("-") and word != "-"


def read(path, kind):
    """(place, entry) for each line of a table; its last column, flags, is all words that are left."""
    names = set()
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            place = "%s:%d" % (path, number)
            fixed = len(kind._fields) - 1
            flags = tuple(words[fixed:])
            # A word too few or too many moves the flags.
            if [is_flag(word) for word in words] != [False] * fixed + [True] * max(1, len(flags)):
                raise TableError("%s: expected the columns: %s" % (place, " ".join(kind._fields)))
            if words[0] in names:
                raise TableError("%s: a second %s" % (place, words[0]))
            names.add(words[0])
            yield place, kind(*words[:fixed], flags)


def platforms():
    return {entry.name: entry for _, entry in read(PLATFORMS, Platform)}


def shapes():
    """All shapes, in the order of the table, each with its platform's entry."""
    known = platforms()
    found = []
    for place, shape in read(SHAPES, Shape):
        if shape.platform not in known:
            raise TableError("%s: no platform %s; there are: %s" % (place, shape.platform, " ".join(known)))
        for column, words in CHOICES.items():
            if getattr(shape, column) not in words:
                raise TableError("%s: expected %s: one of: %s" % (place, column, " ".join(words)))
        found.append(shape._replace(platform=known[shape.platform]))
    return found


def require_process_sources(chosen):
    """Real processes need sources of their architecture."""
    for shape in (shape for shape in chosen if shape.processes == "real"):
        start_up = shape.platform.image.split("+")[0]
        sources = ["repro/firmware/process_%s.c" % start_up, "repro/firmware/protection_%s.c" % shape.platform.port]
        missing = [path for path in sources if not os.path.exists(path)]
        if missing:
            raise TableError("%s: %s: expected simulated processes, since there is no %s" % (SHAPES, shape.name, " and no ".join(missing)))
