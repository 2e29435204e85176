# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""Images that go astray (repro/firmware/astray.c) under QEMU: the start-up code's handlers say where, and the run counts as failed."""

import re
import subprocess
import unittest

from ci.process import entry
from ci.process import report
from ci.shapes import shapes
from ci.shapes import shapes_table

# Each start-up code and linker script, by gcc and by clang, linked by GNU's linker and by LLVM's.
SHAPES = ("m3-gcc-os", "m3-clang-lto", "m33-gcc-os", "m33-clang-os", "rv32-gcc-os", "rv32-clang-lto")
IMAGE = shapes.FOLDER + "/%s/astray"
LIMIT_SECONDS = 60
STATUS_FINE, STATUS_MISUSE, STATUS_FAULT = 0, 2, 3
SAID = re.compile(r"\nfault: (?:exception|trap) at 0x([0-9a-f]{8}), address 0x([0-9a-f]{8})\n")
TRACE = "# one\nallow p0 -> OK 0 0\nreplay: 1 programs, 1 steps, 0 refused, 0 failed\n"

# An address with nothing behind it on any of the machines, and of which Cortex-M fetches no instruction.
NOWHERE = 0xc0ffee00
# By linker script, the middle of the memory for data, which no image fills: instructions are put there.
ROOM = {"mps2": 0x20200000, "an505": 0x38200000, "virt": 0x80800000}

# Armv7-M Architecture Reference Manual, B3.2: interrupt control and state, with the numbers of its bits that make an exception
# pending; system handler control and state, with the bits that enable the memory management, bus and usage fault, each of which
# is a hard fault otherwise.
ICSR, PEND_NMI, PEND_PENDSV, PEND_SYSTICK = 0xe000ed04, 31, 28, 26
SHCSR, ENABLE_FAULTS = 0xe000ed24, 0x70000
BX_LR = 0x4770


def planted(room, instruction, argument=0, thumb=0):
    """The pairs that store an instruction and call it."""
    return [(room, instruction), (room | thumb, argument)]


def pending(room, bit):
    """movs r1, #1; lsls r1, r1, #bit; str r1, [r0]; and a loop, in which the exception comes, if not before."""
    return [(room, 0x00092101 | bit << 22), (room + 4, 0xe7fe6001), (room | 1, ICSR)], room + 6, None


def cortexm(room):
    """By name: the pairs that the image is given, where the fault is and with which address, None if the manual says of none.

    All exceptions but the debug monitor, which QEMU does not have.
    """
    handled = {
        "load": (planted(room, 0x6800, NOWHERE, 1), room, NOWHERE),     # ldr r0, [r0]
        "undefined instruction": (planted(room, 0xde00, 0, 1), room, None),
        "jump to nowhere": ([(NOWHERE | 1, 0)], NOWHERE, None),
    }
    enabled = {name + ", enabled": ([(SHCSR, ENABLE_FAULTS)] + pairs, where, address) for name, (pairs, where, address) in handled.items()}
    others = {
        "non-maskable interrupt": pending(room, PEND_NMI),
        "PendSV": pending(room, PEND_PENDSV),
        "SysTick": pending(room, PEND_SYSTICK),
        "store": (planted(room, 0x6000, NOWHERE, 1), room, NOWHERE),    # str r0, [r0]
        "jump without the Thumb bit": (planted(room, BX_LR), room, None),
        # Behind the instruction: a call goes on there.
        "supervisor call": (planted(room, 0xdf00, 0, 1), room + 2, None),
    }
    return {**handled, **enabled, **others}


def riscv(room):
    return {
        "load": (planted(room, 0x00052503, NOWHERE), room, NOWHERE),    # lw a0, 0(a0)
        "store": (planted(room, 0x00a52023, NOWHERE), room, NOWHERE),   # sw a0, 0(a0)
        # The address is the instruction, or 0 where the machine doesn't tell.
        "undefined instruction": (planted(room, 0), room, 0),
        "jump to nowhere": ([(NOWHERE, 0)], NOWHERE, NOWHERE),
        "environment call": (planted(room, 0x00000073), room, 0),
        "breakpoint": (planted(room, 0x00100073), room, None),
    }


CASES = {"cortexm": cortexm, "riscv": riscv}
RETURN = {"cortexm": (BX_LR, 1), "riscv": (0x8082, 0)}


def start_up(shape):
    code, script = shape.platform.image.split("+")
    return code, ROOM[script]


class Astray(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shapes = shapes.select(shapes_table.shapes(), SHAPES)
        command = ["make", "--no-print-directory", "-f", "ci/shapes/shapes.mk", "SHAPES=" + " ".join(SHAPES)] + [IMAGE % name for name in SHAPES]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0:
            raise AssertionError("the images do not build\n" + result.stdout[-4000:])

    def run_image(self, shape, pairs):
        argument = " ".join("%x %x" % pair for pair in pairs)
        return shapes.run(shape, IMAGE % shape.name, argument, LIMIT_SECONDS)

    def expect_fault(self, outcome, where, address):
        self.assertEqual(outcome.status, STATUS_FAULT, outcome.output)
        said = SAID.fullmatch(outcome.output)
        self.assertIsNotNone(said, outcome.output)
        self.assertEqual(said.group(1), "%08x" % where)
        if address is not None:
            self.assertEqual(said.group(2), "%08x" % address)

    def expect_no_pass(self, outcome):
        """Neither by itself nor behind a trace that is as it should be; and no bug counts as caught by it."""
        for before in ("", TRACE):
            went = shapes.Outcome(outcome.status, before + outcome.output, 0)
            told = shapes.judge(shapes.Outcome(0, TRACE, 0), went, ["one"], ("host64", "other"), False)
            self.assertIn("did not run to its end: status 3", str(told))
            self.assertIn("fault: ", str(told))
        self.assertEqual(report.check_of(outcome.status, outcome.output), "none, but status 3")

    def test_each_fault_is_told_and_fails(self):
        for shape in self.shapes:
            code, room = start_up(shape)
            for name, (pairs, where, address) in CASES[code](room).items():
                with self.subTest(shape=shape.name, fault=name):
                    outcome = self.run_image(shape, pairs)
                    self.expect_fault(outcome, where, address)
                    self.expect_no_pass(outcome)

    def test_what_comes_back_is_no_fault(self):
        """Otherwise an image that faults whatever it does would pass."""
        for shape in self.shapes:
            code, room = start_up(shape)
            instruction, thumb = RETURN[code]
            with self.subTest(shape=shape.name):
                outcome = self.run_image(shape, planted(room, instruction, 0, thumb))
                self.assertEqual((outcome.status, outcome.output), (STATUS_FINE, ""))
                self.assertEqual(self.run_image(shape, []).status, STATUS_MISUSE)

    def test_no_start_up_code_is_left_out(self):
        images = {platform.image for platform in shapes_table.platforms().values()} - {"-"}
        self.assertEqual({shape.platform.image for shape in self.shapes}, images)


if __name__ == "__main__":
    entry.run_tests()
