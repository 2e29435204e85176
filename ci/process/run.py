# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs a process with a time limit: the one place that does."""

import os
import signal
import subprocess

# A process that is told to end has this long before it is killed.
PATIENCE_SECONDS = 5


class Result:
    """How a process ended: status, None if it was still running when its time was up, negative for a signal; what it wrote; both streams in
    `output` unless they were kept apart."""

    def __init__(self, status, output, errors):
        self.status = status
        self.output = output
        self.errors = errors

    def text(self):
        return "status %s\n%s" % (self.status, self.output)


def decode(raw):
    return (raw or b"").decode("utf-8", "replace")


def kill_group(process):
    """Ends a process that leads a session of its own, with all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(command, limit, environment=None, folder=None, given=None, apart=False):
    """Carries out a command. `limit` is in seconds; None: it has no limit. `given` is its standard input, as bytes. `apart`: output and errors
    are kept apart. OSError: it could not be started."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE if apart else subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            output, errors = process.communicate(given, limit)
            return Result(process.returncode, decode(output), decode(errors))
        except subprocess.TimeoutExpired:
            kill_group(process)
            output, errors = process.communicate()
            late = "not done after %d s\n" % limit
            return Result(None, decode(output) + ("" if apart else late), decode(errors) + (late if apart else ""))
        except BaseException:
            kill_group(process)
            raise
