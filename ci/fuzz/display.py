# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What the fuzz runner shows: a table redrawn in place on a terminal, a line now and then elsewhere."""

import sys
import time

COLUMNS = ("target", "state", "time", "executions", "exec/s", "ops/s", "edges", "features", "corpus", "crashes")
WIDTHS = (12, 8, 6, 14, 10, 12, 7, 9, 7, 8)
REDRAW_SECONDS = 0.5
LINE_SECONDS = 10


def row_text(cells):
    """One line of the table: the first two cells to the left, figures to the right."""
    left = [str(cell).ljust(width) for cell, width in zip(cells[:2], WIDTHS[:2])]
    right = [str(cell).rjust(width) for cell, width in zip(cells[2:], WIDTHS[2:])]
    return "".join(left + right).rstrip()


def count(number):
    """A number for people, or a dash for one that is not known."""
    return "-" if number is None else format(int(number), ",")


def cells(figures):
    """A target's figures as the table's cells."""
    mark = "~" if figures.estimated else ""
    return (figures.target, figures.state, "%ds" % figures.seconds, mark + count(figures.executions),
            count(figures.rate), (mark if figures.step_rate is not None else "") + count(figures.step_rate),
            count(figures.edges), count(figures.features), count(figures.corpus), count(figures.crashes))


def table(all_figures):
    """The whole table as lines."""
    return [row_text(COLUMNS)] + [row_text(cells(figures)) for figures in all_figures]


class Terminal:
    """Redraws the table in place."""

    def __init__(self):
        self.drawn = 0
        self.next = 0.0

    def update(self, all_figures):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + REDRAW_SECONDS
        self.clear()
        lines = table(all_figures)
        sys.stdout.write("".join(line + "\n" for line in lines))
        sys.stdout.flush()
        self.drawn = len(lines)

    def clear(self):
        """Takes the table off the screen."""
        if self.drawn:
            sys.stdout.write("\033[%dF\033[J" % self.drawn)
        self.drawn = 0


class Lines:
    """Prints a line for each running target every few seconds."""

    def __init__(self):
        self.start = time.monotonic()
        self.next = self.start + LINE_SECONDS

    def update(self, all_figures):
        if time.monotonic() < self.next:
            return
        self.next += LINE_SECONDS
        for figures in all_figures:
            if figures.state == "running":
                print("[%4ds] %s" % (time.monotonic() - self.start, self._line(figures)), flush=True)

    @staticmethod
    def _line(figures):
        named = zip(COLUMNS[3:], cells(figures)[3:])
        return "%-12s %s" % (figures.target, "  ".join("%s %s" % pair for pair in named))

    def clear(self):
        """Nothing to take back."""


def display():
    return Terminal() if sys.stdout.isatty() else Lines()
