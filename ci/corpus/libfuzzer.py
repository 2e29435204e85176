# SPDX-License-Identifier: Apache-2.0 OR MIT
"""libFuzzer as a judge of corpora: what each input reaches, which inputs reach all that all reach, what a set of them reaches. Reads the
control file of its merge, of which only whole lines count: an input that ends the process has a line STARTED and no other."""

import os
import re

from ci.corpus import corpus
from ci.process import run
from ci.process import sanitizers

HANG_SECONDS = 10
INITIAL = re.compile(r"^#\d+\tINITED (?:.* )?cov: (\d+) ft: (\d+)", re.MULTILINE)
EDGES = re.compile(r"^INFO: Loaded \d+ PC tables \((\d+) PCs\)", re.MULTILINE)
FUNCTION = re.compile(r"^COVERED_FUNC: hits: \d+ edges: (\d+)/(\d+) (\S+) (\S+?):\d+$", re.MULTILINE)


class Merge:
    """What came of one: by path of the input, the numbers of the features that it has; those that ended the process; how many of the lowest
    numbers are edges, if features were not told apart by how often."""

    def __init__(self, features, failed, edges):
        self.features = features
        self.failed = failed
        self.edges = edges


def execute(command, symbolize=False):
    environment = sanitizers.environment() if symbolize else sanitizers.environment_without_names()
    try:
        return run.run(command, None, environment)
    except OSError as problem:
        raise corpus.CorpusError("%s: %s" % (command[0], problem.strerror)) from problem


def tail(output):
    return "\n".join("  " + line for line in output.splitlines()[-5:])


def read_control(path, output):
    """The control file of a merge: number of files, number of those in the first corpus, their names, then what was seen."""
    lines = corpus.read(path).decode("utf-8", "surrogateescape").splitlines()
    count = int(lines[0])
    files = lines[2:2 + count]
    features, started = {}, set()
    for words in (line.split() for line in lines[2 + count:]):
        if words[0] == "STARTED":
            started.add(int(words[1]))
        elif words[0] == "FT":
            features[files[int(words[1])]] = frozenset(map(int, words[2:]))
    return Merge(features, sorted({files[number] for number in started} - set(features)), int(EDGES.search(output).group(1)))


def merge(binary, out, folder, scratch, counters=True):
    """Copies to `out` the fewest files of `folder` that reach all that it does and what is in `out` already does not. `counters`: how often
    an edge is run counts too. Files that end the process are not among them."""
    control = os.path.join(scratch, "control")
    corpus.remove(control)
    result = execute([binary, "-set_cover_merge=1", "-use_counters=%d" % counters, "-merge_control_file=" + control,
                      "-timeout=%d" % HANG_SECONDS, "-artifact_prefix=%s/stopped-" % scratch, out, folder])
    if result.status != 0:
        raise corpus.CorpusError("%s: the merge failed, status %s\n%s" % (folder, result.status, tail(result.output)))
    try:
        return read_control(control, result.output)
    except (IndexError, ValueError, AttributeError) as problem:
        raise corpus.CorpusError("%s: expected the control file of a merge, found something else: %s" % (control, problem)) from problem


def run_inputs(binary, paths, scratch, options, symbolize=False):
    """Runs inputs and nothing else. They go into a list: given as a folder they would make the engine write."""
    inputs = os.path.join(scratch, "inputs")
    corpus.write(inputs, ",".join(paths).encode())
    return execute([binary, "-runs=0", "-timeout=%d" % HANG_SECONDS, "-artifact_prefix=%s/stopped-" % scratch] + options +
                   (["-seed_inputs=@" + inputs] if paths else []), symbolize)


def measure(binary, paths, scratch):
    """How many edges and how many features the inputs reach together."""
    result = run_inputs(binary, paths, scratch, [])
    found = INITIAL.search(result.output)
    if result.status != 0 or not found:
        raise corpus.CorpusError("%s: could not run %d inputs, status %s\n%s" % (binary, len(paths), result.status, tail(result.output)))
    return int(found.group(1)), int(found.group(2))


def functions(binary, paths, scratch):
    """Edges reached by function, as (source file, function) -> number."""
    result = run_inputs(binary, paths, scratch, ["-print_coverage=1"], symbolize=True)
    if result.status != 0:
        raise corpus.CorpusError("%s: could not run %d inputs, status %s\n%s" % (binary, len(paths), result.status, tail(result.output)))
    return {(os.path.relpath(file), name): int(reached) for reached, _, name, file in FUNCTION.findall(result.output)}
