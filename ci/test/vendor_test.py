# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""What those who vendor lib/ do with it: the library in an archive, drivers in C++, an asserting hook of their own."""

import glob
import os
import subprocess
import tempfile
import unittest

from ci.process import entry
from ci.process import files
from ci.process import sanitizers

FLAGS = ["-Ilib/include", "-Ilib/port/host"]

PANIC = """
#include <stdlib.h>
#include "procbuf/panic.h"
PROCBUF_NORETURN void procbuf_panic(procbuf_panic_reason reason) { exit(40 + (int)reason); }
"""

# A slice that is asked for more than it has, which is the programmer's mistake.
ASSERTS = """
#include "procbuf/procbuf.h"
int main(void) { static const char text[4] = "abc"; return procbuf_readable_must_at(procbuf_readable_wrap(text, 4), 4); }
"""

CPP = """
#define PROCBUF_STARTUP
#include "procbuf/procbuf.h"
#include <cstdio>
#include <cstdlib>

static const procbuf_external_process_capability external = PROCBUF_EXTERNAL_PROCESS_CAPABILITY_INIT;
static const procbuf_driver drivers[] = {{1, 0, 1, 0, 8}};
static procbuf_process processes[1];
static uintptr_t grants[1];
static procbuf_pin_record pins[1];
alignas(8) static unsigned char ram[512], flash[64];

extern "C" [[noreturn]] void procbuf_panic(procbuf_panic_reason) { std::abort(); }

static procbuf_status fill(void *, procbuf_writeable slice) {
  procbuf_writeable_fill(slice, 0x2a);
  return PROCBUF_OK;
}

int main() {
  procbuf_config config = {};
  config.processes = processes;
  config.process_count = 1;
  config.drivers = drivers;
  config.driver_count = 1;
  config.grants = grants;
  config.pins = pins;
  config.pins_per_process = 1;
  procbuf_kernel kernel;
  if (procbuf_kernel_init(&kernel, &config) != PROCBUF_OK) return 1;
  procbuf_layout layout = {reinterpret_cast<uintptr_t>(ram), sizeof ram, 256, reinterpret_cast<uintptr_t>(flash), sizeof flash, 0};
  procbuf_pid pid = PROCBUF_PID_NONE;
  if (procbuf_process_create(&kernel, &layout, &pid) != PROCBUF_OK) return 2;
  procbuf_range range = {layout.ram_start + 8, 4};
  if (procbuf_allow(&kernel, pid, PROCBUF_READWRITE, 1, 0, range, &range) != PROCBUF_OK) return 3;
  procbuf_readwrite_buffer buffer = PROCBUF_READWRITE_BUFFER_DEFAULT;
  if (procbuf_readwrite_mut_enter(&buffer, fill, nullptr) != PROCBUF_NOSUCHAPP) return 4;
  if (procbuf_readwrite_get(&kernel, pid, 1, 0, &buffer) != PROCBUF_OK) return 5;
  if (procbuf_readwrite_mut_enter(&buffer, fill, nullptr) != PROCBUF_OK) return 6;
  procbuf_pin pin = PROCBUF_PIN_DEFAULT;
  if (procbuf_unpin(&pin) != PROCBUF_INVAL) return 7;
  procbuf_readonly_buffer readonly = PROCBUF_READONLY_BUFFER_DEFAULT;
  if (procbuf_readonly_external(&external, &kernel, pid, procbuf_range{layout.ram_start, 4}, &readonly) != PROCBUF_OK) return 8;
  std::printf("%02x %02x %02x\\n", ram[7], ram[8], ram[12]);
}
"""


# A driver that never sees the kernel's making.
DRIVER = """
#include "procbuf/procbuf.h"
PROCBUF_NORETURN void procbuf_panic(procbuf_panic_reason reason) { for (;;) (void)reason; }
int main(void) { return (int)procbuf_readable_len(procbuf_readable_wrap("abc", 3)); }
"""
BUILDS = {"": [], "_split": ["-DPROCBUF_ACCESS_SPLIT=1"], "_lean": ["-DPROCBUF_CHECKED=0"],
          "_lean_split": ["-DPROCBUF_CHECKED=0", "-DPROCBUF_ACCESS_SPLIT=1"], "_lean_called": ["-DPROCBUF_CHECKED=0", "-DPROCBUF_INLINE=0"]}


class Vendored(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = scratch.name
        cls.archive("procbuf", [cls.compiled("cc", path) for path in sorted(glob.glob("lib/src/*.c"))])

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def compiled(cls, compiler, source, *flags):
        made = cls.path(os.path.basename(source) + ".o")
        subprocess.run([compiler, "-c", "-o", made] + FLAGS + list(flags) + [source], check=True)
        return made

    @classmethod
    def archive(cls, name, objects):
        subprocess.run(["ar", "rcs", cls.path("lib%s.a" % name)] + objects, check=True)

    def source(self, name, text):
        files.write(self.path(name), text)
        return self.path(name)

    def link(self, compiler, *parts):
        return subprocess.run([compiler, "-o", self.path("a.out")] + list(parts), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def run_it(self):
        result = subprocess.run([self.path("a.out")], stdout=subprocess.PIPE, check=False)
        return result.returncode, result.stdout.decode()

    def test_the_hook_of_another_archive_counts(self):
        """In whichever order the archives are given."""
        main = self.compiled("cc", self.source("main.c", ASSERTS))
        self.archive("product", [self.compiled("cc", self.source("panic.c", PANIC))])
        for order in (["procbuf", "product", "procbuf"], ["product", "procbuf", "product"]):
            linked = self.link("cc", main, *[self.path("lib%s.a" % name) for name in order])
            self.assertEqual(linked.returncode, 0, linked.stdout.decode())
            self.assertEqual(self.run_it()[0], 41, order)

    def test_without_a_hook_there_is_no_program(self):
        linked = self.link("cc", self.compiled("cc", self.source("main.c", ASSERTS)), self.path("libprocbuf.a"))
        self.assertNotEqual(linked.returncode, 0)
        self.assertIn("undefined reference to `procbuf_panic'", linked.stdout.decode())

    def test_a_driver_of_another_build_does_not_link(self):
        """And what the linker says names the function."""
        driver = self.source("driver.c", DRIVER)
        for library, its_defines in BUILDS.items():
            self.archive("other" + library, [self.compiled("cc", path, *its_defines) for path in sorted(glob.glob("lib/src/*.c"))])
            for build, defines in BUILDS.items():
                linked = self.link("cc", self.compiled("cc", driver, *defines), self.path("libother%s.a" % library))
                if build == library:
                    self.assertEqual((linked.returncode, self.run_it()[0]), (0, 3), linked.stdout.decode())
                else:
                    self.assertNotEqual(linked.returncode, 0)
                    self.assertIn("undefined reference to `procbuf_readable_len%s'" % build, linked.stdout.decode())

    def test_callers_with_bodies_and_without(self):
        """A lean library is the same for both; in the first no call of what inline.h has bodies of is left."""
        self.archive("lean", [self.compiled("cc", path, "-DPROCBUF_CHECKED=0", "-Os") for path in sorted(glob.glob("lib/src/*.c"))])
        for speed, called in (("-O2", False), ("-O1", False), ("-Os", True), ("-O0", True)):
            driver = self.compiled("cc", self.source("driver.c", DRIVER), "-DPROCBUF_CHECKED=0", speed)
            self.assertEqual("procbuf_readable_len_lean" in subprocess.run(["nm", driver], stdout=subprocess.PIPE, check=True).stdout.decode(), called, speed)
            linked = self.link("cc", driver, self.path("liblean.a"))
            self.assertEqual((linked.returncode, self.run_it()[0]), (0, 3), linked.stdout.decode())

    def test_no_caller_passes_by_an_access_header(self):
        """Where the library has one and the caller's bodies would not know of it, they do not link; unless there are none."""
        header = ['-DPROCBUF_ACCESS_HEADER="litmus/plain_access.h"', "-Ilib"]
        self.archive("own", [self.compiled("cc", path, "-DPROCBUF_CHECKED=0", *header) for path in sorted(glob.glob("lib/src/*.c"))])
        for defines, links in (([], False), (header, True), (["-DPROCBUF_INLINE=0"], True)):
            driver = self.compiled("cc", self.source("driver.c", DRIVER), "-DPROCBUF_CHECKED=0", "-O2", *defines)
            self.assertEqual(self.link("cc", driver, self.path("libown.a")).returncode == 0, links, defines)

    def test_a_kernel_in_cpp(self):
        for compiler in ("g++", sanitizers.llvm_tool("clang++")):
            main = self.compiled(compiler, self.source("main.cc", CPP), "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
            linked = self.link(compiler, main, self.path("libprocbuf.a"))
            self.assertEqual(linked.returncode, 0, linked.stdout.decode())
            self.assertEqual(self.run_it(), (0, "00 2a 00\n"), compiler)


if __name__ == "__main__":
    entry.run_tests()
