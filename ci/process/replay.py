# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Reads the last line of replay and of a target without an engine: what was run, and what came of it."""

import re

COUNTS = re.compile(r"^replay: (?P<programs>\d+) programs, (?P<steps>\d+) steps, (?P<refused>\d+) refused, (?P<failed>\d+) failed"
                    r"(?:, (?P<others>\d+) not test cases)?$", re.MULTILINE)


def counts(output):
    """The figures of the last line as numbers by name; None if there is no such line."""
    found = list(COUNTS.finditer(output))
    return {name: int(value or 0) for name, value in found[-1].groupdict().items()} if found else None


def all_passed(status, output, expected):
    """Whether a replay ran so many programs, and all of them passed."""
    said = counts(output)
    return status == 0 and said is not None and said["programs"] == expected and said["failed"] == said["others"] == 0
