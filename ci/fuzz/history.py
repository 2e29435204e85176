# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What a continuous run has done, on disk at any time: state.json, and a line in history.csv for each target of each leg. By itself: shows it,
and draws it (make status)."""

import argparse
import csv
import os
import shutil
import time

from ci.findings import finding as kept
from ci.findings import store as stores
from ci.fuzz import display
from ci.process import entry
from ci.process import files
from ci.process import lock
from ci.process import run

FOLDER = "build/continuous"
FIELDS = ("time", "engine", "build", "target", "seconds", "executions", "edges", "features", "corpus", "findings")
FACTS = {"started": None, "position": 0, "engine": None, "build": None, "seconds": 0.0, "executions": 0, "findings": [], "saved": None}
PLOT_SECONDS = 60
PLOT = """
set terminal svg size 900,1000 font 'sans,13' background rgb 'white'
set output '%(unfinished)s'
set datafile separator ','
set multiplot layout 3,1 title 'Continuous fuzzing'
set grid
set key outside right
set xlabel 'hours'
set ylabel 'executions, all targets'
plot 'total.csv' using 1:2 with lines lw 2 title 'executions'
set ylabel 'edges of lib/, by libFuzzer'
plot %(edges)s
set ylabel 'distinct findings'
set yrange [0:*]
plot 'total.csv' using 1:3 with steps lw 2 title 'findings'
unset multiplot
"""


class History:
    """The state of a run in its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.facts = dict(FACTS, **self._read())
        self.leg = (0.0, 0)  # seconds and executions of the leg that goes on
        if self.facts["started"] is None:
            self.facts["started"] = time.time()

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _read(self):
        path = self._path("state.json")
        try:
            return files.read_json(path) or {}
        except ValueError as problem:
            raise entry.CannotRun("%s: expected the state of a continuous run: %s: move it away" % (path, problem)) from None

    def begin(self, engine, build):
        self.facts.update(engine=engine, build=build)
        self.leg = (0.0, 0)
        self.save()

    def note(self, tasks, names):
        """Figures of a leg that goes on. What was noted before of the same leg they take the place of."""
        seconds, executions = sum(task.seconds for task in tasks), sum(task.executions for task in tasks)
        self.facts["seconds"] += seconds - self.leg[0]
        self.facts["executions"] += executions - self.leg[1]
        self.facts["findings"] = list(dict.fromkeys(self.facts["findings"] + names))
        self.leg = (seconds, executions)
        self.save()

    def end(self, tasks, names):
        """A leg is over: a line for each target."""
        fresh = not os.path.exists(self._path("history.csv"))
        self._end_half_line()
        with open(self._path("history.csv"), "a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(FIELDS)
            for task in (task for task in tasks if task.workers):
                writer.writerow((round(time.time()), task.variant.engine, task.variant.build, task.target, round(task.seconds, 1), task.executions,
                                 task.edges, task.features, task.corpus, len(self.facts["findings"])))
        self.leg = (0.0, 0)
        self.save()
        self.draw()

    def _end_half_line(self):
        """What a power cut has left must not take the next line with it."""
        path = self._path("history.csv")
        if os.path.exists(path) and not files.read(path).endswith(b"\n"):
            with open(path, "ab") as file:
                file.write(b"\n")

    def save(self):
        self.facts["saved"] = time.time()
        files.write_json(self._path("state.json"), self.facts)

    def rows(self):
        """The lines of history.csv; one that a power cut has left half is not one."""
        if not os.path.exists(self._path("history.csv")):
            return []
        with open(self._path("history.csv"), encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if None not in row.values() and None not in row and row["time"].isdigit()]

    # ---- shown

    def describe(self):
        """The state in lines."""
        facts = self.facts
        lines = ["since %s: %s executions, %.1f hours of fuzzing, %d legs, %d distinct findings" % (
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(facts["started"])), display.count(facts["executions"]),
            facts["seconds"] / 3600, facts["position"], len(facts["findings"]))]
        return "\n".join(lines + self._latest())

    def _latest(self):
        """Of each engine, build and target the last line."""
        last = {(row["engine"], row["build"], row["target"]): row for row in self.rows()}
        if not last:
            return []
        return ["%-10s %-8s %-10s %12s %7s %9s %7s" % ("engine", "build", "target", "exec/s", "edges", "features", "corpus")] + [
            "%-10s %-8s %-10s %12s %7s %9s %7s" % (*key, display.count(int(row["executions"]) / max(1.0, float(row["seconds"]))),
                                                  row["edges"], row["features"], row["corpus"]) for key, row in sorted(last.items())]

    # ---- drawn

    def draw(self):
        """Draws plot.svg, if there is something to draw and to draw with."""
        rows = self.rows()
        if not rows or not shutil.which("gnuplot"):
            return
        start, total, curves = int(rows[0]["time"]), 0, {}
        with open(self._path("total.csv"), "w", encoding="utf-8") as file:
            for row in rows:
                total += int(row["executions"])
                file.write("%.4f,%d,%s\n" % ((int(row["time"]) - start) / 3600, total, row["findings"]))
                if row["engine"] == "libfuzzer" and row["build"] == "watched":
                    curves.setdefault(row["target"], []).append("%.4f,%s\n" % ((int(row["time"]) - start) / 3600, row["edges"]))
        for target, lines in curves.items():
            with open(self._path("edges-%s.csv" % target), "w", encoding="utf-8") as file:
                file.writelines(lines)
        edges = ", ".join("'edges-%s.csv' using 1:2 with linespoints title '%s'" % (target, target) for target in sorted(curves))
        self._plot(edges or "0 title ''")

    def _plot(self, edges):
        unfinished = ".plot.svg"
        result = run.run(["gnuplot"], PLOT_SECONDS, folder=self.folder, given=(PLOT % {"unfinished": unfinished, "edges": edges}).encode())
        if result.status == 0:
            os.replace(self._path(unfinished), self._path("plot.svg"))


def running(folder):
    """What the run that goes on calls itself; nothing if there is none."""
    try:
        with lock.hold(os.path.join(folder, "lock"), "status"):
            return None
    except lock.Held as held:
        return "running, pid %d" % held.pid


def main():
    parser = argparse.ArgumentParser(prog="status", description=__doc__)
    parser.add_argument("--state", default=FOLDER)
    parser.add_argument("--findings", default=stores.DEFAULT)
    options = parser.parse_args()
    if not os.path.exists(os.path.join(options.state, "state.json")):
        raise entry.CannotRun("%s: no continuous run yet: make continuous" % options.state)
    past = History(options.state)
    leg = "%s, %s" % (past.facts["engine"], past.facts["build"])
    print("%s; last leg: %s; saved %d s ago" % (running(options.state) or "not running", leg, time.time() - past.facts["saved"]))
    print(past.describe())
    store = stores.Store(options.findings)
    for name in store.names():
        try:
            found = store.load(name)
            print("  %-50s seen %6d times, last %s, %s" % (name, found.facts["seen"], found.facts["last"], found.facts["state"]))
        except kept.Damaged as problem:
            print("  %s" % problem)
    past.draw()
    if os.path.exists(os.path.join(options.state, "plot.svg")):
        print("plot: %s/plot.svg" % options.state)
    return 0


if __name__ == "__main__":
    entry.run(main)
