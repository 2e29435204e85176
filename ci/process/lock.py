# SPDX-License-Identifier: Apache-2.0 OR MIT
"""A lock on a file, for work that two processes must not do at once. The kernel releases it when its holder ends, however it ends; the
file stays."""

import contextlib
import fcntl
import os
import time

from ci.process import entry

NAME_MAX = 200
# Between taking the lock and writing down who took it a holder is unknown for a moment.
PATIENCE_SECONDS = 1
TICK_SECONDS = 0.01


class Held(entry.CannotRun):
    """Another process holds the lock: its pid, 0 if it has not said so, and what it called itself."""

    def __init__(self, path, pid, who):
        super().__init__("%s: in use by %s, pid %d" % (path, who, pid) if pid else "%s: in use" % path)
        self.path = path
        self.pid = pid
        self.who = who


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def read_holder(file):
    """Pid and word of a holder that lives; (0, "") if the file has none."""
    pid, _, who = os.pread(file, NAME_MAX, 0).decode("utf-8", "replace").rstrip("\n").partition(" ")
    return (int(pid), who) if pid.isascii() and pid.isdigit() and int(pid) > 0 and alive(int(pid)) else (0, "")


def held(file, path):
    """The exception that names the holder, who may be about to say its name."""
    end = time.monotonic() + PATIENCE_SECONDS
    holder = read_holder(file)
    while not holder[0] and time.monotonic() < end:
        time.sleep(TICK_SECONDS)
        holder = read_holder(file)
    return Held(path, *holder)


def take(file, path, who, shared):
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise held(file, path) from None
    os.ftruncate(file, 0)
    os.pwrite(file, b"%d %s\n" % (os.getpid(), who.encode()), 0)


@contextlib.contextmanager
def hold(path, who, shared=False):
    """Holds the lock for as long as the block runs; `who` is a word for people. Any number may hold it shared; then it names the last of them.
    Held: somebody else does. OSError: no file can be made."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        take(file, path, who, shared)
        try:
            yield
        finally:
            if not shared:
                os.ftruncate(file, 0)
    finally:
        os.close(file)
