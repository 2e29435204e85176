# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Minimises working corpora: keeps the fewest inputs that, with the seeds, reach all that was reached, and those that fail. The corpus
from before stays beside it. With --adopt programs that reach what no seed reaches become seeds (ci/corpus/adopt.py). Exit status: 0 done, 1
done and there are inputs that fail, 2 wrong use, 3 it could not be done; then the corpus is as it was."""

import argparse
import contextlib
import glob
import os
import shutil
import sys

from ci.bank import bank
from ci.corpus import adopt
from ci.corpus import corpus
from ci.corpus import libfuzzer
from ci.process import entry
from ci.process import lock

# Targets whose working corpus is of no use: this one fails on purpose.
CANARY = "canary"
BEFORE = ".before"
WORK = ".minimise-"
BLOCK_BYTES = 4096
# What the engine writes down about an input takes less.
NOTES_BYTES = 4096


class Place:
    """Where one target's things are. `work` is a folder of this process's own, beside the corpus."""

    def __init__(self, build, target, corpora=None):
        self.target = target
        self.binary = os.path.join(build, "fuzz", target)
        self.seeds = os.path.join(build, "seeds", target)
        self.corpus = os.path.join(corpora or os.path.join(build, "corpus"), target)
        self.before = self.corpus + BEFORE
        self.work = "%s%s%d" % (self.corpus, WORK, os.getpid())

    def inside(self, name):
        """A folder in the work folder."""
        path = os.path.join(self.work, name)
        corpus.make_folder(path)
        return path


def remove_leftovers(place):
    """Away with what a run that was killed has left. Under the lock, so nobody is at work there."""
    for path in glob.glob(glob.escape(place.corpus) + WORK + "*"):
        corpus.remove(path)
        print("%s: removed %s, which an interrupted run has left" % (place.target, path))
    left = corpus.remove_unfinished(place.corpus)
    if left:
        print("%s: removed %d unfinished files" % (place.target, len(left)))


@contextlib.contextmanager
def work_folder(place):
    corpus.make_folder(place.work)
    try:
        yield
    finally:
        corpus.remove(place.work)


# ---- minimising one corpus


class Inputs:
    """The inputs of a folder by their digest; the names of files without content, which are left out."""

    def __init__(self, folder):
        self.empty = corpus.empty_files(folder)
        self.paths = {}
        self.sizes = []
        for name, content in corpus.contents(folder).items():
            self.sizes.append(len(content))
            if content:
                self.paths[corpus.digest(content)] = os.path.join(folder, name)

    def link(self, folder, chosen=None):
        """Puts them into a folder, under their digests; returns their paths there."""
        for name in self.paths if chosen is None else chosen:
            corpus.place(self.paths[name], folder, name)
        return [os.path.join(folder, name) for name in corpus.names(folder)]


class Result:
    """The inputs to keep, those of them that fail, and what corpus and seeds reach before and after: (edges, features)."""

    def __init__(self, kept, failing, failing_seeds, before, after):
        self.kept = kept
        self.failing = failing
        self.failing_seeds = failing_seeds
        self.before = before
        self.after = after


def check_room(place, inputs):
    """The engine does not say that the disk is full: it begins again for each input. So it needs room for all that it may write first."""
    needed = sum(-(-size // BLOCK_BYTES) * BLOCK_BYTES + NOTES_BYTES for size in inputs.sizes)
    free = shutil.disk_usage(place.work).free
    if free < needed:
        raise corpus.CorpusError("%s: no space left: expected %d bytes, found %d" % (place.corpus, needed, free))


def without(paths, failed):
    return [path for path in paths if os.path.basename(path) not in failed]


def choose(place, inputs, seeds):
    """Lets the engine choose, and sees that what it chose reaches what all do."""
    out, everything = place.inside("merge"), place.inside("all")
    check_room(place, inputs)
    seed_paths, all_paths = seeds.link(place.inside("seeds")), inputs.link(everything)
    seeds.link(out)
    merged = libfuzzer.merge(place.binary, out, everything, place.work)
    failed = {os.path.basename(path) for path in merged.failed}
    chosen = (set(corpus.names(out)) - set(seeds.paths) - failed) & set(inputs.paths)
    kept = sorted(chosen | failed & set(inputs.paths))
    sound = without(seed_paths, failed)
    before = libfuzzer.measure(place.binary, sound + without(all_paths, failed), place.work)
    after = libfuzzer.measure(place.binary, sound + [os.path.join(everything, name) for name in sorted(chosen)], place.work)
    if after[0] < before[0] or after[1] < before[1]:
        raise corpus.CorpusError("%s: nothing is changed: what the engine's merge chose reaches %d edges, %d features, expected %d and %d; "
                                 "is the disk full?" % (place.corpus, *after, *before))
    return Result(kept, sorted(failed & set(inputs.paths)), sorted(failed & set(seeds.paths)), before, after)


def check_copy(folder, kept):
    """Looks at the new corpus as others will find it: each file there, and with the content that its name says."""
    found = corpus.contents(folder)
    wrong = [name for name, content in found.items() if corpus.digest(content) != name]
    if sorted(found) != kept or wrong:
        raise corpus.CorpusError("%s: expected %d files, found %d, and %d damaged" % (folder, len(kept), len(found), len(wrong)))


def replace(place, new):
    """Puts the new corpus in the place of the old one, which becomes the one from before and stays in its place until the exchange."""
    spare = os.path.join(place.work, "spare")
    if os.path.isdir(place.before):
        os.rename(place.before, spare)
    os.rename(new, place.before)
    try:
        corpus.exchange(place.corpus, place.before)
    except corpus.CorpusError:
        os.rename(place.before, new)
        if os.path.isdir(spare):
            os.rename(spare, place.before)
        raise


def report(place, inputs, result):
    kept = sum(os.path.getsize(os.path.join(place.corpus, name)) for name in corpus.names(place.corpus))
    print("%s: %d files, %d bytes -> %d files, %d bytes; with the seeds %d edges, %d features -> %d edges, %d features" % (
        place.target, len(inputs.sizes), sum(inputs.sizes), len(corpus.names(place.corpus)), kept, *result.before, *result.after))
    if inputs.empty:
        print("  left out, because of 0 bytes: %s" % " ".join(inputs.empty))
    for name in result.failing:
        print("  FAILS, kept: make replay TARGET=%s FILE=%s" % (place.target, os.path.join(place.corpus, name)))
    for name in result.failing_seeds:
        print("  FAILS, a seed of build/seeds/%s: SHA-1 %s" % (place.target, name))


def minimise(place):
    """Minimises one corpus; returns whether no input fails."""
    inputs, seeds = Inputs(place.corpus), Inputs(place.seeds)
    result = choose(place, inputs, seeds)
    named = all(name == os.path.basename(path) for name, path in inputs.paths.items())
    if len(result.kept) < len(inputs.sizes) or not named:
        new = place.inside("new")
        inputs.link(new, result.kept)
        check_copy(new, result.kept)
        replace(place, new)
        report(place, inputs, result)
        print("  way back: rm -r %s && mv %s %s" % (place.corpus, place.before, place.corpus))
    else:
        report(place, inputs, result)
    return not result.failing and not result.failing_seeds


# ---- all that were asked for


def has_corpus(place):
    return bool(corpus.names(place.corpus))


def chosen_places(options):
    known = sorted(os.path.basename(path)[:-2] for path in glob.glob("fuzz/targets/*.c"))
    asked = [name for name in (options.target or "").split(",") if name]
    unknown = [name for name in asked if name not in known or name == CANARY]
    if unknown:
        raise entry.Usage("no corpus of %s; expected some of: %s" % (" ".join(unknown), " ".join(name for name in known if name != CANARY)))
    places = [Place(options.build, name) for name in asked or known if name != CANARY]
    missing = [place.target for place in places if not has_corpus(place)]
    if len(missing) == len(places) or asked and missing:
        raise entry.Usage("no working corpus of %s: make fuzz TARGET=%s" % (" ".join(missing), ",".join(missing)))
    return [place for place in places if place.target not in missing]


def minimise_all(places, held):
    """Whether no input of any failed. Locks stay held until the end, since what comes then reads the corpora."""
    sound = True
    for place in places:
        held.enter_context(lock.hold(corpus.lock_path(place.corpus), "make corpus-minimise"))
        remove_leftovers(place)
        with work_folder(place):
            sound = minimise(place) and sound
        sys.stdout.flush()
    return sound


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", help="targets, comma between them (all that have a working corpus)")
    parser.add_argument("--adopt", action="store_true", help="make seeds of programs that reach what no seed reaches")
    parser.add_argument("--corpus", default="corpus", help="where the seeds are, as text")
    parser.add_argument("--build", default="build", help="where binaries, working corpora and seeds are")
    parser.add_argument("--bugs", default=bank.FOLDER, help="the bank whose bugs the seeds must go on to show")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main():
    options = read_options()
    places = chosen_places(options)
    with contextlib.ExitStack() as held:
        sound = minimise_all(places, held)
        if options.adopt:
            adopt.adopt(options.build, options.corpus, [place.target for place in places], options.jobs, options.bugs)
    return 0 if sound else 1


if __name__ == "__main__":
    entry.run(main)
