# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
JOBS ?= 3 # test processes side by side, which wait as much as they work; a file's tests stay together

# Where an environment forbids it every program that a test starts compiles 900 modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo check test soak fuzz frozen bench screenshots looks format lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMPS)/system $(STAMPS)/python $(STAMPS)/peers/done ## system packages, .venv and the test peers, once

$(STAMPS)/system: installers/linux/packages.txt installers/linux/packages-test.txt
	@mkdir -p $(STAMPS)
	@bash installers/linux/system_packages.sh installers/linux/packages.txt installers/linux/packages-test.txt
	@touch $@

$(STAMPS)/python: requirements.lock pyproject.toml | $(STAMPS)/system
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/peers/done: $(STAMPS)/peers/oidc.done $(STAMPS)/peers/fhir.done
	@touch $@

$(STAMPS)/peers/%.done: tests/peers/%/package-lock.json | $(STAMPS)/system
	@mkdir -p $(STAMPS)/peers/$*
	@cp tests/peers/$*/package.json tests/peers/$*/package-lock.json $(STAMPS)/peers/$*
	cd $(STAMPS)/peers/$* && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

demo: setup ## the program on a demo platform with three sites; ARGS="..." are passed on
	$(BIN)/workstation demo $(ARGS)

check: setup ## format, lint, types, contracts, fast tests: under a minute
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/check

# In the order of the folders: peers and journeys begin first, and no long file is left for the end.
test: setup ## everything but soak: under 15 minutes
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/check tree
	$(BIN)/pytest -m "not soak" -n $(JOBS) --dist loadfile --no-loadscope-reorder

soak: setup ## kills, chaos, peers, fuzzing: under 30 minutes
	$(BIN)/pytest -m soak --timeout 600 -n 2 --dist loadfile

fuzz: setup ## coverage-guided fuzzing of every parser and codec: 60 s in all; SECONDS=, ARGS="NAME"
	$(BIN)/python tests/fuzz/run.py --seconds $(or $(SECONDS),60) $(ARGS)

bench: setup ## the figures of docs/performance.md; ARGS="NAME"
	$(BIN)/workstation bench $(ARGS)

frozen: setup ## the program as one directory, dist/workstation, and its selftest
	installers/linux/freeze.sh $(BIN)/python
	dist/workstation/workstation selftest

screenshots: setup ## the pictures of the README, on a virtual screen
	xvfb-run -a -s "-screen 0 1920x1080x24" $(BIN)/python tests/journeys/screenshots.py

looks: setup ## every modality of ../shared/data with measurements, to look at: build/looks, never committed
	for size in 1920x1080 2560x1440; do xvfb-run -a -s "-screen 0 $${size}x24" $(BIN)/python tests/journeys/modalities.py build/looks/$$size $(ARGS) || exit 1; done

format: setup
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## resolve pyproject.toml again, binary wheels only, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --only-binary :all: --no-header --no-emit-index-url --no-annotate --quiet -o requirements.lock
	installers/check_wheels.sh $(BIN)/uv

clean:
	rm -rf $(VENV) $(STAMPS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
