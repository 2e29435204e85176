# SPDX-License-Identifier: Apache-2.0 OR MIT
"""How each program of ci/ begins and ends: the one place that turns exceptions and signals into an exit status.

    from ci.process import entry

    def main():
        ...
        return 1 if something_was_found else 0

    if __name__ == "__main__":
        entry.run(main)

A script of tests ends with `entry.run_tests()`.

Exit status: what `main` returns, or
  2        entry.Usage: wrong use. `raise entry.Usage("TIME=abc: expected a number")` prints `fuzz: TIME=abc: expected a number`
  3        entry.CannotRun, OSError, run.Failed, an error of subprocess: it could not be done; also any other exception, with its traceback
  141      the reader of standard output has gone (`| head -1`): without a word
  128 + n  signal n (interrupt, terminate, hang-up), after all that ci.process.run has started has ended
Exceptions of a module's own become one of these by inheriting from it: `class BankError(entry.Usage)`.

A signal reaches `main` as run.Stopped, a KeyboardInterrupt. A program that ends its own children and has something to do afterwards (a table, a
last replay) catches it, and is started with `entry.run(main, stop_children=False)`: then ci.process.run goes on working. What it returns is
the status; run.Stopped has the signal's `number`. Further signals are ignored: make and timeout send each twice.

Output is UTF-8 whatever the locale; bytes of file names that are not UTF-8 are written as they are.
"""

import os
import select
import signal
import subprocess
import sys
import traceback
import unittest

from ci.process import run as process

WRONG_USE = 2
COULD_NOT_RUN = 3
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128


class Usage(Exception):
    """The program was used in a wrong way: what was expected, in words for people."""


class CannotRun(Exception):
    """What keeps the program from its work, in words for people."""


def reader_gone():
    """Whether standard output is a pipe that nobody reads any more."""
    poll = select.poll()
    poll.register(sys.__stdout__.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def handler(stop_children):
    def stop(number, _):
        # A child that has ended before it has read its input is no reason to end.
        if number == signal.SIGPIPE and not reader_gone():
            return
        for each in SIGNALS + (signal.SIGPIPE,):
            signal.signal(each, signal.SIG_IGN)
        if stop_children or number == signal.SIGPIPE:
            process.stop_all()
        raise process.Stopped(number)
    return stop


def catch_signals(stop_children):
    """Those that were ignored from the start stay so: nohup, and a shell's commands in the background."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler(stop_children))
    signal.signal(signal.SIGPIPE, handler(stop_children))


def name():
    """The program's: its file's, or its folder's if it is that folder's main one."""
    folder, file = os.path.split(sys.argv[0])
    return os.path.basename(folder) if file == "__main__.py" else file[:-len(".py")]


def complain(problem, status):
    """Says what is wrong, in the program's name, and hands the status on."""
    if isinstance(problem, OSError) and problem.strerror:
        problem = "%s: %s" % (problem.filename, problem.strerror) if problem.filename else problem.strerror
    print("%s: %s" % (name(), problem), file=sys.stderr)
    return status


def outcome(function):
    """The exit status, unless a signal ends it."""
    try:
        status = function()
        sys.stdout.flush()
        return status
    except SystemExit as ended:
        # Of argparse and unittest.
        return ended.code
    except Usage as problem:
        return complain(problem, WRONG_USE)
    except (CannotRun, process.Failed, OSError, subprocess.SubprocessError) as problem:
        return SIGNALLED + signal.SIGPIPE if isinstance(problem, BrokenPipeError) and reader_gone() else complain(problem, COULD_NOT_RUN)
    except Exception:
        traceback.print_exc()
        return COULD_NOT_RUN


def call(function):
    """The exit status. A signal can come in any line of the above: that of a write to nobody comes after its exception."""
    try:
        return outcome(function)
    except process.Stopped as stopped:
        return SIGNALLED + stopped.number


def leave(status):
    """Ends the program. What could not be written by now can't be: Python must not try again and complain."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def run(function, stop_children=True):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    catch_signals(stop_children)
    leave(call(function))


def run_tests():
    """The end of a test script, in place of `entry.run(unittest.main)`: the signals that its tests send are heeded even where whoever started it ignores
    them (nohup, a shell's command in the background)."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    run(unittest.main)
