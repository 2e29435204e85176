# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Counts what the fuzzers' corpora do when they run, each program as its target runs it. Exit status 1: something is at zero that should
not be, or a program failed."""

import argparse
import os
import shutil
import sys

from ci.fuzz import fuzz
from ci.process import entry
from ci.process import run
from ci.process import sanitizers

EVERYTHING = "sequence"
# Targets that are no corpus of programs: one fails on purpose, the other takes text.
OTHERS = (fuzz.CANARY, "text")
SECONDS = 20


def has_files(folder):
    return os.path.isdir(folder) and any(entry.is_file() for entry in os.scandir(folder))


def chosen_targets(choice):
    names = [name for name in fuzz.chosen_targets(choice) if name not in OTHERS]
    if not names:
        raise entry.Usage("%s: no target whose corpus is programs" % choice)
    return names


def working_corpora(build, targets, seconds):
    """The folders of each target; fuzzes for a short time if earlier runs have left nothing."""
    if not any(has_files(os.path.join(build, "corpus", name)) for name in targets):
        target = EVERYTHING if EVERYTHING in targets else targets[0]
        print("no working corpus yet: fuzzing %s for %d s" % (target, seconds), flush=True)
        command = [sys.executable, "-m", "ci.fuzz.fuzz", "--target", target, "--time", str(seconds)]
        if run.show(command) != 0:
            raise entry.CannotRun("fuzzing for a corpus did not end well")
    return {name: [os.path.join(build, kind, name) for kind in ("corpus", "seeds")] for name in targets}


def assemble(build, target, folders):
    """The folders' programs as the target runs them, in binary, in one folder."""
    out = os.path.join(build, "stats", target)
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    command = [os.path.join(build, "asan", target), "--assemble", out] + [path for path in folders if has_files(path)]
    if run.show(command) != 0:
        raise entry.CannotRun("%s: not all programs of %s could be read" % (target, " ".join(folders)))
    return out


def count(build, targets, folders):
    """Only the target that has all ops can be expected to reach all."""
    matrix = os.path.join(build, "stats", "pairs.csv")
    requirement = "pairs" if EVERYTHING in targets else "nothing"
    command = [os.path.join(build, "asan", "stats"), "--require", requirement, "--csv", matrix] + folders
    status = run.show(command, sanitizers.environment())
    print("%s: matrix of pairs in %s" % (" ".join(targets), matrix))
    return status


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", help="targets, comma between them (all)")
    parser.add_argument("--corpus", help="folders, comma between them, instead of working corpus and seeds; of one target (sequence)")
    parser.add_argument("--time", type=fuzz.positive, default=SECONDS, help="seconds to fuzz if there is no working corpus")
    parser.add_argument("--build", default="build", help="where the binaries are")
    return parser.parse_args()


def corpora(options):
    if not options.corpus:
        return working_corpora(options.build, chosen_targets(options.target), options.time)
    targets = chosen_targets(options.target or EVERYTHING)
    if len(targets) != 1:
        raise entry.Usage("--corpus: expected one target, found %s" % " ".join(targets))
    return {targets[0]: options.corpus.split(",")}


def main():
    options = read_options()
    chosen = corpora(options)
    folders = [assemble(options.build, target, paths) for target, paths in chosen.items()]
    return count(options.build, list(chosen), folders)


if __name__ == "__main__":
    entry.run(main)
