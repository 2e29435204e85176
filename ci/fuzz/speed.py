# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Measures the full-sequence target against an empty one: same engine, same sanitizers, same programs, turn about in one run.

Both get the same corpus of programs of 32 ops, put together at random from the records of the seeds, and grown by the target itself until new
finds are rare, as in any run of more than a minute. The engine keeps it all (-keep_seed) and mutates it, so both pay for reading, choosing and
mutating programs of this length. Both leave mutation to the engine, so that it is the same in both; the target with the mutator of programs is
shown as well, and the empty target with the engine's own tiny inputs, the most that the engine can do.
"""

import glob
import os
import random
import re
import shutil
import statistics
import subprocess
import sys

from ci.fuzz import libfuzzer
from ci.process import sanitizers

ALTERNATIONS = 5
SECONDS = 8
GROWING = 30
PROGRAMS = 512
OPS = 32
HEADER = 16
RECORD = 16
CORPUS = "build/speed/corpus"
RATE = re.compile(r"stat::number_of_executed_units:\s+(\d+)")


def seed_records():
    """The op records of all seeds of the target."""
    records = []
    for path in sorted(glob.glob("build/seeds/sequence/*.bin")):
        with open(path, "rb") as file:
            data = file.read()[HEADER:]
        records += [data[at:at + RECORD] for at in range(0, len(data), RECORD)]
    return records


def write_corpus(records):
    shutil.rmtree(CORPUS, ignore_errors=True)
    os.makedirs(CORPUS)
    choice = random.Random(1)
    for number in range(PROGRAMS):
        program = bytes(HEADER) + b"".join(choice.choice(records) for _ in range(OPS))
        with open(os.path.join(CORPUS, "%04d.bin" % number), "wb") as file:
            file.write(program)


def measure(binary, options, folders, seconds=SECONDS):
    """Executions per second, and steps and programs as the target counted them (0 where it does not count)."""
    command = [binary, "-max_total_time=%d" % seconds, "-seed=1", "-print_final_stats=1", "-detect_leaks=0"]
    result = subprocess.run(command + options + folders, env=dict(sanitizers.environment(), PROCBUF_STATS="1"),
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            errors="replace", check=False)
    executed = RATE.search(result.stderr)
    done = re.search(r"^Done \d+ runs in (\d+) second", result.stderr, re.MULTILINE)
    if result.returncode != 0 or not executed or not done:
        sys.exit("speed: %s did not run to its end:\n%s" % (binary, result.stderr[-2000:]))
    counted = libfuzzer.STATS.search(result.stderr)
    steps, programs = (int(counted.group(1)), int(counted.group(3))) if counted else (0, 0)
    return int(executed.group(1)) / max(1, int(done.group(1))), steps, programs


def main():
    records = seed_records()
    if not records:
        sys.exit("speed: no seeds in build/seeds/sequence: use make bench")
    write_corpus(records)
    # The seeds' length and a little more, so that mutation leaves the mean near it.
    programs_of_32 = ["-max_len=%d" % (HEADER + OPS * RECORD * 5 // 4), "-len_control=0", "-keep_seed=1",
                      "-mutate_depth=1", "-reduce_inputs=0"]
    measure("build/fuzz/bytes-sequence", programs_of_32, [CORPUS], GROWING)
    rates = {"sequence": [], "with the mutator": [], "empty": [], "engine alone": []}
    steps = programs = 0
    for _ in range(ALTERNATIONS):
        rate, more_steps, more_programs = measure("build/fuzz/bytes-sequence", programs_of_32, [CORPUS])
        rates["sequence"].append(rate)
        steps, programs = steps + more_steps, programs + more_programs
        rates["with the mutator"].append(measure("build/fuzz/sequence", programs_of_32, [CORPUS])[0])
        rates["empty"].append(measure("build/fuzz/bench-empty", programs_of_32, [CORPUS])[0])
        rates["engine alone"].append(measure("build/fuzz/bench-empty", [], [])[0])
    report(rates, steps, programs)


def report(rates, steps, programs):
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print("%-16s %14s %10s   (median of %d runs of %d s)" % ("target", "executions/s", "ratio", ALTERNATIONS, SECONDS))
    for name, rate in medians.items():
        print("%-16s %14s %10.3f" % (name, format(int(rate), ","), medians["sequence"] / rate))
    if programs:
        mean = steps / programs
        print("mean %.1f ops a program, %s checked ops/s" % (mean, format(int(medians["sequence"] * mean), ",")))


if __name__ == "__main__":
    main()
