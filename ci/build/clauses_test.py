# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The table of clauses: what is read from a specification, what is refused, and that each clause which a report can name is in it."""

import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

from ci.build import clauses
from ci.process import entry

SPEC = "docs/spec.md"
NAMED = re.compile(r'"([A-Z]-[A-Z][A-Z0-9]*)"')


class Table(unittest.TestCase):
    """clauses.read and the script on specifications of a few lines, and on the real one."""

    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.spec = os.path.join(room.name, "spec.md")
        self.table = os.path.join(room.name, "made", "clauses.def")

    def make(self, text):
        with open(self.spec, "w", encoding="utf-8") as file:
            file.write(text)
        return subprocess.run([sys.executable, "-m", "ci.build.clauses", self.spec, self.table], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)

    def read(self, text):
        made = self.make(text)
        self.assertEqual((made.returncode, made.stdout), (0, ""))
        with open(self.table, encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line.startswith("CLAUSE")]

    def refused(self, text, line, found):
        made = self.make(text)
        self.assertEqual(made.returncode, 1)
        self.assertTrue(made.stdout.startswith("%s:%s expected " % (self.spec, line)), made.stdout)
        self.assertIn(found, made.stdout)
        self.assertFalse(os.path.exists(self.table))

    def test_first_sentences(self):
        self.assertEqual(
            self.read("# Title\n- **A-ONE** One `[a, ..)` of\n  2.5. **not** more.\n  - *Decision:* no.\n"
                      "- **B-TWO1** \"Two\" \\ `two`.\n\n  And.\n"),
            ['CLAUSE(A_ONE, "A-ONE", "One [a, ..) of 2.5.")', 'CLAUSE(B_TWO1, "B-TWO1", "\\"Two\\" \\\\ two.")'])

    def test_what_is_refused(self):
        self.refused("- **A-ONE** One\n", "1:", "'One'")
        self.refused("\n- **A-ONE**\n  - More.\n", "2:", "''")
        self.refused("- **A-ONE** \u2260 one.\n", "1:", "\u2260 one.")
        self.refused("- **A-ONE** One.\n- **A-ONE** Two.\n", "2:", "A-ONE")
        self.refused("# Title\n", "", "none")

    def test_what_cannot_be_read(self):
        made = subprocess.run([sys.executable, "-m", "ci.build.clauses", self.spec, self.table], stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(made.returncode, 3)
        self.assertIn(self.spec, made.stderr)

    def test_each_clause_of_the_specification_is_read(self):
        with open(SPEC, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(sorted(clauses.read(SPEC)), sorted(set(re.findall(r"\*\*([A-Z]-[A-Z0-9]+)\*\*", text))))

    def test_each_clause_that_a_report_can_name(self):
        known = clauses.read(SPEC)
        sources = glob.glob("fuzz/model/*.[ch]") + glob.glob("fuzz/lockstep/*.[ch]") + ["fuzz/program/ops.def"]
        named = {}
        for path in (path for path in sources if not path.endswith("_test.c")):
            with open(path, encoding="utf-8") as file:
                named.update((name, path) for name in NAMED.findall(file.read()))
        self.assertGreater(len(named), len(known) // 2)
        self.assertEqual({name: path for name, path in named.items() if name not in known}, {})


if __name__ == "__main__":
    entry.run_tests()
