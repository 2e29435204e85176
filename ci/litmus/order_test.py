# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""Tests of what ci/litmus/order.py reads from assembly and makes of it. What it makes of real code, planted bugs show (ci/bank/bugs_gate.py)."""

import unittest
from unittest import mock

from ci.lint import lint
from ci.litmus import order
from ci.process import entry

TO_USER, FROM_USER = order.SWITCHES
CALLER = """
order_to_user:
	movb	$90, ram(%rip)
	call	procbuf_to_user@PLT
	movzwl	view(%rip), %eax   # 2-byte load
	movb	%al, -1(%rsp)
	movb	%al, 3(%rdi,%rdx)
	movb	%al, %cl
	ret
	.size	order_to_user, .-order_to_user
procbuf_to_user:
.LFB0:
	lock orq	$0, (%rsp)
	jmp	.L2
	.size	procbuf_to_user, .-procbuf_to_user
"""


class Reading(unittest.TestCase):
    def test_calls_are_followed(self):
        self.assertEqual(order.order(order.code(CALLER), "order_to_user", order.X86, "-O2"), "SFlS")

    def test_what_is_called_must_be_there(self):
        with self.assertRaises(order.Broken):
            order.order(order.code(CALLER.replace("procbuf_to_user:", "another:")), "order_to_user", order.X86, "-O2")

    def test_accesses(self):
        for line, kind in (("strb.w r12, [r0]", "S"), ("strb r3, [sp, #3]", ""), ("movw r2, :lower16:kernel", ""), ("ldrh r1, [r1]", "l"),
                           ("sb a5, 0(a4)", "S"), ("lhu a0, 0(a1)", "l"), ("lbz 3,0(9)", "L"), ("sth 3,0(10)", "s"), ("stb 3,8(1)", ""),
                           ("movw %ax, view", "s"), ("movzbl ram(%rip), %eax", "L"), ("movl %eax, ram", "")):
            self.assertEqual(order.access(line), kind, line)

    def test_fences(self):
        for port, machine, line, good in (("riscv", "", "fence iorw, iorw", True), ("riscv", "", "fence", True),
                                          ("riscv", "", "fence rw, rw", False), ("riscv", "", "fence w, w", False),
                                          ("host", "riscv64", "fence rw, rw", True),
                                          ("armv7m", "", "dmb sy", True), ("armv7m", "", "dmb ishst", False),
                                          ("host", "powerpc", "sync", True), ("host", "powerpc", "lwsync", False)):
            self.assertEqual(bool(order.fence_of(port, machine).fullmatch(line)), good, line)


class Judging(unittest.TestCase):
    def test_with(self):
        for switch, steps, word in ((TO_USER, "SFlS", "holds"), (TO_USER, "FlS", "FAILS"), (TO_USER, "FSlS", "FAILS"), (TO_USER, "SlS", "FAILS"),
                                    (FROM_USER, "LsFL", "holds"), (FROM_USER, "LsF", "FAILS"), (FROM_USER, "LFsL", "FAILS")):
            found, problem = order.judge_with(switch, steps)
            self.assertEqual((found, problem is None), (word, word == "holds"), steps)

    def test_without(self):
        for steps, listed, word, good in (("lS", None, "moves", True), ("SlS", 1, "stays(1)", True), ("SlS", None, "stays(?)", False),
                                          ("lS", 1, "moves", False), ("S", None, "?", False)):
            found, problem = order.judge_without(TO_USER, steps, listed)
            self.assertEqual((found, problem is None), (word, good), steps)

    def test_reasons(self):
        self.assertEqual(order.reason("gcc", "-O0", TO_USER), 1)
        self.assertIsNone(order.reason("gcc", "-O2", TO_USER))


class Compilers(unittest.TestCase):
    def test_each_platform_is_asked_by_both(self):
        table = order.Order("lib", "build/litmus/nonsuch")
        self.assertEqual([(platform.name, compiler) for platform, compiler in table.rows()],
                         [(platform.name, compiler) for platform in table.platforms for compiler in ("gcc", "clang")])

    def test_one_that_is_missing_is_an_error(self):
        which = lint.shutil.which
        with mock.patch("shutil.which", lambda name: None if name == "riscv64-unknown-elf-gcc" else which(name)):
            with self.assertRaisesRegex(lint.Missing, "riscv64-unknown-elf-gcc is missing .package gcc-riscv64-unknown-elf."):
                order.Order("lib", "build/litmus/nonsuch")


if __name__ == "__main__":
    entry.run_tests()
