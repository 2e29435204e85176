#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Code size of the lean library per function, for Cortex-M3 and RV32IMC; see size.py.
exec python3 "$(dirname "$0")/size.py" "$@"
