# SPDX-License-Identifier: Apache-2.0 OR MIT
# The front door: every verb of the project. `make help` lists them. How one variant is built is in ci/build/build.mk.

.DEFAULT_GOAL := help
.NOTPARALLEL:
Q := $(if $(V),,@)

# Everything here is expanded when a verb runs, not before: `make setup fuzz` starts without a compiler.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
VARIANT ?= asan
build = $(MAKE) --no-print-directory --output-sync=target -f ci/build/build.mk -j$(JOBS)
# Those that replay: the planted bugs' programs must pass in each.
replay_variants = $(shell awk '!/^\#/ && $$7 ~ /replay/ { print $$1 }' ci/build/variants.txt)
test_variants = $(shell awk '!/^\#/ && $$7 != "-" { print $$1 }' ci/build/variants.txt)

.PHONY: help setup build fuzz replay shrink stats test litmus bugs bugs-gate shapes replay-shapes bugs-shapes lint coverage bench size format clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## Install what is missing (Debian and Ubuntu packages; elsewhere: list it)
	$(Q)sh ci/setup/setup.sh base

build: ## Build targets and tools of one variant: VARIANT=asan (ci/build/variants.txt has them all)
	$(Q)$(build) VARIANT=$(VARIANT) targets tools

fuzz: ## Fuzz: TIME= seconds a target (60), TARGET=a,b (all), JOBS= (cores), SEED=, RUNS=
	$(Q)$(build) VARIANT=asan targets tools seeds
	$(Q)$(build) VARIANT=fuzz targets
	$(Q)python3 -m ci.fuzz.fuzz --jobs $(JOBS) $(if $(TIME),--time $(TIME)) $(if $(TARGET),--target $(TARGET)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS))

replay: ## Replay a finding or a seed: TARGET=sequence FILE=findings/sequence/<id>.bin
	$(Q)test -n "$(TARGET)" -a -n "$(FILE)" || { echo 'usage: make replay TARGET=<target> FILE=<file>'; exit 2; }
	$(Q)$(build) VARIANT=asan targets
	build/asan/$(TARGET) $(FILE)

shrink: ## Make a failing program short: FILE=findings/sequence/<id>.txt, OUT=file (stdout)
	$(Q)test -n "$(FILE)" || { echo 'usage: make shrink FILE=<program> [OUT=<file>]'; exit 2; }
	$(Q)$(build) VARIANT=asan tools
	build/asan/shrink $(if $(OUT),--out $(OUT)) $(FILE)

stats: ## What the corpus does and never does: TARGET=a,b (all), CORPUS=folder (working corpus and seeds), TIME=20
	$(Q)$(build) VARIANT=asan targets tools seeds
	$(Q)$(build) VARIANT=fuzz targets
	$(Q)python3 -m ci.corpus.stats $(if $(TARGET),--target $(TARGET)) $(if $(CORPUS),--corpus $(CORPUS)) $(if $(TIME),--time $(TIME))

test: ## Run all tests; the last line counts them
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(build) VARIANT=fuzz targets
	$(Q)$(build) VARIANT=afl build/afl/canary afl-mutator
	$(Q)set -e; for variant in $(test_variants); do $(build) VARIANT=$$variant tests; done
	$(Q)python3 -m ci.test.test --jobs $(JOBS)

litmus: ## Check what optimising compilers make of the barrier, and each port's code: BUG=id plants one first
	$(Q)python3 -m ci.litmus.litmus --jobs $(JOBS) $(if $(BUG),--bug $(BUG))

bugs: ## Measure how fast planted bugs are found: BUG=a,b (all), TRIALS= (3), BUDGET= CPU seconds (60), JOBS=, BASELINE=1
	$(Q)$(build) VARIANT=asan seeds
	$(Q)python3 -m ci.bank.bugs --jobs $(JOBS) $(if $(BUG),--bug $(BUG)) $(if $(TRIALS),--trials $(TRIALS)) \
	  $(if $(BUDGET),--budget $(BUDGET)) $(if $(BASELINE),--baseline)

bugs-gate: ## Plant each bug of fuzz/bugs and see it caught: BUG=a,b (all), JOBS= (cores)
	$(Q)set -e; for variant in $(replay_variants); do $(build) VARIANT=$$variant replay; done
	$(Q)python3 -m ci.bank.bugs_gate --jobs $(JOBS) $(if $(BUG),--bug $(BUG))

shapes: ## List the shapes of the library: what is built, for where, and what it runs in
	$(Q)python3 -m ci.shapes.shapes --list

replay-shapes: ## Replay corpus and stored programs in every shape, compare the traces: SHAPE=a,b (all), FILE=program or folder
	$(Q)$(build) VARIANT=asan replay seeds
	$(Q)python3 -m ci.shapes.shapes --jobs $(JOBS) $(if $(SHAPE),--shape $(SHAPE)) $(if $(FILE),--file $(FILE))

bugs-shapes: ## Plant bugs in images and see them caught on the target: SHAPE=a,b (an Arm, a RISC-V; those that alone show a bug), BUG=a,b (all)
	$(Q)$(build) VARIANT=asan replay
	$(Q)python3 -m ci.shapes.shapes --bugs --jobs $(JOBS) $(if $(SHAPE),--shape $(SHAPE)) $(if $(BUG),--bug $(BUG))

lint: ## Check layout, warnings, analysers, scripts and the direction of includes
	$(Q)python3 -m ci.lint.lint --jobs $(JOBS)

coverage: ## Show what the corpus reaches of lib/, in build/coverage; fails on unexplained gaps
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(build) VARIANT=cov targets
	$(Q)python3 -m ci.coverage.coverage

bench: ## Measure the library's calls, and the fuzzer against an empty target
	$(Q)$(build) VARIANT=release bench
	$(Q)$(build) VARIANT=asan seeds
	$(Q)$(build) VARIANT=fuzz targets empty build/fuzz/bytes-sequence
	$(Q)build/release/bench
	$(Q)python3 -m ci.fuzz.speed

size: ## Code, data and worst-case stack per function and shape: SHAPE=a,b (all), BASE= (last commit)
	$(Q)python3 -m ci.size.size --jobs $(JOBS) $(if $(SHAPE),--shape $(SHAPE)) $(if $(BASE),--base $(BASE))

format: ## Lay out all C files with clang-format
	$(Q)find lib fuzz repro -name '*.[ch]' -exec $$(sh ci/build/llvm.sh clang-format) -i {} +

clean: ## Remove build/, with the fuzzers' working corpus in it
	$(Q)rm -rf build
