# SPDX-License-Identifier: Apache-2.0 OR MIT
"""One libFuzzer process: its command, what it prints, its end."""

import os
import re
import signal
import subprocess
import threading
import time

FIELD = re.compile(r"(cov|ft|corp|exec/s): (\d+)")
FINAL_EXECUTIONS = "stat::number_of_executed_units:"
STATS = re.compile(r"PROCBUF_STATS steps=(\d+) refused=(\d+) programs=(\d+)")
ARTIFACT = re.compile(r"(crash|leak|timeout|oom)-[0-9a-f]{40}$")

# The longest program: its header and 256 records of 16 bytes (fuzz/program/program.h).
LONGEST_PROGRAM = 16 + 256 * 16
PROBE_RUNS = 2000
STOP_PATIENCE = 10
END_PATIENCE = 60


class Worker:
    """Runs one target until its time or its executions are used up, or it finds something."""

    def __init__(self, target, index):
        self.target = target
        self.index = index
        self.executions = 0
        self.edges = 0
        self.features = 0
        self.corpus = 0
        self.steps = None  # checked ops, once the target has said so at its end
        self.mean_steps = None  # of a program, from whatever the target has said by now
        self.complete = False
        self.started = self.heard = self.ended = time.monotonic()
        self.process = None
        self.reader = None
        self.folder = None
        self.deadline = None

    # ---- life

    def start(self, command, environment, folder, limit):
        """Starts the engine; its output goes to <folder>/log, what it finds beside it."""
        self.folder = folder
        self.started = self.heard = time.monotonic()
        self.deadline = self.started + limit + END_PATIENCE if limit else None
        # In a session of its own, so that Ctrl-C reaches only this runner, which then ends the workers in order.
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()

    def running(self):
        """Whether it still runs. One that outlives its time is ended here."""
        if self.reader.is_alive():
            if self.deadline and time.monotonic() > self.deadline:
                self.process.kill()
            return True
        self.process.wait()
        return False

    def stop(self):
        """Ends it early, gracefully first, so that it prints its last figures."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGUSR1)
            try:
                self.process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.reader.join()

    # ---- output

    def log_path(self):
        return os.path.join(self.folder, "log")

    def artifacts(self):
        """The inputs that it stopped on."""
        return [os.path.join(self.folder, name) for name in sorted(os.listdir(self.folder)) if ARTIFACT.match(name)]

    def _follow(self):
        with open(self.log_path(), "w", encoding="utf-8") as log:
            for line in self.process.stderr:
                log.write(line)
                self._read(line)
        self.ended = time.monotonic()

    def _read(self, line):
        if line.startswith("#"):
            self._read_pulse(line)
        elif line.startswith(FINAL_EXECUTIONS):
            self.executions = int(line.split()[1])
            self.heard = time.monotonic()
        elif line.startswith("Done "):
            self.complete = True  # the engine's own end: what the target prints after it is final
        else:
            self._read_stats(line)

    def _read_stats(self, line):
        found = STATS.match(line)
        if not found or int(found.group(3)) == 0:
            return
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

    # ---- figures

    def seconds(self):
        """How long it has run."""
        return (time.monotonic() if self.reader.is_alive() else self.ended) - self.started

    def rate(self):
        """Executions per second up to the last time that the engine said a number."""
        elapsed = self.heard - self.started
        return self.executions / elapsed if elapsed > 0 else 0.0

    def estimate(self):
        """Executions by now: the engine says the number ever more rarely, so between its words this counts on."""
        silence = time.monotonic() - self.heard if self.reader.is_alive() else 0
        return int(self.executions + self.rate() * silence)


def engine_options(seed, artifacts, seconds, runs, dictionary):
    """libFuzzer's options for one worker."""
    options = [
        "-seed=%d" % seed,
        "-artifact_prefix=%s/" % artifacts,
        "-max_len=%d" % LONGEST_PROGRAM,
        "-len_control=0",  # long programs from the start: short ones never get far into the state
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-detect_leaks=0",
        "-print_final_stats=1",
    ]
    if seconds:
        options.append("-max_total_time=%d" % seconds)
    if runs:
        options.append("-runs=%d" % runs)
    if dictionary:
        options.append("-dict=" + dictionary)
    return options


def steps_per_program(binary, scratch, folders, environment):
    """Mean steps of a program, from a short run, to turn executions into checked ops while a target runs; or None."""
    command = [binary] + engine_options(1, scratch, None, PROBE_RUNS, None) + [scratch] + folders
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    found = STATS.search(result.stderr)
    if not found or int(found.group(3)) == 0:
        return None
    return int(found.group(1)) / int(found.group(3))
