#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# A replay that replayed nothing must not look like success: what replay and the targets' driver say to nothing, to folders without
# inputs, to what can't be read, and to damaged text.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

must_fail() {
  if "$@" >"$scratch/output" 2>&1; then
    echo "succeeded, should have failed: $*"
    failures=$((failures + 1))
  elif ! test -s "$scratch/output"; then
    echo "failed without a word: $*"
    failures=$((failures + 1))
  fi
}

must_pass() {
  if ! "$@" >"$scratch/output" 2>&1; then
    echo "failed, should have succeeded: $*"
    cat "$scratch/output"
    failures=$((failures + 1))
  fi
}

mkdir "$scratch/empty" "$scratch/out" "$scratch/nested" "$scratch/nested/empty"
echo 'nop' >"$scratch/good.txt"
echo 'no such op' >"$scratch/damaged.txt"
printf 'nop\n\000\n' >"$scratch/nul.txt"
echo 'nop' >"$scratch/locked.txt"
chmod 000 "$scratch/locked.txt"

for command in build/asan/replay build/asan/sequence; do
  must_fail $command
  must_fail $command "$scratch/empty"
  must_fail $command "$scratch/nested"
  must_fail $command "$scratch/absent"
  must_fail $command "$scratch/good.txt" "$scratch/absent"
  must_fail $command "$scratch/good.txt" "$scratch/empty"
  # Root reads what nobody may read.
  if test "$(id -u)" -ne 0; then
    must_fail $command "$scratch/locked.txt"
  fi
done
must_pass build/asan/replay "$scratch/good.txt"
must_fail build/asan/replay "$scratch/damaged.txt"
must_fail build/asan/replay "$scratch/nul.txt"
must_fail build/asan/replay --no-such-option "$scratch/good.txt"
must_fail build/asan/replay --assemble "$scratch/out" "$scratch/empty"
must_fail build/asan/replay --assemble "$scratch/absent/out" "$scratch/good.txt"

exit "$failures"
