# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The usual mistakes of build scripts and targets, each made in a copy of the project: `make oss-fuzz-check` must see it, in the column that is for it."""

import os
import tempfile
import unittest

from ci.process import entry
from ci.process import files
from ci.standin import check
from ci.standin import outer

SCRIPT = "ci/oss-fuzz/replay_build.sh"
MAKE = "ci/build/build.mk"
TARGET = "fuzz/targets/slices.c"
ENTRY = "  return host_fuzz(data, size, &target_focus);"
INCLUDES = '#include "host/host.h"\n'
# name -> the columns that must fail, and edits: file, what is there, what is there instead
MISTAKES = {
    "flags hard-coded": (("make",), (SCRIPT, "for goal in", "export CFLAGS='-g -O2 -fsanitize=address,fuzzer-no-link'\nfor goal in")),
    "stale objects": (("make",), ("ci/oss-fuzz/build.sh", "make clean", ":")),
    "zip with folders": (("file",), (SCRIPT, "zip -q -X -j", "zip -q -X")),
    "zip of another name": (("file",), (SCRIPT, "${name}_seed_corpus.zip", "${name}_corpus.zip")),
    "dictionary forgotten": (("file",), (SCRIPT, 'cp "$seeds.dict" "$OUT/$name.dict"', ":")),
    "something else in $OUT": (("file",), (SCRIPT, 'cp "$binary" "$OUT/"', 'cp "$binary" "$OUT/"; cp README.md "$OUT/"')),
    "library not instrumented": (("make", "edge"), (MAKE, "\n# ---- rules\n", "\n$(out)/obj/lib/%.o: room_flags := -fno-sanitize=all\n\n# ---- rules\n")),
    "linked with $CC": (("make",), (MAKE, "engine_link := $(CXX) $(CXXFLAGS) $(LDFLAGS)", "engine_link := $(CC) $(CFLAGS) $(LDFLAGS) -lstdc++ -lm")),
    "a target left out": (("file",), (SCRIPT, "for binary in build/env/fuzzed/* build/envplain/fuzzed/*", "for binary in build/env/fuzzed/*")),
    "exit in a target": (("size",), (TARGET, ENTRY, "  if (size < 2) exit(0);\n" + ENTRY, INCLUDES, INCLUDES + "#include <stdlib.h>\n")),
    "no room for a big input": (("size",), (TARGET, ENTRY, "  volatile char copy[1 << 15];\n  for (size_t i = 0; i < size; i++)\n    copy[i] = (char)data[i];\n" + ENTRY)),
    "output for each input": (("mute",), (TARGET, ENTRY, '  fprintf(stderr, "input of %zu bytes\\n", size);\n' + ENTRY)),
    "another way each time": (("same",), (TARGET, ENTRY, '  static FILE *chance;\n  if (!chance) chance = fopen("/dev/urandom", "r");\n  if (getc(chance) & 1) return 0;\n' + ENTRY)),
    "needs a file of the project": (("seed",), (TARGET, ENTRY, '  if (!fopen("docs/spec.md", "r")) abort();\n' + ENTRY, INCLUDES, INCLUDES + "#include <stdlib.h>\n")),
    "finds and says nothing": (("find",), ("fuzz/host/fail.c", "_Noreturn void fail_abort(const struct lockstep *l) {", "_Noreturn void fail_abort(const struct lockstep *l) {\n  _Exit(0);")),
    "a file left behind": (("tidy",), (TARGET, ENTRY, '  FILE *file = fopen("/tmp/procbuf-left-behind", "a");\n  if (file) fclose(file);\n' + ENTRY)),
}


def edit(tree, name, *changes):
    path = os.path.join(tree, name)
    text = files.read_text(path)
    for old, new in zip(changes[::2], changes[1::2]):
        if old not in text:
            raise AssertionError("%s: expected %r, which the mistake stands in place of" % (name, old))
        text = text.replace(old, new)
    mode = os.stat(path).st_mode
    files.write(path, text)
    os.chmod(path, mode)


def reduce_tree(tree):
    """One target is enough."""
    folder = os.path.join(tree, "fuzz", "targets")
    for name in os.listdir(folder):
        if name not in ("slices.c", "canary.c", "target.h"):
            os.remove(os.path.join(folder, name))


def failed_columns(changes):
    """Which columns fail with these edits; all of them are of one file."""
    with tempfile.TemporaryDirectory(prefix="procbuf-standin-") as root:
        os.chmod(root, 0o755)
        bench = check.Bench(root)
        reduce_tree(bench.tree)
        edit(bench.tree, *changes)
        rows = check.Round(bench, outer.Configuration("libfuzzer", "address"), os.cpu_count() or 1).run()
        return {column: said for row in rows for column, said in row.problems()}


class Mistakes(unittest.TestCase):
    """A test for each of the table. Each builds all for one target twice, so this is no part of `make test`."""


def test_of(name, columns, changes):
    def test(self):
        found = failed_columns(changes)
        self.assertTrue(set(columns) <= set(found), "%s: expected %s to fail, found %s" % (name, " ".join(columns), found))
    return test


for mistake, (expected, made) in MISTAKES.items():
    setattr(Mistakes, "test_" + mistake.replace(" ", "_").replace("$", ""), test_of(mistake, expected, made))

if __name__ == "__main__":
    entry.run_tests()
