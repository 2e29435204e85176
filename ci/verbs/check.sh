#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Says what is wrong with values of the Makefile's variables: check.sh VERBS FLAGS [NAME VALUE]...
# A line for the first that is wrong; nothing, if none is. A variable without a line here may hold anything but nothing.
set -euf

verbs=$1
flags=$2
shift 2

wrong() {
  printf '%s=%s: expected %s\n' "$name" "$value" "$1"
  exit
}

one_of() { # Whether $1 is a word of $2.
  case $1 in '' | *' '*) return 1 ;; esac
  case " $2 " in *" $1 "*) ;; *) return 1 ;; esac
}

# What the builds that fuzz are called: the variants of libFuzzer without its name, watched if nothing is left.
builds() {
  awk '$3 == "libfuzzer" { sub(/^fuzz/, "", $1); printf "%s%s", between, $1 == "" ? "watched" : $1; between = " " }' ci/build/variants.txt
}

flag() { [ "$value" = 1 ] || wrong '1'; }

number() {
  case $value in '' | 0* | *[!0-9]* | ???????????*) wrong 'a whole number from 1 to 2147483647' ;; esac
  [ "$value" -le 2147483647 ] || wrong 'a whole number from 1 to 2147483647'
}

hours() {
  case $value in *[!0-9.]* | *.*.* | . | '' | ????????*) wrong 'hours, such as 8 or 0.5' ;; esac
  case $value in *[1-9]*) ;; *) wrong 'hours, more than 0' ;; esac
}

# Each word between commas must be one of those known; $1 says what they are.
list() {
  rest=$value,
  while [ -n "$rest" ]; do
    one_of "${rest%%,*}" "$known" || wrong "$1, comma between them"
    rest=${rest#*,}
  done
}

word() { one_of "$value" "$known" || wrong "$1"; }

something() { [ -n "$value" ] || wrong 'something'; }

readable() { [ -r "$value" ] || wrong 'a file or a folder that can be read'; }

column() { awk '!/^#/ { print $1 }' "$1" | paste -s -d ' ' -; }

# The names of the files in the folder $1 with the ending $2, without it.
stems() { find "$1" -name "*.$2" | sed "s|.*/\(.*\)\.$2$|\1|" | sort | paste -s -d ' ' -; }

check() {
  case $name in
  TIME | TRIALS | BUDGET | JOBS | SEED | RUNS) number ;;
  HOURS) hours ;;
  ENGINE) known='afl libfuzzer' && word "an engine: $known" ;;
  TARGET)
    known=$(stems fuzz/targets c)
    if [ "$verbs" = replay ] || [ "$verbs" = findings ]; then word "a target: $known"; else list "targets of: $known"; fi
    ;;
  VARIANT)
    known=$(column ci/build/variants.txt)
    if [ "$verbs" = findings ]; then list "variants of: $known"; else word "a variant: $known"; fi
    ;;
  BUILD) known=$(builds) && list "builds of: $known" ;;
  SHAPE) known=$(column ci/shapes/shapes.txt) && list 'shapes, which make shapes lists' ;;
  BUG) known=$(stems fuzz/bugs patch) && list 'ids of planted bugs, fuzz/bugs/<id>.patch' ;;
  FILE) readable ;;
  *) if one_of "$name" "$flags"; then flag; else something; fi ;;
  esac
}

while [ $# -gt 0 ]; do
  name=$1
  value=$2
  check
  shift 2
done
