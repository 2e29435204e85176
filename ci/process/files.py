# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Files that are there whole or not at all."""

import contextlib
import json
import os
import tempfile

# What the names of files on their way begin with.
UNFINISHED = ".new-"


def write(path, content):
    """Writes bytes or text under a temporary name beside it, checks that they have reached the disk, then renames. OSError: the file is as it was,
    and nothing is left behind."""
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_text(path):
    return read(path).decode("utf-8", "replace")


def write_json(path, value):
    write(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def read_json(path):
    """The value; None if there is no such file. ValueError: it is not JSON."""
    try:
        return json.loads(read_text(path))
    except FileNotFoundError:
        return None
