# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The bank of planted bugs, fuzz/bugs: reads and judges its files, makes patched copies of lib/, builds them. By itself: does the
first two for the bugs named, or for all, and prints where their trees are."""

import glob
import hashlib
import os
import re
import shutil
import sys
import tempfile

from ci.process import entry
from ci.process import report
from ci.process import run

FOLDER = "fuzz/bugs"
TREES = "build/bugs"
SPEC = "docs/spec.md"
KEYS = ("id", "what", "class", "clause", "origin", "check", "build", "target", "program", "patch")
CHECKS = report.LOCKSTEP_CHECKS + ("asan", "ubsan", "msan", "hang", "litmus")
# What shows a bug, and the variant of ci/build/variants.txt that it is shown in. The litmus test builds by itself.
GATE_VARIANTS = {"watched": "asan", "plain": "checked", "lean": "lean", "msan": "msan", "split": "split"}
# What shows a bug that the host does not, and the shapes of ci/shapes/shapes.txt that it is shown in. They have no variant: `make bugs-shapes`
# sees them caught, the gate sees that its own machine, in HOST_VARIANT, notices nothing.
GATE_SHAPES = {"word32": ("host32", "m3-gcc-os"), "bigendian": ("ppc32-gcc-o2",),
               "processes": ("m3-gcc-mpu", "m33-gcc-mpu", "rv32-gcc-pmp")}
HOST_VARIANT = GATE_VARIANTS["watched"]
LITMUS = "litmus"
PATCH_SECONDS = 60
BUILDS = tuple(GATE_VARIANTS) + tuple(GATE_SHAPES) + (LITMUS,)
TARGETS = ("sequence", "layout", "registers", "slices", "stream")
ABSTRACT = re.compile(r"^layout 5$", re.MULTILINE)
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+$")
DIFF_NAMES = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(\S+)", re.MULTILINE)
INCLUDE = re.compile(rb'^#include "([^"]+)"', re.MULTILINE)
# The library's header and source folders: where its files look for each other.
HEADERS = ("lib/include/procbuf/*.h", "lib/include/procbuf/inline/*.h", "lib/port/*/procbuf/*.h", "lib/src/*.h")
SOURCES = ("lib/src/*.c",)


class BankError(entry.Usage):
    """What is wrong with a bug, in words for people."""


class Bug:
    """One file of the bank."""

    def __init__(self, path, fields):
        self.path = path
        self.id = fields["id"]
        self.what = fields["what"]
        self.clazz = fields["class"]
        self.clause = fields["clause"]
        self.origin = fields["origin"]
        self.check = fields["check"]
        self.build = fields["build"]
        self.target = fields["target"]
        self.program = fields["program"]
        self.patch = fields["patch"]

    @property
    def variant(self):
        """The variant that shows it; None for one that no program shows, or none on the host."""
        return GATE_VARIANTS.get(self.build)

    @property
    def shapes(self):
        """The names of the shapes that alone show it; none for one that the host shows too."""
        return GATE_SHAPES.get(self.build, ())

    @property
    def has_program(self):
        """Whether it is its program that shows it, somewhere."""
        return self.build != LITMUS

    @property
    def abstract(self):
        """Whether its program runs on the abstract machine, which only a watched build has."""
        return bool(ABSTRACT.search(self.program))


# ---- reading


def wrong(path, number, expected, found):
    return BankError("%s:%d: expected %s, found %s" % (path, number, expected, repr(found) if found else "nothing"))


def clauses():
    with open(SPEC, encoding="utf-8") as file:
        return set(re.findall(r"\b[XPAMBSTC]-[A-Z0-9]+\b", file.read()))


def allowed_values(path):
    """What each key may hold: the values, and what to call them."""
    identity = os.path.basename(path)[:-len(".patch")]
    return {
        "id": ((identity,), "the file's name, %s" % identity),
        "class": ((identity.split("-")[0],), "the word before the id's first dash, %s" % identity.split("-")[0]),
        "clause": (clauses(), "a clause of %s" % SPEC),
        "check": (CHECKS, "one of: " + " ".join(CHECKS)),
        "build": (BUILDS, "one of: " + " ".join(BUILDS)),
        "target": (TARGETS, "one of: " + " ".join(TARGETS)),
    }


def read_line(path, lines, number, key):
    """The value of `key: value`, the line of that number."""
    line = lines[number - 1] if number <= len(lines) else ""
    found, colon, value = line.partition(":")
    if found != key or not colon:
        raise wrong(path, number, "the key %s:" % key, line)
    return value.strip()


def read_program(path, lines, number):
    """The indented lines from that number on, without their indentation, and the number of the line behind them."""
    program = []
    while number <= len(lines) and lines[number - 1].startswith("  "):
        program.append(lines[number - 1][2:] + "\n")
        number += 1
    if not program:
        raise wrong(path, number, "a program, its lines indented by two spaces", "".join(lines[number - 1:number]))
    return "".join(program), number


def read_patch(path, lines, number):
    """The diff from that line on; it may change files of the library only."""
    text = "".join(line + "\n" for line in lines[number - 1:])
    names = DIFF_NAMES.findall(text)
    if not names or "\n@@ " not in text:
        raise wrong(path, number, "a unified diff", lines[number - 1] if number <= len(lines) else "")
    for name in names:
        if not name.startswith("lib/") or ".." in name:
            raise wrong(path, number, "a diff of files in lib/", name)
    return text


def read_fields(path, lines):
    fields = {}
    allowed = allowed_values(path)
    number = 1
    for key in KEYS:
        value = read_line(path, lines, number, key)
        if key in ("program", "patch"):
            if value:
                raise wrong(path, number, "nothing behind %s:" % key, value)
            number += 1
            if key == "program":
                fields[key], number = read_program(path, lines, number)
            else:
                fields[key] = read_patch(path, lines, number)
            continue
        values, expected = allowed.get(key, (None, "some text"))
        if not value or (values and value not in values):
            raise wrong(path, number, "%s: %s" % (key, expected), value)
        fields[key] = value
        number += 1
    return fields


def read_bug(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    bug = Bug(path, read_fields(path, lines))
    if (bug.check == LITMUS) != (bug.build == LITMUS):
        raise wrong(path, KEYS.index("build") + 1, "build: %s with check: %s, and only with it" % (LITMUS, LITMUS), bug.build)
    if bug.abstract and bug.build in ("plain", "lean", "processes"):
        raise wrong(path, KEYS.index("build") + 1, "build: watched for a program of layout 5", bug.build)
    if bug.shapes and bug.check not in report.LOCKSTEP_CHECKS:
        raise wrong(path, KEYS.index("check") + 1, "a check of lockstep for build: %s: %s" % (bug.build, " ".join(report.LOCKSTEP_CHECKS)), bug.check)
    return bug


def read(folder=FOLDER):
    """All bugs of the folder, by id. BankError says what is wrong, of all files at once."""
    bugs, problems = [], []
    for path in sorted(glob.glob(os.path.join(folder, "*.patch"))):
        try:
            bugs.append(read_bug(path))
        except (BankError, OSError, UnicodeDecodeError) as problem:
            problems.append(str(problem))
    if problems:
        raise BankError("\n".join(problems))
    if not bugs:
        raise BankError("%s: expected at least one .patch file, found none" % folder)
    return bugs


def select(bugs, ids):
    """The bugs of these ids, all if none is named."""
    unknown = sorted(set(ids) - {bug.id for bug in bugs})
    if unknown:
        raise BankError("expected ids of bugs, found %s" % " ".join(unknown))
    return [bug for bug in bugs if not ids or bug.id in ids]


# ---- patched trees


def find(patterns):
    return sorted(path for pattern in patterns for path in glob.glob(pattern))


def contents(root, paths):
    result = {}
    for path in paths:
        with open(os.path.join(root, path), "rb") as file:
            result[path] = file.read()
    return result


def write(root, files):
    for path, content in files.items():
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)


def patched(bug):
    """The files that the patch changes, changed: path -> contents."""
    names = sorted(set(DIFF_NAMES.findall(bug.patch)))
    missing = [name for name in names if not os.path.isfile(name)]
    if missing:
        raise BankError("%s: changes what is not there: %s" % (bug.path, " ".join(missing)))
    with tempfile.TemporaryDirectory() as folder:
        write(folder, contents(".", names))
        result = run.run(["patch", "-p1", "--fuzz=0", "--forward", "--no-backup-if-mismatch"], PATCH_SECONDS, folder=folder,
                         given=bug.patch.encode())
        # An offset or anything else that patch remarks on means that lib/ has moved on.
        if result.status != 0 or not all(line.startswith("patching file ") for line in result.output.splitlines()):
            raise BankError("%s: does not apply as it is: re-diff it\n%s" % (bug.path, result.output))
        return contents(folder, names)


def reached(names, texts):
    """The files that include these, directly or not, and these."""
    names = set(names)
    while True:
        more = {name for name, text in texts.items() if any(path.endswith("/" + included.decode()) for included in INCLUDE.findall(text) for path in names)}
        if more <= names:
            return names
        names |= more


def tree_files(changes):
    """What a patched tree holds: a changed source alone if no header is changed, else those too that include it; headers always."""
    headers = contents(".", find(HEADERS))
    if any(name.endswith(".h") for name in changes):
        sources = contents(".", find(SOURCES))
        wanted = reached(changes, {**headers, **sources})
        return {**headers, **{name: text for name, text in sources.items() if name in wanted}, **changes}
    return {**{name: text for name, text in headers.items() if name.startswith("lib/src/")}, **changes}


def manifest(files):
    return "".join("%s %s\n" % (hashlib.sha256(text).hexdigest(), name) for name, text in sorted(files.items()))


def forget(identity):
    """Away with a bug's tree and with all that was built from it."""
    for folder in [os.path.join(TREES, identity)] + glob.glob("build/*/bugs/" + identity):
        shutil.rmtree(folder, ignore_errors=True)


def make_tree(bug):
    """The bug's tree, made anew if it would not be the same: then all of it is newer than what was built from it."""
    root = os.path.join(TREES, bug.id)
    files = tree_files(patched(bug))
    wanted = manifest(files)
    stamp = os.path.join(root, "manifest")
    if os.path.isfile(stamp):
        with open(stamp, encoding="utf-8") as file:
            if file.read() == wanted:
                return root
    forget(bug.id)
    write(root, files)
    write(root, {"manifest": wanted.encode()})
    return root


def make_trees(bugs):
    """id -> folder with a patched lib/ in it, or the BankError that says why there is none."""
    trees = {}
    for bug in bugs:
        try:
            trees[bug.id] = make_tree(bug)
        except (BankError, OSError) as problem:
            forget(bug.id)
            trees[bug.id] = problem if isinstance(problem, BankError) else BankError("%s: %s" % (bug.path, problem))
    return trees


# ---- building


def run_make(ids, variant, what, jobs):
    command = ["make", "--no-print-directory", "--output-sync=target", "-k", "-j%d" % jobs, "-f", "ci/build/build.mk",
               "VARIANT=" + variant, "BINARY=" + what, "BUGS=" + " ".join(ids), "bugs"]
    return run.run(command, None).output


def compiler_output(folder, otherwise):
    """What the compiler said about a bug; what make said if it did not come to that."""
    said = ""
    for path in sorted(glob.glob(folder + "/**/*.log", recursive=True)):
        with open(path, encoding="utf-8", errors="replace") as file:
            said += file.read()
    return said or otherwise[-4000:]


def build(bugs, variant, what="replay", jobs=os.cpu_count() or 1):
    """Builds `what`, replay or a fuzz target, of all bugs in one variant, with one call of make: id -> path of the binary, or
    the BankError that says why there is none."""
    built = make_trees(bugs)
    paths = {bug.id: bug.path for bug in bugs}
    ids = [identity for identity, tree in built.items() if isinstance(tree, str)]
    said = run_make(ids, variant, what, jobs) if ids else ""
    done = {line[len("built "):] for line in said.splitlines() if line.startswith("built ")}
    for identity in ids:
        folder = "build/%s/bugs/%s" % (variant, identity)
        if identity in done:
            built[identity] = "%s/%s" % (folder, what)
        else:
            built[identity] = BankError("%s: does not build in %s\n%s" % (paths[identity], variant,
                                                                        compiler_output(folder, said)))
    return built


def main():
    trees = make_trees(select(read(), sys.argv[1:]))
    for identity, tree in trees.items():
        print("%s: %s" % (identity, tree), file=sys.stdout if isinstance(tree, str) else sys.stderr)
    return 0 if all(isinstance(tree, str) for tree in trees.values()) else 1


if __name__ == "__main__":
    entry.run(main)
