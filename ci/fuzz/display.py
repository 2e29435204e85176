# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What the fuzz runner shows: a table redrawn in place on a terminal, a line now and then elsewhere."""

import os
import shutil
import sys
import time

# Title, width, and the width of the terminal from which on there is room for it.
COLUMNS = (("target", 18, 0), ("state", 8, 0), ("time", 6, 0), ("executions", 13, 0), ("exec/s", 9, 0), ("ops/s", 11, 76), ("edges", 7, 96),
           ("features", 9, 96), ("corpus", 7, 84), ("found", 6, 0))
LEFT = 2  # so many columns are text, to the left
REDRAW_SECONDS = 0.5
LINE_SECONDS = 10
WIDE = 1000


def count(number):
    """A number for people, or a dash for one that is not known."""
    return "-" if number is None else format(int(number), ",")


def cells(figures):
    """A task's figures as the table's cells."""
    mark = "~" if figures.estimated else ""
    return (figures.label, figures.state, "%ds" % figures.seconds, mark + count(figures.executions), count(figures.rate),
            (mark if figures.step_rate is not None else "") + count(figures.step_rate), count(figures.edges), count(figures.features),
            count(figures.corpus), count(figures.found))


def row_text(row, width):
    """One line of the table, no wider than the terminal."""
    shown = [(cell, column) for cell, column in zip(row, COLUMNS) if column[2] <= width]
    left = [str(cell).ljust(column[1]) for cell, column in shown[:LEFT]]
    right = [str(cell).rjust(column[1]) for cell, column in shown[LEFT:]]
    return "".join(left + right).rstrip()[:max(1, width - 1)]


def table(all_figures, width=WIDE):
    """The whole table as lines."""
    titles = tuple(column[0] for column in COLUMNS)
    return [row_text(titles, width)] + [row_text(cells(figures), width) for figures in all_figures]


class Terminal:
    """Redraws the table in place. What is said scrolls away above it."""

    def __init__(self):
        self.drawn = 0
        self.next = 0.0

    def update(self, all_figures, busy):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + REDRAW_SECONDS
        self.clear()
        lines = self._fitting(all_figures, busy)
        sys.stdout.write("".join(line + "\n" for line in lines))
        sys.stdout.flush()
        self.drawn = len(lines)

    @staticmethod
    def _fitting(all_figures, busy):
        """The lines that there is room for: those that run, if there is not room for all."""
        width, height = shutil.get_terminal_size()
        room = max(1, height - 3)
        shown = list(all_figures)
        if len(shown) > room:
            shown = [figures for figures in shown if figures.state == "running"][:room]
        return table(shown, width) + ([("... " + busy)[:max(1, width - 1)]] if busy else [])

    def say(self, paragraph):
        self.clear()
        print(paragraph, flush=True)
        self.next = 0.0

    def clear(self):
        """Takes the table off the screen."""
        if self.drawn:
            sys.stdout.write("\033[%dA\r\033[J" % self.drawn)
        self.drawn = 0


class Lines:
    """Prints a line for each running task every few seconds."""

    def __init__(self):
        self.start = time.monotonic()
        self.next = self.start + LINE_SECONDS

    def update(self, all_figures, busy):
        if time.monotonic() < self.next:
            return
        self.next += LINE_SECONDS
        for figures in all_figures:
            if figures.state == "running":
                self._print(self._line(figures))
        if busy:
            self._print(busy)

    def _print(self, text):
        print("[%4ds] %s" % (time.monotonic() - self.start, text), flush=True)

    @staticmethod
    def _line(figures):
        named = zip([column[0] for column in COLUMNS[3:]], cells(figures)[3:])
        return "%-12s %s" % (figures.label, "  ".join("%s %s" % pair for pair in named))

    @staticmethod
    def say(paragraph):
        print(paragraph, flush=True)

    def clear(self):
        """Nothing to take back."""


def width():
    """Of the terminal; without one all columns fit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE


def display():
    """A terminal that can't move its cursor gets lines."""
    return Terminal() if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" else Lines()
