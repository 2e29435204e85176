#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# stats for real: a corpus that lacks something must not pass, and must be told what it lacks; nor one with a program that fails to be
# read. That the seeds lack nothing is a test of its own (ci/test/test.py).
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
stats=build/asan/stats
seeds='build/seeds/layout build/seeds/registers build/seeds/slices build/seeds/stream'

complain() {
  echo "$@"
  tail -n 20 "$scratch/output"
  failures=$((failures + 1))
}

expect() {
  status=0
  wanted=$1
  shift
  "$@" >"$scratch/output" 2>&1 || status=$?
  test "$status" -eq "$wanted" || complain "status $status, expected $wanted: $*"
}

must_say() {
  grep -q -- "$1" "$scratch/output" || complain "did not say: $1"
}

must_not_say() {
  if grep -q -- "$1" "$scratch/output"; then complain "said: $1"; fi
}

# What the table, the pairs and the rest count, of a program that is known.
cat >"$scratch/known.txt" <<'END'
allow p0 rw d0 0 ram 16
allow p0 ro d1 0 ram+8 16
leave ok
external b0 p0 rw granted ram 16
enter b0 s0
enter b0 s1
END
expect 0 $stats --require nothing --csv "$scratch/pairs.csv" "$scratch/known.txt"
must_say '^leave  *1  *100.0%  *0 .* 1$'
must_say '^allow  *2  *0.0%  *2 '
must_say '^1 programs, 6 steps, 1 refused (16.7%)$'
must_say '^pairs of ops carried out one after the other: 3 of [0-9]*$' # allow allow, external enter, enter enter
must_say 'ops carried out, programs: .* 5-8: 1 '
must_say 'kernel entries, programs:  0: 0  1: 0  2: 1 '
must_say 'open at once, programs:  0: 0  1: 0  2: 1  3: 0 '
must_say 'external: 3; overlapping an allowed one: 66.7%, equal 1, nested 0, partial 1$'
test "$(sed -n 's/^enter,//p' "$scratch/pairs.csv" | tr , '\n' | grep -c '^1$')" -eq 1 || complain 'the matrix is not as expected'

# What is missing is named.
expect 1 $stats "$scratch/known.txt"
must_say '^never carried out: race$'
must_say '^never: allow -> NOSUPPORT$'
must_not_say '^never right after'
expect 1 $stats --require pairs "$scratch/known.txt"
must_say '^never right after allow: external enter$'
mkdir "$scratch/without"
cp build/seeds/sequence/* "$scratch/without"
# shellcheck disable=SC2086
expect 0 $stats "$scratch/without" $seeds
rm "$scratch/without/refused-memory-that-is-not-there.bin"
# shellcheck disable=SC2086
expect 1 $stats "$scratch/without" $seeds
must_say '^never: create -> REFUSED$'

# Wrong use, and what is no test case: it does not keep the rest from being counted.
mkdir "$scratch/empty"
echo 'no such op' >"$scratch/damaged.txt"
printf '\001' >"$scratch/odd"
expect 2 $stats
must_say 'usage'
expect 3 $stats "$scratch/empty"
must_say 'folder holds no files'
expect 3 $stats "$scratch/absent"
must_say "$scratch/absent: No such file"
expect 3 $stats "$scratch/damaged.txt"
must_say '^stats: no program ran, 1 not test cases$'
expect 3 $stats "$scratch/odd"
expect 0 $stats --require nothing --raw "$scratch/odd"
expect 3 $stats --require nothing "$scratch/damaged.txt" "$scratch/absent" "$scratch/known.txt"
must_say '^1 programs, 6 steps, 1 refused (16.7%)$'
must_say '^0 at zero that should not be, 0 programs failed, 2 not test cases$'
expect 1 $stats "$scratch/damaged.txt" "$scratch/known.txt"
expect 2 $stats --require much "$scratch/known.txt"

# Output that can't be written.
expect 3 $stats --require nothing --csv "$scratch/absent/pairs.csv" "$scratch/known.txt"
must_say "^$scratch/absent/pairs.csv: No such file"
expect 3 $stats --require nothing --csv /dev/full "$scratch/known.txt"
must_say '^/dev/full: No space left on device$'
expect 3 sh -c "$stats --require nothing '$scratch/known.txt' >/dev/full"
must_say '^stdout: '
expect 3 sh -c "$stats --help >/dev/full"
must_say '^stdout: '

# The runner of the statistics.
expect 2 python3 -m ci.corpus.stats --target no-such-target
expect 2 python3 -m ci.corpus.stats --target canary
expect 3 python3 -m ci.corpus.stats --corpus "$scratch/absent"

exit "$failures"
