# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What OSS-Fuzz gives to a project's build script: compiler, flags and engine in the environment, for each engine, sanitizer and architecture that it
builds. Flags are those of its image base-builder. Compilers are wrapped in scripts that note each call, so that one can see what was done with them."""

import os
import shlex
import subprocess

from ci.process import run
from ci.process import sanitizers

COMMON = "-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
CHECKED = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,shift,"
           "signed-integer-overflow,unsigned-integer-overflow,unreachable,vla-bound,vptr")
FATAL = CHECKED.replace("unsigned-integer-overflow,", "")
SANITIZER_FLAGS = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": "-fsanitize=%s -fno-sanitize-recover=%s -fno-sanitize=function" % (CHECKED, FATAL),
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
    "none": "",
    "coverage": "",
    # There it is gold that links; lld takes the same objects.
    "introspector": "-O0 -flto -fno-inline-functions -fuse-ld=lld -Wno-unused-command-line-argument -g",
}
COVERAGE_BUILD = ("-fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed -Wl,-ldl -Wl,-lm -Wno-unused-command-line-argument")
ENGINE_FLAGS = {
    "libfuzzer": "-fsanitize=fuzzer-no-link",
    "afl": "",
    "honggfuzz": "-fsanitize-coverage=trace-pc-guard,indirect-calls,trace-cmp",
    "centipede": "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fno-builtin -fsanitize-coverage=trace-pc-guard,pc-table,trace-cmp -O2"
                 " -gline-tables-only -Wno-unused-command-line-argument -Wl,-ldl -Wl,-lrt -Wl,-lpthread",
}
ARCHITECTURE_FLAGS = {"x86_64": "", "i386": "-m32 -idirafter /usr/include/x86_64-linux-gnu"}
AFL_DRIVER = os.path.join(os.environ.get("AFL_PATH", "/usr/lib/afl"), "libAFLDriver.a")
ENGINE_SOURCE = "ci/standin/engine.c"
BUILD_SECONDS = 900

WRAPPER = """#!/bin/sh
printf '%%s\\n' %s "$PWD" "$@" '' >"$(mktemp %s/XXXXXXXX)"
exec %s "$@"
"""


class Configuration:
    """One that OSS-Fuzz builds."""

    def __init__(self, engine, sanitizer, architecture="x86_64"):
        self.engine = engine
        self.sanitizer = sanitizer
        self.architecture = architecture

    @property
    def name(self):
        return "%s %s %s" % (self.engine, self.sanitizer, self.architecture)

    @property
    def real(self):
        """Whether the engine itself can be had here; else it is ci/standin/engine.c that runs inputs."""
        return self.engine in ("libfuzzer", "afl") and self.sanitizer not in ("coverage", "introspector")


CONFIGURATIONS = (
    Configuration("libfuzzer", "address"), Configuration("libfuzzer", "undefined"), Configuration("libfuzzer", "memory"),
    Configuration("libfuzzer", "address", "i386"), Configuration("afl", "address"), Configuration("honggfuzz", "address"),
    Configuration("centipede", "none"), Configuration("centipede", "address"), Configuration("libfuzzer", "coverage"),
    Configuration("libfuzzer", "introspector"),
)


class Call:
    """One call of a wrapped compiler."""

    def __init__(self, compiler, arguments):
        self.compiler = compiler
        self.arguments = arguments

    @property
    def compiles(self):
        return "-c" in self.arguments

    @property
    def output(self):
        return self.arguments[self.arguments.index("-o") + 1] if "-o" in self.arguments else ""


def wrap(path, name, command, log):
    with open(path, "w", encoding="utf-8") as file:
        file.write(WRAPPER % (name, shlex.quote(log), command))
    os.chmod(path, 0o755)


def read_calls(log):
    """The calls that were noted."""
    calls = []
    for name in sorted(os.listdir(log)):
        with open(os.path.join(log, name), encoding="utf-8") as file:
            lines = file.read().split("\n")
        calls.append(Call(lines[0], lines[2:-2]))
    return calls


def compile_engine(folder, clang):
    """The engine for those that are not to be had: an archive."""
    made, archive = os.path.join(folder, "engine.o"), os.path.join(folder, "libFuzzingEngine.a")
    run.must_run([clang, "-O2", "-Wall", "-Wextra", "-Werror", "-c", ENGINE_SOURCE, "-o", made])
    run.must_run(["ar", "rcs", archive, made])
    return archive


def flags(configuration):
    coverage = COVERAGE_BUILD if configuration.sanitizer == "coverage" else ENGINE_FLAGS[configuration.engine]
    parts = (ARCHITECTURE_FLAGS[configuration.architecture], COMMON, SANITIZER_FLAGS[configuration.sanitizer], coverage)
    return " ".join(part for part in parts if part)


def environment(configuration, source, work, out):
    """The environment of a build script. `work` is made new: its folder `calls` is where the compilers note their calls."""
    log = os.path.join(work, "calls")
    os.makedirs(log)
    clang, clangxx = sanitizers.llvm_tool("clang"), sanitizers.llvm_tool("clang++")
    if configuration.engine == "afl":
        clang, clangxx = "afl-clang-fast", "afl-clang-fast++"
    for name, command in (("cc", clang), ("c++", clangxx)):
        wrap(os.path.join(work, name), name, command, log)
    engines = {"libfuzzer": "-fsanitize=fuzzer", "afl": AFL_DRIVER}
    engine = engines.get(configuration.engine) or compile_engine(work, sanitizers.llvm_tool("clang"))
    made = flags(configuration)
    return dict(
        PATH=os.environ["PATH"], HOME=work, LC_ALL="C", AFL_QUIET="1", AFL_IGNORE_PROBLEMS="1",
        ASAN_OPTIONS="detect_leaks=0:symbolize=0:detect_odr_violation=0:abort_on_error=1",
        CC=os.path.join(work, "cc"), CXX=os.path.join(work, "c++"), CFLAGS=made, CXXFLAGS=made, AR=sanitizers.llvm_tool("llvm-ar"),
        LIB_FUZZING_ENGINE=engine, FUZZING_ENGINE=configuration.engine, SANITIZER=configuration.sanitizer,
        ARCHITECTURE=configuration.architecture, FUZZING_LANGUAGE="c", SRC=source, WORK=work, OUT=out)


def copy_tree(source):
    """The project's files, and no others, as $SRC/procbuf."""
    tree = os.path.join(source, "procbuf")
    os.makedirs(tree)
    names = run.must_run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).encode("utf-8", "surrogateescape")
    there = b"".join(name + b"\0" for name in names.split(b"\0") if name and os.path.exists(name))
    packed = subprocess.run(["tar", "-c", "--null", "-T", "-"], input=there, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-x", "-C", tree], input=packed, check=True)
    return tree


def build(surroundings, goal=None):
    """What the build script came to; or a build of one more binary, in the same environment."""
    if goal:
        command = ["make", "-f", "ci/build/build.mk", "VARIANT=env", goal]
        return run.run(command, BUILD_SECONDS, surroundings, os.path.join(surroundings["SRC"], "procbuf"))
    script = os.path.join(surroundings["SRC"], "procbuf", "ci", "oss-fuzz", "build.sh")
    return run.run(["bash", "-eu", script], BUILD_SECONDS, surroundings, surroundings["SRC"])
