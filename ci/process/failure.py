# SPDX-License-Identifier: Apache-2.0 OR MIT
"""How a test that failed is told: what is wrong in a line or two, then the first report of what it wrote, cut to what one reads; all of it is in a file."""

import os
import re

from ci.process import report

LINES = 40
WIDTH = 240


class Problem:
    """What is wrong, in words for people, and what was written, of any length."""

    def __init__(self, said, output=""):
        self.said = said
        self.output = output

    def __str__(self):
        return "%s\n%s" % (self.said, self.output)


def reason(status, output):
    """What a failed run says of itself, in a few words: the clause and the check of its first report."""
    found = report.read(output)
    if not found:
        return "still running when its time was up" if status is None else "status %s and no report" % status
    return "check %s" % found.check if found.clause == "-" else "clause %s, check %s" % (found.clause, found.check)


def excerpt(output):
    """The first report, from its beginning; the end of the output, if there is no report. And whether that is all."""
    found = report.read(output)
    lines = (found.text if found else output).rstrip().splitlines()
    chosen = (lines[:LINES] if found else lines[-LINES:])
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
