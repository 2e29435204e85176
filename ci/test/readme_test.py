# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""The README's examples are true: its C is that of examples/ and compiles without a warning, and its failing program fails with the report that it
shows."""

import os
import re
import tempfile

from ci.bank import bank
from ci.process import entry
from ci.process import run
from ci.process import sanitizers

README = "README.md"
SMALLEST = "examples/smallest.c"
LIMIT_SECONDS = 60
EXAMPLE_BUG = "bounds-end-is-kernel-break"
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-missing-prototypes", "-Ilib/include", "-Ilib/port/host",
         "-DDRIVER_NUMBER=1", "-fsyntax-only", "-x", "c", "-"]


def text():
    with open(README, encoding="utf-8") as file:
        return file.read()


def compile_examples(readme):
    """The examples in C, each by itself."""
    examples = re.findall(r"^```c\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    if not examples:
        return ["no example in C"]
    with open(SMALLEST, encoding="utf-8") as file:
        if not file.read().endswith("\n" + examples[0]):
            return ["the first example is not %s, from the first line of code on" % SMALLEST]
    results = [run.run(["gcc"] + FLAGS, LIMIT_SECONDS, given=example.encode()) for example in examples]
    return [result.output for result in results if result.status != 0]


def shown_report(readme):
    """The report that the README shows, and the program in it."""
    found = re.search(r"^    == procbuf lockstep failure\n.*?^    == end of procbuf lockstep failure$", readme,
                      re.MULTILINE | re.DOTALL)
    report = "\n".join(line[4:].rstrip() for line in found.group(0).splitlines()) + "\n"
    return report, re.search(r"^program:\n(.*?)^replay:", report, re.MULTILINE | re.DOTALL).group(1)


def compare_report(readme):
    """What the library with that bug in it really says of that program."""
    report, program = shown_report(readme)
    built = bank.build(bank.select(bank.read(), [EXAMPLE_BUG]), "asan", "replay")[EXAMPLE_BUG]
    if isinstance(built, bank.BankError):
        return [str(built)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        said = run.run([built, path], LIMIT_SECONDS, sanitizers.environment()).output
    said = "\n".join(line.rstrip() for line in said.splitlines()) + "\n"
    return [] if report in said else ["the report is not as %s shows it:\n%s" % (README, said)]


def main():
    readme = text()
    problems = compile_examples(readme) + compare_report(readme)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    entry.run(main)
