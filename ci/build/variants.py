# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The table of variants, ci/build/variants.txt, as Python sees it."""

TABLE = "ci/build/variants.txt"
# What the column `runner` stands for.
RUNNERS = {
    "-": [],
    # A kernel without 32-bit system calls, as many containers have, still runs such programs so.
    "qemu32": ["qemu-i386"],
    "valgrind": ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=all"],
}


class Variant:
    """One line of the table, as far as tests care."""

    def __init__(self, name, watched, runner, tests):
        self.name = name
        self.watched = watched
        self.runner = runner
        self.tests = tests

    def runner_command(self):
        return list(RUNNERS[self.runner])

    def without(self, runner):
        """The same variant, run directly if it is this runner that it has."""
        return Variant(self.name, self.watched, "-", self.tests) if self.runner == runner else self


def table():
    with open(TABLE, encoding="utf-8") as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    return [Variant(row[0], row[3] == "watched", row[5], row[6].split(",")) for row in rows]
