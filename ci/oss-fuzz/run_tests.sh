#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0 OR MIT
# What of `make test` needs no more than this image has: unit tests, and each target on its seeds.

cd "$SRC/procbuf"
make test ONLY='unit,replay asan *,canary asan *'
