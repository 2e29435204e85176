#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Installs what is missing of one set of ci/setup/packages.txt: setup.sh [SET]
# Debian and Ubuntu only; elsewhere it lists what is missing. Does nothing when nothing is missing. What ci/setup/npm names goes to build/npm.
set -eu

# What apt says is read.
export LC_ALL=C
set_name=${1:-base}
table=ci/setup/packages.txt
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# ---- proofs that the table uses

header() { echo "#include <$2>" | "$1" -E -; }

links() {
  compiler=$1
  shift
  echo 'int main(void) { return 0; }' >"$scratch/main.c" && "$compiler" -o "$scratch/main" "$scratch/main.c" "$@"
}

runtime() {
  echo '#include <stddef.h>
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) { return data && size > 9; }' >"$scratch/target.c" &&
    "$1" -fsanitize=fuzzer,address,undefined -o "$scratch/target" "$scratch/target.c" &&
    "$1" -fsanitize=fuzzer,memory -o "$scratch/target" "$scratch/target.c"
}

# ---- what is missing

# The version of gcc: of the one that is here, else of the one that apt would bring.
gcc_version() {
  if command -v gcc >/dev/null; then gcc -dumpversion | sed 's/[.].*//'; else apt-cache depends gcc 2>/dev/null | sed -n 's/^ *Depends: gcc-\([0-9]*\)$/\1/p'; fi
}

# The rows of the set, with $1 for clang's version: -19, -14 or nothing.
rows() { sed -e '/^#/d' -e "s/-@N@/$1/g" -e "s/@GCC@/$(gcc_version)/g" "$table" | awk -F ' *[|] *' -v set="$set_name" '$1 == set'; }

column() { awk -F ' *[|] *' -v n="$1" '{ print $n }'; }

missing() {
  rows "$1" | while IFS= read -r row; do
    proof=$(echo "$row" | column 3)
    (eval "$proof") </dev/null >/dev/null 2>&1 || echo "$row"
  done
}

# ---- what is done about it

fail() {
  echo "setup: $1" >&2
  exit 3
}

become_root() {
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "installing packages takes root: run as root, or install sudo; missing: $(missing -19 | column 2 | tr '\n' ' ')"
    as_root=sudo
  fi
}

has_candidate() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

install_missing() {
  # What one release packages by itself is part of another package in an older one, so only what exists is asked for.
  packages=$(missing "$1" | column 2 | while read -r name; do ! has_candidate "$name" || echo "$name"; done | tr '\n' ' ')
  [ -n "$packages" ] || fail "apt has none of: $(missing "$1" | column 2 | tr '\n' ' ')"
  echo "setup: installing $packages"
  # The names hold no blanks, so splitting them is what is wanted.
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
  left=$(missing "$1" | column 2 | tr '\n' ' ')
  [ -z "$left" ] || fail "installed, but still without use: $left"
}

set_up_with_apt() {
  [ -n "$(missing -19)" ] || return 0
  # An older clang is good enough only where the newer one can't be had.
  has_candidate clang-19 || [ -n "$(missing -14)" ] || return 0
  result="done"
  become_root
  echo "setup: reading the package lists"
  $as_root apt-get update
  if has_candidate clang-19; then install_missing -19; else install_missing -14; fi
}

# Elsewhere any clang will do, by whatever name ci/build/llvm.sh finds it.
set_up_elsewhere() {
  suffix=$(sh ci/build/llvm.sh clang | sed -n 's/^clang\(-[0-9]*\)$/\1/p')
  needed=$(missing "$suffix" | column 4)
  [ -n "$needed" ] || return 0
  echo "setup: no apt-get here; please install:"
  echo "$needed" | sed 's/^/  /'
  exit 3
}

# Whole or not at all. One tool of `make lint` is all that needs it: without a registry in reach, everything else works.
install_npm() {
  ! cmp -s ci/setup/npm/package-lock.json build/npm/package-lock.json || return 0
  result="done"
  echo "setup: installing what ci/setup/npm names"
  rm -rf build/npm build/npm.new
  mkdir -p build
  cp -R ci/setup/npm build/npm.new
  if (cd build/npm.new && npm ci --loglevel=error --ignore-scripts --no-audit --no-fund); then
    mv build/npm.new build/npm
  else
    result="done, but for what npm did not bring: make lint can't check workflows"
  fi
}

[ -n "$(rows -19)" ] || fail "no set '$set_name' in $table"
result="nothing to do"
if command -v apt-get >/dev/null; then set_up_with_apt; else set_up_elsewhere; fi
install_npm
echo "setup: $result"
