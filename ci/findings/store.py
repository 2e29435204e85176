# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The folder of findings: takes in what fails, so that nothing is lost and nothing is kept twice."""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
import time

from ci.findings import finding as kept
from ci.process import files
from ci.process import run

DEFAULT = "findings"
# Of one mistake an engine finds inputs by the thousand; a few are enough.
INPUTS_MAX = 16
UNFINISHED = ".new-"


def now():
    return time.strftime("%Y-%m-%d %H:%M:%S")


@functools.lru_cache(maxsize=None)
def commit():
    """The commit that is checked out, and whether the library is as it has it."""
    try:
        head = run.run(["git", "rev-parse", "--short", "HEAD"], 10, apart=True)
        changed = run.run(["git", "status", "--porcelain", "--", "lib"], 10, apart=True)
    except OSError:
        return "unknown"
    if head.status != 0:
        return "unknown"
    return head.output.strip() + (" with changes in lib/" if changed.output else "")


class Origin:
    """How an input came to fail."""

    def __init__(self, target, engine, build, seed=None, executions=0, seconds=0.0):
        self.target = target
        self.engine = engine
        self.build = build
        self.seed = seed
        self.executions = executions
        self.seconds = seconds


class Store:
    """Findings under one folder. Any number of processes may use it at once."""

    def __init__(self, root=DEFAULT):
        self.root = root

    @contextlib.contextmanager
    def _locked(self):
        """Alone in the folder, for as short a time as it takes to move files."""
        os.makedirs(self.root, exist_ok=True)
        with open(os.path.join(self.root, ".lock"), "a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def folder(self, name):
        return os.path.join(self.root, name)

    def names(self):
        """All that may be findings, in order."""
        if not os.path.isdir(self.root):
            return []
        return sorted(entry.name for entry in os.scandir(self.root) if entry.is_dir() and not entry.name.startswith("."))

    def load(self, name):
        return kept.Finding.load(self.folder(name))

    def take(self, content, report, origin):
        """Takes in an input that failed with this report. Returns the finding, and whether it is one that was not here before. OSError: the
        disk does not take it; whoever has the input must keep it."""
        with self._locked():
            try:
                found, fresh = self.load(report.name), False
            except kept.Damaged:
                self._set_aside(report.name)
                found, fresh = self._create(content, report, origin), True
            if not fresh:
                self._join(found, content)
            self._note(found, origin)
        return found, fresh

    def _set_aside(self, name):
        """What has a finding's name and is none must not stand in its way, nor be lost."""
        if os.path.lexists(self.folder(name)):
            os.rename(self.folder(name), tempfile.mktemp(prefix=".damaged-%s-" % name, dir=self.root))

    def _create(self, content, report, origin):
        """A folder that is whole when it gets its name; the input comes first."""
        unfinished = tempfile.mkdtemp(prefix=UNFINISHED, dir=self.root)
        try:
            facts = dict(kept.FACTS, name=report.name, check=report.check, clause=report.clause, target=origin.target, engines=[], builds=[],
                         found=now(), seed=origin.seed, commit=commit(), executions=origin.executions, seconds=round(origin.seconds, 1))
            found = kept.Finding(unfinished, facts)
            files.write(found.input, content)
            files.write(found.report, report.text)
            found.save()
            os.chmod(unfinished, 0o755)
            os.rename(unfinished, self.folder(report.name))
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        found.folder = self.folder(report.name)
        return found

    def replace_input(self, found, content):
        """Another input represents the finding; the one that did stays beside it."""
        with self._locked():
            first = files.read(found.input)
            if content != first:
                self._put_beside(found, first)
                files.write(found.input, content)

    def _join(self, found, content):
        """One more input of a known finding: the shortest represents it, some others stay beside it."""
        first = files.read(found.input)
        if content == first:
            return
        shorter = len(content) < len(first)
        self._put_beside(found, first if shorter else content)
        if shorter:
            files.write(found.input, content)

    @staticmethod
    def _put_beside(found, content):
        folder = found.path("inputs")
        os.makedirs(folder, exist_ok=True)
        if len(os.listdir(folder)) < INPUTS_MAX:
            files.write(os.path.join(folder, hashlib.sha1(content).hexdigest()[:12] + os.path.splitext(found.input)[1]), content)

    @staticmethod
    def _note(found, origin):
        facts = found.facts
        facts["engines"] = sorted(set(facts["engines"]) | {origin.engine})
        facts["builds"] = sorted(set(facts["builds"]) | {origin.build})
        facts["seen"] += 1
        facts["last"] = now()
        found.save()

    def count(self, name, times):
        """A known finding was seen so many times more."""
        with self._locked(), contextlib.suppress(kept.Damaged):
            found = self.load(name)
            found.facts["seen"] += times
            found.facts["last"] = now()
            found.save()
