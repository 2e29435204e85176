# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Runs one input of one target again, in a build that replays, and says what came of it."""

from ci.process import report as reports
from ci.process import run
from ci.process import sanitizers

# An input that takes longer hangs. The target notices that by itself and says where; the rest is for its report.
LIMIT_SECONDS = 10
REPORT_SECONDS = 30
PASSED, FAILED, REFUSED, BROKEN = "passed", "failed", "refused", "broken"
STATUS_FOUND, STATUS_COULD_NOT = 1, 3


class Verdict:
    """`outcome`: passed; failed, with a report; refused: it is no test case of this target; broken: it could not be run. `said` is why."""

    def __init__(self, outcome, report=None, said=""):
        self.outcome = outcome
        self.report = report
        self.said = said


def last_line(output):
    return (output.strip().splitlines() or ["it said nothing"])[-1]


def judge(result):
    """What a replay that ended like this came to."""
    if result.status == 0:
        return Verdict(PASSED)
    report = reports.read(result.output)
    if report:
        return Verdict(FAILED, report)
    if result.status == STATUS_COULD_NOT:
        return Verdict(REFUSED, said=(result.output.strip().splitlines() or ["not a test case"])[0])
    if result.status is None:
        return Verdict(FAILED, reports.Report(reports.HUNG, "-", "hang", result.output))
    return Verdict(BROKEN, said="status %d: %s" % (result.status, last_line(result.output)))


def examine(binaries, variant, target, path, bend=True):
    """Runs the input as the target runs it when an engine gives it that input; or, without `bend`, as it is or not at all."""
    command = variant.runner_command() + [binaries.path(variant.name, target), "--limit", str(LIMIT_SECONDS)]
    command += (["--bend"] if bend else []) + ["--", path]
    patience = (LIMIT_SECONDS + REPORT_SECONDS) * (1 if variant.runner == "-" else 4)
    try:
        return judge(run.run(command, patience, sanitizers.environment()))
    except OSError as problem:
        return Verdict(BROKEN, said=str(problem))
