# SPDX-License-Identifier: Apache-2.0 OR MIT
"""libFuzzer as an engine: its command, what it prints, what it leaves behind."""

import os
import re
import signal
import time

from ci.fuzz import worker
from ci.process import files
from ci.process import report as reports

NAME = "libfuzzer"
FIELD = re.compile(r"(cov|ft|corp|exec/s): (\d+)")
FINAL_EXECUTIONS = "stat::number_of_executed_units:"
STATS = re.compile(r"PROCBUF_STATS steps=(\d+) refused=(\d+) programs=(\d+)")
KNOWN = re.compile(r"PROCBUF_KNOWN (\S+)=(\d+)")
ARTIFACT = re.compile(r"(crash|leak|timeout|oom)-[0-9a-f]{40}$")

# The longest program: its header and 256 records of 16 bytes (fuzz/program/program.h).
LONGEST_PROGRAM = 16 + 256 * 16


def options(seed, artifacts, seconds, runs, dictionary):
    """libFuzzer's options for one worker."""
    chosen = [
        "-seed=%d" % seed,
        "-artifact_prefix=%s/" % artifacts,
        "-max_len=%d" % LONGEST_PROGRAM,
        "-len_control=0",  # long programs from the start: short ones never get far into the state
        "-timeout=3",  # what takes longer is run again, and is a finding if it takes ten seconds then
        "-rss_limit_mb=2048",
        "-detect_leaks=0",
        "-print_final_stats=1",
    ]
    if seconds:
        chosen.append("-max_total_time=%d" % seconds)
    if runs:
        chosen.append("-runs=%d" % runs)
    if dictionary:
        chosen.append("-dict=" + dictionary)
    return chosen


class Worker(worker.Worker):
    """One libFuzzer process."""

    stop_signal = signal.SIGUSR1

    def __init__(self, folder):
        super().__init__(folder)
        self.complete = False

    def start(self, job):
        """Fuzzes what the job says, in an empty folder."""
        command = job.command + options(job.seed, self.folder, job.seconds, job.runs, job.dictionary)
        self.launch(command + [job.corpus] + job.seeds, job.environment, job.seconds)

    def artifacts(self):
        return [] if self.reader.is_alive() else artifacts(self.folder)

    def read(self, line):
        if line.startswith("#"):
            self._read_pulse(line)
        elif line.startswith(FINAL_EXECUTIONS):
            self.executions = int(line.split()[1])
            self.heard = time.monotonic()
        elif line.startswith("Done "):
            self.complete = True  # the engine's own end: what the target prints after it is final
        else:
            self._read_target(line)

    def _read_target(self, line):
        known = KNOWN.match(line)
        if known:
            self.known[known.group(1)] = int(known.group(2))
        found = STATS.match(line)
        if found and int(found.group(3)):
            self.mean_steps = int(found.group(1)) / int(found.group(3))
            if self.complete:
                self.steps = int(found.group(1))

    def _read_pulse(self, line):
        count = re.match(r"#(\d+)\t", line)
        if not count:
            return
        self.executions = max(self.executions, int(count.group(1)))
        self.heard = time.monotonic()
        fields = dict((name, int(value)) for name, value in FIELD.findall(line))
        self.edges = fields.get("cov", self.edges)
        self.features = fields.get("ft", self.features)
        self.corpus = fields.get("corp", self.corpus)


def artifacts(folder):
    """The input that a worker which has ended stopped on. Without a report, as of a process that was killed, nobody knows yet what it means."""
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if ARTIFACT.match(name)]
    log = os.path.join(folder, "log")
    report = reports.read(files.read_text(log)) if len(paths) == 1 and os.path.exists(log) else None
    return [worker.Artifact(path, report) for path in paths]


def harvest_left(folder, corpus):
    """libFuzzer writes to the working corpus by itself."""
