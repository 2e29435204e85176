# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Turns a finding into a seed: its shortest program with its clause and story, in the folder of its target. `make test` runs it from then on.
Exit status: 0 kept, 2 wrong use, 3 it could not be done."""

import argparse
import os
import re
import textwrap

from ci.build import make
from ci.build import variants
from ci.findings import clerk
from ci.findings import examine
from ci.findings import finding as kept
from ci.findings import store as stores
from ci.fuzz import fuzz
from ci.process import entry
from ci.process import files

VARIANT = "asan"
EVERYTHING = "sequence"
WIDTH = 118
# What a finding without a clause in its report is about.
CLAUSES = {"asan": "X-BOUNDS"}
OTHERWISE = "X-NOPANIC"
HEAD = re.compile(r"[A-Z]-[A-Z0-9]+$")


def story(found):
    """What was seen, from the report."""
    facts = found.facts
    clause = facts["clause"] if HEAD.match(facts["clause"]) else CLAUSES.get(facts["check"], OTHERWISE)
    said = facts["said"] or clerk.said(files.read_text(found.report))
    return clause, "found as %s by %s on %s. %s." % (found.name, " and ".join(facts["engines"]), facts["found"].split()[0], said)


def comment(clause, text):
    return "".join("# %s\n" % line for line in textwrap.wrap("%s: %s" % (clause, text), WIDTH))


def place(folder, name):
    """A name that is free."""
    stem = os.path.join(folder, "found-" + name.lower())
    return next(path for path in ["%s%s.txt" % (stem, end) for end in [""] + ["-%d" % number for number in range(2, 1000)]]
                if not os.path.exists(path))


def fits(binaries, variant, target, path):
    """Whether the target runs the program as it is, without bending it."""
    verdict = examine.examine(binaries, variant, target, path, bend=False)
    return verdict.outcome in (examine.PASSED, examine.FAILED)


def keep(store, binaries, name, corpus, own_story):
    """Makes the seed; returns its path."""
    try:
        found = store.load(name)
    except kept.Damaged as problem:
        raise entry.Usage("expected FINDING= one of: %s; %s" % (" ".join(store.names()) or "(there are none)", problem)) from None
    if found.facts["kept"] and os.path.exists(found.facts["kept"]):
        raise entry.Usage("%s is kept already: %s" % (name, found.facts["kept"]))
    if found.target == fuzz.CANARY:
        raise entry.Usage("%s: the target %s fails on purpose; nothing to keep" % (name, found.target))
    program = found.input if found.takes_text else found.shortest_program()
    if not program:
        raise entry.CannotRun("%s: has no program in text: make findings makes one" % name)
    return write_seed(found, program, binaries, corpus, own_story)


def write_seed(found, program, binaries, corpus, own_story):
    variant = variants.by_name()[VARIANT]
    target = found.target if found.takes_text or fits(binaries, variant, found.target, program) else EVERYTHING
    clause, text = story(found)
    path = place(os.path.join(corpus, target), found.name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = files.read(program)
    files.write(path, content if found.takes_text else comment(clause, own_story or text).encode() + content)
    found.facts["kept"] = path
    found.save()
    verdict = examine.examine(binaries, variant, target, path)
    print("kept: %s" % path)
    print("it fails still, and so will make test until the library is mended" if verdict.outcome == examine.FAILED else
          "it passes now: make test runs it from here on")
    return path


def main():
    parser = argparse.ArgumentParser(prog="keep", description=__doc__)
    parser.add_argument("--finding", required=True, help="its name, as make findings shows it")
    parser.add_argument("--story", help="what to say of it, instead of what the report says")
    parser.add_argument("--findings", default=stores.DEFAULT)
    parser.add_argument("--corpus", default="corpus", help="where the seeds are")
    parser.add_argument("--bug", help="look with this planted bug of fuzz/bugs in the library")
    options = parser.parse_args()
    binaries = variants.Binaries(options.bug)
    make.provide(binaries, {(VARIANT, target) for target in fuzz.known_targets()}, os.cpu_count() or 1)
    name = os.path.basename(options.finding.rstrip("/"))
    keep(stores.Store(options.findings), binaries, name, options.corpus, options.story)
    return 0


if __name__ == "__main__":
    entry.run(main)
