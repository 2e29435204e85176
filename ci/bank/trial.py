# SPDX-License-Identifier: Apache-2.0 OR MIT
"""One trial: a fuzzer with a seed and a budget of CPU time on one build, and what came of it."""

import os
import re
import shutil
import signal
import subprocess
import time

from ci.fuzz import libfuzzer
from ci.process import report
from ci.process import run
from ci.process import sanitizers

TICK_SECONDS = 0.02
STOP_PATIENCE = 20
HANG_SECONDS = 2
REPLAY_SECONDS = 10
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

EXECUTED = re.compile(r"^stat::number_of_executed_units:\s+(\d+)", re.MULTILINE)
PULSE = re.compile(r"^#(\d+)\t", re.MULTILINE)
FAILED = re.compile(r"^(.*): failed$", re.MULTILINE)
RUNNING = re.compile(r"^Running: (.*)$", re.MULTILINE)

def read_text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def cpu_seconds(pid):
    """What a running process has used, or nothing if it has ended."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


class Outcome:
    """What came of a trial. Without a check that noticed, the figures say how far it got."""

    def __init__(self, check, executions, seconds, log):
        self.check = check
        self.executions = executions
        self.seconds = seconds
        self.log = log


def options(seed, folder):
    return libfuzzer.options(seed, folder, None, None, None) + ["-timeout=%d" % HANG_SECONDS]


class Trial:
    """Runs a fuzzer in an empty folder until it stops by itself or its budget of CPU seconds is used up."""

    def __init__(self, binary, seed, seeds, folder, budget):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.log = os.path.join(folder, "log")
        self.budget = budget
        self.command = [binary] + options(seed, folder)
        if seeds:
            self.command.append("-seed_inputs=@" + self._list_seeds(seeds, folder))
        self.process = None

    @staticmethod
    def _list_seeds(seeds, folder):
        """The seeds as a list in a file. Given as a folder they would make the engine write down all that it keeps."""
        path = os.path.join(folder, "seeds")
        with open(path, "w", encoding="utf-8") as file:
            file.write(",".join(sorted(os.path.join(seeds, name) for name in os.listdir(seeds))))
        return path

    def run(self, cancelled):
        """Runs it; `cancelled` is asked now and then whether to give up, in which case there is no outcome."""
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, env=sanitizers.environment_without_names(), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
            seconds, status = self._wait(cancelled)
        if seconds is None:
            return None
        output = read_text(self.log)
        found = report.read(output) if status != 0 else None
        if status != 0 and not found:
            raise RuntimeError("%s ended with status %d and without a report (%s)" % (
                self.command[0], status, self.log))
        return Outcome(found.check if found else "", self._executions(output), seconds, self.log)

    def _wait(self, cancelled):
        """CPU seconds used and exit status, once the process has ended or was told to."""
        told = None
        while True:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime, self.process.returncode
            if cancelled():
                self.process.kill()
                os.wait4(self.process.pid, 0)
                return None, None
            told = self._tell(told)
            time.sleep(TICK_SECONDS)

    def _tell(self, told):
        """Asks the engine to end, once the budget is used up; ends it, if it does not listen."""
        if told is None:
            used = cpu_seconds(self.process.pid)
            if used is not None and used > self.budget:
                self.process.send_signal(signal.SIGUSR1)
                return time.monotonic()
        elif time.monotonic() - told > STOP_PATIENCE:
            self.process.kill()
        return told

    @staticmethod
    def _executions(output):
        found = EXECUTED.search(output)
        if found:
            return int(found.group(1))
        pulses = PULSE.findall(output)
        return int(pulses[-1]) if pulses else 0


def fail_in_replay(replay, seeds):
    """Those of the seeds that fail in lockstep, all found in one process; none, if a sanitizer or a hang ends it early."""
    result = run.run([replay] + seeds, REPLAY_SECONDS, sanitizers.environment_without_names())
    return [] if result.status is None else FAILED.findall(result.output)


def fail_in_engine(binary, seeds, folder):
    """Those of the seeds that end the fuzzer itself, which takes a process for each."""
    os.makedirs(folder, exist_ok=True)
    left, failing = list(seeds), []
    while left:
        command = [binary] + options(1, folder) + left
        result = run.run(command, None, sanitizers.environment_without_names())
        if result.status == 0:
            break
        running = RUNNING.findall(result.output)
        if not running or running[-1] not in left:
            raise RuntimeError("%s failed before it ran a seed" % binary)
        failing.append(running[-1])
        left = left[left.index(running[-1]) + 1:]
    return failing


def prune(binary, replay, seeds, folder):
    """Copies the seeds that do not trigger anything into a folder; returns how many were left out."""
    paths = sorted(os.path.join(seeds, name) for name in os.listdir(seeds))
    triggering = set(fail_in_replay(replay, paths)) if replay else set()
    rest = [path for path in paths if path not in triggering]
    triggering |= set(fail_in_engine(binary, rest, folder + "-runs"))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for path in paths:
        if path not in triggering:
            os.link(path, os.path.join(folder, os.path.basename(path)))
    return len(triggering)
