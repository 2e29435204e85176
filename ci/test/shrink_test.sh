#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# shrink for real: with a check broken on purpose each program fails at its first step, so that one op must remain. And what it says to
# programs that do not fail, to wrong use, and where it must not write.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
shrink=build/asan/shrink

complain() {
  echo "$@"
  cat "$scratch/words"
  failures=$((failures + 1))
}

# The status that is expected, then the command; it must say something on stderr, or have nothing to say: expect 0.
expect() {
  status=0
  wanted=$1
  shift
  "$@" >"$scratch/program" 2>"$scratch/words" || status=$?
  if test "$status" -ne "$wanted"; then
    complain "status $status, expected $wanted: $*"
  elif ! test -s "$scratch/words"; then
    complain "not a word on stderr: $*"
  fi
}

must_say() {
  grep -q -- "$1" "$scratch/words" || complain "did not say $1"
}

seed=$scratch/forty.txt
{
  echo 'processes 3'
  echo 'layout 4'
  i=0
  while test "$i" -lt 10; do
    printf 'live p0\nallow p1 rw d1 3 ram+%d 16\nget b%d p1 rw d1 3\nlen b%d\n' "$i" $((i % 8)) $((i % 8))
    i=$((i + 1))
  done
} >"$seed"

for check in result state memory access sanitizer; do
  expect 0 $shrink --canary $check "$seed"
  must_say "^shrink: 40 ops -> 1 ops, [0-9]* runs, check [a-z]*, clause [A-Z-]*$"
  test "$(cat "$scratch/program")" = 'live p0' || complain "$check: not the shortest: $(cat "$scratch/program")"
done
must_say 'check asan, clause -'

# What was shrunk fails as before, is text, and shrinks to itself.
expect 0 $shrink --canary result --out "$scratch/small.txt" "$seed"
expect 1 build/asan/replay --canary result "$scratch/small.txt"
expect 0 $shrink --canary result "$scratch/small.txt"
must_say '^shrink: 1 ops -> 1 ops, '
cmp -s "$scratch/small.txt" "$scratch/program" || complain 'shrinking twice changes the program'

# The same from binary, from bytes of any length, and from digits.
mkdir "$scratch/out"
build/asan/replay --assemble "$scratch/out" "$seed" 2>"$scratch/words"
expect 0 $shrink --canary result "$scratch/out/forty.bin"
printf 'x' >>"$scratch/out/forty.bin"
expect 3 $shrink --canary result "$scratch/out/forty.bin"
must_say 'damaged: 657 bytes'
expect 0 $shrink --canary result --raw "$scratch/out/forty.bin"
expect 0 $shrink --canary result --hex 0000000000000000000000000000000000000000000000000000000000000000
must_say '^shrink: 1 ops -> 1 ops, '

# What is there stays.
echo 'kept' >"$scratch/kept.txt"
expect 2 $shrink --canary result --out "$scratch/kept.txt" "$seed"
expect 2 $shrink --canary result --out "$seed" "$seed"
test "$(cat "$scratch/kept.txt")" = kept || complain 'overwrote a file'
expect 0 $shrink --canary result --out "$scratch/kept.txt" --force "$seed"
test "$(cat "$scratch/kept.txt")" = 'live p0' || complain 'did not overwrite with --force'

# Output that can't be written, on a full disk or anywhere, is lost with a word, and nothing is left lying about.
expect 3 $shrink --canary result --out /dev/full "$seed"
must_say '^/dev/full: No space left on device'
expect 3 $shrink --canary result --out "$scratch/absent/small.txt" "$seed"
must_say "^$scratch/absent/small.txt: No such file"
expect 3 sh -c "$shrink --canary result '$seed' >/dev/full"
must_say '^stdout: '
expect 3 sh -c "$shrink --help >/dev/full"
must_say '^stdout: '
test -z "$(find "$scratch" -name '*.tmp')" || complain 'left a temporary file'

# Programs that do not fail, what is none, and wrong use.
expect 3 $shrink "$seed"
must_say 'does not fail'
expect 3 $shrink "$scratch/absent.txt"
must_say "$scratch/absent.txt"
echo 'no such op' >"$scratch/damaged.txt"
expect 3 $shrink "$scratch/damaged.txt"
must_say "^$scratch/damaged.txt:1:1: expected an op"
: >"$scratch/empty.txt"
expect 3 $shrink "$scratch/empty.txt"
must_say 'empty'
expect 2 $shrink
expect 2 $shrink "$seed" "$seed"
mkdir "$scratch/two"
cp "$seed" "$scratch/two"
cp "$seed" "$scratch/two/another.txt"
expect 2 $shrink "$scratch/two"
expect 2 $shrink --no-such-option "$seed"
expect 2 $shrink --canary nothing "$seed"
expect 2 $shrink --time soon "$seed"
expect 2 $shrink --limit 0 "$seed"
expect 2 $shrink --hex 0

# A target tells which program it makes of an input.
build/asan/stream --print "$seed" >"$scratch/bent.txt"
grep -q 'allow p1 rw d1 3 ram' "$scratch/bent.txt" || complain 'bending lost an allow'
! grep -q 'live p0' "$scratch/bent.txt" || complain 'not bent'

exit "$failures"
