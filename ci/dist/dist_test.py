# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""What a release holds is what users build with, in every way that it offers: each from the archive, unpacked in a folder of its own, in which nothing else
of this project is."""

import glob
import io
import os
import shlex
import subprocess
import tarfile
import tempfile
import unittest

from ci.dist import dist
from ci.lint import lint
from ci.process import entry
from ci.process import files
from ci.process import sanitizers
from ci.shapes import shapes_table
from ci.test import vendor_test

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wmissing-prototypes", "-Wundef", "-Werror"]
BUILDS = {"checked": "1", "lean": "0"}
DEBIANS_PYTHON = "/usr/bin/python3"  # which has the packages of Debian

CONSUMER = """
cmake_minimum_required(VERSION 3.16)
project(consumer C CXX)
%s
add_executable(smallest "%s")
add_executable(kernel "%s")
foreach(program smallest kernel)
  target_link_libraries(${program} PRIVATE procbuf::procbuf)
endforeach()
"""

# What Zephyr's build system has, as far as a module uses it: one library, and an interface that all of the application gets.
ZEPHYR = """
cmake_minimum_required(VERSION 3.16)
project(stand_in C)
add_library(zephyr_interface INTERFACE)
function(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endfunction()
function(zephyr_compile_definitions)
  target_compile_definitions(zephyr_interface INTERFACE ${ARGN})
endfunction()
macro(zephyr_library)
  add_library(module STATIC)
  target_link_libraries(module PUBLIC zephyr_interface)
endmacro()
function(zephyr_library_sources)
  target_sources(module PRIVATE ${ARGN})
endfunction()
function(zephyr_library_include_directories)
  target_include_directories(module PRIVATE ${ARGN})
endfunction()
set(CONFIG_PROCBUF y)
set(CONFIG_PROCBUF_CHECKED %s)
add_subdirectory("%s" module)
add_executable(smallest "%s")
target_link_libraries(smallest PRIVATE module zephyr_interface)
"""

# What Zephyr does with a module's files: it reads the one as YAML, and takes the other in between its own.
MODULE = """
import sys, yaml, kconfiglib
module = yaml.safe_load(open(sys.argv[1]))
kconfig = kconfiglib.Kconfig(sys.argv[2])
kconfig.syms["PROCBUF"].set_value("y")
print(module["name"], module["build"]["cmake"], module["build"]["kconfig"])
print(kconfig.syms["PROCBUF_CHECKED"].str_value, kconfig.syms["PROCBUF_ACCESS_SPLIT"].str_value, len(kconfig.warnings))
"""

# The example as an image: the start-up code calls what an image of this project has.
IMAGE_MAIN = """
#include "system.h"
int main(void);
enum exit_status image_main(const char *bundle) { (void)bundle; return main() == 0 ? STATUS_FINE : STATUS_FINDING; }
"""


def run(command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True, errors="replace", **options)
    if result.returncode != 0:
        raise AssertionError("%s: status %d\n%s" % (" ".join(command), result.returncode, result.stdout[-4000:]))
    return result.stdout


class Released(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="it's a kernel ")
        cls.addClassCleanup(scratch.cleanup)
        cls.root = scratch.name
        with tarfile.open(fileobj=io.BytesIO(dist.archive())) as tar:
            tar.extractall(cls.root)
        cls.source = os.path.join(cls.root, "procbuf-" + dist.version())
        cls.smallest = cls.source + "/examples/smallest.c"
        cls.kernel = cls.made("kernel.cc", vendor_test.CPP)

    @classmethod
    def made(cls, name, text):
        path = os.path.join(cls.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        files.write(path, text)
        return path

    def program(self, *arguments):
        """Compiles and links the smallest program, and runs it."""
        out = os.path.join(self.root, "smallest")
        run(["gcc", "-std=c11", "-o", out, self.smallest] + list(arguments))
        run([out])


class Files(Released):
    def test_the_same_tree_gives_the_same_bytes(self):
        self.assertEqual(dist.archive(), dist.archive())

    def test_changelog_and_header_speak_of_one_version(self):
        self.assertIn("\n## %s" % dist.version(), files.read_text("CHANGELOG.md"))
        self.assertIn("\n## %s" % dist.version(), files.read_text(self.source + "/CHANGELOG.md"))

    def test_sources_by_themselves(self):
        """As a product vendors them, with the port that is chosen and one that is named."""
        sources = sorted(glob.glob(glob.escape(self.source) + "/lib/src/*.c"))
        for port in ("auto", "host"):
            self.program("-I%s/lib/include" % self.source, "-I%s/lib/port/%s" % (self.source, port), *sources)


class Single(Released):
    """procbuf.h and procbuf.c."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.source + "/single"
        # The library's unit tests include headers by their names.
        for path in glob.glob("lib/include/procbuf/*.h"):
            cls.made("headers/procbuf/" + os.path.basename(path), '#include <procbuf.h>\n')
        # And, with internal.h, some of those that callers carry where they carry bodies.
        for path in glob.glob("lib/include/procbuf/inline/*.h"):
            with open(path, encoding="utf-8") as file:
                cls.made("headers/procbuf/inline/" + os.path.basename(path), file.read())

    def test_the_smallest_program(self):
        self.program("-I" + self.folder, "-I%s/headers" % self.root, self.folder + "/procbuf.c")

    def test_no_compiler_warns(self):
        for compiler in [lint.tool("gcc")] + lint.clangs():
            for checked in BUILDS.values():
                run([compiler, "-std=c11", "-O2", "-c", "-o", os.devnull, "-DPROCBUF_CHECKED=" + checked] + WARNINGS + [self.folder + "/procbuf.c"])

    def test_unit_tests(self):
        """All that the library passes file by file, it passes as one file."""
        flags = ["-std=c11", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I" + self.folder, "-I%s/headers" % self.root, "-Ilib/test"]
        for build, checked in BUILDS.items():
            objects = [os.path.join(self.root, "%s-%s.o" % (name, build)) for name in ("procbuf", "fixture")]
            for source, target in zip((self.folder + "/procbuf.c", "lib/test/fixture.c"), objects):
                run(["gcc", "-c", "-o", target, "-DPROCBUF_CHECKED=" + checked] + flags + [source])
            for test in sorted(glob.glob("lib/test/*_test.c")):
                out = os.path.join(self.root, "test")
                run(["gcc", "-o", out, "-DPROCBUF_CHECKED=" + checked] + flags + [test] + objects + ["-lcmocka"])
                run([out], env=sanitizers.environment())

    def test_the_port_is_chosen(self):
        for target, instruction in {("arm-none-eabi-gcc", "-mcpu=cortex-m0plus"): "dmb", ("arm-none-eabi-gcc", "-mcpu=cortex-m4"): "dmb",
                                    ("arm-none-eabi-gcc", "-mcpu=cortex-m33"): "dmb", ("riscv64-unknown-elf-gcc", "-march=rv32imac"): "fence"}.items():
            flags = ["-ffreestanding", "-Os", "-S", "-o", "-"] + (["-mthumb"] if "arm" in target[0] else ["-mabi=ilp32"])
            self.assertRegex(run(list(target) + flags + [self.folder + "/procbuf.c"]), r"\n\s+%s" % instruction)


class Packaged(Released):
    """CMake, pkg-config, Zephyr."""

    def build(self, name, text, *options):
        """A consumer of its own; the folder that its programs are in."""
        self.made(name + "/CMakeLists.txt", text)
        folder = os.path.join(self.root, name)
        run(["cmake", "-S", folder, "-B", folder + "/build"] + list(options))
        run(["cmake", "--build", folder + "/build"])
        return folder + "/build"

    def consume(self, name, found, *options):
        folder = self.build(name, CONSUMER % (found, self.smallest, self.kernel), *options)
        run([folder + "/smallest"])
        self.assertEqual(run([folder + "/kernel"]), "00 2a 00\n")

    def install(self, build, checked):
        # Blanks pkg-config can take, quotes not.
        scratch = tempfile.TemporaryDirectory(prefix="a kernel ")
        self.addCleanup(scratch.cleanup)
        prefix = scratch.name
        out = os.path.join(self.root, "build-" + build)
        run(["cmake", "-S", self.source + "/lib", "-B", out, "-DCMAKE_INSTALL_PREFIX=" + prefix, "-DPROCBUF_CHECKED=" + checked, "-DCMAKE_INSTALL_LIBDIR=lib"])
        run(["cmake", "--build", out])
        run(["cmake", "--install", out])
        return prefix

    def test_installed(self):
        """By find_package and by pkg-config: both say which build it is, so that a caller has no define to forget."""
        for build, checked in BUILDS.items():
            prefix = self.install(build, checked)
            self.consume("by-package-" + build, "find_package(procbuf %s REQUIRED)" % dist.version(), "-DCMAKE_PREFIX_PATH=" + prefix)
            said = run(["pkg-config", "--cflags", "--libs", "procbuf"], env=dict(os.environ, PKG_CONFIG_PATH=prefix + "/lib/pkgconfig"))
            flags = shlex.split(said)
            self.assertIn("-DPROCBUF_CHECKED=" + checked, flags)
            self.program(*flags)
            version = run(["pkg-config", "--modversion", "procbuf"], env=dict(os.environ, PKG_CONFIG_PATH=prefix + "/lib/pkgconfig"))
            self.assertEqual(version.strip(), dist.version())

    def test_another_version_is_not_found(self):
        prefix = self.install("other", "1")
        text = CONSUMER % ("find_package(procbuf 1.0 REQUIRED)", self.smallest, self.kernel)
        with self.assertRaisesRegex(AssertionError, "compatible with requested version"):
            self.build("by-wrong-version", text, "-DCMAKE_PREFIX_PATH=" + prefix)

    def test_as_a_part_of_the_consumer(self):
        for build, checked in BUILDS.items():
            self.consume("by-folder-" + build, 'add_subdirectory("%s/lib" procbuf)' % self.source, "-DPROCBUF_CHECKED=" + checked, "-DPROCBUF_PORT=host")

    def test_zephyr_module(self):
        """There is no Zephyr here: its functions are stand-ins, its readers of YAML and Kconfig those that Zephyr itself uses."""
        said = run([DEBIANS_PYTHON, "-c", MODULE, self.source + "/zephyr/module.yml", self.source + "/zephyr/Kconfig"])
        self.assertEqual(said, "procbuf zephyr zephyr/Kconfig\ny n 0\n")
        for build, checked in {"checked": "y", "lean": "n"}.items():
            folder = self.build("zephyr-" + build, ZEPHYR % (checked, self.source + "/zephyr", self.smallest))
            run([folder + "/smallest"])


class OnTheTarget(Released):
    """The smallest program as an image, under QEMU, with this project's start-up code."""

    def test_it_runs(self):
        glue = self.made("image_main.c", IMAGE_MAIN)
        shapes = {shape.name: shape for shape in shapes_table.shapes()}
        for name in ("m3-gcc-os", "m33-gcc-os", "rv32-gcc-os"):
            platform = shapes[name].platform
            start, script = platform.image.split("+")
            image = os.path.join(self.root, name)
            flags = list(platform.flags) + ["-std=c11", "-Os", "-ffreestanding", "-nostdlib", "-nostartfiles", "-Wl,--gc-sections", "-ffunction-sections"]
            sources = ["repro/firmware/%s.c" % part for part in (start, "semihosting", "fault", "memory", "print")]
            run([platform.gcc, "-o", image, "-T", "repro/firmware/%s.ld" % script, "-Irepro/firmware", "-Ifuzz", "-I%s/lib/include" % self.source,
                 "-I%s/lib/port/auto" % self.source] + flags + [self.smallest, glue] + sources + glob.glob(glob.escape(self.source) + "/lib/src/*.c") + ["-lgcc"])
            run(platform.runner.split("+") + ["-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
                                              "enable=on,target=native,arg=image,arg=none", "-kernel", image], timeout=60)


if __name__ == "__main__":
    entry.run_tests()
