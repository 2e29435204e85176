# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The environment that instrumented binaries run in."""

import os
import shutil

from ci.process import run


def llvm_tool(name):
    """The command of an LLVM tool of the compiler's version, as the build uses it."""
    return run.must_run(["sh", "ci/build/llvm.sh", name]).strip()


def environment():
    """This process's environment with the sanitizers told where to find names and what to leave alone.

    Leaks are left to valgrind: LeakSanitizer needs ptrace, which containers often refuse, and fails without it.
    """
    settings = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1:report_error_type=1", ASAN_OPTIONS="detect_leaks=0")
    symbolizer = shutil.which(llvm_tool("llvm-symbolizer"))
    if symbolizer:
        for sanitizer in ("ASAN", "UBSAN", "MSAN"):
            settings[sanitizer + "_SYMBOLIZER_PATH"] = symbolizer
    return settings


def environment_without_names():
    """The same, but addresses in reports stay numbers: to look them up takes longer than most runs, and not every report is read."""
    return dict(environment(), ASAN_OPTIONS="detect_leaks=0:symbolize=0", UBSAN_OPTIONS="symbolize=0", MSAN_OPTIONS="symbolize=0")
