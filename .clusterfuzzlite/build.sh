#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0 OR MIT
exec bash -eu "$SRC/procbuf/ci/oss-fuzz/build.sh"
