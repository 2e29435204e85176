#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Prints the command of one LLVM tool (clang, clang-tidy, llvm-cov ...), the newest that the project is used with.
# All tools of one run must be of one version, so the version is that of the compiler.
set -eu

tool=${1:?usage: llvm.sh TOOL}

for suffix in -19 -18 -17 -16 -15 -14 ''; do
  if command -v "clang$suffix" >/dev/null 2>&1; then
    echo "$tool$suffix"
    exit
  fi
done
echo "clang-not-found"
