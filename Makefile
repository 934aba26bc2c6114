# Everything a developer does, one word each. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
Q ?= how do I relieve back spasms
EVENT ?= events/relief.json
# The locks are complete, so nothing is resolved again: what is installed is what is written there.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: help ask setup setup-dev build check lint test test-all evaluate lock clean

help: ## list these
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

ask: $(VENV)/.run ## ask a question and hear the answer: make ask Q="should I see a doctor"
	@$(BIN)/guide ask "$(Q)"

setup: $(VENV)/.run ## set up the guide command in .venv

setup-dev: $(VENV)/.dev ## set up everything that the tests need as well

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here. Install Python 3.11 or later, or say which to use: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, and '$(PYTHON)' is older. Say which to use: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make $(VENV). On Debian and Ubuntu, install python3-venv." >&2; exit 1; }

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

test: $(VENV)/.dev runtime-where-possible dynalite-where-possible ## everything that CI runs
	@$(BIN)/guide build --check
	@$(BIN)/guide build
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 -rs -m "not exhaustive"
	@$(MAKE) --no-print-directory test-built-where-possible SUITES="$(QUICK_SUITES)"

test-all: $(VENV)/.dev runtime-where-possible dynalite-where-possible ## the exhaustive runs too
	@$(BIN)/guide build
	@$(BIN)/python -m pytest -n 2
	@$(MAKE) --no-print-directory test-built-where-possible

evaluate: $(VENV)/.run ## cross-validate the authored lines; with labelled questions: guide evaluate DIR
	@$(BIN)/guide evaluate

# The function as Lambda runs it. `sam build` puts its folder together, .venv-runtime holds Lambda's own runtime client.
BUILT := .aws-sam/build/template.yaml
RUNTIME := .venv-runtime/.done
FUNCTION_SOURCES = template.yaml samconfig.toml pyproject.toml workbench/byte_code.py $(wildcard workbench/supply_chain/*.py) $(wildcard events/*.json) interaction_model/intents.yaml interaction_model/skill.json $(shell find content interaction_model/images interaction_model/certified -type f; find lambda/skill lambda/publisher workbench/compiler workbench/deploying workbench/embeddings -type f ! -name '*.pyc' ! -name 'release.json*')
MACHINE = $(shell uname -m | sed 's/aarch64/arm64/')
export SAM_CLI_TELEMETRY = 0

.PHONY: sam-build runtime runtime-where-possible dynalite-where-possible invoke sam-local sam-validate

sam-build: $(BUILT) ## put the function's folder together, as deploying does

$(BUILT): $(VENV)/.dev $(FUNCTION_SOURCES)
	@MAKEFLAGS= $(BIN)/sam build

runtime: $(RUNTIME) ## set up Lambda's own runtime for make invoke (needs Python 3.13)

$(RUNTIME): workbench/requirements-runtime.txt
	@python313=$$($(PYTHON) workbench/python313.py) && rm -rf .venv-runtime && "$$python313" -m venv .venv-runtime
	@.venv-runtime/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r $<
	@touch $@

runtime-where-possible:
	@if $(PYTHON) workbench/python313.py >/dev/null 2>&1; then $(MAKE) --no-print-directory $(RUNTIME); \
	else echo "Python 3.13 is not here: the tests in the real runtime will be skipped." >&2; fi

# The same suites on the built folder, in an environment without ask-sdk: that of the folder is tried. QUICK_SUITES is for make test.
SUITES = tests/alexa tests/guide tests/certification tests/test_events.py
QUICK_SUITES := tests/alexa tests/test_events.py tests/certification/test_random_conversations.py tests/certification/test_transcripts.py
BUILT_SUITES := .venv-built/.done

.PHONY: built-suites test-built test-built-where-possible

test-built: $(BUILT) $(BUILT_SUITES) ## the suites of requests on the built folder, under Python 3.13
	@.venv-built/bin/python -m pytest -p tests.on_built_function -o pythonpath=. -n 2 -rs -m "not exhaustive" $(SUITES)

built-suites: $(BUILT_SUITES) ## set up what make test-built needs (Python 3.13)

$(BUILT_SUITES): workbench/requirements-built.txt
	@python313=$$($(PYTHON) workbench/python313.py) && rm -rf .venv-built && "$$python313" -m venv .venv-built
	@.venv-built/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $<
	@touch $@

test-built-where-possible:
	@if $(PYTHON) workbench/python313.py >/dev/null 2>&1; then $(MAKE) --no-print-directory test-built SUITES="$(SUITES)"; \
	else echo "SKIPPED test-built: Python 3.13 is not here, so the suites of requests were not run on the built folder."; fi

# A second DynamoDB, to try the content store on; without npm its tests are skipped.
dynalite-where-possible:
	@if test -d tests/dynalite/node_modules; then :; elif command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund --prefix tests/dynalite >&2; \
	else echo "npm is not here: the content store is tried on one DynamoDB, not on two." >&2; fi

invoke: $(BUILT) $(RUNTIME) ## answer a request in the real runtime, without Docker: make invoke EVENT=events/launch.json
	@$(BIN)/python -m workbench.runtime $(EVENT)

# EVENTS= for some, SAM_LOCAL= for options of sam local invoke.
EVENTS ?=
sam-local: $(BUILT) ## answer every request of events/ in Docker, with sam local invoke
	@$(BIN)/python -m workbench.sam_local $(EVENTS) $(if $(SAM_LOCAL),-- $(SAM_LOCAL))

sam-validate: $(VENV)/.dev ## lint template.yaml
	@$(BIN)/sam validate --lint

# Deploying. Settings stand in samconfig.toml, a block for each stage; SET="Name=value Name=value" changes some for one deploy.
STAGE ?= dev
SET ?=
CONTENT ?= keep

.PHONY: deploy package certified icons

deploy: $(VENV)/.dev ## put everything into AWS and Alexa: make deploy STAGE=prod (docs/deployment.md)
	@$(BIN)/guide deploy --stage $(STAGE) --content $(CONTENT) $(foreach one,$(SET),--set "$(one)")

package: $(VENV)/.run ## write build/ask, a project for ask-cli
	@$(BIN)/guide package --ask

icons: $(VENV)/.run ## draw the PNG icons from interaction_model/images/icon.svg
	@$(BIN)/python -m workbench.deploying.icons

# See lambda/skill/requirements.in.
NOT_SHIPPED := requests urllib3 certifi idna charset-normalizer

.PHONY: bench

bench: $(VENV)/.dev $(RUNTIME) ## the guide beside ask-sdk's hello-world: start, answer, memory, size (a quarter of an hour)
	@$(BIN)/python -m benchmarks

.PHONY: chaos

chaos: $(VENV)/.dev $(BUILT) $(RUNTIME) ## the function under load, with a content store that hangs, errs, drips and lies (about five minutes)
	@$(BIN)/python -W ignore -m workbench.chaos

.PHONY: audit sbom

audit: $(VENV)/.dev ## look up vulnerabilities and licences of everything that is locked (docs/security.md)
	@$(BIN)/python -m workbench.supply_chain.audit

sbom: $(BUILT) ## list what is in the function's folder, in CycloneDX's form
	@echo .aws-sam/build/SkillFunction.cdx.json

# flask-ask-sdk asks for the first three, and webservice/sdk.py does without them; pip is in every environment by itself.
NOT_NEEDED := certvalidator oscrypto freezegun pip
# The built folder has its own.
IN_THE_FOLDER := ask-sdk-core ask-sdk-model ask-sdk-runtime python-dateutil six

lock: ## resolve the versions of everything anew, with hashes (needs uv)
	cd workbench && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade requirements.in -o requirements.txt
	cd workbench && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade $(NOT_NEEDED:%=--no-emit-package %) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	cd webservice && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade $(NOT_NEEDED:%=--no-emit-package %) requirements.in -c ../workbench/requirements-dev.txt -o requirements.txt
	cd lambda/skill && uv pip compile --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade $(NOT_SHIPPED:%=--no-emit-package %) requirements.in -c ../../workbench/requirements.txt -o requirements.txt
	cd workbench && uv pip compile --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade requirements-runtime.in -o requirements-runtime.txt
	cd workbench && uv pip compile --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade $(IN_THE_FOLDER:%=--no-emit-package %) $(NOT_SHIPPED:%=--no-emit-package %) requirements-built.in -c requirements-dev.txt -o requirements-built.txt
	cd benchmarks/hello_world && uv pip compile --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade requirements.in -o function/requirements.txt

clean: ## remove everything that was made, the set-up included
	rm -rf $(VENV) .venv-runtime .venv-built .aws-sam build lambda/skill/release.json
