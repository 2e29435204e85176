#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan seeds replay tools
# The measurement of the fuzzer must be able to say that a bug was not found, and must not repeat what it has measured: a real bug, and a
# patch that plants none.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

complain() {
  echo "$1"
  cat "$scratch/output"
  failures=$((failures + 1))
}

run() {
  status=0
  python3 -m ci.bank.bugs --folder "$scratch/bank" --out "$scratch/bench" --trials 1 --budget 2 "$@" >"$scratch/output" 2>&1 || status=$?
}

must_say() {
  grep -Eq "$1" "$scratch/output" || complain "should have said: $1"
}

must_end_with() {
  [ "$status" -eq "$1" ] || complain "ended with status $status, expected $1"
}

mkdir "$scratch/bank"
cp fuzz/bugs/bounds-one-too-many.patch "$scratch/bank"
sed -e 's/bounds-one-too-many/bounds-right-after-all/' \
  -e '/^patch:$/,$d' fuzz/bugs/bounds-one-too-many.patch >"$scratch/bank/bounds-right-after-all.patch"
cat >>"$scratch/bank/bounds-right-after-all.patch" <<'END'
patch:
--- a/lib/src/range.c
+++ b/lib/src/range.c
@@ -1,3 +1,4 @@
 // SPDX-License-Identifier: Apache-2.0 OR MIT
+/* Nothing is wrong here. */
 #include "internal.h"
 
END

run
must_end_with 1
must_say '^bounds-one-too-many +1/1 '
must_say '^bounds-right-after-all +0/1 +> 2 .* never '
must_say '1 of 2 in every trial, 1 at all'
must_say '^control: 1 runs .*, 0 found something'
test -s "$scratch/bench/survival.svg" || complain "no plot"

# What was measured stays: the same lines of trials.csv, and quickly.
cp "$scratch/bench/trials.csv" "$scratch/before"
run
must_end_with 1
cmp -s "$scratch/before" "$scratch/bench/trials.csv" || complain "measured again what it had measured"

run --bug bounds-one-too-many
must_end_with 0
run --bug no-such-bug
must_end_with 2

exit "$failures"
