# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Builds what a program of ci/ needs before it begins, and lets make say so."""

import contextlib
import fcntl
import os

from ci.bank import bank
from ci.process import entry
from ci.process import run

SEEDS = ("asan", "seeds")


@contextlib.contextmanager
def alone():
    """One at a time: two runs of make would write the same files."""
    os.makedirs("build", exist_ok=True)
    with open("build/lock", "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(needs, jobs):
    """Builds pairs of variant and goal of ci/build/build.mk."""
    wanted = {}
    for variant, goal in sorted(set(needs)):
        wanted.setdefault(variant, []).append(goal)
    with alone():
        make(wanted, jobs)


def make(wanted, jobs):
    for variant, goals in wanted.items():
        if run.show(["make", "--no-print-directory", "--output-sync=target", "-f", "ci/build/build.mk", "-j%d" % jobs, "VARIANT=" + variant,
                     "WANTED=" + " ".join(goals), "wanted"] + (["V=1"] if os.environ.get("V") else [])) != 0:
            raise entry.CannotRun("variant %s does not build" % variant)


def build_planted(identity, needs, jobs):
    """Builds binaries, as pairs of variant and name, of the library with a planted bug in it."""
    chosen = bank.select(bank.read(), [identity])
    with alone():
        for variant, what in sorted(set(needs)):
            built = bank.build(chosen, variant, what, jobs)[identity]
            if isinstance(built, bank.BankError):
                raise entry.CannotRun(str(built))


def provide(binaries, needs, jobs):
    """Builds binaries, as pairs of variant and name, where `binaries` has them."""
    if binaries.bug:
        build_planted(binaries.bug, needs, jobs)
    else:
        build([(variant, "build/%s/%s" % (variant, what)) for variant, what in needs], jobs)
