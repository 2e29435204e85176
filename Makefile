# SPDX-License-Identifier: Apache-2.0 OR MIT
# The front door: every verb of the project. `make help` lists them. How one variant is built is in ci/build/build.mk, how the variables of verbs work in
# ci/verbs/verbs.mk: what a verb's help says of NAME= is all that there is to say of it here.

.DEFAULT_GOAL := help
.NOTPARALLEL:
include ci/verbs/verbs.mk
Q := $(if $(V),,@)
# The same words from every tool in any locale, and file names of any bytes.
export LC_ALL := C
export PYTHONUTF8 := 1

# Everything here is expanded when a verb runs, not before: `make setup fuzz` starts without a compiler.
build = $(MAKE) --no-print-directory --output-sync=target -f ci/build/build.mk -j$(JOBS) $(if $(V),V=1)
# In the shell's place: a signal that make hands on to its child must reach the program.
python = exec python3 -m
# Those that replay: the planted bugs' programs must pass in each.
replay_variants = $(shell awk '!/^\#/ && $$7 ~ /replay/ { print $$1 }' ci/build/variants.txt)

.PHONY: $(verbs)

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile
	@echo '  Each takes JOBS= (cores), how much is done at a time, and V=1, which shows commands.'

setup: ## Install what is missing (Debian and Ubuntu packages; elsewhere: list it)
	$(Q)sh ci/setup/setup.sh base

build: ## Build targets and tools of one variant: VARIANT=asan (ci/build/variants.txt has them all)
	$(Q)exec $(build) VARIANT="$${VARIANT:-asan}" targets tools

fuzz: ## Fuzz: TIME= seconds a target (60), TARGET=a,b (all), ENGINE=libfuzzer or afl, BUILD=watched,plain,lean,split,msan,32, STOP=1 at the first finding, SEED=, RUNS=, BUG=id plants one first, JOBS=
	$(Q)$(python) ci.fuzz.fuzz $(options)

continuous: ## Fuzz on and on: HOURS= (for ever), ENGINE= (both), BUILD=a,b (all), TARGET=a,b (all), BUG=id plants one first, JOBS=
	$(Q)$(python) ci.fuzz.continuous $(options)

status: ## What the continuous run has done up to now, while it goes on or later
	$(Q)$(python) ci.fuzz.history

findings: ## Run all findings again, in every build, and list them: FILE= takes in an output folder of a fuzzer or a test case first, TARGET= what they are for, VARIANT=a,b (all that replay), BUG=id plants one first, JOBS=
	$(Q)$(python) ci.findings.findings $(options)

keep: ## Make a finding a seed, which make test runs from then on: FINDING=name, STORY=what to say of it, BUG=id plants one first
	$(Q)test -n "$$FINDING" || { echo 'usage: make keep FINDING=<name, as make findings lists it>'; exit 2; }
	$(Q)$(python) ci.findings.keep $(options)

replay: ## Replay an input, a program or a folder of them as a target runs them: TARGET=sequence FILE=findings/<name>/input.bin
	$(Q)test -n "$$TARGET" && test -n "$$FILE" || { echo 'usage: make replay TARGET=<target> FILE=<file>'; exit 2; }
	$(Q)$(build) VARIANT=asan targets
	$(Q)exec "build/asan/$$TARGET" "$$FILE"

shrink: ## Make a failing program short: FILE=findings/<name>/program.txt, OUT=file (stdout)
	$(Q)test -n "$$FILE" || { echo 'usage: make shrink FILE=<program> [OUT=<file>]'; exit 2; }
	$(Q)$(build) VARIANT=asan tools
	$(Q)exec build/asan/shrink $(if $(OUT),--out "$$OUT") "$$FILE"

emit: ## Print a failing program as C that needs the library alone: FILE=findings/<name>/program.txt, ALL=1 also one that passes
	$(Q)test -n "$$FILE" || { echo 'usage: make emit FILE=<program> [ALL=1]' >&2; exit 2; }
	$(Q)$(build) VARIANT=asan tools >&2
	$(Q)exec build/asan/emit $(if $(ALL),--all) "$$FILE"

stats: ## What the corpus does and never does: TARGET=a,b (all), CORPUS=folder (working corpus and seeds), TIME=20
	$(Q)$(build) VARIANT=asan targets tools seeds
	$(Q)$(build) VARIANT=fuzz targets
	$(Q)$(python) ci.corpus.stats $(options)

corpus-minimise: ## Keep the fewest inputs of a working corpus that reach the same: TARGET=a,b (all), ADOPT=1 makes new seeds, JOBS=
	$(Q)$(build) VARIANT=asan targets tools seeds
	$(Q)$(build) VARIANT=fuzz targets
	$(Q)$(python) ci.corpus.minimise $(options)

test: ## Run all tests; the last line counts them: ONLY=a,b those of these names ('replay asan*'; all), LIST=1 their names, JOBS=
	$(Q)$(python) ci.test.test $(options)

litmus: ## Check what optimising compilers make of the barrier, and each port's code: BUG=id plants one first, JOBS=
	$(Q)$(python) ci.litmus.litmus $(options)

bugs: ## Measure how fast planted bugs are found: BUG=a,b (all), TRIALS= (3), BUDGET= CPU seconds (60), JOBS=, BASELINE=1
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(python) ci.bank.bugs $(options)

bugs-findings: ## Fuzz each planted bug until it is found, and follow the finding to a C file that fails with it and passes without: BUG=a,b (all), ENGINE=libfuzzer or afl, TIME=60, JOBS=
	$(Q)$(python) ci.findings.journey $(options)

bugs-gate: ## Plant each bug of fuzz/bugs and see it caught: BUG=a,b (all), JOBS=
	$(Q)set -e; for variant in $(replay_variants); do $(build) VARIANT=$$variant replay; done
	$(Q)$(python) ci.bank.bugs_gate $(options)

shapes: ## List the shapes of the library: what is built, for where, and what it runs in
	$(Q)$(python) ci.shapes.shapes --list

replay-shapes: ## Replay corpus and stored programs in every shape, compare the traces: SHAPE=a,b (all), FILE=program or folder, JOBS=
	$(Q)$(build) VARIANT=asan replay seeds
	$(Q)$(python) ci.shapes.shapes $(options)

bugs-shapes: ## Plant bugs in images and see them caught on the target: SHAPE=a,b (an Arm, a RISC-V; those that alone show a bug), BUG=a,b (all), JOBS=
	$(Q)$(build) VARIANT=asan replay
	$(Q)$(python) ci.shapes.shapes --bugs $(options)

lint: ## Check layout, warnings, analysers, scripts and the direction of includes: JOBS=
	$(Q)$(build) VARIANT=asan generated
	$(Q)$(python) ci.lint.lint $(options)

coverage: ## Show what the corpus reaches of lib/, in build/coverage; fails on unexplained gaps
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(build) VARIANT=cov targets
	$(Q)$(python) ci.coverage.coverage

bench: ## Measure the library's calls, and the fuzzer against an empty target
	$(Q)$(build) VARIANT=release bench
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(build) VARIANT=fuzz targets empty build/fuzz/bytes-sequence
	$(Q)build/release/bench
	$(Q)$(python) ci.fuzz.speed

size: ## Code, data and worst-case stack per function and shape: SHAPE=a,b (all), BASE= (last commit), JOBS=
	$(Q)$(python) ci.size $(options)

dist: ## Make the archive of a release in build/dist, and the library as one source file and one header
	$(Q)$(python) ci.dist.dist

format: ## Lay out all C files with clang-format
	$(Q)find lib fuzz repro examples -name '*.[ch]' -exec $$(sh ci/build/llvm.sh clang-format) -i {} +

oss-fuzz-check: ## Build for each engine, sanitizer and architecture as OSS-Fuzz does, and look at what comes of it: ONLY=a,b parts of configurations' names (all), JOBS=
	$(Q)$(python) ci.standin.check $(options)

oss-fuzz-mistakes: ## Make the usual mistakes in build scripts and targets, and see that oss-fuzz-check sees each
	$(Q)$(python) ci.standin.mistakes

clean: ## Remove what was built; working corpora, the continuous run's state, findings and what make setup brought stay
	$(Q)test ! -d build || find build -mindepth 1 -maxdepth 1 ! -name corpus ! -name continuous ! -name work ! -name npm -exec rm -rf {} +

distclean: ## Remove build/ and findings/, with the fuzzers' working corpora
	$(Q)for folder in build findings; do if test -d $$folder; then rm -rf $$folder && echo "removed $$folder/"; fi; done
