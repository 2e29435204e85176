# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Makes what a release consists of, in build/dist: procbuf-<version>.tar.gz, with the library, its build files and the single-file form of it,
procbuf.h and procbuf.c. The same tree gives the same bytes."""

import gzip
import glob
import io
import os
import re
import subprocess
import tarfile

from ci.process import entry
from ci.process import files

OUT = "build/dist"
VERSION = "lib/include/procbuf/version.h"
INCLUDES = ("lib/include", "lib/src")
CONTENTS = ("CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "SECURITY.md", "docs/spec.md", "examples/*.c", "lib/CMakeLists.txt", "lib/cmake/*",
            "lib/include/procbuf/*.h", "lib/include/procbuf/inline/*.h", "lib/src/*.[ch]", "lib/port/*/procbuf/port.h", "zephyr/*")
SINGLE = "single"  # the folder of the single-file form
OWN_INCLUDE = re.compile(r'^#include "([^"]+)"\n', re.MULTILINE)
# Headers that go by what is defined where they are included.
IN_PLACE = ("procbuf/inline/", "procbuf/names.h")
LICENCE = "// SPDX-License-Identifier: Apache-2.0 OR MIT\n"
# Where no commit says when: the first day that every archive format has.
EPOCH = 315532800
PORT_HEADER = "procbuf/port.h"
PORT = """
/* The port: of this architecture, or the header that PROCBUF_PORT_HEADER names. */
#ifdef PROCBUF_PORT_HEADER
#include PROCBUF_PORT_HEADER
#else
%s#endif
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def version():
    """As the header says it: 1.2.3."""
    numbers = dict(re.findall(r"^#define PROCBUF_VERSION_(MAJOR|MINOR|PATCH) (\d+)$", read(VERSION), re.MULTILINE))
    return "%(MAJOR)s.%(MINOR)s.%(PATCH)s" % numbers


class Unit:
    """One file made of many: each is put in where it is first included."""

    def __init__(self, title, known=()):
        self.known = set(known)
        self.text = "%s// procbuf %s, %s\n" % (LICENCE, version(), title)

    def add(self, path):
        self.known.add(os.path.normpath(path))
        body = self.expanded(read(path).removeprefix(LICENCE), os.path.dirname(path))
        self.text += "\n/* ---- %s */\n%s" % (path, body)

    def expanded(self, text, folder):
        return OWN_INCLUDE.sub(lambda match: self.included(match.group(1), folder), text)

    def included(self, name, folder):
        if name == PORT_HEADER:
            return PORT % port()
        path = next(path for path in (os.path.normpath(os.path.join(place, name)) for place in (folder,) + INCLUDES) if os.path.exists(path))
        if path in self.known:
            return ""
        self.known.add(path)
        return self.expanded(read(path).removeprefix(LICENCE), os.path.dirname(path))


def in_order(path):
    """A public header behind all that it includes; but for those that stay where they are included."""
    found = []
    for name in [name for name in OWN_INCLUDE.findall(read(path)) if not name.startswith(IN_PLACE)]:
        found += [each for each in in_order(os.path.join("lib/include", name)) if each not in found]
    return found + [path]


def port():
    """All ports, the right one chosen by the compiler."""
    unit = Unit("")
    return unit.expanded(read("lib/port/auto/procbuf/port.h").removeprefix(LICENCE), "lib/port/auto/procbuf")


def amalgamation():
    """The texts of procbuf.h and procbuf.c."""
    header = Unit("all public headers in one. Each part is the manual of its subject.")
    # Side by side, not one in the other: some show more when they are included again.
    for path in in_order("lib/include/procbuf/procbuf.h"):
        header.known.add(path)
    public = set(header.known)
    for path in in_order("lib/include/procbuf/procbuf.h"):
        header.add(path)
    source = Unit("all sources in one. Compile it for the build that procbuf/config.h in procbuf.h speaks of.", public)
    source.text += '\n#define PROCBUF_LIBRARY /* and carries no bodies but its own */'
    source.text += '\n#define PROCBUF_STARTUP /* the library knows the mark of a capability */\n#include "procbuf.h"\n'
    for path in sorted(glob.glob("lib/src/*.c")):
        source.add(path)
    return header.text, source.text


def members():
    """Name in the archive -> contents, in order."""
    header, source = amalgamation()
    found = {path: read(path) for pattern in CONTENTS for path in sorted(glob.glob(pattern)) if os.path.isfile(path)}
    found[SINGLE + "/procbuf.h"], found[SINGLE + "/procbuf.c"] = header, source
    return dict(sorted(found.items()))


def time_of_tree():
    """When the tree was made: what SOURCE_DATE_EPOCH says, or the last commit."""
    if os.environ.get("SOURCE_DATE_EPOCH", "").isdigit():
        return int(os.environ["SOURCE_DATE_EPOCH"])
    result = subprocess.run(["git", "log", "-1", "--format=%ct"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return int(result.stdout) if result.returncode == 0 and result.stdout.strip().isdigit() else EPOCH


def archive():
    """The archive's bytes."""
    made, when = io.BytesIO(), time_of_tree()
    with gzip.GzipFile(filename="", mode="wb", fileobj=made, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in members().items():
            info = tarfile.TarInfo("procbuf-%s/%s" % (version(), name))
            data = text.encode()
            info.size, info.mtime, info.mode = len(data), when, 0o644
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


def main():
    os.makedirs(OUT, exist_ok=True)
    path = os.path.join(OUT, "procbuf-%s.tar.gz" % version())
    files.write(path, archive())
    for name, text in zip(("procbuf.h", "procbuf.c"), amalgamation()):
        files.write(os.path.join(OUT, name), text)
    print("%s: %d bytes; procbuf.h and procbuf.c beside it" % (path, os.path.getsize(path)))


if __name__ == "__main__":
    entry.run(main)
