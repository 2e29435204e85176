#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Code size of the lean library, in bytes per function and in all, for Cortex-M3 and RV32IMC.

usage: size.py [--no-functions]

Builds every source with -Os -ffunction-sections, freestanding, and counts what each function puts into
flash: code, and the constants that stand beside it. The memory functions of the C library are not in it, and
a product that links with --gc-sections pays for the functions that it uses only. Environment: ARM_PREFIX and
RISCV_PREFIX replace the tool prefixes arm-none-eabi- and riscv64-unknown-elf-.
"""

import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIB = pathlib.Path(__file__).resolve().parent.parent
COMMON = ["-std=c11", "-Os", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-DPROCBUF_CHECKED=0"]

Target = collections.namedtuple("Target", "name prefix flags port package")


def targets():
    return [
        Target("Cortex-M3", os.environ.get("ARM_PREFIX", "arm-none-eabi-"), ["-mcpu=cortex-m3", "-mthumb"],
               "armv7m", "gcc-arm-none-eabi"),
        Target("RV32IMC", os.environ.get("RISCV_PREFIX", "riscv64-unknown-elf-"), ["-march=rv32imc", "-mabi=ilp32"],
               "riscv", "gcc-riscv64-unknown-elf"),
    ]


def require_tools(target):
    for tool in ("gcc", "objdump"):
        if shutil.which(target.prefix + tool) is None:
            sys.exit(f"size.py: {target.prefix}{tool} not found: install the package {target.package}")


def compile_source(target, source, output):
    includes = [f"-I{LIB / 'include'}", f"-I{LIB / 'port' / target.port}"]
    command = [target.prefix + "gcc", *COMMON, *target.flags, *includes, "-c", str(source), "-o", str(output)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"size.py: {target.name}: cannot compile {source.name}")


def sections(target, binary):
    """Name and size of each section that is loaded."""
    listing = subprocess.run([target.prefix + "objdump", "-h", str(binary)], check=True, capture_output=True,
                             text=True).stdout.splitlines()
    for header, flags in zip(listing, listing[1:]):
        fields = header.split()
        if len(fields) == 7 and fields[0].isdigit() and "ALLOC" in flags:
            yield fields[1], int(fields[2], 16)


def label(section):
    """The function that a section is of, or the constants' own section."""
    return section.removeprefix(".text.").removeprefix("unlikely.")


def measure(target):
    """Bytes by (source, function)."""
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        for source in sorted((LIB / "src").glob("*.c")):
            binary = pathlib.Path(scratch) / (source.stem + ".o")
            compile_source(target, source, binary)
            for section, size in sections(target, binary):
                key = (source.name, label(section))
                found[key] = found.get(key, 0) + size
    return {key: size for key, size in found.items() if size > 0}


def print_rows(rows, columns):
    width = max(len(name) for name, _ in rows)
    for name, cells in rows:
        print(f"{name:<{width}}" + "".join(f"{cell:>{len(title) + 3}}" for cell, title in zip(cells, columns)))


def table(measured, titles, with_functions):
    rows = [("bytes", titles)]
    keys = sorted(set().union(*measured))
    for source in sorted({key[0] for key in keys}):
        rows.append((source, [sum(size for key, size in m.items() if key[0] == source) for m in measured]))
        if with_functions:
            rows += [("  " + key[1], [m.get(key, "-") for m in measured]) for key in keys if key[0] == source]
    rows.append(("total", [sum(m.values()) for m in measured]))
    return rows


def main(arguments):
    if arguments not in ([], ["--no-functions"]):
        sys.exit(__doc__)
    chosen = targets()
    for target in chosen:
        require_tools(target)
    titles = [target.name for target in chosen]
    print_rows(table([measure(target) for target in chosen], titles, not arguments), titles)


if __name__ == "__main__":
    main(sys.argv[1:])
