# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The environment that instrumented binaries run in."""

import os
import shutil
import subprocess


def llvm_tool(name):
    """The command of an LLVM tool of the compiler's version, as the build uses it."""
    result = subprocess.run(["sh", "ci/build/llvm.sh", name], stdout=subprocess.PIPE, text=True, check=True)
    return result.stdout.strip()


def environment():
    """This process's environment with the sanitizers told where to find names and what to leave alone.

    Leaks are left to valgrind: LeakSanitizer needs ptrace, which containers often refuse, and fails without it.
    """
    settings = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1", ASAN_OPTIONS="detect_leaks=0")
    symbolizer = shutil.which(llvm_tool("llvm-symbolizer"))
    if symbolizer:
        for sanitizer in ("ASAN", "UBSAN", "MSAN"):
            settings[sanitizer + "_SYMBOLIZER_PATH"] = symbolizer
    return settings
