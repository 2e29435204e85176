#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0 OR MIT
# The same, where the last build was for the same engine, sanitizer and architecture: compiles what has changed since.

cd "$SRC/procbuf"
for goal in 'envtools seeds' 'env fuzzed' 'envplain fuzzed'; do
  make -f ci/build/build.mk -j"$(nproc)" VARIANT="${goal% *}" "${goal#* }"
done

# The same seeds, dictionary and options for a target, whether accesses are watched or plain.
for binary in build/env/fuzzed/* build/envplain/fuzzed/*; do
  name=$(basename "$binary")
  seeds=build/seeds/${name%_plain}
  cp "$binary" "$OUT/"
  cp "$seeds.dict" "$OUT/$name.dict"
  cp ci/oss-fuzz/target.options "$OUT/$name.options"
  rm -f "$OUT/${name}_seed_corpus.zip"
  find "$seeds" -type f | LC_ALL=C sort | zip -q -X -j "$OUT/${name}_seed_corpus.zip" -@
done
