# daicho: `make run` and `make check` are all a newcomer needs.
BUILD ?= build
CHECK ?= build-check
CLANG ?= build-clang
JOBS ?= $(shell nproc)
DATA ?= var/data
LISTEN ?= 127.0.0.1:8443

.PHONY: build run check bench fmt clean fuzz

build: | packages-build
	@test -f $(BUILD)/build.ninja || CC=gcc meson setup $(BUILD) >/dev/null
	@ninja -C $(BUILD) -j $(JOBS) daicho

run: build
	@tools/run $(BUILD)/daicho $(DATA) $(LISTEN)

# Everything CI does: static checks, both compilers, all tests under ASan and UBSan, Chromium.
check: | packages-check
	@tools/check $(CHECK) $(CLANG) $(JOBS)

bench: build | packages-bench
	@tests/bench/run $(BUILD)

# Every fuzz target for SECONDS each (default 60).
fuzz: | packages-check
	@tools/fuzz $${SECONDS_EACH:-60}

fmt: | packages-check
	@git ls-files 'src/*.[ch]' 'tests/*.[ch]' | xargs clang-format -i

clean:
	rm -rf $(BUILD) $(CHECK) $(CLANG) build-fuzz node_modules

packages-%:
	@tools/packages $*
