# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Test cases from elsewhere: an output folder of libFuzzer or AFL++, a test case of ClusterFuzz, any file. What is none is named, with the reason."""

import glob
import os
import re
import stat

from ci.process import entry
from ci.process import files

DEFAULT_TARGET = "sequence"
# What AFL++ writes of its own into the folders of what it found.
AFL_STATS = "fuzzer_stats"
AFL_COMMAND = re.compile(r"^(?:target_mode|command_line) *:.* -- (\S+)", re.MULTILINE)
AFL_FOUND = ("crashes", "hangs")


class Case:
    """A file that may be a test case, and the target that it is for."""

    def __init__(self, path, target, engine):
        self.path = path
        self.target = target
        self.engine = engine


class Sources:
    """What is at a path: `cases`, and `others`: (path, why it is none)."""

    def __init__(self, path, targets, target=None):
        self.targets = targets
        self.target = target
        self.cases = []
        self.others = []
        if os.path.isdir(path):
            self._read_folder(path)
        elif os.path.exists(path):
            self._add(path, self._named_in(path), "import")
        else:
            raise entry.CannotRun("%s: no such file or folder" % path)

    def _named_in(self, path):
        """The target that a path's last two names speak of, as ClusterFuzz's and ours do: the longest, if there are several."""
        words = re.split(r"[^a-z0-9]+", "/".join(os.path.abspath(path).split("/")[-2:]))
        found = [name for name in self.targets if name in words]
        return max(found, key=len) if found else None

    def _add(self, path, target, engine):
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                self.others.append((path, "not a regular file"))
                return
        except OSError as problem:
            self.others.append((path, problem.strerror))
            return
        self.cases.append(Case(path, self.target or target or DEFAULT_TARGET, engine))

    def _read_folder(self, path):
        instances = sorted(glob.glob(os.path.join(glob.escape(path), "**", AFL_STATS), recursive=True))
        if instances:
            for stats in instances:
                self._read_instance(os.path.dirname(stats), files.read_text(stats))
        else:
            self._read_files(path, self._named_in(path), "import")

    def _read_instance(self, folder, stats):
        command = AFL_COMMAND.search(stats)
        named = os.path.basename(command.group(1)) if command else None
        for kind in AFL_FOUND:
            if os.path.isdir(os.path.join(folder, kind)):
                self._read_files(os.path.join(folder, kind), named if named in self.targets else None, "afl")

    def _read_files(self, folder, target, engine):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                self.others.append((path, "a folder"))
            elif engine == "afl" and not name.startswith("id:"):
                self.others.append((path, "AFL++'s own"))
            else:
                self._add(path, target or self._named_in(path), engine)
