#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Runs the README's two commands, or others, on a bare Debian: debian.sh RELEASE [COMMAND...], as root, with debootstrap
# The system is made in a scratch folder, with make and git only, and a clone of this repository's last commit. Its mounts end with this script.
# MIRROR says where packages come from (where debootstrap gets them by itself), WHERE the folder for the scratch folder. Exit status: 0, or that of the first command that failed.
set -eu

release=${1:?usage: debian.sh RELEASE [COMMAND...]}
shift
mirror=${MIRROR:-}
[ $# -gt 0 ] || set -- 'make setup fuzz TIME=5' 'make setup test'

fail() {
  echo "debian: $1" >&2
  exit 3
}

[ "$(id -u)" -eq 0 ] || fail "expected to be run as root: a system of its own needs chroot and mount"
command -v debootstrap >/dev/null || fail "debootstrap is missing (package debootstrap)"
if [ -z "${IN_OWN_MOUNTS-}" ]; then
  IN_OWN_MOUNTS=1 exec unshare --mount sh "$0" "$release" "$@"
fi

root=$(mktemp -d "${WHERE:-/tmp}/debian.XXXXXX")
# Never below a mount.
trap 'umount --lazy "$root/proc" "$root/dev" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
trap 'exit 143' INT TERM HUP

debootstrap --variant=minbase --include=make,git,ca-certificates "$release" "$root" ${mirror:+"$mirror"} >"$root.log" || {
  tail -n 20 "$root.log" >&2
  fail "debootstrap could not make $release (all of it in $root.log)"
}
rm -f "$root.log"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
git clone --quiet . "$root/srv/procbuf"

for command in "$@"; do
  echo "== $release: $command"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv TERM=dumb chroot "$root" sh -c "cd /srv/procbuf && $command"
done
