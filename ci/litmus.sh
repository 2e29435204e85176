#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# The barrier's litmus on the clean library, or with a planted bug of fuzz/bugs: litmus.sh [--jobs N] [--bug ID]
# Exit status: 0 all passed, 1 a litmus failed, 2 something could not be built or run.
exec python3 "$(dirname "$0")/litmus.py" "$@"
