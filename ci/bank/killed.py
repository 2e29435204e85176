# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Which bugs of the bank a set of programs shows: what must not become less when programs are left out of a corpus."""

from ci.bank import bank
from ci.build import variants
from ci.process import run
from ci.process import sanitizers

LIMIT_SECONDS = 60
MISUSE = 2


def is_abstract(path):
    with open(path, encoding="utf-8") as file:
        return bool(bank.ABSTRACT.search(file.read()))


def shows(binary, paths):
    """Whether one of the programs fails, or never ends, in this build."""
    if not paths:
        return False
    result = run.run([binary] + paths, LIMIT_SECONDS, sanitizers.environment_without_names())
    if result.status == MISUSE:
        raise bank.BankError("%s: can't run the programs\n%s" % (binary, result.output[-2000:]))
    return result.status != 0


def needed_for(binary, kept, others):
    """The first of the others that shows a bug which none of those kept shows; None if there is no such."""
    if not shows(binary, others) or shows(binary, kept):
        return None
    return next((path for path in others if shows(binary, [path])), None)


def needed(bugs, kept, others, jobs):
    """Those of the others that are needed so that the programs kept show each bug that both show together; only what the host can show."""
    watched = {variant.name: variant.watched for variant in variants.table()}
    found = []
    for variant in sorted({bug.variant for bug in bugs if bug.variant}):
        def usable(paths, plain=not watched[variant]):
            return [path for path in paths if not (plain and is_abstract(path))]
        built = bank.build([bug for bug in bugs if bug.variant == variant], variant, "replay", jobs)
        for binary in built.values():
            if isinstance(binary, bank.BankError):
                raise binary
            path = needed_for(binary, usable(kept + found), usable([path for path in others if path not in found]))
            found += [path] if path else []
    return found
