# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The barrier's litmus (X-BARRIER): what optimising compilers make of the switch to userspace and back.

Four kinds of check. A line for each of these: lib/litmus/litmus.c built in many ways and run; the same on the barrier of each other port, for
what that says to the compiler; the barrier's instruction in the code of each port. Then a table (ci/litmus/order.py) of what each compiler does to
the order of accesses on each platform at each level, without the barrier and with it: a line only for what fails. The last line counts.
A compiler of ci/shapes/platforms.txt that is missing is an error. With --bug, a patch of fuzz/bugs is applied to a copy of the library first, so a
bug that is caught gives status 1.
"""

import argparse
import concurrent.futures
import glob
import os
import platform
import re
import shutil

from ci.lint import lint
from ci.process import entry
from ci.litmus import order
from ci.litmus.order import Broken, build, execute

OUT = "build/litmus"
# Of one unit, so that library and kernel are seen together; or by files, linked with LTO.
ONE_UNIT = (["-O1"], ["-O2"], ["-O3"], ["-Os"])
LTO = ["-O2", "-flto"]
ACCESS = {"library": [], "plain": ['-DPROCBUF_ACCESS_HEADER="litmus/plain_access.h"']}
SWITCHES = ("procbuf_to_user", "procbuf_from_user")
CHOICE = "auto"  # is no port, but includes one of the others
ASM_TEXT = re.compile(r'(__asm__ volatile\()"[^"]*"')


class Litmus:
    """All checks on one copy of lib/."""

    def __init__(self, lib, out):
        self.lib = lib
        self.out = out
        self.compilers = [lint.tool("gcc"), lint.llvm("clang")]
        self.sources = sorted(glob.glob(lib + "/src/*.c"))
        self.unit = os.path.join(out, "unit.c")
        os.makedirs(out, exist_ok=True)
        with open(self.unit, "w", encoding="utf-8") as file:
            # The litmus first: it says what it wants of the system's headers.
            names = ["litmus/litmus.c"] + [os.path.relpath(path, lib) for path in self.sources]
            file.write("".join('#include "%s"\n' % name for name in names))

    def checks(self):
        """Pairs of a name and a function that returns what is wrong, or nothing; the quick ones first."""
        for port in self.ports():
            if port != "host":
                yield self.compiler_side(port)
            for compiler in self.compilers if port == "host" else [lint.llvm("clang")]:
                for flag in ("-O2", "-Os"):
                    yield ("port %s, %s %s" % (port, compiler, flag),
                           lambda p=port, c=compiler, f=flag: self.hardware_side(p, c, f))
        for compiler in self.compilers:
            for flags in ONE_UNIT + (LTO,):
                for access in ACCESS:
                    name = "%s %s, %s access" % (compiler, " ".join(flags), access)
                    yield name, lambda n=name, c=compiler, f=flags, a=access: self.run(n, c, f, a)

    def ports(self):
        """All that are there: one without a cross target or a known fence is an error, not skipped."""
        ports = sorted(os.path.basename(path) for path in glob.glob(self.lib + "/port/*") if os.path.basename(path) != CHOICE)
        unknown = [port for port in ports if port != "host" and (port not in lint.PORTS or port not in order.FENCES)]
        if unknown or "host" not in ports:
            raise Broken("unknown or missing ports: see PORTS in ci/lint/lint.py and FENCES in ci/litmus/order.py: %s" % " ".join(unknown or ports))
        return ports

    def run(self, name, compiler, flags, access, port=None):
        """Builds one litmus and runs it; what it prints if it fails."""
        program = os.path.join(self.out, re.sub(r"[^\w.-]+", "_", name))
        sources = [self.lib + "/litmus/litmus.c"] + self.sources if flags is LTO else [self.unit]
        includes = ["-I" + path for path in (port or self.lib + "/port/host", self.lib, self.lib + "/include")]
        build([compiler, "-std=c11", "-DPROCBUF_CHECKED=0", '-DLITMUS_BUILD="%s"' % name] + flags + ACCESS[access] + includes +
              ["-o", program] + sources)
        result = execute([program])
        if result.status not in (0, 1):
            raise Broken("%s: %s" % (name, result.text()))
        return result.output if result.status == 1 else None

    def compiler_side(self, port):
        """The port's barrier without the text of its instruction, which leaves what it says to the compiler, on the host.

        By gcc: clang takes any volatile asm for a fence.
        """
        name = "port %s, its asm emptied, gcc -O2, plain access" % port
        return name, lambda: self.run(name, self.compilers[0], ["-O2"], "plain", self.emptied(port))

    def emptied(self, port):
        with open("%s/port/%s/procbuf/port.h" % (self.lib, port), encoding="utf-8") as file:
            text, count = ASM_TEXT.subn(r'\1""', file.read())
        if count == 0:
            raise Broken("port %s: no asm that could be emptied in its port.h" % port)
        folder = os.path.join(self.out, "port-" + port)
        os.makedirs(folder + "/procbuf", exist_ok=True)
        with open(folder + "/procbuf/port.h", "w", encoding="utf-8") as file:
            file.write(text)
        return folder

    def hardware_side(self, port, compiler, flag):
        """Whether both switches hold the architecture's instruction, by the text of the assembly."""
        target = [] if port == "host" else lint.PORTS[port] + ["-ffreestanding"]
        assembly = os.path.join(self.out, "barrier-%s-%s%s.s" % (port, compiler, flag))
        build([compiler, "-std=c11", flag, "-S", "-o", assembly, "-I" + self.lib + "/include",
               "-I%s/port/%s" % (self.lib, port)] + target + [self.lib + "/src/barrier.c"])
        with open(assembly, encoding="utf-8") as file:
            functions = order.code(file.read())
        instructions = {switch: order.instructions(functions, switch) for switch in SWITCHES}
        fence = order.fence_of(port, platform.machine())
        lost = [switch for switch in SWITCHES if not any(fence.fullmatch(line) for line in instructions[switch])]
        return "".join("X-BARRIER %s, %s, %s %s: expected an instruction like /%s/, actual code: %s\n" % (
            switch, port, compiler, flag, fence.pattern, "; ".join(instructions[switch])) for switch in lost)


def patched(bug):
    """A copy of lib/ with the bug in it."""
    path = "fuzz/bugs/%s.patch" % bug
    if not os.path.isfile(path):
        raise entry.Usage("no bug %s: there is no %s" % (bug, path))
    copy = os.path.join(OUT, bug)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree("lib", copy + "/lib")
    build(["patch", "-p1", "--fuzz=0", "--batch", "--directory", copy, "--input", os.path.abspath(path)])
    return copy + "/lib"


def report(name, problem, quiet):
    if problem or not quiet:
        print("%s %s" % ("FAIL" if problem else "PASS", name), flush=True)
    if problem:
        print("\n".join("    " + line for line in problem.rstrip().splitlines()), flush=True)
    return not problem


def run_all(checks, jobs, until_failure, quiet=False):
    """What each check came to; with until_failure those up to the first that failed. If quiet, only failures get a line."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [(name, pool.submit(check)) for name, check in checks]
        for name, future in running:
            results.append(report(name, future.result(), quiet))
            if until_failure and not results[-1]:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    return results


def run_both(options):
    """What the checks that run programs came to, and the table's."""
    lib = patched(options.bug) if options.bug else "lib"
    out = os.path.join(OUT, options.bug or "clean", "out")
    # Both know at once which compilers are missing.
    litmus = Litmus(lib, out)
    table = order.Order(lib, out)
    results = run_all(list(litmus.checks()), options.jobs, options.until_failure)
    if options.until_failure and not all(results):
        return results
    results += run_all(list(table.checks()), options.jobs, options.until_failure, quiet=True)
    print("\n".join(table.lines()))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--bug", metavar="ID", help="apply fuzz/bugs/ID.patch to a copy of the library first")
    parser.add_argument("--until-failure", action="store_true", help="stop at the first litmus that fails")
    options = parser.parse_args()
    results = run_both(options)
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    entry.run(main)
