# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# make               build/mod_ocsp.so; nothing is written outside build/
# make run           a demo responder on 127.0.0.1:2560 (PORT=), in the foreground
# make test          everything that a change must pass: about seven minutes
# make bench         measure (ENTRIES=1000000 in the CRL)
# make fuzz          libFuzzer on every parser, FUZZ_TIME=60 seconds each
# make install       put the module where httpd looks for it (DESTDIR=)
# make uninstall     take it away from there
# make clean
#
# make run and make test install what they miss when root calls them, and print
# the command for it otherwise. For developers:
#
# make check         the inner loop, under a minute: format, warnings, clang-tidy and
#                    cppcheck of what changed since BASE, and the unit tests.
#                    BASE=revision (default: see t/bin/check)
# make unit          the C unit tests alone: seconds, no server, any user
# make replay        every corpus file through its parser
# make soak          what takes long: hours of load, sanitizers, leaks, valgrind,
#                    fuzzing. Before work on what these cover is called done.
# make race          what is shared without locks, under ThreadSanitizer
# make mutants       deliberate defects: each must turn the tests red (SINCE=revision:
#                    only those in files that differ from it)
# make requirements  which items of t/REQUIREMENTS and t/CASES no test cites
# make tidy          clang-tidy and cppcheck, of everything
# make format-check  clang-format, of everything
# make coverage      lines that the unit tests reach
# make deps          only install what is missing, developers' tools too
#
# .ci/run is what continuous integration runs. t/bin/run-suite runs single suites.
#
# Variables: CC, CFLAGS, WERROR=-Werror, SAN=1 (AddressSanitizer and UBSan, with
# apr_palloc by malloc, into build/san), BUILD=dir, V=1, APXS, APR_CONFIG, PORT,
# JOBS (how many commands or suites run at a time; default: by the processors).

BUILD      = build
PORT       = 2560
FUZZ_TIME  = 60
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN)
# Where t/bin/need unpacks Apache::Test, and t/bin/run-suite looks for it.
export OCSP_TEST_PERL ?= $(abspath $(BUILD))/perl
# The same for nginx and varnishd.
export OCSP_TEST_PROXIES ?= $(abspath $(BUILD))/proxies
APXS       := $(or $(APXS),$(shell command -v apxs || command -v apxs2))
APR_CONFIG := $(or $(APR_CONFIG),$(shell command -v apr-1-config))

# What httpd and APR were built with; empty, and complained of below, without.
ifneq ($(and $(APXS),$(APR_CONFIG)),)
AP_DIR     := $(shell $(APXS) -q INCLUDEDIR 2>/dev/null)
MODULES    := $(shell $(APXS) -q LIBEXECDIR 2>/dev/null)
APR_INC    := -isystem $(shell $(APR_CONFIG) --includedir) \
              $(shell $(APR_CONFIG) --cppflags)
APU_DIR    := $(shell $(APXS) -q APU_INCLUDEDIR 2>/dev/null)
AP_INC     := $(APR_INC) -isystem $(AP_DIR) $(if $(APU_DIR),-isystem $(APU_DIR))
APR_LIBS   := $(shell $(APR_CONFIG) --link-ld)
endif

# Where objects go, and how they are made. A variant has a directory of its own.
CFLAGS     ?= -O2 -g
WERROR     =
COMPILER   := $(if $(findstring clang,$(shell $(CC) --version 2>&1)),clang,gcc)
HARDEN     = -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
O          = $(BUILD)
VARIANT    =
ifdef SAN
O          = $(BUILD)/san
CFLAGS     = -O1 -g
HARDEN     = -fno-omit-frame-pointer -fsanitize=address,undefined
VARIANT    = -fsanitize=address,undefined -Wl,-z,nodelete -Wl,--wrap=apr_palloc
endif
ifdef COV
O          = $(BUILD)/cov
CFLAGS     = -O0 -g
HARDEN     = --coverage
VARIANT    = --coverage
endif

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
    -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum \
    -Wnull-dereference -Wno-unused-parameter
# What clang does not know; and -Wcast-qual, of which it accuses us within the
# macros of apr_ring.h.
CLANG_WARN := $(WARN)
ifeq ($(COMPILER),gcc)
WARN += -Wcast-qual -Wcast-align=strict -Wduplicated-cond -Wduplicated-branches \
    -Wlogical-op
endif

CPP_FLAGS = -D_GNU_SOURCE -DOPENSSL_API_COMPAT=30000 -DOPENSSL_NO_DEPRECATED \
    -iquote src
ALL_FLAGS = -std=c11 $(CPP_FLAGS) $(INC) $(WARN) $(WERROR) $(HARDEN) -fPIC \
    -fvisibility=hidden $(CFLAGS)
LINK_FLAGS = -Wl,-z,relro -Wl,-z,now $(VARIANT) $(LDFLAGS)

# Sources. The core knows no httpd: it is what unit tests and fuzzers link.
FLOORS     = wire status answer shared
CORE_SRC   := $(wildcard $(FLOORS:%=src/%/*.c))
SRC        := $(CORE_SRC) $(wildcard src/httpd/*.c src/httpd/*/*.c mod_ocsp.c)
CORE_OBJ   = $(CORE_SRC:%.c=$(O)/%.o)
OBJ        = $(SRC:%.c=$(O)/%.o)
POOL_OBJ   = $(if $(SAN),$(O)/t/unit/pool_malloc.o)
SO         = $(O)/mod_ocsp.so

UNIT_ALL   := $(filter-out t/unit/pool_malloc.c,$(wildcard t/unit/*.c))
UNIT_SRC   := $(if $(UNIT_ALL),$(shell grep -lE '^int main' $(UNIT_ALL)))
UNIT_OBJ   = $(patsubst %.c,$(O)/%.o,$(filter-out $(UNIT_SRC),$(UNIT_ALL)))
UNIT       = $(UNIT_SRC:%.c=$(O)/%.t)

FUZZ_SRC   := $(wildcard t/fuzz/fuzz_*.c)
FUZZ_HELP  := $(filter-out $(FUZZ_SRC) t/fuzz/replay.c,$(wildcard t/fuzz/*.c))
REPLAY     = $(FUZZ_SRC:%.c=$(O)/%)
FUZZERS    = $(FUZZ_SRC:t/fuzz/%.c=$(BUILD)/fuzz/%)

FLOOR      = $(O)/t/bench/floor.so
BENCH_ALL  := $(filter-out t/bench/floor.c,$(wildcard t/bench/*.c))
BENCH_SRC  := $(if $(BENCH_ALL),$(shell grep -lE '^int main' $(BENCH_ALL)))
BENCH_OBJ  = $(patsubst %.c,$(O)/%.o,$(filter-out $(BENCH_SRC),$(BENCH_ALL)))
BENCH      = $(BENCH_SRC:%.c=$(O)/%)
# What the server suites need of them.
TEST_BENCH = $(addprefix $(O)/t/bench/,make_cas make_crl oracle)

# What all processes share without locks. The arena is not among it: it has fences,
# which ThreadSanitizer does not know.
RACE_SRC   := $(addprefix src/shared/,siphash.c cache_slot.c cache.c \
    sign_slots.c) src/wire/der.c
RACE       = $(addprefix $(BUILD)/race/,cache_race sign_slots_race)

# The module as one whose tables are others: a test puts it in the place of the
# first while httpd runs. Only what knows their version is compiled again.
NEXT_SRC   := $(shell grep -l OCSP_TABLE_VERSION $(SRC))
NEXT_OBJ   = $(patsubst %.c,$(O)/%.o,$(filter-out $(NEXT_SRC),$(SRC))) \
    $(NEXT_SRC:%.c=$(O)/next/%.o)
NEXT_SO    = $(O)/next/mod_ocsp.so

ALL_C      := $(SRC) $(wildcard t/unit/*.c t/fuzz/*.c t/bench/*.c)
ALL_H      := $(wildcard src/*.h src/*/*.h src/*/*/*.h t/unit/*.h t/fuzz/*.h t/bench/*.h)

# What clang-tidy says of a file, as a file that says that it said nothing: .tidy
# after all of its checks, .tidy-quick after all but the static analyzer, which takes
# six times as long as the others.
TIDY_SRC   := $(SRC) $(wildcard t/unit/*.c t/fuzz/*.c)
TIDY       = $(TIDY_SRC:%.c=$(BUILD)/tidy/%.tidy)

.PHONY: all so objects units benches tools deps run test check soak unit replay race \
    fuzz bench mutants requirements tidy cppcheck format-check coverage install \
    uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

# Options for a second make that builds or checks: as many commands at a time as there
# are processors, unless this one was told how many. Each command's output in one piece.
PARALLEL = --no-print-directory -O \
    $(if $(filter -j%,$(MAKEFLAGS)),,-j$(or $(JOBS),$(PROCESSORS)))

# One short line a command, unless V=1.
SAY = $(if $(V),,@echo '  $1 $@' && )

all: so
so: $(SO)
objects: $(OBJ) $(UNIT_SRC:%.c=$(O)/%.o) $(UNIT_OBJ) $(FUZZ_SRC:%.c=$(O)/%.o) \
    $(O)/t/fuzz/replay.o $(FUZZ_HELP:%.c=$(O)/%.o) $(BENCH_ALL:%.c=$(O)/%.o)
units: $(UNIT) $(REPLAY) $(NEXT_SO) $(TEST_BENCH)
benches: $(BENCH) $(FLOOR)

# A file sees the headers of its own floor and of those below, nothing above:
# what is not on the include path cannot be included.
INC =
$(O)/src/status/%.o $(O)/src/answer/%.o $(O)/src/shared/%.o: INC = $(APR_INC)
$(O)/src/httpd/%.o $(O)/mod_ocsp.o: INC = $(AP_INC)
$(O)/t/%.o $(BUILD)/fuzz/% $(BUILD)/race/%: INC = -iquote t/unit -iquote t/fuzz $(APR_INC)
$(O)/next/%.o $(O)/t/bench/floor.o: INC = $(AP_INC)

$(O)/%.o: %.c | tools
	@mkdir -p $(@D)
	$(call SAY,CC)$(CC) $(ALL_FLAGS) -MMD -MP -c -o $@ $<

$(O)/next/%.o: %.c | tools
	@mkdir -p $(@D)
	$(call SAY,CC)$(CC) $(ALL_FLAGS) -DOCSP_TABLE_VERSION=4711 -MMD -MP -c -o $@ $<

# libapr is httpd's; a second one in the process would be a second allocator.
$(SO): $(OBJ) $(POOL_OBJ) $(O)/exports
$(NEXT_SO): $(NEXT_OBJ) $(POOL_OBJ) $(O)/exports
$(SO) $(NEXT_SO):
	$(call SAY,LD)$(CC) -shared -o $@ $(filter %.o,$^) $(LINK_FLAGS) \
	    -Wl,--version-script=$(O)/exports -lcrypto

$(O)/exports: Makefile
	@mkdir -p $(@D)
	@echo '{ global: ocsp_module; local: *; };' > $@

$(O)/t/unit/%.t: $(O)/t/unit/%.o $(CORE_OBJ) $(UNIT_OBJ) $(POOL_OBJ)
	$(call SAY,LD)$(CC) -o $@ $^ $(LINK_FLAGS) $(APR_LIBS) -lcrypto

# Of httpd's floor, but it needs nothing of httpd.
$(O)/t/unit/subprocess.t: $(O)/src/httpd/runtime/subprocess.o

$(REPLAY): $(O)/t/fuzz/%: $(O)/t/fuzz/%.o $(O)/t/fuzz/replay.o \
    $(FUZZ_HELP:%.c=$(O)/%.o) $(CORE_OBJ) $(UNIT_OBJ) $(POOL_OBJ)
	$(call SAY,LD)$(CC) -o $@ $^ $(LINK_FLAGS) $(APR_LIBS) -lcrypto

$(BENCH): $(O)/t/bench/%: $(O)/t/bench/%.o $(BENCH_OBJ) $(CORE_OBJ) $(UNIT_OBJ) \
    $(POOL_OBJ)
	$(call SAY,LD)$(CC) -o $@ $^ $(LINK_FLAGS) $(APR_LIBS) -lcrypto

# httpd's own cost: a module for the benchmark alone.
$(FLOOR): $(O)/t/bench/floor.o
	$(call SAY,LD)$(CC) -shared -o $@ $^ $(LINK_FLAGS) -lcrypto

# Everything in one clang call: only so does the whole of it guide the fuzzer.
$(BUILD)/fuzz/%: t/fuzz/%.c $(FUZZ_HELP) $(CORE_SRC) $(UNIT_ALL) $(ALL_H) | tools
	@mkdir -p $(@D)
	$(call SAY,FUZZ)clang -std=c11 $(CPP_FLAGS) $(INC) -O1 -g -fno-omit-frame-pointer \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    -Wl,--wrap=apr_palloc -o $@ $< $(FUZZ_HELP) $(CORE_SRC) \
	    $(filter-out $(UNIT_SRC),$(UNIT_ALL)) t/unit/pool_malloc.c \
	    $(APR_LIBS) -lcrypto

$(RACE): $(BUILD)/race/%: t/unit/%.c $(RACE_SRC) $(ALL_H) | tools
	@mkdir -p $(@D)
	$(call SAY,RACE)$(CC) -std=c11 $(CPP_FLAGS) $(INC) $(WARN) $(WERROR) -O1 -g \
	    -fsanitize=thread -o $@ $< $(RACE_SRC) $(APR_LIBS)

-include $(patsubst %.o,%.d,$(OBJ) $(NEXT_OBJ) $(UNIT_SRC:%.c=$(O)/%.o) $(UNIT_OBJ) \
    $(FUZZ_SRC:%.c=$(O)/%.o) $(BENCH_ALL:%.c=$(O)/%.o) $(FLOOR:.so=.o))

tools:
	@CC='$(CC)' APXS='$(APXS)' APR_CONFIG='$(APR_CONFIG)' t/bin/need build

deps:
	t/bin/need --install build run test dev

# What needs apxs runs in a second make: this one has looked for it already.
run:
	@t/bin/need --install build run
	@$(MAKE) --no-print-directory so
	@BUILD='$(BUILD)' PORT='$(PORT)' conf/demo/run

test:
	@t/bin/need --install build run test
	@echo 'make test: builds, then runs every suite; about seven minutes on two processors'
	@$(MAKE) $(PARALLEL) so units
	t/bin/run-suite -b $(BUILD) $(JOBS:%=-j %) all worker:smoke prefork:smoke

check:
	@t/bin/need --install build run test dev
	@MAKE='$(MAKE)' JOBS='$(or $(JOBS),$(PROCESSORS))' BUILD='$(BUILD)' BASE='$(BASE)' \
	    t/bin/check

soak: export OCSP_TEST_LONG = 1
soak:
	@t/bin/need --install build run test dev
	@$(MAKE) $(PARALLEL) so units
	@$(MAKE) $(PARALLEL) so units SAN=1
	t/bin/run-suite -b $(BUILD)/san -s all
	t/bin/run-suite -b $(BUILD)/san -s -l single
	t/bin/run-suite -b $(BUILD) -v -m prefork single
	t/bin/run-suite -b $(BUILD) all worker:all prefork:all
	@$(MAKE) --no-print-directory race
	@FUZZ_SEED=1 $(MAKE) --no-print-directory fuzz

unit: $(UNIT)
	prove -j $(or $(JOBS),$(PROCESSORS)) $(UNIT)

replay: $(REPLAY)
	OCSP_REPLAY=$(O)/t/fuzz prove t/05-replay.t

race: $(RACE)
	prove $(RACE) :: threads

fuzz:
	@$(MAKE) $(PARALLEL) $(FUZZERS)
	FUZZ_TIME=$(FUZZ_TIME) JOBS=$(or $(JOBS),$(PROCESSORS)) t/bin/fuzz $(BUILD)/fuzz

bench:
	@t/bin/need --install build run test
	@$(MAKE) --no-print-directory so benches
	@BUILD='$(BUILD)' ENTRIES='$(ENTRIES)' t/bench/run

mutants:
	@t/bin/need --install build run test
	t/mutants/run $(if $(SINCE),-s '$(SINCE)')

requirements:
	@t/bin/requirements

format-check:
	@printf '%s\n' $(ALL_C) $(ALL_H) | \
	    xargs -P $(or $(JOBS),$(PROCESSORS)) -n 30 clang-format --dry-run -Werror

tidy: tools
	@$(MAKE) $(PARALLEL) -k $(TIDY) cppcheck

# With the warnings of clang itself, and all include paths at once. What is looked at
# again is what is newer: the file itself, or a header that it includes.
TIDY_FLAGS = -std=c11 $(CPP_FLAGS) -iquote t/unit -iquote t/fuzz $(AP_INC)
CLANG_TIDY = $(call SAY,TIDY)clang-tidy --quiet $(1) $< -- $(TIDY_FLAGS) $(CLANG_WARN) \
    2>$@.err || { cat $@.err; false; }
DEPENDS = @mkdir -p $(@D) && \
    $(CC) $(TIDY_FLAGS) -MM -MP -MT '$@' -MF $@.d $<

$(BUILD)/tidy/%.tidy: %.c .clang-tidy | tools
	$(DEPENDS)
	$(call CLANG_TIDY)
	@touch $@

$(BUILD)/tidy/%.tidy-quick: %.c .clang-tidy | tools
	$(DEPENDS)
	$(call CLANG_TIDY,--checks=-clang-analyzer-*)
	@touch $@

-include $(wildcard $(TIDY:=.d) $(TIDY:=-quick.d))

# cppcheck remembers files that have not changed, and what they include.
# variableScope: variables are declared at the head of a function, as in httpd.
cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	$(call SAY,CPPCHECK)cppcheck --quiet -j $(or $(JOBS),$(PROCESSORS)) \
	    --cppcheck-build-dir=$(BUILD)/cppcheck \
	    --enable=warning,performance,portability,style \
	    --std=c11 --library=posix --library=openssl --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=variableScope \
	    --error-exitcode=1 -Isrc src $(wildcard mod_ocsp.c)

coverage:
	@$(MAKE) --no-print-directory unit COV=1
	@for c in $(CORE_SRC); do \
	    gcov -n -o $(BUILD)/cov/$${c%/*} $$c 2>/dev/null \
	    | awk -v f=$$c '$$1 == "File" { on = index($$0, f) } \
	        on && /^Lines/ { print f ": " $$0; on = 0 }'; \
	done

install: so
	install -d '$(DESTDIR)$(MODULES)'
	install -m 755 $(SO) '$(DESTDIR)$(MODULES)/mod_ocsp.so.new'
	mv '$(DESTDIR)$(MODULES)/mod_ocsp.so.new' '$(DESTDIR)$(MODULES)/mod_ocsp.so'
	@echo 'Add to the configuration: LoadModule ocsp_module $(MODULES)/mod_ocsp.so'

uninstall:
	rm -f '$(DESTDIR)$(MODULES)/mod_ocsp.so'
	@echo 'Remove LoadModule ocsp_module from the configuration before the next restart'

clean:
	rm -rf $(BUILD)
