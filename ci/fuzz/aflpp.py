# SPDX-License-Identifier: Apache-2.0 OR MIT
"""AFL++ as an engine: its command, the files that it writes, what it leaves behind.

The workers of a run on one target share an output folder, so that they exchange what they find. They start from seeds and working corpus, and at
a worker's end its queue joins the working corpus: so both engines go on from what the other has found. CMPLOG is not used: it feeds AFL++'s own
mutations of bytes, and here the project's mutator of programs makes all of them.
"""

import glob
import os
import time

from ci.corpus import corpus as corpora
from ci.fuzz import worker

NAME = "afl"
# Sanitizers as AFL++ wants them: it refuses to start otherwise. A report is made when the input is replayed.
ENVIRONMENT = {
    "AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_NO_AFFINITY": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_CUSTOM_MUTATOR_ONLY": "1",
    "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0", "UBSAN_OPTIONS": "abort_on_error=1:halt_on_error=1:symbolize=0",
}
EXECUTION_MILLISECONDS = 1000
POLL_SECONDS = 1.0
# An input that the instance put aside; what it was given has "orig" in its name.
FOUND = ("crashes/id:*", "hangs/id:*")
MADE = "queue/id:*"
GIVEN = ",orig:"


def inputs(instance, *patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(glob.escape(instance), pattern)))


def instances(folder):
    """The output folders of the instances that shared a folder, and that nobody waits for any more."""
    return [path for path in glob.glob(os.path.join(glob.escape(folder), "out", "*")) if os.path.isdir(path)]


def artifacts(folder):
    """What they have put aside."""
    return [worker.Artifact(path) for instance in instances(folder) for path in inputs(instance, *FOUND)]


def harvest(instance, corpus):
    """Adds to a working corpus what an instance has made, not what it was given."""
    for path in inputs(instance, MADE):
        if GIVEN not in path:
            corpora.add(corpus, corpora.read(path))


def harvest_left(folder, corpus):
    """The same for instances that nobody waits for any more."""
    for instance in instances(folder):
        harvest(instance, corpus)


def gather(folder, sources):
    """All inputs of some folders in one."""
    os.makedirs(folder)
    for source in sources:
        for name in corpora.names(source):
            corpora.place(os.path.join(source, name), folder, name)


class Worker(worker.Worker):
    """One afl-fuzz process."""

    def __init__(self, folder):
        super().__init__(folder)
        self.instance = None
        self.corpus_folder = None
        self.returned = set()
        self.next_poll = 0.0

    def start(self, job):
        """Fuzzes what the job says."""
        out = os.path.join(job.shared, "out")
        given = os.path.join(self.folder, "in")
        self.instance = os.path.join(out, job.name)
        self.corpus_folder = job.corpus
        os.makedirs(out, exist_ok=True)
        gather(given, job.seeds + [job.corpus])
        limits = (["-V", str(job.seconds)] if job.seconds else []) + (["-E", str(job.runs)] if job.runs else [])
        command = ["afl-fuzz", "-M" if job.first else "-S", job.name, "-s", str(job.seed), "-m", "none", "-t", str(EXECUTION_MILLISECONDS), "-i", given, "-o", out]
        self.launch(command + limits + ["--"] + job.command, dict(job.environment, AFL_CUSTOM_MUTATOR_LIBRARY=job.mutator, **ENVIRONMENT), job.seconds)

    def poll(self):
        """Its figures, from the line that it adds to plot_data every few seconds, or at its end from fuzzer_stats."""
        if time.monotonic() < self.next_poll and self.reader.is_alive():
            return
        self.next_poll = time.monotonic() + POLL_SECONDS
        last = self._last_figures()
        if last and last.get("total_execs", 0) > self.executions:
            self.executions, self.heard = last["total_execs"], time.monotonic()
            self.corpus, self.edges = last.get("corpus_count", 0), last.get("edges_found", 0)

    def _last_figures(self):
        final = os.path.join(self.instance, "fuzzer_stats")
        if not self.reader.is_alive() and os.path.exists(final):
            with open(final, encoding="utf-8", errors="replace") as file:
                pairs = dict(line.split(":", 1) for line in file if ":" in line)
            figures = {name.strip(): int(value) for name, value in pairs.items() if value.strip().isdigit()}
            return dict(figures, total_execs=figures.get("execs_done", 0))
        return self._plotted()

    def _plotted(self):
        path = os.path.join(self.instance, "plot_data")
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if len(lines) < 2:
            return None
        names = [name.strip() for name in lines[0].lstrip("# ").split(",")]
        values = [value.strip() for value in lines[-1].split(",")]
        return {name: int(value) for name, value in zip(names, values) if value.isdigit()}

    def artifacts(self):
        """What it has put aside since the last time."""
        fresh = [path for path in inputs(self.instance, *FOUND) if path not in self.returned]
        self.returned.update(fresh)
        return [worker.Artifact(path) for path in fresh]

    def harvest(self):
        harvest(self.instance, self.corpus_folder)
