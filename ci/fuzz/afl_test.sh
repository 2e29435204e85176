#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Needs: afl build/afl/canary afl-mutator
# The mutator in AFL++: from a program without ops, and with no other mutation than ours, it finds the target that must fail.
set -eu

# AFL++ has options of its own for the sanitizers, and refuses others.
unset ASAN_OPTIONS UBSAN_OPTIONS MSAN_OPTIONS

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/in"
head -c 16 /dev/zero >"$scratch/in/nothing"

fuzz() {
  AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_BENCH_UNTIL_CRASH=1 \
    AFL_CUSTOM_MUTATOR_LIBRARY=build/afl/mutator.so AFL_CUSTOM_MUTATOR_ONLY=1 \
    afl-fuzz -V 30 -s 1 -m none -t 1000 -i "$scratch/in" -o "$scratch/out" -- build/afl/canary
}

fuzz >"$scratch/log" 2>&1 || {
  cat "$scratch/log"
  exit 1
}
# afl-fuzz ends with 0 also where it found nothing: what counts is the file, and that its name says who made it.
for crash in "$scratch"/out/default/crashes/id:*op:mutator.so*; do
  if [ -s "$crash" ]; then
    exit 0
  fi
done
echo "AFL++ found no program that the canary fails on:"
cat "$scratch/log"
exit 1
