# qevm: make, make test, make check, make lint, make demo, make install.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   BUILD=DIR    where objects and the program go (build, build-san, ...)
#   CC=clang     another compiler
#   SAN=1        address and undefined behaviour sanitizers
#   WERROR=1     warnings are errors
#   T=WHAT       tests: only those whose path contains WHAT, and the unit
#                tests below WHAT: make check T=framing/magic
#   V=1          show the commands
#   UPDATE=1     tests: write what was seen as what is expected

# The one place that has version and date: "qevm (0.1.0) ...", " -- ...  Thu, 26".
VERSION    := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
DATE       := $(shell sed -n 's/^ -- .*>  //p;T;q' debian/changelog)
PREFIX     ?= /usr/local
bindir      = $(PREFIX)/bin
datadir     = $(PREFIX)/share
zshdir      = $(datadir)/zsh/site-functions
INSTALL    ?= install
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC         := gcc
endif

# Each kind of build has its own directory, so that they live side by side.
kind       := $(if $(SAN),-san)$(if $(COV),-cov)$(if $(FUZZ),-fuzz)
BUILD      ?= build$(kind)
SAN_BUILD  ?= $(BUILD)$(if $(SAN),,-san)

# ---- flags -----------------------------------------------------------------

PKGS       := glib-2.0 gio-2.0 jansson readline zlib liblzma libzstd \
              liblz4
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
# Those two come without a file for pkg-config, or with one of two names.
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lbz2 -llzo2

WARN := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wundef -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings
CFLAGS  ?= -O2 -g
HARDEN  := -fstack-protector-strong -fPIE
LDHARD  := -pie -Wl,-z,relro,-z,now
# The sanitizers do not work with fortified functions, nor these without -O.
ifeq ($(SAN)$(COV)$(FUZZ)$(filter -O0,$(CFLAGS)),)
HARDEN  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
san     := -fno-sanitize-recover=all -fno-omit-frame-pointer
ifdef SAN
MODE    += -fsanitize=address,undefined $(san)
endif
ifdef FUZZ
MODE    += -fsanitize=fuzzer-no-link,address,undefined $(san) -DQEVM_LIBFUZZER
endif
ifdef COV
MODE    += --coverage -O0
endif

DEFINES := -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 -DQEVM_VERSION='"$(VERSION)"'
COMPILE  = $(CC) -std=gnu11 $(WARN) $(HARDEN) $(DEFINES) -I. $(PKG_CFLAGS) \
           $(CPPFLAGS) $(CFLAGS) $(MODE)
LINK     = $(CC) $(CFLAGS) $(MODE) $(LDHARD) $(LDFLAGS)
werror  := $(if $(WERROR),-Werror)
say      = $(if $(V),,@echo '  $(1) $@';)

# ---- what there is ---------------------------------------------------------

LIB_SRC  := $(wildcard parser/*.c rewrite/*.c)
CLI_SRC  := $(wildcard cli/*.c cli/*/*.c)
UNIT_SRC := $(wildcard tests/unit/test-*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz-*.c)
# Programs against hostile input, and what they share with the fuzz targets.
HOST_SRC := $(wildcard tests/hostile/sweep.c tests/hostile/property.c)
EXER_SRC := tests/hostile/exercise.c tests/hostile/exercise-rewrite.c \
            tests/hostile/image.c tests/hostile/meter.c tests/hostile/pages.c
BENCH_SRC := $(wildcard tests/bench/*.c)
HEADERS  := $(wildcard cli/*.h cli/*/*.h parser/*.h rewrite/*.h tests/unit/*.h \
              tests/hostile/*.h)
MAN      := $(wildcard man/*.[1-9])
# Small real streams, for the tests: tests/streams/README says which.
MIG_SRC  := $(wildcard tests/streams/*.mig tests/streams/*.mig.xz)

LIB      := $(BUILD)/libqevm.a
QEVM     := $(BUILD)/qevm
UNIT     := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZERS  := $(FUZZ_SRC:%.c=$(BUILD)/%)
HOSTILE  := $(HOST_SRC:%.c=$(BUILD)/%)
BENCHES  := $(BENCH_SRC:%.c=$(BUILD)/%)
FAULTS   := $(BUILD)/tests/faults/fail.so
STREAMS  := $(sort $(MIG_SRC:tests/streams/%.mig=$(BUILD)/streams/%.mig))
STREAMS  := $(STREAMS:tests/streams/%.mig.xz=$(BUILD)/streams/%.mig)

objs      = $(patsubst %.c,$(BUILD)/%.o,$(1))
ALL_OBJS := $(call objs,$(LIB_SRC) $(CLI_SRC) $(UNIT_SRC) $(FUZZ_SRC) \
                        $(HOST_SRC) $(EXER_SRC) $(BENCH_SRC))

all: $(QEVM)
.PHONY: all

$(QEVM): $(call objs,$(CLI_SRC)) $(BUILD)/cli/report.o $(LIB) | $(BUILD)/schemas
	$(call say,LD)$(LINK) -o $@ $^ $(PKG_LIBS) $(LIBS)

$(LIB): $(call objs,$(LIB_SRC))
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(UNIT) $(BENCHES): %: %.o $(LIB)
	$(call say,LD)$(LINK) -o $@ $(filter %.o,$^) $(LIB) $(PKG_LIBS) $(LIBS)

# What of the program is tested alone.
$(BUILD)/tests/unit/test-shell-words: $(BUILD)/cli/shell-words.o

# Preloaded, it makes system calls fail.
$(FAULTS): tests/faults/fail.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -std=gnu11 $(WARN) $(werror) $(CFLAGS) -shared -fPIC -o $@ $<

$(HOSTILE): %: %.o $(call objs,$(EXER_SRC)) $(LIB)
	$(call say,LD)$(LINK) -o $@ $^ $(PKG_LIBS) $(LIBS)

# Without libFuzzer a fuzz target has a main() of its own, over file names.
$(FUZZERS): %: %.o $(call objs,$(EXER_SRC)) $(LIB)
	$(call say,LD)$(LINK) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $^ $(PKG_LIBS) $(LIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) $(werror) -MMD -MP -c -o $@ $<

# Style and script of reports, which the program has in it.
REPORT := cli/report/report.gresource.xml
$(BUILD)/cli/report.c: $(REPORT) $(wildcard cli/report/*)
	@mkdir -p $(@D)
	$(call say,GEN)glib-compile-resources --sourcedir=$(<D) --target=$@ \
	    --generate-source --c-name=qevm_report $<
$(BUILD)/cli/report.o: $(BUILD)/cli/report.c $(BUILD)/flags
	$(call say,CC)$(COMPILE) $(werror) -c -o $@ $<

# Where a program finds the schemas if it cannot tell where it is itself.
$(BUILD)/cli/schemas.o: DEFINES += -DQEVM_DATADIR='"$(datadir)/qevm"'
# Where one that was not installed does.
$(BUILD)/schemas:
	@mkdir -p $(@D)
	@ln -sfn '$(CURDIR)/schemas' $@

# Other flags, other objects.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --print-errors --exists $(PKGS) || \
	    { echo "run tests/install-deps build" >&2; exit 1; }
	@echo '$(subst ','\'',$(COMPILE) $(LINK))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(COMPILE) $(LINK))' >$@
FORCE:
.PHONY: FORCE
.DELETE_ON_ERROR:
.SECONDARY: $(ALL_OBJS)
-include $(ALL_OBJS:.o=.d)

$(BUILD)/streams/%.mig: tests/streams/%.mig.xz
	@mkdir -p $(@D)
	xz -dc $< >$@
$(BUILD)/streams/%.mig: tests/streams/%.mig
	@mkdir -p $(@D)
	cp $< $@

# ---- install ---------------------------------------------------------------

man_to = $(DESTDIR)$(datadir)/man
install: all
	$(INSTALL) -d $(DESTDIR)$(bindir)
	$(INSTALL) -m 755 $(QEVM) $(DESTDIR)$(bindir)/qevm
	set -e; date=$$(LC_ALL=C date -ud '$(DATE)' '+%B %-d, %Y'); \
	for page in $(MAN); do \
	    to=$(man_to)/man$${page##*.}/$${page##*/}; \
	    $(INSTALL) -D -m 644 $$page $$to; \
	    sed -i -e "s/^\.Dd .*/.Dd $$date/" \
	        -e 's/^\.Os$$/.Os qevm $(VERSION)/' $$to; \
	done
	set -e; for file in $(wildcard schemas/*.json schemas/*/*.json \
	    schemas/*/*/*.json.gz); do \
	    $(INSTALL) -D -m 644 $$file $(DESTDIR)$(datadir)/qevm/$$file; \
	done
	$(INSTALL) -D -m 644 completions/qevm.bash \
	    $(DESTDIR)$(datadir)/bash-completion/completions/qevm
	$(INSTALL) -D -m 644 completions/qevm.zsh \
	    $(DESTDIR)$(zshdir)/_qevm
	$(INSTALL) -D -m 644 completions/qevm.fish \
	    $(DESTDIR)$(datadir)/fish/vendor_completions.d/qevm.fish
.PHONY: install

# ---- tests -----------------------------------------------------------------

# A class is what tests/prove runs as one: the unit tests, the transcripts
# tests/cli/*/*.t, or tests/CLASS/*.t. san/CLASS: with the sanitizer build.
QUICK := unit cli streams schemas cases fuzz man
SLOW  := faults hostile browser package san/unit san/cli san/hostile qemu corpus

built: all $(UNIT) $(FUZZERS) $(HOSTILE) $(FAULTS) $(STREAMS)
built-san:
	+$(MAKE) SAN=1 BUILD=$(SAN_BUILD) built
prove = BUILD='$(abspath $(BUILD))' SAN_BUILD='$(abspath $(SAN_BUILD))' \
        T='$(T)' UPDATE='$(UPDATE)' tests/prove

test: built
	@$(prove) $(QUICK)

check:
	tests/install-deps build test qemu browser package
	+$(MAKE) check-here
check-here: built built-san
	@$(prove) $(QUICK) $(SLOW)

# One class alone: make qemu, make hostile SAN=1.
CLASSES := $(filter-out fuzz,$(QUICK)) $(filter-out san/%,$(SLOW))
$(CLASSES): built
	@$(prove) $@

# The tables of which `make check` has a part, whole: an hour on two cores.
CROSS := museum lives cells quiet
check-cross:
	tests/install-deps build test qemu
	+$(MAKE) check-cross-here
check-cross-here: built
	+@failed=; for table in $(CROSS); do \
	    MUSEUM=all LIVES=all CELLS=all QUIET=all \
	        $(MAKE) qemu T=qemu/$$table || failed=1; \
	done; [ -z "$$failed" ]
.PHONY: check-cross check-cross-here

demo:
	tests/install-deps build demo
	+$(MAKE) all
	QEVM='$(abspath $(QEVM))' tests/demo
.PHONY: built built-san test check check-here demo $(CLASSES)

# ---- lint ------------------------------------------------------------------

lint:
	tests/install-deps build lint
	+$(MAKE) lint-here
lint-here: hdr-check analyze
	@$(prove) lint
.PHONY: lint lint-here hdr-check analyze

# Every header compiles alone.
hdr-check: $(HEADERS:%=%.check)
$(HEADERS:%=%.check): %.check: %
	$(call say,CC)$(COMPILE) -Werror -fsyntax-only -include $< -xc /dev/null
.PHONY: $(HEADERS:%=%.check)

# Optimizing first takes initializations away that g_autofree relies on. Even
# so gcc 12 finds uninitialized `<unknown>`s where a loop with one has a
# continue; that check is left to -Wmaybe-uninitialized.
analyze: CC = gcc
analyze: $(call objs,$(LIB_SRC:%=analyze/%))
$(BUILD)/analyze/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) -U_FORTIFY_SOURCE -O0 -fanalyzer -Werror \
	    -Wno-analyzer-use-of-uninitialized-value -MMD -MP -c -o $@ $<
-include $(patsubst %.o,%.d,$(call objs,$(LIB_SRC:%=analyze/%)))

# ---- fuzz, bench, coverage -------------------------------------------------

TIME ?= 60
fuzz:
	tests/install-deps build fuzz
	+$(MAKE) FUZZ=1 CC=clang BUILD='$(BUILD)-fuzz' fuzz-here
	+$(MAKE) fuzz-memory
# GLib keeps freed memory otherwise.
fuzz fuzz-here fuzz-memory: export G_SLICE = always-malloc

# What libFuzzer finds new goes to BUILD, and its crashes beside. A window of
# zstd or xz may have 128 MiB (parser/codec.h). Then all
# streams of the cache, if there are any, cut and changed at random.
LAB_STREAMS := $${QEVM_CACHE:-$$HOME/.cache/qevm}/corpus
sweep = ls $(LAB_STREAMS)/*.mig $(BUILD)/streams/*.mig 2>/dev/null | shuf | \
        xargs -d '\n' $(BUILD)/tests/hostile/sweep --strip -j "$$(nproc)" \
            -c 10 -f 40 -s "$$(date +%s)" -k $(BUILD)
fuzz-here: $(FUZZERS) $(HOSTILE) $(STREAMS)
	@set -e; for target in $(FUZZERS); do \
	    name=$${target##*/fuzz-}; echo "fuzz-$$name: $(TIME) s"; \
	    found=$(BUILD)/found/$$name; mkdir -p $$found; limit=64; \
	    [ $$name != container ] || limit=144; \
	    $$target -max_total_time=$(TIME) -timeout=2 -rss_limit_mb=2048 \
	        -malloc_limit_mb=$$limit -dict=tests/fuzz/words.dict \
	        -artifact_prefix=$(BUILD)/ -print_final_stats=1 $$found \
	        $$(ls -d tests/fuzz/corpus/$$name \
	            tests/fuzz/regressions/$$name 2>/dev/null); \
	done
	$(sweep) -t $(TIME)

# The same without sanitizers, to see what memory it takes.
fuzz-memory: $(FUZZERS) $(HOSTILE) $(STREAMS)
	@set -e; for target in $(FUZZERS); do \
	    name=$${target##*/fuzz-}; echo "fuzz-$$name: what was found"; \
	    $$target $(BUILD)-fuzz/found/$$name; \
	done
	$(sweep)
.PHONY: fuzz fuzz-here fuzz-memory

bench: all $(BENCHES) $(STREAMS)
	BUILD='$(abspath $(BUILD))' QEVM='$(abspath $(QEVM))' \
	    STREAMS='$(abspath $(BUILD)/streams)' tests/bench/run
	QEVM='$(abspath $(QEVM))' tests/bench/opaque
.PHONY: bench

# The lines of parser/ and rewrite/ that make test does not reach.
coverage:
	+$(MAKE) COV=1 BUILD='$(BUILD)-cov' test
	tests/coverage '$(BUILD)-cov' $(LIB_SRC)
.PHONY: coverage

clean:
	rm -rf build build-san build-cov build-fuzz
.PHONY: clean
