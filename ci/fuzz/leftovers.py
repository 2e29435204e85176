# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What runs that were killed have left in the work folder: their findings are taken in, then the folder goes."""

import glob
import os
import shutil

from ci.findings import store as stores
from ci.fuzz import engines
from ci.fuzz import intake
from ci.fuzz import task as tasks
from ci.fuzz import worker
from ci.process import files
from ci.process import lock


def abandoned(work):
    """The folders of runs that are over."""
    for folder in sorted(glob.glob(os.path.join(glob.escape(work), "run-*"))):
        try:
            with lock.hold(os.path.join(folder, "lock"), "rescue"):
                yield folder
        except lock.Held:
            continue


def rescue(work, corpus, taken):
    """Takes in what is left. Returns what can't be taken in, which stays where it is."""
    unkept = []
    for folder in abandoned(work):
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*", "task.json"))):
            unkept += _rescue_worker(path, corpus, taken)
        if not any(one.startswith(folder) for one in unkept):
            shutil.rmtree(folder, ignore_errors=True)
    return unkept


def _rescue_worker(path, corpus, taken):
    """What one worker, or an input that waited to be run again, has left; returns what of it can't be taken in."""
    folder = os.path.dirname(path)
    try:
        facts = files.read_json(path)
        one, variant = tasks.Task(facts["target"], taken.variants[facts["variant"]]), taken.variants[facts["variant"]]
    except (ValueError, KeyError, TypeError):
        return []  # killed before it began
    unkept = []
    waiting = os.path.join(folder, intake.WAITING)
    for left in [worker.Artifact(waiting)] if os.path.exists(waiting) else engines.ENGINES[variant.engine].artifacts(folder):
        print("fuzz: %s was left by an earlier run" % left.path, flush=True)
        try:
            taken.take(left, one, stores.Origin(one.target, variant.engine, variant.build, facts.get("seed")))
        except intake.EngineCrashed:
            continue
        except (intake.Unkept, OSError) as problem:
            unkept.append("%s (%s)" % (left.path, problem))
    engines.ENGINES[variant.engine].harvest_left(folder, os.path.join(corpus, one.target))
    return unkept
