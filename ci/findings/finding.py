# SPDX-License-Identifier: Apache-2.0 OR MIT
"""One finding: a folder that is named after what is wrong.

    finding.json   what is known of it
    input.bin      the shortest input that shows it (input.txt of a target that takes text)
    inputs/        others that show it
    report.txt     the report, whole
    program.txt    the program as the target ran it
    shrunk.txt     the shortest program that fails in the same way
    repro.c        calls of the library alone, and what should come of them
    summary.md     a page to paste into a bug report
"""

import os

from ci.process import files

# The target whose input is text already; any other's is a program in binary form.
TEXT_TARGET = "text"
# What `make findings` says of a finding; the first is what it has not looked at yet.
NEW, FAILING, CHANGED, FIXED, FLAKY = "new", "failing", "changed", "fixed", "flaky"

FACTS = {"name": "", "check": "", "clause": "-", "target": "", "engines": [], "builds": [], "seen": 0, "found": "", "last": "",
         "seed": None, "commit": "", "executions": 0, "seconds": 0.0, "state": NEW, "kept": "", "said": ""}


class Damaged(Exception):
    """A folder that is not a finding, or not a whole one."""


class Finding:
    """What the folder holds. `facts` are those of finding.json."""

    def __init__(self, folder, facts):
        self.folder = folder
        self.facts = facts

    @classmethod
    def load(cls, folder):
        """Reads finding.json. Damaged: what is wrong with it."""
        path = os.path.join(folder, "finding.json")
        try:
            facts = files.read_json(path)
        except (ValueError, OSError) as problem:
            raise Damaged("%s: %s" % (path, problem)) from None
        if not isinstance(facts, dict) or not facts.get("target"):
            raise Damaged("%s: expected what is known of a finding" % (path if facts is not None else folder))
        finding = cls(folder, {**FACTS, **facts})
        if not os.path.isfile(finding.input) or os.path.getsize(finding.input) == 0:
            raise Damaged("%s: expected the input, found nothing" % finding.input)
        return finding

    @property
    def name(self):
        return self.facts["name"]

    @property
    def target(self):
        return self.facts["target"]

    @property
    def takes_text(self):
        return self.target == TEXT_TARGET

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def input(self):
        return self.path("input.txt" if self.takes_text else "input.bin")

    @property
    def report(self):
        return self.path("report.txt")

    @property
    def program(self):
        return self.path("program.txt")

    @property
    def shrunk(self):
        return self.path("shrunk.txt")

    @property
    def reproducer(self):
        return self.path("repro.c")

    @property
    def summary(self):
        return self.path("summary.md")

    def shortest_program(self):
        """The best program in text there is; None if there is none."""
        return next((path for path in (self.shrunk, self.program) if os.path.isfile(path)), None)

    def save(self):
        files.write_json(self.path("finding.json"), self.facts)
