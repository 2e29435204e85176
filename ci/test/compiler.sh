#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Builds the testbed with one compiler, with ASan and UBSan, and runs each target on its corpus: compiler.sh COMPILER, such as gcc-13
set -eu

compiler=${1:?usage: compiler.sh COMPILER}
CC=$compiler CFLAGS='-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' LDFLAGS='' make build VARIANT=env
for folder in corpus/*; do
  target=${folder#corpus/}
  # The one that must fail.
  [ "$target" = canary ] || "build/env/$target" "$folder"
done
