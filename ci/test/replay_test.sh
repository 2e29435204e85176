#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# A replay that did not run what it was given must not look like success, nor keep what lies behind it from being run: what replay and the
# targets' driver say to all that is not a test case, to programs of another target, to a full disk, to strange names.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
replay=build/asan/replay

complain() {
  echo "$@"
  cat "$scratch/words"
  failures=$((failures + 1))
}

# The status that is expected, then the command. What it prints is in output, what it says on stderr in words.
expect() {
  status=0
  wanted=$1
  shift
  timeout 60 "$@" >"$scratch/output" 2>"$scratch/words" </dev/null || status=$?
  test "$status" -eq "$wanted" || complain "status $status, expected $wanted: $*"
}

must_say() {
  grep -q -- "$1" "$scratch/words" || complain "did not say: $1"
}

must_print() {
  grep -q -- "$1" "$scratch/output" || complain "did not print: $1"
}

# ---- what is not a test case

bad=$scratch/bad
mkdir "$bad" "$scratch/empty" "$scratch/nested" "$scratch/nested/empty" "$scratch/hidden" "$scratch/out"
printf 'live p0\n' >"$scratch/good.txt"
printf '# caf\303\251\nlive p0\n' >"$scratch/good"
printf 'live p0\n' >"$scratch/hidden/.good.txt"
$replay --assemble "$scratch" "$scratch/good.txt"
: >"$bad/empty.txt"
: >"$bad/empty.bin"
printf 'live p0\nno such op\n' >"$bad/damaged.txt"
printf 'live p0\nno such op\n' >"$bad/damaged"
printf 'Command line used to find this crash:\n' >"$bad/README.txt"
printf 'live p0\n\000\n' >"$bad/nul.txt"
cp "$scratch/good.bin" "$bad/binary.txt"
head -c 5000000 /dev/zero >"$bad/long"
head -c 20000000 /dev/zero >"$bad/longer"
ln -s "$scratch/absent" "$bad/dangling"
ln -s /dev/zero "$bad/device"
mkfifo "$bad/pipe"
cp "$bad/damaged.txt" "$bad/locked.txt"
chmod 000 "$bad/locked.txt"

for command in $replay build/asan/sequence; do
  for path in "$bad"/*; do
    case $path in */pipe | */device) continue ;; esac
    expect 3 "$command" "$path"
    must_say "^$path:.*"
    must_say ' 1 not test cases$'
    expect 3 "$command" "$path" "$scratch/good.txt"
    must_say ' 1 \(inputs, none failed\|programs, 1 steps, 0 refused, 0 failed\), 1 not test cases$'
  done
  expect 2 "$command"
  must_say usage
  expect 3 "$command" "$bad/pipe"
  must_say "^$bad/pipe: empty"
  expect 3 "$command" "$scratch/empty"
  must_say "$scratch/empty: folder holds no files"
  expect 3 "$command" "$scratch/nested"
  must_say 'folder holds no files'
  expect 3 "$command" "$scratch/hidden"
  must_say 'folder holds no files'
  expect 3 "$command" "$scratch/absent"
  must_say "$scratch/absent: No such file"

  # A folder: each is named, and what lies behind runs.
  cp "$scratch/good.txt" "$bad/last.txt"
  expect 3 "$command" "$bad"
  must_say "^$bad/pipe: expected a regular file"
  must_say "^$bad/device: expected a regular file"
  must_say ' 1 \(inputs, none failed\|programs, 1 steps, 0 refused, 0 failed\), 13 not test cases$'
  test "$(grep -c "^$bad/[A-Za-z.]*:" "$scratch/words")" -eq 13 || complain 'not each is named'
  rm "$bad/last.txt"

  expect 0 "$command" "$scratch/good.txt" "$scratch/good" "$scratch/good.bin"
  must_say '3 \(inputs, none failed\|programs, 3 steps, 0 refused, 0 failed\)$'
  # A failure counts more.
  expect 2 "$command" --no-such-option "$scratch/good.txt"
  expect 2 "$command" --limit 0 "$scratch/good.txt"
  expect 2 "$command" --limit
  expect 0 "$command" --help
  must_print '^Exit status: 0 '
done
expect 1 $replay --canary result "$bad" "$scratch/good.txt"
must_say '^replay: 1 programs, .* 1 failed, 13 not test cases$'

# What a fuzzer makes: any bytes that are not too long are one to a target, and to --raw.
printf '\001' >"$scratch/one"
expect 0 build/asan/sequence "$scratch/one"
expect 0 $replay --raw "$scratch/one"
expect 3 $replay "$scratch/one"
must_say 'damaged: 1 bytes'
expect 3 $replay --raw "$bad/long"
must_say '5000000 bytes, expected at most 4112'
printf '\001%031d' 0 >"$scratch/header"
expect 3 $replay "$scratch/header"
must_say 'damaged: byte 1 of the header is 0x30, expected 0x00'
# Text to the target that takes text is all but nothing.
expect 0 build/asan/text "$scratch/one" "$bad/nul.txt" "$bad/damaged" "$bad/long"
expect 3 build/asan/text "$bad/empty.txt" "$scratch/one"
must_say '1 inputs, none failed, 1 not test cases'
expect 2 build/asan/text --print "$scratch/good.txt"
# What this build can't run.
if test -x build/checked/replay; then
  printf 'layout 5\nlive p0\n' >"$scratch/abstract.txt"
  expect 3 build/checked/replay "$scratch/abstract.txt" "$scratch/good.txt"
  must_say "$scratch/abstract.txt: layout 5 is abstract"
  must_say '^replay: 1 programs, .* 1 not test cases'
fi

# ---- a failing target

expect 1 build/asan/canary "$scratch/good.txt"
must_say '^== procbuf lockstep failure'

# MSan would end a process with a status of its own.
if test -x build/msan/replay; then
  MSAN_OPTIONS=help=1 build/msan/replay "$scratch/good.txt" >"$scratch/words" 2>&1 || true
  grep -A 1 '^[[:space:]]*exitcode$' "$scratch/words" >"$scratch/output"
  must_print 'Current Value: 1)'
fi

# ---- programs of another target

printf 'live p0\nnop\nrestart p0\n' >"$scratch/other.txt"
expect 0 build/asan/sequence "$scratch/other.txt"
expect 3 build/asan/layout "$scratch/other.txt"
must_say "^$scratch/other.txt: 2 of 3 ops are not ops of this target"
must_say "^$scratch/other.txt: layout 0 is not a layout of this target"
must_say '1 inputs, none failed, 1 ran as another program$'
expect 0 build/asan/layout --bend "$scratch/other.txt"
must_say '1 inputs, none failed$'
$replay --assemble "$scratch/out" "$scratch/other.txt"
expect 3 build/asan/layout "$scratch/out/other.bin"
mkdir "$scratch/bent"
expect 0 build/asan/layout --assemble "$scratch/bent" "$scratch/out/other.bin"
expect 0 build/asan/layout "$scratch/bent/other.bin"
expect 0 build/asan/layout --print "$scratch/other.txt"
must_print '^layout 5$'

# ---- output

for command in "$replay --trace" "$replay --print" "$replay --help" 'build/asan/layout --print' 'build/asan/layout --help'; do
  status=0
  # shellcheck disable=SC2086
  $command "$scratch/good.txt" >/dev/full 2>"$scratch/words" || status=$?
  test "$status" -eq 3 || complain "status $status, expected 3 on a full disk: $command"
  must_say '^stdout: '
done
for command in $replay build/asan/sequence; do
  expect 3 "$command" --assemble "$scratch/absent/out" "$scratch/good.txt"
  must_say "^$scratch/absent/out/good.bin: No such file"
  expect 3 "$command" --assemble "$scratch/out" "$scratch/empty"
  # What is there stays.
  echo kept >"$scratch/out/good.bin"
  expect 3 "$command" --assemble "$scratch/out" "$scratch/good.txt"
  must_say "^$scratch/out/good.bin: exists"
  test "$(cat "$scratch/out/good.bin")" = kept || complain 'overwrote a file'
  rm "$scratch/out/good.bin"
  expect 0 "$command" --assemble "$scratch/out" "$scratch/good.txt"
  cmp -s "$scratch/good.bin" "$scratch/out/good.bin" || complain 'assembled other bytes'
  ln -sf /dev/full "$scratch/out/good.bin"
  expect 3 "$command" --assemble "$scratch/out" "$scratch/good.txt"
  must_say "^$scratch/out/good.bin: No space left on device"
  rm "$scratch/out/good.bin"
  test -z "$(find "$scratch/out" -name '*.tmp')" || complain 'left a temporary file'
done

# A trace is there up to the step at which a sanitizer ends the process.
expect 1 $replay --trace --canary sanitizer "$scratch/other.txt"
must_print "^# $scratch/other.txt$"

# ---- strange names

(
  cd "$scratch"
  mkdir names
  cp good.txt './-x'
  cp good.txt 'names/a b'
  cp good.txt "names/it's \"that\""
  cp good.txt 'names/two
lines'
)
for command in $replay build/asan/sequence; do
  absolute=$(pwd)/$command
  (cd "$scratch" && "$absolute" -- -x names >words 2>&1) || complain "strange names: $command"
  must_say ' 4 inputs, none failed$\|: 4 programs, 4 steps, '
done

exit "$failures"
