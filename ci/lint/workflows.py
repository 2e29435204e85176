# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Rules of this project for workflow files, beside those of actionlint: what they run is pinned, may do little, ends, is a good script, and exists."""

import glob
import re
import sys

from ci.process import run as process

# Where Debian has PyYAML, for a python3 that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")
import yaml  # pylint: disable=wrong-import-position

FILES = ".github/workflows/*.yml"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION_COMMENT = re.compile(r"\s#\s*v\d+(\.\d+)*\s*$")
# What may follow `make`: an option, a variable, or a word that must be a verb, and what ends it in a script or in text.
MAKE = re.compile(r"\bmake((?:[ \t]+(?:-\S+|\w+=\S*|[\"']?\$\w+[\"']?|[a-z-]+(?=[\s\"'`;&|)]|$)))+)", re.MULTILINE)
FOUND = re.compile(r"-:(\d+):\d+: (.*)")
SHELLS = ("bash", "sh")


def pairs(node):
    return node.value if isinstance(node, yaml.MappingNode) else []


def get(node, *keys):
    """What a mapping has under a key, and that under the next; None where there is no such thing."""
    for key in keys:
        node = next((value for name, value in pairs(node) if name.value == key), None)
    return node


def line(node):
    return node.start_mark.line + 1


def words(node):
    """The text of a scalar; nothing for all else."""
    return node.value if isinstance(node, yaml.ScalarNode) else ""


class Script:
    """The text under a `run:`, its shell, and where in the file a line of it is."""

    def __init__(self, node, shell):
        self.text = node.value
        self.shell = shell
        # The text of a block begins below its mark.
        self.first = line(node) + (1 if node.style in ("|", ">") else 0)

    def line_at(self, offset):
        return self.first + self.text.count("\n", 0, offset)


class Workflow:
    """One file. Its rules give pairs of a line and what is wrong there; `verbs` are those of the Makefile."""

    def __init__(self, path, text, verbs, shellcheck):
        self.path = path
        self.lines = text.splitlines()
        self.root = yaml.compose(text)
        self.jobs = pairs(get(self.root, "jobs"))
        self.steps = [(job, step) for _, job in self.jobs if get(job, "steps") for step in get(job, "steps").value]
        self.verbs = verbs
        self.shellcheck = shellcheck

    def scripts(self):
        default = words(get(self.root, "defaults", "run", "shell"))
        for job, step in self.steps:
            if get(step, "run"):
                own = words(get(step, "shell")) or words(get(job, "defaults", "run", "shell"))
                yield Script(get(step, "run"), own or default)

    def pinned(self):
        """What others publish is named by its commit, which they can't change."""
        for part in [job for _, job in self.jobs] + [step for _, step in self.steps]:
            uses = get(part, "uses")
            if uses is None or words(uses).startswith("./"):
                continue
            if not PINNED.fullmatch(words(uses)):
                yield line(uses), "uses %s: expected a commit, @ and 40 hex digits" % words(uses)
            elif not VERSION_COMMENT.search(self.lines[uses.end_mark.line]):
                yield line(uses), "uses %s: expected its version in a comment, such as # v1.2.3" % words(uses)

    def permissions(self):
        """Nothing is allowed unless somebody has thought of it."""
        if get(self.root, "permissions") is None:
            yield 1, "no permissions: expected some for the whole file, such as contents: read"
        for part in [self.root] + [job for _, job in self.jobs]:
            if words(get(part, "permissions")) == "write-all":
                yield line(get(part, "permissions")), "permissions: write-all: expected the few that are needed"

    def timeouts(self):
        """A job that calls a workflow can't have one; the jobs of that do."""
        for name, job in self.jobs:
            if not get(job, "uses") and not get(job, "timeout-minutes"):
                yield line(name), "job %s has no timeout-minutes: expected minutes after which it is ended" % name.value

    def events(self):
        """It has the rights of the repository and may run the code of anybody."""
        trigger = get(self.root, "on")
        nodes = [name for name, _ in pairs(trigger)] or (trigger.value if isinstance(trigger, yaml.SequenceNode) else [trigger])
        for node in nodes:
            if words(node) == "pull_request_target":
                yield line(node), "on: pull_request_target: expected pull_request"

    def injection(self):
        """What others write, such as a branch's name, becomes text of the script before a shell reads it."""
        for script in self.scripts():
            for found in re.finditer(r"\$\{\{.*?\}\}", script.text, re.DOTALL):
                yield script.line_at(found.start()), "%s in a script: expected a variable that env: sets" % found.group()

    def promises(self):
        """The verbs that scripts run or speak of, and those that are handed to a workflow."""
        for script in self.scripts():
            for found in MAKE.finditer(script.text):
                yield from ((script.line_at(found.start()), word) for word in found.group(1).split() if re.fullmatch("[a-z][a-z-]*", word))
        for _, job in self.jobs:
            if get(job, "with", "verb"):
                yield line(get(job, "with", "verb")), words(get(job, "with", "verb"))

    def makes(self):
        for where, verb in self.promises():
            if verb not in self.verbs:
                yield where, "make %s: expected a verb that make help lists" % verb

    def shells(self):
        for script in self.scripts():
            if script.shell not in SHELLS:
                yield script.first, "shell %s: expected bash or sh, in the step or in defaults" % (script.shell or "not declared")
                continue
            result = process.run([self.shellcheck, "--shell=" + script.shell, "--format=gcc", "-"], None, given=script.text.encode())
            yield from ((script.first + int(where) - 1, what) for where, what in FOUND.findall(result.output))

    def problems(self):
        rules = (self.pinned, self.permissions, self.timeouts, self.events, self.injection, self.makes, self.shells)
        found = sorted(problem for rule in rules for problem in rule())
        return ["%s:%d: %s" % (self.path, where, what) for where, what in found]


def makefile_verbs():
    with open("Makefile", encoding="utf-8") as file:
        return set(re.findall(r"^([a-z-]+):.*## ", file.read(), re.MULTILINE))


def problems(path, text, shellcheck):
    try:
        return Workflow(path, text, makefile_verbs(), shellcheck).problems()
    except yaml.MarkedYAMLError as problem:
        return ["%s:%d: %s: expected YAML" % (path, problem.problem_mark.line + 1, problem.problem)]


def files():
    return sorted(glob.glob(FILES))


def check(shellcheck):
    """How many files were looked at, and what is wrong with them."""
    found = []
    for path in files():
        with open(path, encoding="utf-8") as file:
            found += problems(path, file.read(), shellcheck)
    return len(files()), found
