# Ringwall: build, test, demo. `make setup` installs what is missing; every other target calls it when needed.
SHELL := /bin/bash
CC    := clang
LLVM_STRIP := llvm-strip

WARN    := -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter
INCLUDE := -Ihelper -Ishared/gen
BASE    := $(WARN) $(INCLUDE) -D_GNU_SOURCE -gdwarf-4 -fno-omit-frame-pointer -MMD -MP
FLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
FLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan    := -O1 -fsanitize=thread
LINK_release  := -pie -Wl,-z,relro,-z,now
LINK_asan     := -fsanitize=address,undefined
LINK_tsan     := -fsanitize=thread
FLAVOURS := release asan tsan
LIBS := -lurcu-qsbr -lurcu-common -lmsgpackc -lmnl -lxdp -lbpf -lcap-ng -lseccomp -lpthread -lm

not_test = $(filter-out %_test.c %_torture.c,$(1))
LIB_SRC     := $(call not_test,$(foreach d,packet flow route classify filter meter nat screen pipeline snapshot event,$(wildcard helper/$(d)/*.c)))
PROCESS_SRC := $(call not_test,$(foreach d,port worker control engine,$(wildcard helper/$(d)/*.c)))
REPLAY_SRC  := $(call not_test,$(wildcard helper/replay/*.c))
SWEEP_SRC   := helper/fuzz/sweep.c helper/fuzz/mutation.c $(filter-out %/main.c %/report.c %/json.c,$(REPLAY_SRC))
TEST_SRC    := $(wildcard helper/*/*_test.c)
FUZZ_SRC    := $(wildcard helper/fuzz/*_fuzz.c)
BENCH_SRC   := $(wildcard bench/*.c)
TOOL_SRC    := $(wildcard test/tools/*.c)
CONTRACT_SRC := $(wildcard test/contract/*.c)
ALL_C       := $(shell git ls-files '*.c' '*.h' 2>/dev/null | grep -v _gen)
HELPER      := $(if $(wildcard helper/main.c),build/release/ringwall-helper)
REPLAY      := $(if $(wildcard helper/replay/main.c),build/release/ringwall-replay build/asan/ringwall-replay)

.PHONY: all setup build native js launchers tests-built gen test test-c demo lab lab-down bench lint format fuzz clean differential mutants golden evidence storms
all: build

# ---- setup -------------------------------------------------------------------------------------
setup: build/.apt build/.unpacked build/.npm
build/.apt: packaging/apt-packages.txt
	@mkdir -p build
	@packaging/install-apt.sh $<
	@touch $@
build/.unpacked: packaging/apt-unpacked.txt | build/.apt
	@packaging/unpack-apt.sh $< build/unpacked
	@touch $@
build/.npm: package.json package-lock.json
	@mkdir -p build
	@# Native modules are built here with the headers of the node that runs; nothing is fetched but from the registry.
	@# Not `npm ci`: it insists on optional packages of other platforms, which a mirror need not have. Versions and checksums
	@# are those of package-lock.json all the same.
	@test node_modules/.package-lock.json -nt package-lock.json || \
		npm_config_nodedir="$$(node -p 'require("path").join(process.execPath, "../..")')" npm_config_build_from_source=true \
		npm install --no-save --no-audit --no-fund
	@touch $@

# ---- generated files and TypeScript --------------------------------------------------------------
gen: build/.npm
	node shared/gen/generate.mjs
js: build/.npm
	npx tsc -p .
	npx tsc -p daemon/web

# ---- C ---------------------------------------------------------------------------------------------
define flavour
build/$(1)/%.o: %.c | build/.apt
	@mkdir -p $$(@D)
	$$(CC) $$(BASE) $$(FLAGS_$(1)) -c $$< -o $$@
build/$(1)/libringwall.a: $(LIB_SRC:%.c=build/$(1)/%.o)
	@rm -f $$@ && ar rcs $$@ $$^
build/$(1)/libprocess.a: $(PROCESS_SRC:%.c=build/$(1)/%.o)
	@rm -f $$@ && ar rcs $$@ $$^
build/$(1)/ringwall-helper: build/$(1)/helper/main.o build/$(1)/libprocess.a build/$(1)/libringwall.a
	$$(CC) $$(LINK_$(1)) -o $$@ $$^ $$(LIBS)
build/$(1)/ringwall-replay: $(REPLAY_SRC:%.c=build/$(1)/%.o) build/$(1)/libringwall.a
	$$(CC) $$(LINK_$(1)) -o $$@ $$^ $$(LIBS) -lpcap
build/$(1)/ringwall-sweep: $(SWEEP_SRC:%.c=build/$(1)/%.o) build/$(1)/libringwall.a
	$$(CC) $$(LINK_$(1)) -o $$@ $$^ $$(LIBS) -lpcap
build/$(1)/test/%: build/$(1)/libprocess.a build/$(1)/libringwall.a
	@mkdir -p $$(@D)
	$$(CC) $$(BASE) $$(FLAGS_$(1)) -o $$@ $$(filter %/$$*.c,$$(TEST_SRC) $$(CONTRACT_SRC) $$(wildcard helper/*/*_torture.c)) $$(LINK_$(1)) build/$(1)/libprocess.a build/$(1)/libringwall.a -lcmocka $$(LIBS)
# Written beside their objects; nothing else may try to make them.
build/$(1)/%.d build/$(1)/test/%.d: ;
-include $$(wildcard build/$(1)/helper/*/*.d build/$(1)/helper/*.d build/$(1)/test/*.d build/$(1)/bench/*.d)
endef
$(foreach f,$(FLAVOURS),$(eval $(call flavour,$(f))))
$(foreach t,$(TEST_SRC) $(CONTRACT_SRC),$(eval build/asan/test/$(basename $(notdir $(t))): $(t)))
$(foreach t,$(wildcard helper/*/*_torture.c),$(foreach f,release tsan,$(eval build/$(f)/test/$(basename $(notdir $(t))): $(t))))

build/release/bench/%: bench/%.c build/release/libringwall.a
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS_release) -o $@ $< $(LINK_release) build/release/libringwall.a $(LIBS)
build/release/tools/%: test/tools/%.c build/release/libringwall.a
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS_release) -o $@ $< $(LINK_release) build/release/libringwall.a $(LIBS) -lpcap
build/fuzz/%_fuzz: helper/fuzz/%_fuzz.c $(LIB_SRC) $(call not_test,$(wildcard helper/control/*.c))
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(BASE)) -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $^ $(LIBS)

build/%.bpf.o: helper/bpf/%.bpf.c $(wildcard helper/bpf/*.h) | build/.apt
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Wall -Werror -O2 -g -target bpf -I/usr/include/$(shell uname -m)-linux-gnu -Ihelper -c $< -o $@
	$(LLVM_STRIP) -g $@

# The daemon's one native module; Node's headers lie beside the node that runs.
NODE_INCLUDE = $(shell node -p 'require("path").join(process.execPath, "../../include/node")')
build/release/sockets.node: $(wildcard daemon/native/*.c daemon/native/*.h) | build/.apt
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(BASE)) $(FLAGS_release) -fPIC -shared -Wl,-z,relro,-z,now -isystem $(NODE_INCLUDE) -o $@ $(filter %.c,$^)

BPF       := $(patsubst helper/bpf/%.bpf.c,build/%.bpf.o,$(wildcard helper/bpf/*.bpf.c))
C_TESTS   := $(foreach t,$(TEST_SRC) $(CONTRACT_SRC),build/asan/test/$(basename $(notdir $(t))))
TORTURES  := $(foreach t,$(wildcard helper/*/*_torture.c),build/release/test/$(basename $(notdir $(t))) build/tsan/test/$(basename $(notdir $(t))))
FUZZERS   := $(patsubst helper/fuzz/%.c,build/fuzz/%,$(FUZZ_SRC))
TOOLS     := $(patsubst test/tools/%.c,build/release/tools/%,$(TOOL_SRC))
native: build/release/sockets.node $(HELPER) $(REPLAY) $(BPF) $(TOOLS)
build: setup
	@$(MAKE) --no-print-directory native js launchers
# build/bin holds the four programs under the names a person types.
launchers:
	@mkdir -p build/bin
	@ln -sf ../release/ringwall-helper build/bin/ringwall-helper
	@for program in ringwall:cli/main ringwalld:main ringwall-replay:cli/replay; do \
		printf '#!/bin/sh\nexec node --enable-source-maps "$$(dirname "$$(readlink -f "$$0")")/../js/daemon/src/%s.js" "$$@"\n' \
			"$${program#*:}" > build/bin/$${program%%:*} && chmod +x build/bin/$${program%%:*}; done
clean:
	rm -rf build

# ---- tests -------------------------------------------------------------------------------------------
test: setup
	@test/run
test-c: $(C_TESTS)
	@for t in $(C_TESTS); do $$t || exit 1; done
tests-built: native js launchers $(C_TESTS) $(TORTURES) $(FUZZERS) build/asan/ringwall-sweep

format:
	@clang-format -i $(ALL_C)
	@npx prettier --log-level warn --write '**/*.{ts,js,mjs}'
lint: setup
	@clang-format --dry-run --Werror $(ALL_C)
	@npx prettier --log-level warn --check '**/*.{ts,js,mjs}'
	@npx eslint --max-warnings 0 .

fuzz: $(FUZZERS) js build/asan/ringwall-sweep
	@helper/fuzz/run --seconds $${SECONDS_EACH:-600} $(FUZZERS)
	@node --enable-source-maps build/js/test/sweep/run.js $${PACKETS:-10000000} $${SEED:-1}

# Longer looks for disagreements between the model and the program, with other seeds each time, and for faults that no test
# finds (docs/proof.md).
differential: build
	node --enable-source-maps build/js/test/differential/explore.js $${SEED:-$$(date +%s)} $${CASES:-5000}
mutants: build
	test/mutants/run

# Packets beside the lines that came of them, a storm's accounts, and what collectors read, from a run.
evidence: build
	node --enable-source-maps build/js/test/evidence/write.js

# The storms of test/storm, several times as long and with as many more kills.
storms: build
	STORM_SCALE=$${SCALE:-5} node --enable-source-maps --test --test-concurrency=1 --test-reporter=spec build/js/test/storm/*.test.js

# The lines that tests compare with: written anew, to be read before they are committed.
golden: js
	node build/js/test/golden/write.js

# ---- to see it ------------------------------------------------------------------------------------------
demo: build
	@test/lab/demo
lab: build
	@test/lab/lab up
lab-down:
	@test/lab/lab down

# ---- speed: `make bench` runs all, `make bench-NAME` one ------------------------------------------------
BENCHES := $(sort $(basename $(notdir $(wildcard bench/bench-*.ts bench/bench-*.sh)) $(patsubst %.c,%,$(notdir $(wildcard bench/bench-*.c)))))
bench: $(BENCHES)
# Static, not a pattern: `bench-%` would also offer to make the benchmarks' .d files.
$(BENCHES): bench-%: build
	@bench/run bench-$*

# ---- for the test runner: what there is ------------------------------------------------------------------
.PHONY: print-c-tests print-fuzzers print-torture
print-c-tests:
	@echo $(foreach t,$(TEST_SRC),build/asan/test/$(basename $(notdir $(t))))
print-fuzzers:
	@echo $(FUZZERS)
print-torture:
	@echo $(TORTURES)
