# SPDX-License-Identifier: Apache-2.0 OR MIT
"""One process of a fuzzing engine: its life, and the figures that every engine has. What is particular to one is in a module of its name."""

import contextlib
import os
import signal
import subprocess
import threading
import time

from ci.process import run

STOP_PATIENCE = 10
END_PATIENCE = 60


class Artifact:
    """An input that the engine stopped on or put aside, and its own report if it printed one."""

    def __init__(self, path, report=None):
        self.path = path
        self.report = report


class Worker:
    """Runs one target until its time or its executions are used up. An engine's class adds how it is started, read and told to stop."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder):
        self.folder = folder
        self.executions = 0
        self.edges = 0
        self.features = 0
        self.corpus = 0
        self.steps = None       # checked ops, once the target has said so at its end
        self.mean_steps = None  # of a program, from whatever the target has said by now
        self.known = {}         # name -> how often it failed with a name that it was told to pass over
        self.started = self.heard = self.ended = time.monotonic()
        self.process = None
        self.reader = None
        self.deadline = None
        self.stopping = False
        self.late = False  # it outlived its time, and was killed
        self.engine_crashed = False
        self.found = 0  # artifacts that it has left

    # ---- life

    def launch(self, command, environment, limit):
        """Starts the engine; its output goes to <folder>/log."""
        self.started = self.heard = time.monotonic()
        self.deadline = self.started + limit + END_PATIENCE if limit else None
        # In a session of its own, so that Ctrl-C reaches only this runner, which then ends the workers in order.
        self.process = subprocess.Popen(run.bound(command), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()

    def running(self):
        """Whether it still runs. One that outlives its time is ended here."""
        if self.reader.is_alive():
            if self.deadline and time.monotonic() > self.deadline:
                self.late = True
                run.signal_group(self.process, signal.SIGKILL)
            return True
        self.process.wait()
        return False

    def tell(self):
        """Asks it to end, so that it prints its last figures."""
        if not self.stopping and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        self.stopping = True

    def stop(self):
        """Ends it, gracefully first."""
        self.tell()
        try:
            self.process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            run.signal_group(self.process, signal.SIGKILL)
        self.reader.join(STOP_PATIENCE)

    def log_path(self):
        return os.path.join(self.folder, "log")

    def _follow(self):
        """Keeps what the engine says and reads its figures. A disk that is full takes no log; the figures count all the same."""
        with contextlib.ExitStack() as stack:
            log = None
            with contextlib.suppress(OSError):
                log = stack.enter_context(open(self.log_path(), "w", encoding="utf-8", buffering=1))
            for line in self.process.stdout:
                with contextlib.suppress(OSError, ValueError):
                    if log:
                        log.write(line)
                self.read(line)
        self.ended = time.monotonic()

    def read(self, line):
        """One line of what the engine says."""

    def poll(self):
        """Looks at what the engine writes besides."""

    def artifacts(self):
        """What it found that was not returned before."""
        return []

    def harvest(self):
        """Adds to the working corpus what the engine has not put there by itself."""

    # ---- figures

    def alive(self):
        return self.reader is not None and self.reader.is_alive()

    def seconds(self):
        return (time.monotonic() if self.alive() else self.ended) - self.started

    def rate(self):
        """Executions per second up to the last time that the engine said a number."""
        elapsed = self.heard - self.started
        return self.executions / elapsed if elapsed > 0 else 0.0

    def estimate(self):
        """Executions by now: the engine says the number ever more rarely, so between its words this counts on."""
        silence = time.monotonic() - self.heard if self.alive() else 0
        return int(self.executions + self.rate() * silence)
