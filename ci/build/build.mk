# SPDX-License-Identifier: Apache-2.0 OR MIT
# Builds one variant of ci/build/variants.txt into build/<variant>/: make -f ci/build/build.mk VARIANT=asan targets
# The verbs are in the Makefile; this file knows sources, flags and link lines.

include ci/build/rules.mk
include ci/build/flags.mk

# ---- the variant

variants := $(shell awk '!/^\#/ { print $$1 }' ci/build/variants.txt)
row := $(shell awk '$$1 == "$(VARIANT)"' ci/build/variants.txt)
ifeq ($(row),)
$(error VARIANT=$(VARIANT) is not one of: $(variants))
endif
out := build/$(VARIANT)
compiler := $(word 2,$(row))
engine := $(word 3,$(row))
access := $(word 4,$(row))
build := $(word 5,$(row))

cc_clang = $(shell sh ci/build/llvm.sh clang)
cc_gcc := gcc
cc_env := $(CC)
cc := $(cc_$(compiler))
ar := $(if $(filter env,$(compiler)),$(AR),ar)

own_flags := $(wordlist 9,99,$(row))
variant_flags := $(or $(own_flags),$(if $(filter env,$(compiler)),$(CFLAGS)))
ld_flags := $(if $(filter env,$(compiler)),$(if $(own_flags),,$(LDFLAGS)))

# A watched access is a call, often the last thing that a function of the library does. As a jump it would hide that function from the stack,
# where reports look for it.
stack_watched := -fno-optimize-sibling-calls

compile := $(cc) $(common_flags) $(stack_$(access)) $(access_$(access)) $(build_$(build)) $(variant_flags)

# ---- what is built from what

tool_names := replay shrink stats emit
mains := $(tool_names:%=repro/%.c) repro/driver.c fuzz/program/dictionary.c
unit_sources := $(wildcard lib/test/*_test.c fuzz/*/*_test.c repro/*_test.c)
adapters := fuzz/mutate/libfuzzer.c fuzz/mutate/aflpp.c
member_sources := $(filter-out $(mains) $(unit_sources) $(adapters) fuzz/targets/% fuzz/bench/%, \
  $(wildcard lib/src/*.c fuzz/*/*.c repro/*.c))
lib_sources := $(wildcard lib/src/*.c)
target_names := $(basename $(notdir $(wildcard fuzz/targets/*.c)))
bench_names := $(basename $(notdir $(wildcard fuzz/bench/*.c)))
# What others fuzz: all but the target that must fail; of a plain build those that run programs on memory.
fuzzed_names := $(filter-out canary,$(target_names))
fuzzed_suffix :=
ifeq ($(access),plain)
fuzzed_names := $(filter-out text layout,$(fuzzed_names))
fuzzed_suffix := _plain
endif
fixture_sources := $(filter-out $(unit_sources),$(wildcard lib/test/*.c))

clauses := build/generated/clauses.def
object = $(patsubst %.c,$(out)/obj/%.o,$(1))
archive := $(out)/procbuf.a
targets := $(addprefix $(out)/,$(target_names))
fuzzed := $(patsubst %,$(out)/fuzzed/%$(fuzzed_suffix),$(fuzzed_names))
bytes := $(addprefix $(out)/bytes-,$(target_names))
benches := $(addprefix $(out)/bench-,$(bench_names))
lib_units := $(patsubst %.c,$(out)/%,$(filter lib/%,$(unit_sources)))
testbed_units := $(patsubst %.c,$(out)/%,$(filter fuzz/% repro/%,$(unit_sources)))
tools := $(addprefix $(out)/,$(tool_names))

goals := targets fuzzed tools afl-mutator lib testbed wanted seeds bench bugs generated $(tool_names) $(bench_names)
.PHONY: $(goals) always
targets: $(targets)
fuzzed: $(fuzzed)
tools: $(tools)
generated: $(clauses)
$(tool_names): %: $(out)/%
afl-mutator: $(out)/mutator.so
lib: $(lib_units)
testbed: $(testbed_units)
bench: $(out)/bench
$(bench_names): %: $(out)/bench-%
seeds: build/seeds/complete
$(goals):
	@:

# Goals and files, as one goal that says nothing of those that are built already.
WANTED :=
wanted: $(WANTED)

# ---- engines

link := $(cc) $(variant_flags) $(ld_flags)
driver := $(call object,repro/driver.c)
engine_objects := $(driver)
engine_link := $(link)
engine_flags :=
# What makes the engine mutate programs instead of bytes.
mutator :=
ifeq ($(engine),libfuzzer)
engine_objects :=
engine_flags := -fsanitize=fuzzer
ifneq ($(findstring address,$(variant_flags)),)
engine_flags += -Wl,--wrap=__asan_handle_no_return
endif
mutator := $(call object,fuzz/mutate/libfuzzer.c)
endif
ifeq ($(engine),afl)
afl_folder := $(or $(AFL_PATH),/usr/lib/afl)
engine_objects :=
engine_flags := $(afl_folder)/libAFLDriver.a $(afl_folder)/afl-compiler-rt.o -lstdc++ -lm
endif
ifeq ($(engine),env)
ifneq ($(LIB_FUZZING_ENGINE),)
engine_objects :=
mutator := $(call object,fuzz/mutate/libfuzzer.c)
engine_link := $(CXX) $(CXXFLAGS) $(LDFLAGS)
engine_flags := $(LIB_FUZZING_ENGINE)
endif
endif

# What the engine explores is the library and the program language: only they have coverage, and no comparison tracing, which for programs of ops
# costs half the speed and finds little. The oracle is not the suspect: it runs without instrumentation, so that its tables of bytes
# cost little; the asan variant is where its own mistakes show. Not so under MSan: what code without instrumentation wrote, it takes for
# uninitialised.
covered_libfuzzer := -fsanitize-coverage=inline-8bit-counters,pc-table,indirect-calls
covered_afl := -fsanitize-coverage=trace-pc-guard
covered := $(covered_$(engine))
ifneq ($(covered),)
$(foreach room,obj/lib/src obj/fuzz/program bugs,$(eval $(out)/$(room)/%.o: room_flags := $(covered)))
# Every byte string decodes, each op in the same few ways: nothing to explore there, and it runs for each op of each program.
$(call object,fuzz/program/decode.c): room_flags :=
ifeq ($(findstring -fsanitize=memory,$(variant_flags)),)
$(foreach room,fuzz/model fuzz/lockstep fuzz/mutate,$(eval $(out)/obj/$(room)/%.o: room_flags := -fno-sanitize=all))
endif
endif

# `make coverage` is about the library. Its counters know a static function by the file's name without the folder, so those of the model's
# allow.c could stand for those of the library's.
ifneq ($(findstring -fcoverage-mapping,$(variant_flags)),)
$(out)/obj/fuzz/%.o: room_flags := -fno-coverage-mapping -fno-profile-instr-generate
endif

# ---- rules

$(eval $(call stamp,$(out)/compile.stamp,$(compile) $(covered) $(hosted_flags)))
$(eval $(call stamp,$(out)/link.stamp,$(engine_link) $(engine_flags)))
$(eval $(call stamp,$(out)/members.stamp,$(member_sources)))

compile_object = $(compile) $(hosted) $(room_flags) -MMD -MP -c -o $@ $<
# With the engine, or the replacement for it, or, for what has a `main` of its own, without.
link_target = $(engine_link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(engine_flags)
link_program = $(link) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(out)/obj/%.o: %.c $(out)/compile.stamp
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(compile_object)

$(out)/obj/repro/%.o: hosted := $(hosted_flags)

# Where it is included must be known before there is a .d file.
$(call object,fuzz/host/clauses.c fuzz/host/fail.c): $(clauses)
$(clauses): docs/spec.md ci/build/clauses.py
	$(call say,GEN,$@)
	$(Q)python3 -m ci.build.clauses $< $@

$(archive): $(call object,$(member_sources)) $(out)/members.stamp
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(ar) rcs $@ $(filter %.o,$^)

$(targets): $(out)/%: $(out)/obj/fuzz/targets/%.o $(engine_objects) $(mutator) $(archive) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(link_target)

$(fuzzed): $(out)/fuzzed/%$(fuzzed_suffix): $(out)/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

# The same target without the mutator, so that the engine mutates bytes: what the mutator is measured against.
$(bytes): $(out)/bytes-%: $(out)/obj/fuzz/targets/%.o $(engine_objects) $(archive) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(link_target)

$(benches): $(out)/bench-%: $(out)/obj/fuzz/bench/%.o $(engine_objects) $(archive) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(link_target)

$(tools): $(out)/%: $(out)/obj/repro/%.o $(archive) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(link_program)

$(out)/dictionary: $(call object,fuzz/program/dictionary.c) $(archive)
	$(call say,LD,$@)
	$(Q)$(link) -o $@ $^

# The library's own tests and benchmark stand on the library alone.
$(out)/bench: $(call object,lib/bench/bench.c $(lib_sources)) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^)

$(lib_units): $(out)/%: $(out)/obj/%.o $(call object,$(fixture_sources) $(lib_sources)) $(out)/link.stamp
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $(filter %.o,$^) -lcmocka

$(testbed_units): $(out)/%: $(out)/obj/%.o $(archive)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $^ -lcmocka

# AFL++ loads the mutator into itself: nothing of the variant but the compiler.
mutator_sources := fuzz/mutate/aflpp.c $(filter fuzz/mutate/% fuzz/program/%,$(member_sources))
$(out)/mutator.so: $(mutator_sources) $(wildcard fuzz/mutate/*.h fuzz/program/*.h fuzz/program/*.def) $(out)/compile.stamp
	$(call say,LD,$@)
	$(Q)$(cc) $(common_flags) -O2 -fPIC -shared -o $@ $(filter %.c,$^)

# ---- planted bugs

# One binary for each of BUGS, ids of fuzz/bugs whose trees ci/bank/bank.py has put into build/bugs/<id>/lib: BINARY, anything that is linked with the
# archive, with what the patch changes linked in front of it: the linker then never takes the archive's own members of that name. What the
# compiler says goes to a .log beside each output, and a line `built <id>` says that a binary is there and new: ci/bank/bank.py reads both.
BUGS :=
BINARY := replay
bug_binaries := $(foreach id,$(BUGS),$(out)/bugs/$(id)/$(BINARY))
bug_objects = $(patsubst build/%.c,$(out)/%.o,$(wildcard build/bugs/$(1)/lib/src/*.c))
bug_main := $(out)/obj/fuzz/targets/$(patsubst bytes-%,%,$(BINARY)).o $(engine_objects)
bug_link = $(link_target)
ifneq ($(filter $(BINARY),$(target_names)),)
bug_main += $(mutator)
endif
ifneq ($(filter bench-%,$(BINARY)),)
bug_main := $(out)/obj/fuzz/bench/$(patsubst bench-%,%,$(BINARY)).o $(engine_objects)
endif
ifneq ($(filter $(BINARY),$(tool_names)),)
bug_main := $(out)/obj/repro/$(BINARY).o
bug_link = $(link_program)
endif
logged = >$(1).log 2>&1 || { cat $(1).log; rm -f $@; false; }

.PHONY: $(addprefix bug-,$(BUGS))
bugs: $(addprefix bug-,$(BUGS))

$(addprefix bug-,$(BUGS)): bug-%: $(out)/bugs/%/$(BINARY)
	@echo built $*

# The tree's headers come before the library's own: both are included in quotes.
$(out)/bugs/%.o: build/bugs/%.c $(out)/compile.stamp
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(compile_object) $(patsubst %,-iquote build/bugs/$(firstword $(subst /, ,$*))/lib/%,include port/host) \
	  $(call logged,$@)

$(foreach id,$(BUGS),$(eval $(out)/bugs/$(id)/$(BINARY): $(call bug_objects,$(id))))
$(bug_binaries): $(bug_main) $(archive) $(out)/link.stamp
	$(call say,LD,$@)
	$(Q)$(bug_link) $(call logged,$@)

# The corpus in the form that the targets read: anew when any of it is new, other, or gone. By a list of it, not by names as prerequisites, which make
# takes apart at blanks.
build/seeds.stamp: always
	@mkdir -p $(@D)
	@find corpus -type f -exec cksum {} + | sort | cmp -s - $@ || find corpus -type f -exec cksum {} + | sort >$@

build/seeds/complete: $(out)/replay $(out)/dictionary ci/build/seeds.sh build/seeds.stamp
	$(call say,SEED,build/seeds)
	$(Q)sh ci/build/seeds.sh $(out) corpus build/seeds
	@touch $@

-include $(shell find $(out)/obj $(addprefix $(out)/bugs/,$(BUGS)) -name '*.d' 2>/dev/null)
