# PGXS: make && make install && make installcheck, with any PG_CONFIG. Files are globbed: a new family needs no line here.
EXTENSION = customer_value
MODULE_big = customer_value

srcdir ?= $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))
EXTENSION_VERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(srcdir)/$(EXTENSION).control)
find = $(patsubst $(srcdir)/%,%,$(sort $(wildcard $(addprefix $(srcdir)/,$(1)))))

sources = $(call find,src/core/*/*.cpp src/pg/*.cpp)

# The files of a family are compiled together, and so are those that include Boost, so that their headers are parsed once; the
# standard ones are precompiled for all. Together that takes two fifths of the time. UNITY=no compiles each alone, without, which is
# quicker where one of them changes again and again.
UNITY ?= yes
standard = algorithm array bit charconv cmath compare concepts cstdint cstring functional limits numeric optional span string string_view tuple utility vector
with_boost := $(patsubst $(srcdir)/%,%,$(shell grep -l '^\#include <boost/' $(addprefix $(srcdir)/,$(sources))))
families := $(notdir $(patsubst %/,%,$(wildcard $(srcdir)/src/core/*/)))
# src/core/clv for src/core/clv/fit.cpp, src/pg/clv for src/pg/clv_ledger.cpp, and src/pg/common for what belongs to no family
family_unit = $(if $(filter src/core/%,$(1)),$(patsubst %/,%,$(dir $(1))),src/pg/$(or $(filter $(firstword $(subst _, ,$(basename $(notdir $(1))))),$(families)),common))
unit_of = $(if $(filter $(1),$(with_boost)),src/core/boost,$(family_unit))
units := $(sort $(foreach file,$(sources),$(call unit_of,$(file))))
files_of = $(foreach file,$(sources),$(if $(filter $(1),$(call unit_of,$(file))),$(file)))
OBJS = $(if $(filter no,$(UNITY)),$(sources:.cpp=.o),$(units:=.unit.o))
install_script = $(EXTENSION)--$(EXTENSION_VERSION).sql
# from each version that a delta starts from
upgrade_scripts = $(foreach delta,$(call find,src/sql/upgrade/*.sql),$(EXTENSION)--$(firstword $(subst --, ,$(notdir $(delta))))--$(EXTENSION_VERSION).sql)
DATA_built = $(install_script) $(upgrade_scripts)

# the families, between what prepares the database and what looks at all of them
TESTS = $(filter-out setup direct lint,$(patsubst sql/%.sql,%,$(call find,sql/*.sql)))
REGRESS = setup $(TESTS) direct lint
REGRESS_OPTS = --inputdir=$(srcdir)

# the second folder stands in for <iostream>, see there; PostgreSQL's headers are C: what they warn about as C++ is not ours
PG_CPPFLAGS = -I$(srcdir)/src -I$(srcdir)/src/core/common/no_start_up -isystem $(includedir_server) -DCUSTOMER_VALUE_VERSION='"$(EXTENSION_VERSION)"'
# -g1, what a backtrace needs, over PostgreSQL's own -g, which takes a quarter of the time; for a debugger: make DEBUG=-g
DEBUG ?= -g1
PG_CXXFLAGS = -std=c++20 -O2 $(DEBUG) -MMD -MP $(WARNINGS) $(ASSERTIONS)
SHLIB_LINK = -lstdc++ -lm -Wl,--version-script=$(srcdir)/src/pg/symbols.map
EXTRA_CLEAN = $(addprefix src/standard,.h .h.gch .d) $(foreach object,$(units:=.unit) $(sources:.cpp=),$(object).o $(object).d)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
# tests of several sessions, where PostgreSQL is packaged with what runs them
ISOLATION := $(if $(wildcard $(dir $(PGXS))../test/isolation/pg_isolation_regress*),$(patsubst specs/%.spec,%,$(call find,specs/*.spec)))
# bitcode for the JIT is compiled by a clang that need not know this standard library
override with_llvm = no
include $(PGXS)

$(shell mkdir -p $(sort $(dir $(OBJS))))
-include $(OBJS:.o=.d)

$(foreach unit,$(units),$(eval $(unit).unit.o: $(call files_of,$(unit))))
%.unit.o: src/standard.h.gch
	printf '#include "%s"\n' $(addprefix $(srcdir)/,$(call files_of,$*)) | $(COMPILE.cc) -include src/standard.h -x c++ -MF $*.unit.d -MT $@ -o $@ -
	printf '%s:\n' $(call files_of,$*) >> $*.unit.d   # one of them may be gone one day

src/standard.h.gch: $(firstword $(MAKEFILE_LIST))
	printf '#include <%s>\n' $(standard) > src/standard.h
	$(COMPILE.cc) -x c++-header -MF src/standard.d -o $@ src/standard.h

$(DATA_built): $(wildcard $(addprefix $(srcdir)/,src/sql/*.sql src/sql/templates/*.sql src/sql/upgrade/*.sql script/*-script)) $(srcdir)/$(EXTENSION).control

$(install_script):
	$(srcdir)/script/install-script > $@.new && mv $@.new $@

$(upgrade_scripts): $(EXTENSION)--%--$(EXTENSION_VERSION).sql:
	$(srcdir)/script/upgrade-script $* > $@.new && mv $@.new $@
