#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# The gate of planted bugs must fail, and say which file, where a bug is not what its file says. Each case spoils a good file in one way.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
good=fuzz/bugs/bounds-exact-fit-refused.patch

complain() {
  echo "$1"
  cat "$scratch/output"
  failures=$((failures + 1))
}

# What the gate says of a bank that holds the good file, edited: expect STATUS PATTERN SED-EXPRESSION...
expect() {
  wanted=$1
  pattern=$2
  shift 2
  rm -rf "$scratch/bank"
  mkdir "$scratch/bank"
  sed "$@" "$good" >"$scratch/bank/$(basename "$good")"
  judge "$wanted" "$pattern"
}

judge() {
  status=0
  python3 ci/bugs_gate.py --folder "$scratch/bank" >"$scratch/output" 2>&1 || status=$?
  [ "$status" -eq "$1" ] || complain "status $status, expected $1: $2"
  grep -Eq -- "$2" "$scratch/output" || complain "should have said: $2"
}

expect 0 '^[0-9]+ passed, 0 failed$' -e 's/^//'
expect 1 'bounds-exact-fit-refused.patch:1: expected .*id' -e '1d'
expect 1 'patch:3: expected .*class' -e 's/^class: bounds/class: range/'
expect 1 'patch:4: expected .*clause' -e 's/^clause: .*/clause: P-NONE/'
expect 1 'patch:6: expected .*check' -e 's/^check: .*/check: luck/'
expect 1 'expected a program' -e '/^  allow/d'
expect 1 'caught bounds-exact-fit-refused' -e 's/^check: .*/check: memory/'
expect 1 'found none' -e 's/^  allow.*/  nop/'
expect 1 're-diff it' -e 's/^ static bool in_ram/ static bool in_rom/'
expect 1 'does not build' -e '/^+.*<  *end - range/s/range/no_such_range/'

rm -rf "$scratch/bank"
mkdir "$scratch/bank"
judge 1 'expected at least one'

# A program that fails on the library as it is: nothing may be called caught because of it.
expect 1 'FAIL clean|expected .*allow|expected ' -e 's/^  allow.*/  no such op/'

exit "$failures"
