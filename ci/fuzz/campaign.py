# SPDX-License-Identifier: Apache-2.0 OR MIT
"""A run over several tasks: as many workers at a time as there are jobs, none idle, each started again after a finding until its time is up."""

import collections
import contextlib
import hashlib
import os
import shutil
import tempfile
import time

from ci.corpus import corpus as corpora
from ci.findings import store as stores
from ci.fuzz import intake
from ci.fuzz import leftovers
from ci.fuzz import schedule
from ci.process import files
from ci.process import lock
from ci.process import sanitizers

TICK_SECONDS = 0.2
PROBE_SECONDS = 5       # between two looks at whether the disk still takes something
PROBE_BYTES = 1 << 16
SEEDS = "build/seeds"
RESTARTS_WITHOUT_CAUSE = 3
SEED_STEP = 1000        # a worker that is started again has another seed

Job = collections.namedtuple("Job", "command seed seconds runs dictionary corpus seeds environment name shared first mutator")


class Unwritable(Exception):
    """A folder that a run needs and can't write to."""


class Settings:
    """What a run is asked for."""

    def __init__(self, engine, binaries, jobs, seconds, runs, seed, stop_at_first, work, corpus):
        self.engine = engine
        self.binaries = binaries
        self.jobs = jobs
        self.seconds = seconds
        self.runs = runs
        self.seed = seed
        self.stop_at_first = stop_at_first
        self.work = work
        self.corpus = corpus


class Slot:
    """One job: the pieces that it still has to work on, and the worker that it has now."""

    def __init__(self, number, pieces):
        self.number = number
        self.pieces = collections.deque(pieces)
        self.piece = None
        self.worker = None
        self.deadline = None
        self.runs_left = None
        self.starts = 0
        self.failures = 0

    def begin(self):
        """The next piece; False: there is none."""
        self.piece = self.pieces.popleft() if self.pieces else None
        if self.piece:
            self.deadline = time.monotonic() + self.piece.seconds if self.piece.seconds else None
            self.runs_left = self.piece.runs
            self.failures = 0
        return self.piece is not None

    def seconds_left(self):
        return max(0, round(self.deadline - time.monotonic())) if self.deadline else None

    def has_more(self):
        """Whether there is something left of the piece that is worth starting a worker for."""
        left = self.seconds_left()
        return (left is None or left > 0) and (self.runs_left is None or self.runs_left > 0)


def probe(folder):
    """Raises OSError unless the folder takes a file."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".probe-", dir=folder) as file:
        file.write(bytes(PROBE_BYTES))
        file.flush()


class Campaign:
    """One run of `make fuzz`."""

    def __init__(self, settings, tasks, taken, screen, tick=None):
        self.settings = settings
        self.tasks = tasks
        self.intake = taken
        self.screen = screen
        self.tick = tick  # called with the tasks, some times a second
        self.environment = dict(sanitizers.environment(), PROCBUF_STATS="1")
        self.problems = []  # what kept the run from doing its work
        self.engine_logs = []
        self.unkept = []    # where inputs lie that could not be kept
        self.poisoned = collections.defaultdict(set)  # seeds that end the engine, by target
        self.slots = []
        self.work = None
        self.next_probe = 0.0
        self.held = contextlib.ExitStack()

    # ---- the run

    def run(self):
        """Returns once all is done or Ctrl-C was pressed, which it passes on."""
        try:
            self._open()
            self.unkept += leftovers.rescue(self.settings.work, self.settings.corpus, self.intake)
            self.slots = [Slot(number, pieces) for number, pieces in enumerate(
                schedule.plan(self.tasks, self.settings.jobs, self.settings.seconds, self.settings.runs))]
            self._watch()
            self._end_workers()
            self._wait_for_intake()
        finally:
            self._close()

    def _open(self):
        """A folder of this run's own, and a look at whether all that it will write to can be written to."""
        self._check_folders()
        self.work = tempfile.mkdtemp(prefix="run-", dir=self.settings.work)
        self.held.enter_context(lock.hold(os.path.join(self.work, "lock"), "fuzz"))
        for target in self._targets():
            corpus = os.path.join(self.settings.corpus, target)
            self.held.enter_context(lock.hold(corpora.lock_path(corpus), "fuzz", shared=True))
            self._remove_damaged(corpus)
        self.intake.work = self.work

    def _check_folders(self):
        folders = [self.settings.work, self.intake.store.root]
        folders += [os.path.join(self.settings.corpus, target) for target in self._targets()]
        for folder in folders:
            try:
                probe(folder)
            except OSError as problem:
                raise Unwritable("%s: can't be written to: %s" % (folder, problem.strerror or problem)) from problem
        self.next_probe = time.monotonic() + PROBE_SECONDS

    def _remove_damaged(self, corpus):
        """What a full disk has left of inputs is worth nothing, and would stand for them."""
        removed = corpora.remove_damaged(corpus)
        if removed:
            self.screen.say("%s: removed %d files that were not written whole" % (corpus, len(removed)))

    def _targets(self):
        return sorted({task.target for task in self.tasks})

    def _watch(self):
        waiting = list(self.slots)
        while waiting:
            waiting = [slot for slot in waiting if self._advance(slot)]
            self._show()
            if time.monotonic() > self.next_probe:
                self._check_folders()
            if self.settings.stop_at_first and self.intake.names:
                return
            time.sleep(TICK_SECONDS if waiting else 0)

    def _show(self):
        while not self.intake.messages.empty():
            self.screen.say(self.intake.messages.get())
        self.screen.update(self.tasks, self.intake.busy)
        if self.tick:
            self.tick(self.tasks)

    def _wait_for_intake(self):
        while self.intake.pending():
            self._show()
            time.sleep(TICK_SECONDS)
        self._show()

    # ---- one slot

    def _advance(self, slot):
        """Looks after one job; False: it has nothing more to do."""
        if slot.worker:
            slot.worker.poll()
            running = slot.worker.running()
            self._collect(slot)
            if running:
                return True
            self._end(slot)
        if slot.piece and slot.has_more() and slot.failures < RESTARTS_WITHOUT_CAUSE:
            self._start(slot)
            return True
        if not slot.begin():
            return False
        self._start(slot)
        return True

    def _start(self, slot):
        task = slot.piece.task
        slot.starts += 1
        corpus, seeds = self._folders(task)
        name = "%d-%d" % (slot.number, slot.starts)
        job = Job(self._command(task), self.settings.seed + slot.number + SEED_STEP * (slot.starts - 1), slot.seconds_left(), slot.runs_left,
                  self._dictionary(task.target), corpus, seeds, dict(self.environment, PROCBUF_KNOWN=",".join(self.intake.passable)), name,
                  self._folder_of(task, "shared"), not task.workers, os.path.join("build", task.variant.name, "mutator.so"))
        folder = self._folder_of(task, name)
        slot.worker = self.settings.engine.Worker(folder)
        slot.worker.start(job)
        task.workers.append(slot.worker)
        task.active.add(slot.worker)

    def _collect(self, slot):
        """Takes in what the worker has found by now."""
        task = slot.piece.task
        for artifact in slot.worker.artifacts():
            slot.worker.found += 1
            origin = stores.Origin(task.target, task.variant.engine, task.variant.build, self.settings.seed, task.executions, task.seconds)
            digest = self._digest(artifact.path)
            try:
                self.intake.take(artifact, task, origin)
            except intake.EngineCrashed as problem:
                slot.worker.found -= 1
                self._note_engine(slot, problem)
            except Exception as problem:  # whatever it is, the input stays where it is, and is named
                self.unkept.append("%s (%s)" % (artifact.path, problem))
                continue
            self._expel(task, digest)

    @staticmethod
    def _digest(path):
        with open(path, "rb") as file:
            return hashlib.sha1(file.read()).hexdigest()

    def _expel(self, task, digest):
        """An input of the corpus that ends the engine would end it again; it is among the findings now."""
        path = os.path.join(self.settings.corpus, task.target, digest)
        if os.path.exists(path):
            os.remove(path)
        self.poisoned[task.target].add(digest)

    def _end(self, slot):
        """A worker has ended, by itself or because it found something."""
        task, ended = slot.piece.task, slot.worker
        task.active.discard(ended)
        for name, times in ended.known.items():
            task.known[name] = task.known.get(name, 0) + times
            with contextlib.suppress(OSError):  # only a number
                self.intake.store.count(name, times)
        ended.poll()
        try:
            ended.harvest()
        except corpora.CorpusError as problem:
            self.problems.append(str(problem))
        if slot.runs_left is not None:
            slot.runs_left -= max(ended.executions, 1)
        if ended.process.returncode != 0 and not ended.found and not ended.stopping and not ended.engine_crashed:
            self._note_failure(slot, ended)
        elif not any(path.startswith(ended.folder) for path in self.unkept):
            shutil.rmtree(ended.folder, ignore_errors=True)
        slot.worker = None

    def _note_engine(self, slot, problem):
        """Nothing of ours, but somebody may want to know: its log stays until the next run."""
        path = os.path.join(self.work, "engine-%d-%d.log" % (slot.number, slot.starts))
        shutil.copyfile(slot.worker.log_path(), path)
        slot.worker.engine_crashed = True
        self.engine_logs.append(path)
        self.screen.say("%s: %s: started again (%s)" % (slot.piece.task.label, problem, path))

    @staticmethod
    def _note_failure(slot, ended):
        slot.failures += 1
        reason = "outlived its time, and was killed" if ended.late else "ended with status %d" % ended.process.returncode
        slot.piece.task.failures.append("%s (%s)" % (reason, ended.log_path()))

    # ---- where things are

    def _command(self, task):
        return task.variant.runner_command() + [self.settings.binaries.path(task.variant.name, task.target)]

    def _folder_of(self, task, use):
        """A folder for one process of a task, or for what they share; leftovers.py learns from a file in it whose it was."""
        folder = os.path.join(self.work, "%s-%s-%s" % (task.variant.name, task.target, use))
        if not os.path.isdir(folder):
            os.makedirs(folder)
            files.write_json(os.path.join(folder, "task.json"), {"target": task.target, "variant": task.variant.name,
                                                                 "seed": self.settings.seed})
        return folder

    def _dictionary(self, target):
        path = os.path.join(SEEDS, target + ".dict")
        return path if os.path.exists(path) else None

    def _folders(self, task):
        """The working corpus, which grows, and the seeds: without those that end the engine, once there are any."""
        corpus = os.path.join(self.settings.corpus, task.target)
        seeds = os.path.join(SEEDS, task.target)
        if not os.path.isdir(seeds):
            return corpus, []
        return corpus, [self._without_poison(task.target, seeds) if self.poisoned[task.target] else seeds]

    def _without_poison(self, target, seeds):
        """A copy of the seeds that are left."""
        folder = os.path.join(self.work, "seeds-" + target)
        if not os.path.isdir(folder):
            shutil.copytree(seeds, folder)
        for name in os.listdir(folder):
            if self._digest(os.path.join(folder, name)) in self.poisoned[target]:
                os.remove(os.path.join(folder, name))
        return folder

    # ---- the end

    def _close(self):
        """Tidies up, however the run ends."""
        self._end_workers()
        for target in self._targets() if self.slots else []:
            self._remove_damaged(os.path.join(self.settings.corpus, target))
        self._show()
        self.screen.clear()
        self.held.close()
        if self.work and not self.unkept and not any(task.failures for task in self.tasks) and not self._waiting() and not self.engine_logs:
            shutil.rmtree(self.work, ignore_errors=True)

    def _end_workers(self):
        """Ends those that still run; takes in what they have found up to then."""
        running = [slot for slot in self.slots if slot.worker and slot.worker.reader]  # a signal may have come while it was started
        for slot in running:
            slot.worker.tell()
        for slot in running:
            slot.worker.stop()
            self._collect(slot)
            self._end(slot)

    def _waiting(self):
        """Whether an input waits to be run again: the next run takes it in."""
        return any(name.startswith("waiting-") for name in os.listdir(self.work))
