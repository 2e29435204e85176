# SPDX-License-Identifier: Apache-2.0 OR MIT
"""No job is idle, and each task gets its time."""

import collections
import unittest

from ci.fuzz import schedule
from ci.process import entry


def given(plans, field):
    """What each task got in all."""
    total = collections.Counter()
    for pieces in plans:
        for piece in pieces:
            total[piece.task] += getattr(piece, field)
    return total


class Schedule(unittest.TestCase):
    """Tasks a, b, ... over some jobs."""

    def test_by_time(self):
        for tasks, jobs in (("a", 2), ("abc", 2), ("abcdef", 2), ("ab", 3), ("abcde", 4), ("ab", 1)):
            with self.subTest(tasks=tasks, jobs=jobs):
                plans = schedule.plan(list(tasks), jobs, 60, None)
                self.assertEqual(len(plans), jobs)
                loads = [sum(piece.seconds for piece in pieces) for pieces in plans]
                self.assertLessEqual(max(loads) - min(loads), 2, loads)
                for task, seconds in given(plans, "seconds").items():
                    self.assertAlmostEqual(seconds, 60 * max(1, jobs / len(tasks)), delta=2, msg=task)
                self.assertEqual(set(given(plans, "seconds")), set(tasks))

    def test_by_runs(self):
        for tasks, jobs in (("a", 2), ("abc", 2), ("ab", 4)):
            with self.subTest(tasks=tasks, jobs=jobs):
                plans = schedule.plan(list(tasks), jobs, None, 1000)
                self.assertTrue(all(plans), plans)
                self.assertEqual(set(given(plans, "runs").values()), {1000})
                self.assertEqual(set(given(plans, "runs")), set(tasks))


if __name__ == "__main__":
    entry.run_tests()
