# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What a build script has left in $OUT, and how it was made: a problem in words, or nothing."""

import configparser
import os
import re
import shlex
import zipfile

from ci.process import run
from ci.process import sanitizers

TARGET_NAME = re.compile(r"^[a-zA-Z0-9_-]+$")
ENTRY = b"LLVMFuzzerTestOneInput"
COMPANIONS = ("_seed_corpus.zip", ".dict", ".options")
DICTIONARY_LINE = re.compile(r'^(\w+(@\d+)?=)?"(\\x[0-9a-f]{2}|\\\\|\\"|[ !#-\[\]-~])+"$')
# An edge in compiled code, as each engine counts: libFuzzer and the coverage build a counter in line, AFL++ its map, the others a call.
EDGE = re.compile(r"\bincb\b|\bmovb\s+0x\w+\(%rip\), %\w+\s+# \w+ <__start___sancov_cntrs|\bincq\b.*<__(?:start___llvm_prf_cnts|profc_)"
                  r"|<__afl_area_ptr>|<__sanitizer_cov_trace_pc_guard>")
SANITIZER_CALL = re.compile(r"<__(asan|msan|ubsan)_")
RUNTIMES = {"address": "asan", "memory": "msan", "undefined": "ubsan"}
LIBRARY_EDGES_MIN = 200
# A target that does not run the library: what it runs instead, as the beginning of functions' names.
TESTED = {"text": "program_"}


def tested(target):
    return TESTED.get(target, "procbuf_")


def expected_targets(tree):
    """Each file of fuzz/targets, but the one that must fail; those that run programs on memory, also in a plain build."""
    names = sorted(name[:-2] for name in os.listdir(os.path.join(tree, "fuzz", "targets")) if name.endswith(".c") and name != "canary.c")
    return sorted(names + [name + "_plain" for name in names if name not in ("layout", "text")])


def targets(out):
    """The fuzz targets in $OUT, found as OSS-Fuzz finds them."""
    found = []
    for name in sorted(os.listdir(out)):
        path = os.path.join(out, name)
        if os.path.isfile(path) and os.access(path, os.X_OK) and TARGET_NAME.match(name):
            with open(path, "rb") as file:
                if ENTRY in file.read():
                    found.append(name)
    return found


def strangers(out, names):
    """What is in $OUT and belongs to no target."""
    known = {name + companion for name in names for companion in COMPANIONS + ("",)}
    return sorted(set(os.listdir(out)) - known)


# ---- the files beside a target


def wrong_zip(path):
    with zipfile.ZipFile(path) as archive:
        if archive.testzip():
            return "%s: damaged" % path
        names = archive.namelist()
    folders = [name for name in names if "/" in name]
    return "%s: a seed corpus is flat; found %s" % (os.path.basename(path), folders[0]) if folders else None if names else "%s: no seeds" % path


def wrong_dictionary(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]
    wrong = [line for line in lines if not DICTIONARY_LINE.match(line)]
    return "%s: not a line of a dictionary: %s" % (os.path.basename(path), wrong[0]) if wrong else None if lines else "%s: no words" % path


def wrong_options(path):
    parser = configparser.ConfigParser()
    parser.read(path)
    length = parser.get("libfuzzer", "max_len", fallback="")
    return None if length.isdigit() else "%s: expected max_len in [libfuzzer], found %r" % (os.path.basename(path), length)


def wrong_files(out, name):
    for companion, judge in zip(COMPANIONS, (wrong_zip, wrong_dictionary, wrong_options)):
        path = os.path.join(out, name + companion)
        if not os.path.isfile(path):
            return "%s is not there; in $OUT: %s" % (name + companion, " ".join(strangers(out, targets(out))) or "nothing else")
        problem = judge(path)
        if problem:
            return problem
    return None


# ---- how it was made


def wrong_flags(call, wanted):
    """A compilation has the flags of the environment, all of them, and no other of their kinds."""
    kinds = re.compile(r"-O\d|-Os|-fsanitize|-fno-sanitize|-fprofile|-fcoverage|-flto|-g")
    found = [argument for argument in call.arguments if kinds.match(argument)]
    expected = [flag for flag in wanted if kinds.match(flag)]
    return None if found == expected else "%s: compiled with %s; the environment has %s" % (
        call.output, " ".join(found) or "no flags", " ".join(expected) or "none")


def wrong_making(tree, calls, name, surroundings):
    """Everything that a target is made of was compiled for it in this build, and the C++ compiler has linked it."""
    folder = "build/env" + ("plain" if name.endswith("_plain") else "")
    made = {os.path.normpath(call.output): call for call in calls if call.compiles}
    sources = ["lib/src/" + source for source in sorted(os.listdir(os.path.join(tree, "lib", "src"))) if source.endswith(".c")]
    for source in sources + ["fuzz/targets/%s.c" % name.removesuffix("_plain")]:
        call = made.get("%s/obj/%s.o" % (folder, source[:-2]))
        if not call:
            return "%s was not compiled in this build" % source
        problem = wrong_flags(call, shlex.split(surroundings["CFLAGS"]))
        if problem:
            return problem
    linker = [call.compiler for call in calls if not call.compiles and call.output.endswith("/" + name.removesuffix("_plain")) and folder + "/" in call.output]
    return None if linker == ["c++"] else "linked by %s; expected $CXX, once" % (" ".join(linker) or "nobody")


# ---- what is in it


def functions(binary, beginning):
    lines = (line.split() for line in run.must_run(["nm", binary]).splitlines())
    return sorted({words[2] for words in lines if len(words) == 3 and words[1] in "tT" and words[2].startswith(beginning)})


class Instrumentation:
    """What is counted and checked in the functions under test: `edges`, and calls of runtimes by their names."""

    def __init__(self, binary, target):
        names = functions(binary, tested(target))
        code = run.must_run([sanitizers.llvm_tool("llvm-objdump"), "-d", "--no-show-raw-insn", "--disassemble-symbols=" + ",".join(names), binary])
        self.edges = len(EDGE.findall(code))
        self.runtimes = {name: 0 for name in RUNTIMES.values()}
        for name in SANITIZER_CALL.findall(code):
            self.runtimes[name] += 1


def wrong_instrumentation(found, configuration, target):
    least = LIBRARY_EDGES_MIN if target not in TESTED else LIBRARY_EDGES_MIN // 4
    if found.edges < least:
        return "%d edges in %s*; expected %d and more" % (found.edges, tested(target), least)
    wanted = RUNTIMES.get(configuration.sanitizer)
    for name, count in found.runtimes.items():
        if (count > 0) != (name == wanted):
            return "%d calls of %s in %s*, in a build for %s" % (count, name, tested(target), configuration.sanitizer)
    return None
