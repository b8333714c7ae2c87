# The one front door. `make` alone lists what there is.

PREFIX ?= /usr/local
DEMO_ARGS ?=
BENCH_ARGS ?=
# Linked statically: it runs on a machine without Swift, and what is measured is what is installed.
RELEASE := --configuration release --static-swift-stdlib
SOURCES := Sources Tests FreightOps/Sources Benchmarks/Sources Package.swift

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check lint format bench release install deb test-deb

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that are missing
	@scripts/setup

build: setup ## Build everything (debug); demo and test share it
	swift build --build-tests

demo: build ## Watch a release go live and come back under load (DEMO_ARGS="--once --report FILE")
	.build/debug/switchyard demo $(DEMO_ARGS)

test: build ## Run all tests
	@scripts/setup test
	scripts/test

check: lint test ## Everything that CI runs: format, warnings as errors, architecture, all tests

lint: setup
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## Format all Swift files
	swift format --in-place --parallel --recursive $(SOURCES)

bench: release ## Measure the release build beside its peers (BENCH_ARGS="proxies --quick")
	@scripts/setup bench
	swift build $(RELEASE) --product BenchmarkDriver
	Benchmarks/run $(BENCH_ARGS)

release: setup ## Build switchyard and freightops for release
	swift build $(RELEASE) --product switchyard
	swift build $(RELEASE) --product freightops

install: release ## Build for release and install into PREFIX (DESTDIR is honoured)
	scripts/install "$(DESTDIR)$(PREFIX)"

deb: release ## Build a Debian package into .build
	@scripts/setup deb
	scripts/deb

test-deb: deb ## Install that package into a bare Debian in a folder and try it (as root; asks a Debian mirror)
	scripts/test-deb "$$(ls -t .build/switchyard_*.deb | head -n 1)"
