# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Makes the table of clauses that reports quote: from docs/spec.md, a line CLAUSE(identifier, "name", "first sentence") for each clause."""

import os
import re
import sys

# A clause begins its item; what is indented under it, or follows without an empty line, is its text.
CLAUSE = re.compile(r"- \*\*([A-Z]-[A-Z0-9]+)\*\* ?(.*)$")
# Up to a full stop that is neither inside code, such as `[a, ..)`, nor inside a number.
SENTENCE = re.compile(r"(?:`[^`]*`|[^`.]|\.(?=\S))+\.(?=\s|$)")
HEAD = """// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Made from %s by ci/build/clauses.py.
// CLAUSE(identifier, name, its first sentence)
"""


class SpecError(Exception):
    """What can't be read, in words for people."""


def items(lines):
    """The clauses in order: the number of the line, the name, and the text up to the first item under it."""
    found = None
    for number, line in enumerate(lines, 1):
        start = CLAUSE.match(line)
        if start:
            if found:
                yield found
            found = (number, start.group(1), start.group(2))
        elif found and re.match(r"\s+[^-\s]", line):
            found = (found[0], found[1], found[2] + " " + line.strip())
        elif found:
            yield found
            found = None
    if found:
        yield found


def first_sentence(text):
    """Without its marks; nothing if there is none."""
    found = SENTENCE.match(text)
    return found.group(0).replace("`", "").replace("*", "").strip() if found else ""


def read(path):
    """The clauses of a specification: name -> first sentence. SpecError says where it has none, or none that a report can hold."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    clauses = {}
    for number, name, text in items(lines):
        sentence = first_sentence(text)
        if name in clauses:
            raise SpecError("%s:%d: expected each clause once, found %s again" % (path, number, name))
        if not sentence or not sentence.isascii():
            raise SpecError("%s:%d: expected a first sentence in ASCII that ends in a full stop, found %r" % (
                path, number, sentence or text))
        clauses[name] = sentence
    if not clauses:
        raise SpecError("%s: expected clauses, found none" % path)
    return clauses


def table(path):
    """The .def file's text."""
    rows = ['CLAUSE(%s, "%s", "%s")\n' % (name.replace("-", "_"), name, sentence.replace("\\", "\\\\").replace('"', '\\"'))
            for name, sentence in read(path).items()]
    return HEAD % path + "".join(rows)


def write(path, text):
    """Under a name of its own first: several builds may do so at once."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    own = "%s.%d" % (path, os.getpid())
    with open(own, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(own, path)


def main():
    if len(sys.argv) != 3:
        print("usage: clauses.py SPEC TABLE", file=sys.stderr)
        return 2
    try:
        write(sys.argv[2], table(sys.argv[1]))
    except SpecError as problem:
        print(problem, file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as problem:
        print("clauses.py: %s" % problem, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
