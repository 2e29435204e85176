# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs targets as a fuzzing service does: a copy of $OUT that nobody can write to, no file of the project beside it, another directory, another user."""

import configparser
import os
import re
import shutil
import tempfile
import zipfile

from ci.build import variants
from ci.process import files
from ci.process import report
from ci.process import run
from ci.process import sanitizers

NOBODY = 65534
# Where anybody may write.
OPEN_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")
RUN_SECONDS = 120
SESSION_RUNS = 3000
FIND_SECONDS = 45
AFL_SESSION_SECONDS = 5
BIG = 1 << 20
STACK_FEATURES = 2

# What engines say of their own: all else that is written, the target has written.
ENGINE_LINES = re.compile(
    r"^(INFO: |\S+: Running \d+ inputs|#\d+\s|Running: |Executed |Done \d+|WARNING: no interesting inputs|This may also happen|\*\*\*|Dictionary: |ENGINE ran |stat::|\s*$"
    r"|Reading \d+ bytes|Execution successful|Running LLVMFuzzerInitialize|continue\.\.\.|Warning: AFL|AFL driver|Accepting input)")
LIBFUZZER_END = re.compile(r"^#\d+\s+(?:DONE|INITED)\s+cov: (\d+) ft: (\d+) .*exec/s: (\d+)", re.MULTILINE)
ENGINE_END = re.compile(r"^ENGINE ran (\d+) inputs, reached (\w+)$", re.MULTILINE)
AFL_SPEED = re.compile(r"^execs_per_sec\s*: ([\d.]+)", re.MULTILINE)


class Home:
    """A place to run in: `out`, a copy of $OUT that is read-only; `scratch`, all that a target may write to."""

    def __init__(self, root, out, configuration):
        self.configuration = configuration
        self.root = tempfile.mkdtemp(prefix="home-", dir=root)
        self.out = os.path.join(self.root, "out")
        self.scratch = os.path.join(self.root, "scratch")
        shutil.copytree(out, self.out)
        os.mkdir(self.scratch)
        for folder, _, names in os.walk(self.out):
            for name in names:
                os.chmod(os.path.join(folder, name), 0o555)
            os.chmod(folder, 0o555)
        os.chmod(self.root, 0o755)
        os.chmod(self.scratch, 0o777)
        self.marker = os.path.join(root, "marker-" + os.path.basename(self.root))
        files.write(self.marker, b"")

    def folder(self, name):
        path = os.path.join(self.scratch, name)
        os.mkdir(path)
        os.chmod(path, 0o777)
        return path

    def command(self, words):
        other = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups", "--"] if os.getuid() == 0 else []
        return other + words

    def environment(self):
        settings = sanitizers.environment()
        return dict(
            {name: value for name, value in settings.items() if name.endswith("_SYMBOLIZER_PATH") or name == "PATH"},
            HOME="/nonexistent", TMPDIR=self.scratch, LC_ALL="C", LLVM_PROFILE_FILE="/dev/null",
            ASAN_OPTIONS="detect_leaks=0:handle_abort=1" + (":abort_on_error=1:symbolize=0" if self.configuration.engine == "afl" else ""),
            UBSAN_OPTIONS="print_stacktrace=1:silence_unsigned_overflow=1",
            AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1", AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1", AFL_BENCH_UNTIL_CRASH="1",
            AFL_DRIVER_DONT_DEFER="1")

    def run(self, words, limit=RUN_SECONDS):
        return run.run(self.command(words), limit, self.environment(), "/")

    def binary(self, name):
        """A target as a command. A kernel without 32-bit system calls, as many containers have, still runs it so."""
        emulator = variants.RUNNERS["qemu32"] if self.configuration.architecture == "i386" else []
        return emulator + [os.path.join(self.out, name)]

    def options(self, name):
        """What the file beside a target tells libFuzzer, as ClusterFuzz reads it; the canary has none."""
        parser = configparser.ConfigParser()
        parser.read(os.path.join(self.out, name + ".options"))
        return ["-%s=%s" % option for option in parser.items("libfuzzer")] if parser.has_section("libfuzzer") else []

    def dictionary(self, name, option):
        path = os.path.join(self.out, name + ".dict")
        return option(path) if os.path.exists(path) else []

    def seeds(self, name):
        """A folder with the seeds of a target."""
        folder = self.folder("seeds-" + name)
        with zipfile.ZipFile(os.path.join(self.out, name + "_seed_corpus.zip")) as archive:
            archive.extractall(folder)
        return folder

    def traces(self):
        """What nobody has written where it should not."""
        if os.getuid() != 0:
            return "not checked: it takes root to be another user"
        folders = [folder for folder in OPEN_FOLDERS if os.path.isdir(folder)]
        # It complains of files of others that go away meanwhile.
        result = run.run(["find"] + folders + ["-uid", str(NOBODY), "-newer", self.marker, "-not", "-path", os.path.dirname(self.root) + "/*"], RUN_SECONDS,
                         apart=True)
        found = result.output.splitlines()
        return "%s was written" % found[0] if found else None


def listed(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def alike(first, second):
    """Whether the same was reached. libFuzzer has a feature for how deep the stack was, which depends on where it begins; so by one or two features it
    may be less or more, but by no edge."""
    if not first or not second or isinstance(first[0], str):
        return first == second
    return first[0] == second[0] and abs(first[1] - second[1]) <= STACK_FEATURES


def words_of_target(output):
    return [line for line in output.splitlines() if not ENGINE_LINES.match(line)]


def ended(result, what):
    return "%s: %s\n%s" % (what, "not done in time" if result.status is None else "status %d" % result.status, result.output[-1500:])


# ---- engines: how each runs inputs, fuzzes, says what was reached


class LibFuzzer:
    """Also the coverage build, where it runs inputs and nothing else."""

    def __init__(self, home):
        self.home = home

    def command(self, name, prefix):
        return self.home.binary(name) + self.home.options(name) + ["-seed=1", "-artifact_prefix=%s/%s-" % (self.home.scratch, prefix)]

    def run_inputs(self, name, inputs):
        """On each input, whole: max_len would cut it."""
        result = self.home.run(self.home.binary(name) + ["-artifact_prefix=%s/stopped-" % self.home.scratch] + inputs)
        return result, result.output.count("\nExecuted ") == len(inputs)

    def reached(self, name, folder, turn):
        """Coverage of the seeds; and, in a session of so many runs, executions a second."""
        copy = os.path.join(self.home.scratch, "corpus-%s-%d" % (name, turn))
        shutil.copytree(folder, copy)
        os.chmod(copy, 0o777)
        result = self.home.run(self.command(name, "stopped") + ["-runs=%d" % SESSION_RUNS, copy] + self.home.dictionary(name, lambda path: ["-dict=" + path]))
        ends = LIBFUZZER_END.findall(result.output)
        return result, [int(number) for number in ends[0][:2]] if ends else [], int(ends[-1][2]) if ends else 0

    def find(self, name):
        """A session from nothing that must end with a finding: what was said, and the test case."""
        result = self.home.run(self.command(name, "found-" + name) + ["-max_total_time=%d" % FIND_SECONDS])
        return result.output, [path for path in listed(self.home.scratch) if os.path.basename(path).startswith("found-%s-crash-" % name)]


class Afl:
    """AFL++, which mutates bytes here, as it does at OSS-Fuzz."""

    def __init__(self, home):
        self.home = home

    def run_inputs(self, name, inputs):
        """It does not run what is empty."""
        result = self.home.run(self.home.binary(name) + inputs)
        return result, result.output.count("Execution successful") == sum(os.path.getsize(path) > 0 for path in inputs)

    def reached(self, name, folder, turn):
        """What the seeds reach; and, the first time, executions a second of a session."""
        out = self.home.folder("map-%s-%d" % (name, turn))
        result = self.home.run(["afl-showmap", "-q", "-C", "-i", folder, "-o", out + "/map", "--"] + self.home.binary(name))
        session = self.fuzz(name, folder, AFL_SESSION_SECONDS) if turn == 0 and result.status == 0 else None
        if result.status != 0 or session and session.status != 0:
            return session or result, [], 0
        stats = files.read_text(os.path.join(self.home.scratch, "fuzz-" + name, "default", "fuzzer_stats"))
        return result, [files.read_text(out + "/map")], int(float(AFL_SPEED.search(stats).group(1)))

    def fuzz(self, name, folder, seconds):
        return self.home.run(["afl-fuzz", "-t", "5000+", "-m", "none", "-V", str(seconds), "-s", "1", "-i", folder, "-o", self.home.folder("fuzz-" + name)] +
                             self.home.dictionary(name, lambda path: ["-x", path]) + ["--"] + self.home.binary(name))

    def find(self, name):
        start = self.home.folder("start-" + name)
        files.write(os.path.join(start, "input"), b"input\n")
        result = self.fuzz(name, start, FIND_SECONDS)
        folder = os.path.join(self.home.scratch, "fuzz-" + name, "default", "crashes")
        found = [path for path in (listed(folder) if os.path.isdir(folder) else []) if os.path.basename(path).startswith("id:")]
        return (self.home.run(self.home.binary(name) + found[:1]).output if found else result.output), found


class Stranger:
    """An engine that is not to be had here: ci/standin/engine.c runs the inputs."""

    def __init__(self, home):
        self.home = home

    def run_inputs(self, name, inputs):
        result = self.home.run(self.home.binary(name) + inputs)
        end = ENGINE_END.search(result.output)
        return result, bool(end) and int(end.group(1)) == len(inputs)

    def reached(self, name, folder, _):
        result = self.home.run(self.home.binary(name) + listed(folder))
        return result, [end[1] for end in ENGINE_END.findall(result.output)], 0

    find = None


def engine(home):
    kinds = {"libfuzzer": LibFuzzer, "afl": Afl}
    return kinds.get(home.configuration.engine, Stranger)(home)


# ---- checks: a problem in words, or nothing


def wrong_seeds(home, runner, name, seeds):
    result, all_ran = runner.run_inputs(name, listed(seeds))
    if result.status != 0:
        return ended(result, "its seeds"), result
    return (None if all_ran else "not all of %d seeds were run" % len(listed(seeds))), result


def wrong_sizes(home, runner, name):
    inputs = []
    for size in (0, 1, BIG):
        path = os.path.join(home.scratch, "size-%s-%d" % (name, size))
        with open(path, "wb") as file:
            file.write(bytes(0xff & (i * 7 + i // 251) for i in range(min(size, 4096))) * max(1, size // 4096))
        inputs.append(path)
    result, all_ran = runner.run_inputs(name, inputs)
    return ended(result, "0 bytes, 1 byte, 1 MiB") if result.status != 0 or not all_ran else None


def wrong_words(result):
    said = words_of_target(result.output)
    return "%d lines of its own, such as: %s" % (len(said), said[0][:200]) if said else None


def wrong_finding(runner, name, expected):
    """The engine must find what is there, leave a test case, and that must fail again with the same words: `expected`, patterns for the output."""
    output, found = runner.find(name)
    if not found:
        return "no test case was left\n" + output[-1500:]
    again, _ = runner.run_inputs(name, found[:1])
    if again.status == 0:
        return "the test case does not fail again"
    missing = [words for words in expected if not re.search(words, again.output)]
    if missing:
        return "expected %s in the report, found\n%s" % (missing[0], again.output[-1500:])
    printed = again.output.count(report.IN_PROGRESS) + again.output.count(report.LOCKSTEP)
    return "the program was printed %d times" % printed if printed > 1 else None
