# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Takes in what engines find while fuzzing goes on: the input is kept at once, the slow work is done by a thread of its own."""

import os
import glob
import hashlib
import queue
import re
import shutil
import tempfile
import threading

from ci.build import variants
from ci.findings import clerk
from ci.findings import examine
from ci.findings import finding as kept
from ci.process import files
from ci.process import report as reports
from ci.process import run

HEX = re.compile(r"--hex ([0-9a-f]+)")
WAITING = "input"
PASSED_MAX = 64


# What libFuzzer calls its input when it has none: before the first, and between two.
NO_INPUT = "-" + hashlib.sha1(b"").hexdigest()
# What every target makes of no bytes: a program without ops.
EMPTY_PROGRAM = bytes(16)


class Unkept(Exception):
    """A finding that the disk does not take; where its input is."""


class EngineCrashed(Exception):
    """It was the engine, not the target, which had no input then."""


class Intake:
    """One for a run. `messages` are paragraphs to print, in order."""

    def __init__(self, store, binaries):
        self.store = store
        self.binaries = binaries
        self.variants = variants.by_name()
        self.messages = queue.Queue()
        self.problems = []        # what could not be kept or completed
        self.work = None          # the folder of this run
        self.names = []           # distinct findings of this run, in the order in which they came
        self.passable = []        # those of them that a target can pass over when it meets them again
        self.fresh = []           # those of them that were not in the folder before
        self.busy = None          # what the thread is doing
        self.only_first = False   # the run ends with the first finding
        self._slow = {}           # where the engine was when an input took too long -> the finding's name; None: not known yet
        self._work = queue.Queue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # ---- called by the runner

    def take(self, artifact, task, origin):
        """Takes in one artifact, at once if the engine has said what it is; otherwise the thread will, which has to run it first: also what takes
        long, as on a busy machine many inputs do. OSError or Unkept: it is still where the engine has put it."""
        report = artifact.report
        slow = report.name if report and report.check == reports.HUNG else None
        if report and not slow:
            self._keep(artifact.path, report, task, origin)
        elif slow in self._slow:
            os.remove(artifact.path)
            self._again(self._slow[slow], task)
        else:
            if slow:
                self._slow[slow] = None
            self._work.put((self._examine, (self._move(artifact.path, task, origin), task, origin, slow)))

    @staticmethod
    def _again(name, task):
        if name:
            task.known[name] = task.known.get(name, 0) + 1

    def _keep(self, path, report, task, origin):
        content = self.content(path, report)
        found, fresh = self.store.take(content, report, origin)
        os.remove(path)
        self._again(report.name, task)
        if report.name not in task.findings:
            task.findings.append(report.name)
        if report.name not in self.names:
            self._first(found, fresh, content, report, origin)

    def _move(self, path, task, origin):
        """An input that waits lies in a folder of its own, where leftovers.py finds it if it waits for ever."""
        folder = tempfile.mkdtemp(prefix="waiting-", dir=self.work)
        files.write_json(os.path.join(folder, "task.json"), {"target": task.target, "variant": task.variant.name, "seed": origin.seed})
        moved = os.path.join(folder, WAITING)
        shutil.copyfile(path, moved)
        os.remove(path)
        return moved

    def _first(self, found, fresh, content, report, origin):
        """The first time in this run."""
        self.names.append(found.name)
        if report.check in reports.LOCKSTEP_CHECKS:
            self.passable.append(found.name)
        if fresh:
            self.fresh.append(found.name)
        self.messages.put(announcement(found, fresh, report, origin))
        self._work.put((self._complete, (found, content, self._replaying(origin))))

    def _replaying(self, origin):
        """The variant that replays what this build finds."""
        return self.variants[variants.fuzzing(origin.engine)[origin.build].replays]

    @staticmethod
    def content(path, report):
        """The input; from the report, if the disk was too full to take the file."""
        content = files.read(path)
        if content:
            return content
        found = HEX.search(report.text)
        if found:
            return bytes.fromhex(found.group(1))
        if not path.endswith(NO_INPUT):
            raise Unkept("%s: the engine could not write the input" % path)
        if not reports.frames(report.text):
            raise EngineCrashed("%s: the engine itself crashed" % path)
        return EMPTY_PROGRAM

    def waiting(self):
        """Inputs that were not run again before the run ended."""
        return sorted(glob.glob(os.path.join(glob.escape(self.work), "waiting-*", WAITING))) if self.work else []

    def pending(self):
        return self._work.unfinished_tasks > 0

    def stop(self):
        """The thread ends as soon as its tools have been ended; what is not done is made the next time."""
        self._stopped.set()
        run.stop_all()
        self._work.put(None)

    # ---- the thread

    def _examine(self, path, task, origin, slow):
        """What an input without a report means. Others that are slow in the same place, as the engine said, mean the same. One that a run which was to
        end with its first finding comes to later is left to the next run."""
        if self.names and self.only_first:
            return
        self.busy = "running again what %s has put aside" % origin.engine
        verdict = examine.examine(self.binaries, self._replaying(origin), task.target, path)
        if self._stopped.is_set():
            return
        if verdict.outcome == examine.FAILED:
            if slow:
                self._slow[slow] = verdict.report.name
            self._keep(path, verdict.report, task, origin)
        elif verdict.outcome == examine.BROKEN:
            raise OSError("%s: could not be run: %s" % (path, verdict.said))
        else:
            self._passed(path, origin)
        shutil.rmtree(os.path.dirname(path))

    def _passed(self, path, origin):
        """It was slow on a busy machine, or an earlier run had another library: no finding, but nobody is to look for it in vain."""
        folder = os.path.join(os.path.dirname(self.work), "passed")
        os.makedirs(folder, exist_ok=True)
        kept_as = os.path.join(folder, "%s-%s" % (origin.target, hashlib.sha1(files.read(path)).hexdigest()[:12]))
        room = os.path.exists(kept_as) or len(os.listdir(folder)) < PASSED_MAX
        if room:
            files.write(kept_as, files.read(path))
        self.messages.put("%s put aside an input that passes in this library: %s" % (
            origin.engine, kept_as if room else "not kept, since %s is full of such" % folder))

    def _run(self):
        while True:
            item = self._work.get()
            try:
                if item is None:
                    return
                function, arguments = item
                if not self._stopped.is_set():
                    function(*arguments)
            except (OSError, Unkept, kept.Damaged) as problem:
                self.problems.append(str(problem))
            except run.Stopped:
                pass
            finally:
                self.busy = None
                self._work.task_done()

    def _complete(self, found, content, variant):
        self.busy = "shrinking " + found.name
        worker = clerk.Clerk(self.binaries, variant)
        worker.renew(self.store, found, content)
        fails = worker.complete(found)
        if not self._stopped.is_set():
            self.messages.put(completed(found, fails, self.binaries, variant))


def announcement(found, fresh, report, origin):
    """The paragraph about a finding that has just come."""
    lines = ["FOUND %s (%s%s after %s executions, %.1f s)" % (
        found.name, origin.target, "" if fresh else ", known since %s," % found.facts["found"].split()[0], format(origin.executions, ","),
        origin.seconds)]
    return "\n".join(lines + ["  " + line for line in clerk.excerpt(report.text)] + ["  kept in %s" % found.folder])


def completed(found, fails, binaries, variant):
    """The paragraph about a finding once it is complete."""
    if not fails:
        return "%s: does not fail again in build/%s: kept as it came, %s" % (found.name, variant.name, found.folder)
    program = found.shortest_program()
    lines = []
    if program:
        lines.append("%s: %s ops -> %s ops" % (found.name, clerk.op_count(found.program), clerk.op_count(program)))
        lines += clerk.indented(clerk.text_lines(program))
    else:
        lines.append("%s: kept" % found.name)
    lines.append("  again   %s" % clerk.replay_command(found, binaries, variant))
    lines.append("  all     %s" % found.summary)
    return "\n".join(lines)
