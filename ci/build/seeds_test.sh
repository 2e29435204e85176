#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: asan replay build/asan/dictionary
# The seeds that targets read follow the corpus: what is new, other or gone there, whatever the files and the project's folder are called.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
home=$PWD
root="$scratch/it's \$a room"
mkdir -p "$root/build" "$root/corpus/stream"
for folder in ci lib fuzz repro docs build/asan; do ln -s "$home/$folder" "$root/$folder"; done
cp "$home"/corpus/stream/*.txt "$root/corpus/stream"
mkdir "$root/corpus/text"
cd "$root"
odd="corpus/stream/a b's \$x.txt"
seed="build/seeds/stream/a b's \$x.bin"

seeds() {
  make --no-print-directory -f ci/build/build.mk VARIANT=asan seeds >"$scratch/output" 2>&1 || complain "could not be made"
}

complain() {
  echo "$1"
  cat "$scratch/output"
  failures=$((failures + 1))
}

seeds
test -s build/seeds/text.dict || complain "no dictionary"
echo 'allow p0 rw d0 0 ram 16' >"$odd"
seeds
test -s "$seed" || complain "a new seed is not there"
cp "$seed" "$scratch/first"
# Another content under an older date.
echo 'allow p0 rw d0 0 ram 17' >"$odd"
touch -d '2001-01-01' "$odd"
seeds
! cmp -s "$seed" "$scratch/first" || complain "a changed seed is as before"
rm "$odd"
seeds
test ! -e "$seed" || complain "a seed that is gone is still there"
touch "$scratch/now"
seeds
test -z "$(find build/seeds -newer "$scratch/now")" || complain "made anew, though nothing has changed"

exit "$failures"
