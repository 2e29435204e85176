# SPDX-License-Identifier: Apache-2.0 OR MIT
"""How a test that failed is told: what is wrong in a line or two, then the first report of what it wrote, cut to what one reads; all of it is in a file."""

import os
import re

from ci.process import report

LINES = 40
WIDTH = 240
# What a script of tests prints above each test of it that failed.
FAILED_TEST = re.compile(r"^={70}\n(?=(?:FAIL|ERROR): )", re.MULTILINE)
RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Usage|CannotRun|Failed|Stopped)\b.*$", re.MULTILINE)


class Problem:
    """What is wrong, in words for people, and what was written, of any length."""

    def __init__(self, said, output=""):
        self.said = said
        self.output = output

    def __str__(self):
        return "%s\n%s" % (self.said, self.output)


def failed_test(output):
    """What a script of tests says of its first test that failed; that may quote a report, which is not the script's own. Empty: it says nothing."""
    parts = FAILED_TEST.split(output, 2)
    return parts[1] if len(parts) > 1 else ""


def reason(status, output):
    """What a failed run says of itself, in a few words: its first test that failed; else the clause and the check of its first report."""
    test = failed_test(output)
    if test:
        raised = RAISED.search(test)
        return "%s%s" % (test.split("\n", 1)[0], "\n" + raised.group()[:WIDTH] if raised else "")
    found = report.read(output)
    if not found:
        return "still running when its time was up" if status is None else "status %s and no report" % status
    return "check %s" % found.check if found.clause == "-" else "clause %s, check %s" % (found.clause, found.check)


def excerpt(output):
    """The first test that failed or else the first report, from its beginning; the end of the output, if there is neither. And whether that is all."""
    test, found = failed_test(output), report.read(output)
    beginning = test or found and found.text
    lines = (beginning or output).rstrip().splitlines()
    chosen = lines[:LINES] if beginning else lines[-LINES:]
    cut = [line if len(line) <= WIDTH else line[:WIDTH] + "..." for line in chosen]
    return cut, "\n".join(cut) == output.rstrip()


def write_log(folder, name, output):
    """Keeps all of the output; returns the path."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, re.sub(r"[^\w.-]+", "-", name) + ".log")
    with open(path, "w", encoding="utf-8", errors="replace") as file:
        file.write(output)
    return path


def tell(line, problem, folder, name):
    """Prints the line, and what is wrong below it; what is cut there is in <folder>/<name>.log."""
    if isinstance(problem, str):
        problem = Problem("", problem)
    lines, whole = excerpt(problem.output)
    lines = problem.said.splitlines() + lines
    if not whole:
        lines.append("all of it: " + write_log(folder, name, problem.output))
    print("\n".join([line] + ["    " + each for each in lines]), flush=True)
