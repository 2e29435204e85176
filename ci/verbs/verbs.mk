# SPDX-License-Identifier: Apache-2.0 OR MIT
# The variables of the Makefile's verbs. A verb is a target with a line of help, `verb: ## text`, and takes the variables of which the text says NAME=;
# one of which it says NAME=1 is a flag. Each verb takes JOBS and V besides. What a value must be is in ci/verbs/check.sh.
#
# A variable counts if it is given on make's command line; never if the environment has it. A recipe gets it as a variable of the shell, "$$NAME", whatever
# characters it holds: $(NAME) would be a part of the shell's text. $(options) is all that the verb was given, --name="$$NAME" or --name for a flag,
# and --jobs wherever the help speaks of it.

given := $(sort $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))

# A value as it was given: make takes a $ in it for a variable of its own, and expands it wherever it is used, unless it is defined anew as what it is.
# First of all: make 4.4 exports variables to $(shell) too.
define literal
override $(1) := $$(value $(1))
export $(1)
endef
$(foreach name,$(given),$(eval $(call literal,$(name))))

goals := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
takes := $(shell awk -f ci/verbs/takes.awk Makefile)
verbs := $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

part = $(word $(1),$(subst :, ,$(2)))
entries = $(foreach verb,$(1),$(filter $(verb):%,$(takes)))
names = $(sort $(foreach entry,$(1),$(call part,2,$(entry))) JOBS V)
flags := $(sort V $(foreach entry,$(filter-out %=,$(takes)),$(call part,2,$(entry))))
quoted = '$(subst ','\'',$(1))'

options = $(foreach entry,$(call entries,$@),$(if $(filter $(given) JOBS,$(call part,2,$(entry))),$(call part,3,$(entry))$(if \
  $(filter %=,$(entry)),"$$$(call part,2,$(entry))")))

# ---- before anything else, what can't be right

ifeq ($(filter-out $(verbs),$(goals)),)
unknown := $(filter-out $(call names,$(call entries,$(goals))),$(given))
ifneq ($(unknown),)
$(error $(firstword $(unknown)) is not a variable of `make $(goals)`, which takes: $(call names,$(call entries,$(goals))))
endif
problem := $(if $(given),$(shell sh ci/verbs/check.sh $(call quoted,$(goals)) $(call quoted,$(flags)) \
  $(foreach name,$(given),$(name) $(call quoted,$(value $(name))))))
ifneq ($(problem),)
$(error $(problem))
endif
endif

# ---- what recipes see

define absent
override $(1) :=
unexport $(1)
endef
$(foreach name,$(filter-out $(given),$(call names,$(takes))),$(eval $(call absent,$(name))))
# Nor do they go on to other calls of make as variables, where it would all begin again.
MAKEOVERRIDES :=

# No path is an option.
define path
override $(1) := $$(if $$(filter -%,$$(firstword $$($(1)))),./)$$($(1))
endef
$(foreach name,FILE OUT CORPUS,$(eval $(call path,$(name))))

ifeq ($(JOBS),)
override JOBS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
endif
export JOBS
