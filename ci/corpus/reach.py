# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What programs reach: edges of the code that the fuzzer explores, and the words that ops came to. The target that has all ops runs
programs of every target as that one does, so edges are numbered alike for all."""

import os
import re
import tempfile

from ci.corpus import corpus
from ci.corpus import libfuzzer
from ci.process import run
from ci.process import sanitizers

EVERYTHING = "sequence"
# Stands for a target that runs each program as it is written.
REPLAY = "replay"
HEADER_BYTES, RECORD_BYTES = 16, 16  # of a program in binary (fuzz/program/program.h)
STEP = re.compile(r"^(?!\(end\))(\S+).* -> (\w+)", re.MULTILINE)


class Program:
    """A program as its target runs it: in binary, under a path; what it reaches, None if it fails."""

    def __init__(self, target, path, source, binary, reached):
        self.target = target
        self.path = path
        self.source = source
        self.binary = binary
        self.reached = reached

    @property
    def ops(self):
        return (len(self.binary) - HEADER_BYTES) // RECORD_BYTES


def execute(command):
    result = run.run(command, None, sanitizers.environment_without_names())
    return result.status, result.output


def assemble(build, target, sources, folder):
    """Writes the programs of files as the target runs them, in binary: path of the source -> path of the program."""
    corpus.make_folder(folder)
    if sources:
        status, output = execute([os.path.join(build, "asan", target), "--assemble", folder] + sources)
        if status != 0:
            raise corpus.CorpusError("%s: not all programs could be read\n%s" % (target, libfuzzer.tail(output)))
    return {source: os.path.join(folder, os.path.splitext(os.path.basename(source))[0] + ".bin") for source in sources}


def traces(build, folder):
    """What replay prints of each program in a folder: path -> its steps."""
    status, output = execute([os.path.join(build, "asan", REPLAY), "--trace", folder])
    if status not in (0, 1):
        raise corpus.CorpusError("%s: can't be replayed\n%s" % (folder, libfuzzer.tail(output)))
    parts = (part.partition("\n") for part in ("\n" + output).split("\n# ")[1:])
    return {path: steps for path, _, steps in parts}


def words(trace):
    return frozenset("%s %s" % step for step in STEP.findall(trace))


def reached(build, folder):
    """Path -> edges, as numbers, and words, as "op WORD", of each program in a folder; those that fail are missing."""
    if not corpus.names(folder):
        return {}
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as scratch:
        corpus.make_folder(scratch + "/out")
        merged = libfuzzer.merge(os.path.join(build, "fuzz", EVERYTHING), scratch + "/out", folder, scratch, counters=False)
    steps = traces(build, folder)
    return {path: frozenset(number for number in features if number < merged.edges) | words(steps[path])
            for path, features in merged.features.items()}


def programs(build, target, sources, folder):
    """The programs of files, with what they reach."""
    paths = assemble(build, target, sources, folder)
    found = reached(build, folder)
    return [Program(target, path, source, corpus.read(path), found.get(path)) for source, path in paths.items()]


def texts(build, target, contents, folder):
    """The same of programs that are given as text."""
    for number, content in enumerate(contents):
        corpus.make_folder(folder + "/texts")
        corpus.write("%s/texts/%d.txt" % (folder, number), content.encode())
    return programs(build, target, ["%s/texts/%d.txt" % (folder, number) for number in range(len(contents))], folder + "/programs")
