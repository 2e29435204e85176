# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Makes seeds of the programs in working corpora that reach what no seed of any target reaches: short ones first, each made shorter, as
text that says what it adds. An adopted seed is known by its name, which holds a hash of its content; one that was edited or renamed is
hand-written, and those are never touched. Adopted ones that others make superfluous go, unless a bug of the bank is shown by them
alone."""

import hashlib
import os
import re
import tempfile
import time

from ci.bank import bank
from ci.bank import killed
from ci.corpus import corpus
from ci.corpus import libfuzzer
from ci.corpus import reach
from ci.corpus import shrink
from ci.process import report
from ci.shapes import shapes
from ci.shapes import shapes_table

# Whose corpora are no programs.
OTHERS = ("canary", "text")
ADOPTED = re.compile(r"adopted-.*([0-9a-f]{8})\.txt$")
OPS = "fuzz/program/ops.def"
OP_CLAUSE = re.compile(r'^OP\(\w+, "([^"]+)", "([^"]+)"', re.MULTILINE)
# Where a trace must be as on the host: another word size, plain and lean, another byte order.
SHAPES = ("host32", "host32-lean", "ppc32-gcc-o2")
NAMED = 3
WIDTH = 140


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_adopted(path):
    found = ADOPTED.match(os.path.basename(path))
    return bool(found) and hash_of(corpus.read(path).decode("utf-8", "replace")) == found.group(1)


# ---- which programs mean the same everywhere


class Everywhere:
    """Images of some shapes, and whether a program has the same trace in all."""

    def __init__(self, jobs, scratch):
        self.scratch = scratch
        known = shapes_table.shapes()
        self.reference = known[0]
        self.others = shapes.select(known, SHAPES)
        shapes.build([self.reference] + self.others, jobs=jobs)

    def same(self, programs):
        """The paths of those programs, a list, whose traces are the same."""
        bundle = {program.path: program.binary for program in programs}
        if not bundle:
            return set()
        expected = shapes.replay(self.reference, bundle, self.scratch)
        equal = set(bundle)
        for shape in self.others:
            chosen = shapes.wanted(bundle, shape)
            outcome = shapes.replay(shape, bundle, self.scratch) if chosen else None
            if outcome and not (outcome.counted and outcome.status == 0):
                return self._one_by_one(programs)
            big_endian = shapes.is_big_endian("%s/%s/image" % (shapes.FOLDER, shape.name))
            equal -= {name for name in chosen
                      if shapes.differences(expected, outcome, [name], (self.reference.name, shape.name), big_endian)}
        return equal

    def _one_by_one(self, programs):
        """Some fail, which a bundle does not tell apart."""
        return set().union(*(self.same([program]) for program in programs)) if len(programs) > 1 else set()


# ---- text


def clauses():
    """Op -> its clause."""
    with open(OPS, encoding="utf-8") as file:
        return dict(OP_CLAUSE.findall(file.read()))


def clause_of(ops):
    """The clause of the last op that has one: a program made short ends where it reaches what it adds."""
    known = clauses()
    return next((known[op] for op in reversed(ops) if known.get(op, "-") != "-"), "-")


def with_results(text, trace):
    """The program with what came of each op behind it."""
    results = [line.rpartition(" -> ")[2] for line in trace.splitlines() if " -> " in line and not line.startswith("(end)")]
    lines = text.splitlines()
    first = len(lines) - len(results)
    width = max(len(line) for line in lines[first:])
    return "".join(line + "\n" for line in lines[:first] + [
        "%-*s  # %s" % (width, line, result) for line, result in zip(lines[first:], results)])


class Gain:
    """What a program adds, in words."""

    def __init__(self, edges, functions, words):
        self.edges = edges
        self.functions = functions
        self.words = words

    def slug(self):
        names = [word.replace(" ", "-") for word in self.words] + [name.replace("procbuf_", "") for _, name in self.functions]
        return report.slug((names or ["edges"])[0]).replace("_", "-").lower()

    def parts(self):
        places = ["%s (%s)" % (name, file) for file, name in self.functions]
        more = ["%d more" % (len(places) - NAMED)] if len(places) > NAMED else []
        inside = " in " + ", ".join(places[:NAMED] + more) if places else ""
        return self.words + (["%d edge%s%s" % (self.edges, "" if self.edges == 1 else "s", inside)] if self.edges else [])

    def comment(self, ops):
        """The first comment of the seed, in lines that are not too long."""
        clause = clause_of([word.split()[0] for word in self.words] or ops)
        lines = ["#"]
        for word in ("%s: adds %s. Adopted from a fuzzer's corpus." % (clause, ", ".join(self.parts()))).split():
            if len(lines[-1]) + len(word) >= WIDTH:
                lines.append("#")
            lines[-1] += " " + word
        return "".join(line + "\n" for line in lines)


def gain_of(new, before, after):
    """`new`: what is reached for the first time; `before` and `after`: edges by function."""
    functions = sorted(place for place, number in after.items() if number > before.get(place, 0))
    return Gain(sum(isinstance(item, int) for item in new), functions, sorted(item for item in new if isinstance(item, str)))


# ---- choosing


def union(programs):
    return frozenset().union(*(program.reached or () for program in programs))


def superfluous(chosen, base):
    """One that the others make superfluous, the last chosen first; None if there is none."""
    return next((one for one in reversed(chosen) if one.reached <= base | union(other for other in chosen if other is not one)), None)


class Adoption:
    """One run: `targets` are those whose working corpora are looked through, and whose adopted seeds may go."""

    def __init__(self, build, seeds, targets, jobs, bugs, scratch):
        self.build = build
        self.seeds = seeds
        self.targets = targets
        self.jobs = jobs
        self.bugs = bugs
        self.scratch = scratch
        self.everywhere = Everywhere(jobs, scratch)
        self.skipped = 0

    def folder(self, *names):
        return os.path.join(self.scratch, *names)

    def read_seeds(self):
        """All seeds of all targets, each as its target runs it; and, as replay runs it, one that was written by hand."""
        found = []
        for target in sorted(os.listdir(self.seeds)):
            if target not in OTHERS:
                sources = [os.path.join(self.seeds, target, name) for name in corpus.names(os.path.join(self.seeds, target))]
                found += reach.programs(self.build, target, sources, self.folder("seeds", target))
                by_hand = [source for source in sources if not is_adopted(source)]
                found += reach.programs(self.build, reach.REPLAY, by_hand, self.folder("replayed", target))
        failing = [program.source for program in found if program.reached is None]
        if failing:
            raise corpus.CorpusError("nothing adopted, since seeds fail: %s" % " ".join(failing))
        return found

    def read_candidates(self):
        found = []
        for target in self.targets:
            folder = os.path.join(self.build, "corpus", target)
            sources = [os.path.join(folder, name) for name in corpus.names(folder)]
            found += reach.programs(self.build, target, sources, self.folder("working", target))
        return [program for program in found if program.reached is not None]

    def choose(self, base, adopted, candidates):
        """The adopted ones to keep and the programs to adopt, made short."""
        useful = [program for program in candidates if program.reached - base]
        same = self.everywhere.same(useful)
        self.skipped = len(useful) - len(same)
        useful = adopted + [program for program in useful if program.path in same]
        chosen, covered = [], base
        for program in sorted(useful, key=lambda one: (one.ops, one not in adopted, one.path)):
            if program.reached - covered:
                chosen.append(program if program in adopted else self.shorten(program, program.reached - covered))
                covered |= chosen[-1].reached
        while superfluous(chosen, base):
            chosen.remove(superfluous(chosen, base))
        return chosen

    def shorten(self, program, needed):
        """A shorter program that reaches what is needed, and means the same everywhere; else the program itself."""
        folder = self.folder("shrink-%d" % time.monotonic_ns())
        short = shrink.shrink(self.build, program, needed, folder)
        return short if self.everywhere.same([short]) else program

    # ---- from programs to files

    def render(self, program, gain):
        """The seed as text."""
        text = shrink.text_of(self.build, program)
        trace = reach.traces(self.build, program.path)[program.path]
        ops = [line.split()[0] for line in text.splitlines()]
        return gain.comment(ops) + with_results(text, trace)

    def functions(self, programs):
        return libfuzzer.functions(os.path.join(self.build, "fuzz", reach.EVERYTHING), [program.path for program in programs], self.scratch)

    def write(self, base_programs, new):
        """Writes the new seeds; returns their paths."""
        paths, there = [], list(base_programs)
        before = self.functions(there)
        for program in new:
            after = self.functions(there + [program])
            gain = gain_of(program.reached - union(there), before, after)
            text = self.render(program, gain)
            path = os.path.join(self.seeds, program.target, "adopted-%s-%s.txt" % (gain.slug(), hash_of(text)))
            corpus.write(path, text.encode())
            paths.append(path)
            print("  adopted %s: %s" % (path, ", ".join(gain.parts())))
            there, before = there + [program], after
        return paths

    def drop(self, kept_paths, superfluous_seeds):
        """Removes adopted seeds that are superfluous; returns those that stay, because they show a bug that nothing else shows."""
        others = [program.source for program in superfluous_seeds]
        needed = killed.needed(self.bugs, kept_paths, others, self.jobs) if others else []
        for path in others:
            if path in needed:
                print("  kept %s: it alone shows a bug of the bank" % path)
            else:
                corpus.remove(path)
                print("  dropped %s: others reach what it reaches" % path)
        return needed

    # ---- figures

    def figures(self, target):
        """Number of seeds as they are in the folder now, and edges and features that they reach in their target."""
        folder = os.path.join(self.seeds, target)
        sources = [os.path.join(folder, name) for name in corpus.names(folder)]
        paths = reach.assemble(self.build, target, sources, self.folder("figures-%d" % time.monotonic_ns()))
        return (len(sources),) + libfuzzer.measure(os.path.join(self.build, "fuzz", target), list(paths.values()), self.scratch)

    def run(self):
        seeds = self.read_seeds()
        before = {target: self.figures(target) for target in self.targets}
        adopted = [program for program in seeds if program.target in self.targets and is_adopted(program.source)]
        fixed = [program for program in seeds if program not in adopted]
        chosen = self.choose(union(fixed), adopted, self.read_candidates())
        kept = [program for program in chosen if program in adopted]
        paths = self.write(fixed + kept, [program for program in chosen if program not in adopted])
        stay = [program.source for program in fixed + kept] + paths
        self.drop(stay, [program for program in adopted if program not in kept])
        self.report(before, union(seeds), union(fixed + chosen))

    def report(self, before, reached_before, reached_after):
        for target in self.targets:
            print("%s: %d seeds, alone %d edges, %d features -> %d seeds, %d edges, %d features" % (
                target, *before[target], *self.figures(target)))
        print("all seeds of programs: %s -> %s" % (describe(reached_before), describe(reached_after)))
        if self.skipped:
            print("skipped %d programs that reach more: their traces are others at another word size or byte order" % self.skipped)


def describe(reached):
    edges = sum(isinstance(item, int) for item in reached)
    return "%d edges, %d words of ops" % (edges, len(reached) - edges)


def adopt(build, seeds, targets, jobs, bugs_folder=bank.FOLDER):
    """Adopts from the working corpora of these targets; those that are no programs are left out."""
    chosen = [target for target in targets if target not in OTHERS]
    for target in sorted(set(targets) - set(chosen)):
        print("%s: nothing adopted, its inputs are no programs" % target)
    if chosen:
        with tempfile.TemporaryDirectory() as scratch:
            Adoption(build, seeds, chosen, jobs, bank.read(bugs_folder), scratch).run()
