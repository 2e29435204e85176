# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Who fuzzes what, when: tasks are laid end to end and cut into as many equal parts as there are jobs, so that no job is idle."""

import math


class Piece:
    """A part of a task for one job: so many seconds, or so many executions, or both limits."""

    def __init__(self, task, seconds, runs):
        self.task = task
        self.seconds = seconds
        self.runs = runs


def by_time(tasks, jobs, seconds):
    """Each task gets `seconds` of one job, or of all jobs' time an equal share where there are more jobs than tasks."""
    each = seconds * max(1.0, jobs / len(tasks))
    length = each * len(tasks) / jobs
    plans = [[] for _ in range(jobs)]
    at = 0.0
    for task in tasks:
        left = each
        while left > 1e-6:
            job = min(int(at / length + 1e-9), jobs - 1)
            part = min(left, (job + 1) * length - at) if job < jobs - 1 else left
            plans[job].append(Piece(task, max(1, round(part)), None))
            at += part
            left -= part
    return plans


def by_runs(tasks, jobs, runs, seconds):
    """Each task's executions are shared by all jobs that would be idle; a limit in seconds holds for each part too."""
    shares = max(1, jobs // len(tasks))
    plans = [[] for _ in range(jobs)]
    for number, task in enumerate(tasks):
        for share in range(shares):
            plans[(number * shares + share) % jobs].append(Piece(task, seconds, math.ceil(runs / shares)))
    return plans


def plan(tasks, jobs, seconds, runs):
    """For each job the pieces that it works on, one after the other."""
    return by_runs(tasks, jobs, runs, seconds) if runs else by_time(tasks, jobs, seconds)
