# SPDX-License-Identifier: Apache-2.0 OR MIT
# From the Makefile's lines of help, `verb: ## text`: verb:NAME:--name= for each NAME= in the text, verb:NAME:--name for each NAME=1.
BEGIN { FS = ":.*## " }
/^[a-z-]+:.*## / {
  count = split($2, words, /[^A-Z=1]+/)
  for (at = 1; at <= count; at++)
    if (words[at] ~ /^[A-Z]+=1?$/) {
      name = substr(words[at], 1, index(words[at], "=") - 1)
      print $1 ":" name ":--" tolower(name) (words[at] ~ /1$/ ? "" : "=")
    }
}
