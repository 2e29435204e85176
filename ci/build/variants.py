# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The table of variants, ci/build/variants.txt, as Python sees it."""

import os

TABLE = "ci/build/variants.txt"
# What the column `runner` stands for.
RUNNERS = {
    "-": [],
    # A kernel without 32-bit system calls, as many containers have, still runs such programs so.
    "qemu32": ["qemu-i386"],
    "valgrind": ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=all"],
}


# A fuzzing variant is named after its engine and, if it is not the watched build, after its build.
PREFIXES = {"libfuzzer": "fuzz", "afl": "afl"}
WATCHED = "watched"


class Variant:
    """One line of the table, as far as Python cares."""

    def __init__(self, name, engine, watched, runner, tests, replays):
        self.name = name
        self.engine = engine
        self.watched = watched
        self.runner = runner
        self.tests = tests
        self.replays = replays

    @property
    def build(self):
        """What the build of a fuzzing variant is called: watched, plain, lean, split, msan, 32."""
        return self.name[len(PREFIXES[self.engine]):] or WATCHED

    def runner_command(self):
        return list(RUNNERS[self.runner])

    def without(self, runner):
        """The same variant, run directly if it is this runner that it has."""
        own = "-" if self.runner == runner else self.runner
        return Variant(self.name, self.engine, self.watched, own, self.tests, self.replays)


class Binaries:
    """Where binaries are: those of the library as it is, or with a planted bug of the bank in it."""

    def __init__(self, bug=None):
        self.bug = bug

    def path(self, variant, what):
        return os.path.join("build", variant, *(("bugs", self.bug) if self.bug else ()), what)


def table():
    with open(TABLE, encoding="utf-8") as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    return [Variant(row[0], row[2], row[3] == WATCHED, row[5], row[6].split(","), row[7]) for row in rows]


def by_name():
    return {variant.name: variant for variant in table()}


def fuzzing(engine):
    """The variants of an engine, by what their builds are called."""
    return {variant.build: variant for variant in table() if variant.engine == engine}
