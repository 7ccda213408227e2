# Two commands do everything on a machine with Swift 6.3: `make run` does the main job, `make test` runs every test.
.DEFAULT_GOAL := help
.PHONY: help setup build release run test test-kill test-clients test-pages lint format check check-fresh bench coverage \
	sanitize docs install clean fuzz

PREFIX ?= /usr/local
SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
RELEASE := -c release --static-swift-stdlib --product switchboard -Xlinker -s
SOURCES := Sources Tests Package.swift

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Installs the Debian packages that are missing
	@scripts/setup

build: setup ## Builds for debugging
	$(SWIFT_BUILD)

release: setup ## Builds the program: .build/release/switchboard
	@$(SWIFT_BUILD) $(RELEASE)

run: release ## Prepares an interview on the built-in sandbox, then opens the chat on a terminal
	@.build/release/switchboard demo

test: ## Runs every test
	@SETUP_EXTRA="python3 python3-venv chromium-headless-shell" scripts/setup
	@scripts/test

KILLS ?= 10000
KILL_WORKERS ?= 10
SEED ?= 1
KILL_BUILD := .build/kill

test-kill: setup ## Kills runs of the release program ten thousand times (KILLS=…, SEED=…), and counts what is doubled or lost
	$(SWIFT_BUILD) --build-tests
	$(SWIFT_BUILD) $(RELEASE) --scratch-path $(KILL_BUILD) -Xswiftc -DFAULT_POINTS
	SWITCHBOARD_KILL_PROGRAM=$(CURDIR)/$(KILL_BUILD)/release/switchboard SWITCHBOARD_WORKFLOW_KILLS=$(KILLS) \
		SWITCHBOARD_KILL_SECONDS=0 SWITCHBOARD_KILL_WORKERS=$(KILL_WORKERS) SWITCHBOARD_KILL_SEED=$(SEED) \
		SWITCHBOARD_KILL_ITEMS=360 \
		.build/debug/switchboardPackageTests.xctest --testing-library swift-testing --filter 'KillTests'

test-clients: release ## Runs the MCP clients from PyPI against the program
	@scripts/test-clients
	@scripts/test-schemas

test-pages: release ## Runs the pages in headless Chromium
	@SETUP_EXTRA="python3 chromium-headless-shell" scripts/setup
	@scripts/test-pages

lint: setup ## Checks format, module order, explicit imports and warnings
	@scripts/lint

format: ## Formats the source
	swift format -i -p -r $(SOURCES)

check: lint test ## Everything that must be true before a commit

check-fresh: ## Proves `make run` and `make test` in a fresh clone with an empty home directory
	@scripts/check-fresh

bench: release ## Measures against peers in one run and writes benchmarks/results.md
	@benchmarks/run
	@benchmarks/workflows/run

fuzz: setup ## Ten million random JSONata expressions: no crash, no hang
	swift run -c release -q --package-path benchmarks/jsonata --scratch-path .build/jsonata JSONataBenchmark fuzz 10000000

coverage: setup ## Line coverage by file
	swift test --disable-xctest --enable-code-coverage --scratch-path .build/coverage
	@scripts/coverage

sanitize: setup ## Tests under ThreadSanitizer and AddressSanitizer
	swift test --disable-xctest --sanitize=thread -Xswiftc -DSANITIZE_THREAD --scratch-path .build/tsan
	swift test --disable-xctest --sanitize=address --scratch-path .build/asan

docs: setup ## Builds the documentation of every module into .build/docs
	@scripts/make-docs

install: release ## Installs the program and its data below PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/switchboard
	install -m 755 .build/release/switchboard $(DESTDIR)$(PREFIX)/bin/switchboard
	cp -R toolkits agents prompts workflows transcripts $(DESTDIR)$(PREFIX)/share/switchboard/

clean: ## Removes what was built
	rm -rf .build
