# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Corpora: folders of inputs, flat, each file named by the SHA-1 of its content as libFuzzer does. What is written appears whole under its
name or not at all."""

import ctypes
import hashlib
import os
import re
import shutil
import time

from ci.process import entry
from ci.process import files

UNFINISHED = files.UNFINISHED
WRITING_SECONDS = 0.2
DIGEST = re.compile(r"[0-9a-f]{40}\Z")
# Of linux/fs.h and fcntl.h.
RENAME_EXCHANGE = 2
AT_FDCWD = -100


class CorpusError(entry.CannotRun):
    """A corpus that can't be read or written: path and reason, in words for people."""


def failure(path, problem):
    return CorpusError("%s: %s" % (path, problem.strerror or problem))


def digest(content):
    return hashlib.sha1(content).hexdigest()


def lock_path(folder):
    """The lock of a working corpus: beside it, so that it stays when the folder is replaced."""
    return folder.rstrip("/") + ".lock"


# ---- reading


def names(folder):
    """The names of a corpus's files, sorted, without those on their way; none if there is no folder."""
    try:
        found = sorted(os.scandir(folder), key=lambda each: each.name)
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise failure(folder, problem) from problem
    for each in found:
        if not each.is_file():
            raise CorpusError("%s: expected a file, found something else" % each.path)
    return [each.name for each in found if not each.name.startswith(UNFINISHED)]


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as problem:
        raise failure(path, problem) from problem


def read_if_there(path):
    """None if the file is gone: engines and other runs remove files of a working corpus at any moment."""
    try:
        return read(path)
    except CorpusError:
        if os.path.lexists(path):
            raise
        return None


def size_if_there(path):
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return None


def contents(folder):
    """Name -> content of all files; one that can't be read is an error."""
    return {name: read(os.path.join(folder, name)) for name in names(folder)}


# ---- writing


def make_folder(folder):
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise failure(folder, problem) from problem


def write(path, content):
    """Writes a file whole or not at all."""
    try:
        files.write(path, content)
    except OSError as problem:
        raise failure(path, problem) from problem


def add(folder, content):
    """Adds an input; returns its path. One that is there already is left alone."""
    path = os.path.join(folder, digest(content))
    if size_if_there(path) != len(content):
        write(path, content)
    return path


def place(path, folder, name):
    """The same file under another name: a second link to it, which takes no room, or where that can't be a copy."""
    target = os.path.join(folder, name)
    try:
        os.link(os.path.realpath(path), target)
    except FileExistsError:
        pass
    except OSError:
        write(target, read(path))


# ---- tidying up


def empty_files(folder):
    """Those of 0 bytes: what a full disk leaves. The empty input needs no file, every engine begins with it."""
    return [name for name in names(folder) if size_if_there(os.path.join(folder, name)) == 0]


def remove_damaged(folder):
    """Removes files whose content is not what their names say: an engine does not look whether a full disk has taken all. Returns the names."""
    def is_damaged(name):
        content = read_if_there(os.path.join(folder, name))
        return content is not None and digest(content) != name

    def damaged(chosen):
        return [name for name in chosen if DIGEST.match(name) and is_damaged(name)]
    found = damaged(names(folder))
    if found:
        time.sleep(WRITING_SECONDS)  # an engine may be about to write the rest
        found = damaged(found)
    for name in found:
        remove(os.path.join(folder, name))
    return found


def remove(path):
    """Removes a file or a folder; nothing there is fine."""
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise failure(path, problem) from problem


def remove_unfinished(folder):
    """Removes what writers that were killed have left; call it under the corpus's lock. Returns the names."""
    found = sorted(each.name for each in os.scandir(folder) if each.name.startswith(UNFINISHED))
    for name in found:
        remove(os.path.join(folder, name))
    return found


def exchange(one, other):
    """Exchanges two folders, so that at no moment either name is without one."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        raise CorpusError("%s: this system can't exchange two folders" % one)
    if function(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) != 0:
        raise CorpusError("%s: can't be exchanged with %s: %s" % (one, other, os.strerror(ctypes.get_errno())))
