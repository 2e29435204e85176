# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs processes with a time limit, and ends those that still run: the one place that does."""

import errno
import os
import shutil
import signal
import subprocess
import threading

# A process that is told to end has this long before it is killed.
PATIENCE_SECONDS = 5

LOCK = threading.RLock()
RUNNING = set()
# From stop_all on, nothing is started any more: the threads of a pool would go on with what is queued.
STOPPED = threading.Event()


class Stopped(KeyboardInterrupt):
    """A signal has told this program to end. A KeyboardInterrupt, so that what tidies up after one does so after any."""

    def __init__(self, number=signal.SIGINT):
        super().__init__(number)
        self.number = number


class Failed(Exception):
    """A command did not do what it has no reason not to do; what it said."""


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


def signal_group(process, number):
    """Signals a process that leads a session of its own, and all that it has started in it."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def end(process):
    """Ends a process that leads a session of its own: it is told to, so that it ends what it has started in other sessions, then killed."""
    signal_group(process, signal.SIGTERM)
    try:
        process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    signal_group(process, signal.SIGKILL)


def bound(command):
    """The command, made to end when this process does, even by `kill -9`, where the system has a tool for that. FileNotFoundError: there is no
    such command."""
    if not shutil.which(command[0]):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    return (["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []) + list(command)


def stop_all():
    """Ends all that `run` has started, in whatever thread, and lets it start nothing more. Does not wait for them: their threads do."""
    STOPPED.set()
    with LOCK:
        left = list(RUNNING)
    for process in left:
        signal_group(process, signal.SIGTERM)
    killer = threading.Timer(PATIENCE_SECONDS, lambda: [signal_group(process, signal.SIGKILL) for process in left if process.returncode is None])
    killer.daemon = True
    killer.start()


def start(command, **settings):
    """Starts a process in a session of its own. OSError: it could not be started."""
    with LOCK:
        if STOPPED.is_set():
            raise Stopped()
        process = subprocess.Popen(bound(command), start_new_session=True, **settings)
        RUNNING.add(process)
    return process


def run(command, limit, environment=None, folder=None, given=None, apart=False):
    """Carries out a command. `limit` is in seconds; None: it has no limit. `given` is its standard input, as bytes. `apart`: output and errors
    are kept apart. OSError: it could not be started."""
    process = start(command, cwd=folder, env=environment, stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE if apart else subprocess.STDOUT)
    with process:
        try:
            output, errors = process.communicate(given, limit)
            return Result(process.returncode, decode(output), decode(errors))
        except subprocess.TimeoutExpired:
            end(process)
            output, errors = process.communicate()
            late = "not done after %d s\n" % limit
            return Result(None, decode(output) + ("" if apart else late), decode(errors) + (late if apart else ""))
        except BaseException:
            end(process)
            raise
        finally:
            RUNNING.discard(process)


def must_run(command, environment=None, given=None):
    """The output of a command that has no reason to fail, without its errors."""
    result = run(command, None, environment, given=given, apart=True)
    if result.status != 0:
        raise Failed(("%s: status %s\n%s" % (" ".join(command), result.status, result.errors[-2000:])).rstrip())
    return result.output


def show(command, environment=None):
    """Carries out a command that writes to where this program writes; returns its status."""
    process = start(command, env=environment, stdin=subprocess.DEVNULL)
    with process:
        try:
            return process.wait()
        except BaseException:
            end(process)
            raise
        finally:
            RUNNING.discard(process)
