# SPDX-License-Identifier: Apache-2.0 OR MIT
# What every makefile that compiles has in common.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
# Of the command line alone, as all variables (ci/verbs/verbs.mk).
Q := $(if $(filter command,$(origin V)),,@)
say = @printf '%-4s %s\n' $(1) $(2)

# A file that changes only when its text does: what depends on it is rebuilt when the command or the list changes.
define stamp
$(1): always
	@mkdir -p $$(@D)
	@printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $$@ || printf '%s\n' '$(subst ','\'',$(2))' >$$@
endef
