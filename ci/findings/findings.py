# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Findings: the input that failed, kept under a name of its content, with its program as the target ran it, the shortest program that
fails in the same way, and the engine's log."""

import hashlib
import os
import shutil
import subprocess

from ci.process import sanitizers

REPORT_START = "== procbuf"
REPORT_END = "== end of procbuf"
REPORT_LINES = 40
SHRINK_SECONDS = 20
SHRINK_PATIENCE = 30

# The target whose input is text already; any other's is a program in binary form.
TEXT_TARGET = "text"


class Finding:
    """One failing input of one target, as kept in <root>/<target>/<id>.{bin,txt,min.txt,log}.

    Where the input is text there is no .bin and nothing to shrink. No .min.txt: the program does not fail in this build.
    """

    def __init__(self, root, worker, artifact, tools):
        with open(artifact, "rb") as file:
            content = file.read()
        self.target = worker.target
        self.kind = os.path.basename(artifact).split("-")[0]
        self.executions = worker.executions
        self.seconds = worker.seconds()
        stem = os.path.join(root, worker.target, hashlib.sha1(content).hexdigest()[:12])
        self.text_path = stem + ".txt"
        self.path = self.text_path if self.target == TEXT_TARGET else stem + ".bin"
        self.shrunk_path = stem + ".min.txt"
        self.log_path = stem + ".log"
        self.tools = tools
        self.known = os.path.exists(self.path)
        if not self.known:
            os.makedirs(os.path.dirname(stem), exist_ok=True)
            shutil.copyfile(worker.log_path(), self.log_path)
            if self.path != self.text_path:
                self._write_text(artifact)
                self._shrink()
            shutil.copyfile(artifact, self.path)
        self.report = report(self.log_path)

    def _write_text(self, artifact):
        """The program as the target runs it: what the engine made, bent."""
        command = [os.path.join(self.tools, self.target), "--print", artifact]
        with open(self.text_path, "w", encoding="utf-8") as text:
            result = subprocess.run(command, stdout=text, stderr=subprocess.DEVNULL, check=False)
        if result.returncode != 0:
            os.remove(self.text_path)

    def _shrink(self):
        """Writes the .min.txt, unless that takes too long or can't be done: a finding is one without it too."""
        command = [os.path.join(self.tools, "shrink"), "--time", str(SHRINK_SECONDS), "--force",
                   "--out", self.shrunk_path, self.text_path]
        try:
            subprocess.run(command, env=sanitizers.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=SHRINK_PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired):
            pass

    def describe(self):
        """The paragraph that the runner prints about it."""
        lines = ["%s: %s after %s executions, %.1f s%s" % (
            self.target, self.kind, format(self.executions, ","), self.seconds,
            " (found before)" if self.known else "")]
        lines += ["  " + line for line in self.report]
        lines.append("  input   %s" % self.path)
        if self.path != self.text_path and os.path.exists(self.text_path):
            lines.append("  program %s" % self.text_path)
        lines.append("  log     %s" % self.log_path)
        lines.append("  replay  make replay TARGET=%s FILE=%s" % (self.target, self.path))
        return "\n".join(lines + self._describe_shrunk())

    def _describe_shrunk(self):
        if not os.path.exists(self.shrunk_path):
            return []
        with open(self.shrunk_path, encoding="utf-8") as file:
            program = ["    " + line.rstrip("\n") for line in file]
        return ["  shrunk  %s" % self.shrunk_path] + program + [
            "  replay  %s --trace %s" % (os.path.join(self.tools, "replay"), self.shrunk_path)]


def report(log_path):
    """The lockstep's failure report in a log, else the sanitizer's first line, else nothing."""
    with open(log_path, encoding="utf-8", errors="replace") as log:
        lines = [line.rstrip("\n") for line in log]
    for number, line in enumerate(lines):
        if line.startswith(REPORT_START):
            return _block(lines[number:])
    for number, line in enumerate(lines):
        if "ERROR: " in line or ": runtime error: " in line:
            return lines[number:number + 1]
    return []


def _block(lines):
    ends = [number for number, line in enumerate(lines) if line.startswith(REPORT_END)]
    block = lines[:ends[0]] if ends else lines
    return block if len(block) <= REPORT_LINES else block[:REPORT_LINES] + ["..."]
