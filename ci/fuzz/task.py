# SPDX-License-Identifier: Apache-2.0 OR MIT
"""A task: one target in one build, and the sum of what its workers have done."""


class Task:
    """What the display shows a line of."""

    def __init__(self, target, variant, alone=True):
        self.target = target
        self.variant = variant
        self.label = target if alone else "%s/%s" % (target, variant.build)
        self.workers = []    # those that have ended, too
        self.active = set()
        self.findings = []   # names, in the order in which they came
        self.known = {}      # name -> how often it was seen again
        self.failures = []   # why a worker's run says nothing

    @property
    def state(self):
        if self.active:
            return "running"
        if not self.workers:
            return "waiting"
        return "FAILED" if self.failure() else "FOUND" if self.findings else "done"

    @property
    def estimated(self):
        return bool(self.active)

    def _sum(self, field):
        return sum(field(worker) for worker in self.workers)

    def _most(self, field):
        return max((getattr(worker, field) for worker in self.workers), default=0)

    @property
    def seconds(self):
        """What its workers have used, added up."""
        return self._sum(lambda worker: worker.seconds())

    @property
    def executions(self):
        return self._sum(lambda worker: worker.estimate())

    @property
    def rate(self):
        """Executions per second now; of all the time once nothing runs."""
        if self.active:
            return sum(worker.rate() for worker in self.active)
        return self.executions / self.seconds if self.seconds else 0.0

    @property
    def steps(self):
        """Checked ops, exact once all workers have said theirs; None where a worker's end kept it from saying."""
        if not self.workers or any(worker.steps is None for worker in self.workers):
            return None
        return sum(worker.steps for worker in self.workers)

    @property
    def mean_steps(self):
        """Steps of a program as the workers last said it, or None."""
        said = [worker.mean_steps for worker in self.workers if worker.mean_steps is not None]
        return sum(said) / len(said) if said else None

    @property
    def step_rate(self):
        return None if self.mean_steps is None else self.rate * self.mean_steps

    @property
    def step_estimate(self):
        """Checked ops, reckoned from the mean of a program where the exact number is not known."""
        return self.steps if self.steps is not None else self.executions * (self.mean_steps or 0)

    @property
    def edges(self):
        return self._most("edges")

    @property
    def features(self):
        return self._most("features")

    @property
    def corpus(self):
        return self._most("corpus")

    @property
    def found(self):
        return len(self.findings)

    def failure(self):
        """Why this task's run says nothing, or None."""
        if self.failures:
            return self.failures[0]
        return "executed nothing" if self.workers and self.executions == 0 and not self.findings else None

    def figures(self):
        """All of it, for a machine to read."""
        return {"target": self.target, "build": self.variant.build, "engine": self.variant.engine, "state": self.state,
                "seconds": round(self.seconds, 1), "executions": self.executions, "steps": int(self.step_estimate), "edges": self.edges,
                "features": self.features, "corpus": self.corpus, "findings": self.findings, "seen again": self.known,
                "failure": self.failure()}
