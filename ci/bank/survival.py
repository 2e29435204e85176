# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The survival plot: the share of trials whose bug is still alive after so many executions, one curve for each way to fuzz."""

import shutil

from ci.process import run

SCRIPT = """
set terminal svg size 900,520 font 'sans,13' background rgb 'white'
set output '%(out)s.svg'
set logscale x
set xlabel 'executions'
set ylabel 'share of trials whose bug is alive'
set yrange [0:1.02]
set xrange [1:%(last)d]
set key below
set grid
plot %(curves)s
"""


def steps(executions):
    """(executions, share alive) at each detection. None: never detected."""
    total = len(executions)
    found = sorted(number for number in executions if number is not None)
    return [(1, 1.0)] + [(max(1, number), (total - rank) / total) for rank, number in enumerate(found, 1)]


def write_data(curves, out, last):
    """One block for each curve, ended at the right edge; returns what gnuplot is told to plot."""
    plots = []
    with open(out + ".dat", "w", encoding="utf-8") as data:
        for index, (name, executions) in enumerate(sorted(curves.items())):
            points = steps(executions)
            for number, share in points + [(last, points[-1][1])]:
                data.write("%d %.4f\n" % (number, share))
            data.write("\n\n")
            plots.append("'%s.dat' index %d with steps lw 2 title '%s'" % (out, index, name))
    return ", ".join(plots)


def plot(curves, last, out):
    """Draws <out>.svg, up to `last` executions; returns its path, or nothing if there is no gnuplot or nothing to draw."""
    curves = {name: executions for name, executions in curves.items() if executions}
    if not curves or not shutil.which("gnuplot"):
        return None
    script = SCRIPT % {"out": out, "last": last, "curves": write_data(curves, out, last)}
    run.must_run(["gnuplot"], given=script.encode())
    return out + ".svg"
