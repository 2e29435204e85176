#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Builds what OSS-Fuzz or ClusterFuzzLite runs, into $OUT. Compiler, flags and engine are those of the environment.

cd "$SRC/procbuf"
# An engine changes more than command lines show: nothing that was built for another one may stay.
make clean
exec bash -eu ci/oss-fuzz/replay_build.sh
