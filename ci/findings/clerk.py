# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Completes a finding: the program in text, the shortest that fails in the same way, the C reproducer, the page about it. Each of them can be
missing without the finding being lost; what is missing is made the next time."""

import os
import re
import shlex
import tempfile

from ci.findings import examine
from ci.findings import reproducer
from ci.process import entry
from ci.process import files
from ci.process import report as reports
from ci.process import run
from ci.process import sanitizers

TOOLS = ("emit", "replay", "shrink")
SHRINK_SECONDS = 20
SHRINK_PATIENCE = 40
EMIT_SECONDS = 60
REPORT_LINES = 60
# What stands above a reproducer that reproduces nothing.
PASSES = """// This program passes: what fails can't be shown by calls of the library and what comes of them. Use instead, which sees more:
//
//   %s
//
"""
STACKS_KEPT = 8
SAID = re.compile(r"^(?:step|expected|actual|access|limit|SUMMARY): +.*$", re.MULTILINE)


def said(text):
    """What a report says of the failing step, in one line."""
    return "; ".join(" ".join(line.split()) for line in SAID.findall(text)).rstrip(".")


def command_line(words):
    return " ".join(shlex.quote(word) for word in words)


class Clerk:
    """Works on findings with the binaries of the build that replays them."""

    def __init__(self, binaries, variant):
        self.binaries = binaries
        self.variant = variant

    def _tool(self, name):
        return self.variant.runner_command() + [self.binaries.path(self.variant.name, name)]

    def complete(self, found):
        """Makes what is missing; returns whether the finding fails here."""
        fails = self._report(found)
        if not found.takes_text:
            self._program(found)
            if fails:
                self._shrink(found)
                self._reproducer(found)
        files.write(found.summary, summary(found, self.binaries, self.variant, self._report_of_shrunk(found) or files.read_text(found.report)))
        return fails

    def _report_of_shrunk(self, found):
        """What the shortest program shows is quicker read, where it shows this finding: one that a sanitizer names after its frames may be reached by
        other calls when the program is short."""
        if found.takes_text or not os.path.isfile(found.shrunk):
            return None
        verdict = examine.examine(self.binaries, self.variant, found.target, found.shrunk)
        if verdict.outcome == examine.FAILED:
            found.facts["said"] = said(verdict.report.text)
            found.save()
        return verdict.report.text if verdict.outcome == examine.FAILED and verdict.report.name == found.name else None

    def renew(self, store, found, content):
        """What was kept in an earlier run may not show the finding any more: the library has changed since, or another mistake has the same
        name. Then the input that has just shown it represents it."""
        if self._shows(found, found.input):
            return
        store.replace_input(found, content)
        for path in (found.shrunk, found.reproducer):
            if os.path.exists(path):
                os.remove(path)

    def _shows(self, found, path):
        verdict = examine.examine(self.binaries, self.variant, found.target, path)
        return verdict.outcome == examine.FAILED and verdict.report.name == found.name

    def _report(self, found):
        """The report of the build that replays says more than an engine's: it has the program and the place of a hang in it."""
        verdict = examine.examine(self.binaries, self.variant, found.target, found.input)
        if verdict.outcome != examine.FAILED:
            return False
        if verdict.report.check == found.facts["check"]:
            files.write(found.report, verdict.report.text)
        return True

    def _program(self, found):
        result = run.run(self._tool(found.target) + ["--print", "--", found.input], EMIT_SECONDS, sanitizers.environment(), apart=True)
        if result.status == 0 and result.output:
            files.write(found.program, result.output)

    def _shrink(self, found):
        if not os.path.exists(found.program) or (os.path.exists(found.shrunk) and self._shows(found, found.shrunk)):
            return
        if os.path.exists(found.reproducer):
            os.remove(found.reproducer)  # of another program
        with tempfile.TemporaryDirectory() as scratch:
            out = os.path.join(scratch, "shrunk.txt")
            run.run(self._tool("shrink") + self._held(found) + ["--time", str(SHRINK_SECONDS), "--out", out, "--", found.program], SHRINK_PATIENCE,
                    sanitizers.environment())
            if os.path.isfile(out):
                files.write(found.shrunk, files.read(out))

    @staticmethod
    def _held(found):
        """What fails otherwise is another finding."""
        return ["--name", found.name] if found.facts["check"] in reports.LOCKSTEP_CHECKS else []

    def _reproducer(self, found):
        program = found.shortest_program()
        if os.path.exists(found.reproducer) or not program:
            return
        plain = self._emitted(program, [])
        if not plain:
            return
        candidates = (plain, reproducer.with_clang(plain), self._emitted(program, ["--watch"]))
        shown = next((text for text in (self._showing(text, found) for text in candidates if text) if text), None)
        files.write(found.reproducer, shown or PASSES % replay_command(found, self.binaries, self.variant) + plain)

    def _emitted(self, program, options):
        return run.run(self._tool("emit") + options + ["--", program], EMIT_SECONDS, sanitizers.environment(), apart=True).output

    def _showing(self, text, found):
        """The reproducer with a command that shows something on the library that was fuzzed; None if none does."""
        try:
            command = reproducer.failing_command(text, self.binaries.bug, found.facts["check"] not in reports.LOCKSTEP_CHECKS)
        except entry.CannotRun:
            return None
        return reproducer.with_command(text, command) if command else None


def replay_command(found, binaries, variant):
    """What a person types to see it fail again."""
    program = found.shortest_program()
    if found.takes_text or not program:
        return command_line([binaries.path(variant.name, found.target), "--bend", found.input])
    return command_line([binaries.path(variant.name, "replay"), "--trace", program])


def excerpt(text):
    """A report as a person wants it: not the frames of engine and start-up code, nothing behind a sanitizer's summary, and no more than a page."""
    lines, stack = [], 0
    for line in text.rstrip("\n").splitlines():
        stack = stack + 1 if reports.is_frame(line) else 0
        if stack <= STACKS_KEPT:
            lines.append(line.rstrip())
        if line.startswith("SUMMARY: "):
            break
    return lines if len(lines) <= REPORT_LINES else lines[:REPORT_LINES] + ["... (all of it: report.txt)"]


def indented(lines):
    return ["    " + line for line in lines]


def text_lines(path):
    return files.read_text(path).rstrip("\n").splitlines() if path and os.path.isfile(path) else []


def op_count(path):
    return sum(1 for line in text_lines(path) if line and not line.startswith(("#", "processes ", "layout ", "lives ", "granule ", "off ")))


def summary(found, binaries, variant, report):
    """The page about a finding, in Markdown, with this report."""
    facts = found.facts
    lines = ["# %s" % found.name, "",
             "Check %s%s, target %s. Found %s by %s, build %s, seed %s, after %s executions; commit %s." % (
                 facts["check"], ", clause " + facts["clause"] if facts["clause"] != "-" else "", found.target, facts["found"],
                 " and ".join(facts["engines"]), " and ".join(facts["builds"]), facts["seed"], format(facts["executions"], ","),
                 facts["commit"]),
             "The input has %d bytes." % os.path.getsize(found.input), ""]
    program = found.shortest_program()
    if program:
        lines += ["The %s program that shows it, %d of %d ops:" % ("shortest" if program == found.shrunk else "whole", op_count(program),
                                                                  op_count(found.program)), ""] + indented(text_lines(program)) + [""]
    lines += ["See it again:", "", "    " + replay_command(found, binaries, variant), ""]
    if os.path.isfile(found.reproducer):
        lines += ["Without the testbed: `repro.c`, whose first comment says how to compile it.", ""]
    lines += ["The report:", ""] + indented(excerpt(report))
    return "\n".join(lines) + "\n"
