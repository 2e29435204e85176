# SPDX-License-Identifier: Apache-2.0 OR MIT
# Builds images of shapes into build/shapes/<shape>/: make -f ci/shapes/shapes.mk SHAPES="m3-gcc-os rv32-gcc-os"
# The tables are ci/shapes/shapes.txt and ci/shapes/platforms.txt. With BUGS, ids of fuzz/bugs whose trees ci/bank/bank.py has put into build/bugs/<id>/lib, the
# images of the patched library: build/shapes/<shape>/bugs/<id>/image. build/shapes/<shape>/astray has to be asked for by name.

include ci/build/rules.mk
include ci/build/flags.mk
comma := ,

SHAPES := $(shell awk '!/^\#/ { print $$1 }' ci/shapes/shapes.txt)
BUGS :=
row = $(shell awk '$$1 == "$(2)"' ci/shapes/$(1).txt)
clang := $(shell sh ci/build/llvm.sh clang)
lld := $(shell sh ci/build/llvm.sh ld.lld)

# No C library is linked, only the compiler's own arithmetic.
bare_flags := -ffreestanding -ffunction-sections -fdata-sections

# What an image is made of. Nothing of these is hosted; the text parser stays at home.
shared_sources := $(filter-out %_test.c fuzz/program/parse.c fuzz/program/dictionary.c fuzz/machine/simulated.c, \
  $(wildcard fuzz/program/*.c fuzz/machine/*.c fuzz/model/*.c fuzz/lockstep/*.c))
lib_sources := $(wildcard lib/src/*.c)
image_sources := $(addprefix repro/firmware/,image.c bundle.c print.c)
bare_sources := $(addprefix repro/firmware/,semihosting.c fault.c memory.c)
astray_sources := $(addprefix repro/firmware/,astray.c print.c) $(bare_sources)

.PHONY: images always
images:
	@:

# ---- one shape: $(1) its name, $(2) its line, $(3) its platform's line

define shape
ifeq ($(2),)
$$(error SHAPES: $(1) is not in ci/shapes/shapes.txt)
endif
ifeq ($(3),)
$$(error ci/shapes/shapes.txt: $(1): the platform $(word 2,$(2)) is not in ci/shapes/platforms.txt)
endif
out_$(1) := build/shapes/$(1)
gcc_$(1) := $(word 2,$(3))
port_$(1) := $(word 4,$(3))
bare_$(1) := $(filter-out -,$(subst +, ,$(word 5,$(3))))
flags_$(1) := $(wordlist 7,99,$(3)) $(wordlist 7,99,$(2))
userspace_$(1) := $(if $(filter real,$(word 6,$(2))),$(addprefix repro/firmware/,kernel.c processes.c trespass.c process_$(firstword $(subst +, ,$(word 5,$(3)))).c protection_$(word 4,$(3)).c),fuzz/machine/simulated.c)
lto_$(1) := $(filter -flto,$(2))
cc_$(1) := $(if $(filter clang,$(word 3,$(2))),$(clang) --target=$(word 3,$(3)),$(word 2,$(3)))
objects_$(1) := $$(patsubst %.c,$$(out_$(1))/obj/%.o,$$(shared_sources) $$(userspace_$(1)) $$(lib_sources) $$(image_sources) \
  $$(if $$(bare_$(1)),$$(bare_sources) repro/firmware/$$(firstword $$(bare_$(1))).c,repro/firmware/hosted.c))
compile_$(1) := $$(cc_$(1)) $$(subst lib/port/host,lib/port/$(word 4,$(3)),$$(common_flags)) -Werror $$(access_$(word 4,$(2))) \
  $$(build_$(word 5,$(2))) $$(flags_$(1)) $$(if $$(bare_$(1)),$$(bare_flags),$$(sysroot_$(word 2,$(2))))
# Clang's objects are put together as GCC's are, but its LTO takes its own linker.
link_$(1) := $$(if $$(bare_$(1)),$$(if $$(and $$(lto_$(1)),$(filter clang,$(word 3,$(2)))), \
  $(lld) -T repro/firmware/$$(lastword $$(bare_$(1))).ld, \
  $$(gcc_$(1)) $$(if $(filter clang,$(word 3,$(2))),$$(gnu_flags_$(1)),$$(flags_$(1))) -nostdlib -nostartfiles -Wl,--gc-sections,-z,noexecstack$(if $(filter arm-none-eabi-gcc,$(word 2,$(3))),$$(comma)--no-enum-size-warning) \
    -T repro/firmware/$$(lastword $$(bare_$(1))).ld),$$(cc_$(1)) $$(flags_$(1)))
libgcc_$(1) := $$(if $$(bare_$(1)),$$$$($$(gcc_$(1)) $$(gnu_flags_$(1)) -print-libgcc-file-name))

$$(eval $$(call stamp,$$(out_$(1))/compile.stamp,$$(compile_$(1))))
$$(eval $$(call stamp,$$(out_$(1))/link.stamp,$$(link_$(1))))

images: $(if $(BUGS),,$$(out_$(1))/image)
$$(out_$(1))/image: $$(objects_$(1))
# The same start-up code under an image_main of its own.
$$(out_$(1))/astray: $$(patsubst %.c,$$(out_$(1))/obj/%.o,$$(astray_sources) repro/firmware/$$(firstword $$(bare_$(1))).c)
$$(out_$(1))/image $$(out_$(1))/astray: $$(out_$(1))/link.stamp $$(wildcard repro/firmware/*.ld)
	$$(call say,LD,$$@)
	$$(Q)$$(link_$(1)) -o $$@ $$(filter %.o,$$^) $$(libgcc_$(1))

$$(out_$(1))/obj/%.o: %.c $$(out_$(1))/compile.stamp
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(compile_$(1)) $$(own_flags) -MMD -MP -c -o $$@ $$<

# What the compiler calls on its own must be there when it does, and must not call itself.
$$(out_$(1))/obj/repro/firmware/memory.o: own_flags := -fno-lto -fno-builtin $(if $(filter gcc,$(word 3,$(2))),-fno-tree-loop-distribute-patterns)
$$(addprefix $$(out_$(1))/obj/repro/firmware/,$$(addsuffix .o,$$(firstword $$(bare_$(1))) process_$$(firstword $$(bare_$(1))))): own_flags := -fno-lto

$$(foreach id,$$(BUGS),$$(eval $$(call planted,$(1),$$(id))))
endef

# GNU's linker and libgcc know the machine by these.
gnu_flags = $(filter -m%,$(wordlist 7,99,$(1)))
# The 32-bit headers of a 64-bit Debian, without the package that every cross compiler conflicts with.
sysroot_host32 := -idirafter /usr/include/x86_64-linux-gnu

# ---- one shape's image of one bug's library

define planted
bug_sources_$(1)_$(2) := $$(wildcard build/bugs/$(2)/lib/src/*.c)
bug_objects_$(1)_$(2) := $$(patsubst build/bugs/$(2)/%.c,$$(out_$(1))/bugs/$(2)/%.o,$$(bug_sources_$(1)_$(2)))
.PHONY: planted-$(1)-$(2)
images: planted-$(1)-$(2)
planted-$(1)-$(2): $$(out_$(1))/bugs/$(2)/image
	@echo built $(2)
$$(out_$(1))/bugs/$(2)/image: $$(bug_objects_$(1)_$(2)) $$(filter-out $$(patsubst build/bugs/$(2)/%.c,$$(out_$(1))/obj/%.o,$$(bug_sources_$(1)_$(2))),$$(objects_$(1))) $$(out_$(1))/link.stamp
	$$(Q)$$(link_$(1)) -o $$@ $$(filter %.o,$$^) $$(libgcc_$(1))
$$(out_$(1))/bugs/$(2)/lib/%.o: build/bugs/$(2)/lib/%.c $$(out_$(1))/compile.stamp
	@mkdir -p $$(@D)
	$$(Q)$$(filter-out -Werror,$$(compile_$(1))) -iquote build/bugs/$(2)/lib/include -iquote build/bugs/$(2)/lib/port/$$(port_$(1)) -MMD -MP -c -o $$@ $$<
endef

$(foreach name,$(SHAPES),$(eval gnu_flags_$(name) := $(call gnu_flags,$(call row,platforms,$(word 2,$(call row,shapes,$(name)))))))
$(foreach name,$(SHAPES),$(eval $(call shape,$(name),$(call row,shapes,$(name)),$(call row,platforms,$(word 2,$(call row,shapes,$(name)))))))

-include $(shell find $(SHAPES:%=build/shapes/%) -name '*.d' 2>/dev/null)
