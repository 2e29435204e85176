#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Turns the corpus, programs in text, into the bytes that the fuzz targets read: seeds.sh BUILD CORPUS OUT
# The text target reads text, so its seeds are used as they are. Beside the seeds is a dictionary for each target.
set -eu

build=${1:?usage: seeds.sh BUILD CORPUS OUT}
corpus=${2:?}
out=${3:?}

rm -rf "$out"
mkdir -p "$out"
for folder in "$corpus"/*/; do
  target=$(basename "$folder")
  if [ "$target" = text ]; then
    cp -R "$folder" "$out/text"
    "$build/dictionary" >"$out/text.dict"
  else
    mkdir -p "$out/$target"
    "$build/replay" --assemble "$out/$target" "$folder"
    "$build/dictionary" --records >"$out/$target.dict"
  fi
done
