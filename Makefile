# Everything a developer does, one word each. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
Q ?= how do I relieve back spasms
EVENT ?= events/relief.json
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-compile --require-hashes

.DEFAULT_GOAL := help
.PHONY: help ask setup setup-dev build check lint test test-all evaluate lock clean

help: ## list these
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

ask: $(VENV)/.run ## ask a question and hear the answer: make ask Q="should I see a doctor"
	@$(BIN)/guide ask "$(Q)"

setup: $(VENV)/.run ## set up the guide command in .venv

setup-dev: $(VENV)/.dev ## set up everything that the tests need as well

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, and '$(PYTHON)' is older. Say which to use: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: workbench/requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the guide needs, about 80 MB, once ..." >&2
	@$(INSTALL) --quiet --progress-bar on -r workbench/requirements.txt >&2
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(VENV)/.dev: workbench/requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need, about 170 MB, once ..." >&2
	@$(INSTALL) --quiet --progress-bar on -r workbench/requirements-dev.txt >&2
	@touch $@

build: $(VENV)/.run ## compile the content into the release and the interaction models
	@$(BIN)/guide build

check: $(VENV)/.run ## say what is wrong with the content, and where
	@$(BIN)/guide check

lint: $(VENV)/.dev ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: $(VENV)/.dev $(RUNTIME) ## everything that CI runs, in under five minutes
	@$(BIN)/guide build
	@$(BIN)/guide build --check
	@$(BIN)/guide check
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 -m "not exhaustive"

test-all: $(VENV)/.dev $(RUNTIME) ## the exhaustive runs too
	@$(BIN)/guide build
	@$(BIN)/python -m pytest -n 2

evaluate: $(VENV)/.run ## cross-validate the authored lines; with labelled questions: guide evaluate DIR
	@$(BIN)/guide evaluate

lock: ## resolve the versions of everything anew, with hashes (needs uv)
	cd workbench && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade requirements.in -o requirements.txt
	cd workbench && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## remove everything that was made, the set-up included
	rm -rf $(VENV) .venv-runtime .aws-sam build lambda/skill/release.json
