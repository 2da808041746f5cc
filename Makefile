# Everything a developer does goes through here; `make` alone lists it.
# ARGS="..." passes on arguments, PYTHON=... chooses the interpreter (3.11 or later) that the environments are made with.

PYTHON ?= python3
ARGS ?=
VENV := .venv
AWS_VENV := .venv-aws
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/layers/common:$(CURDIR)
export SAM_CLI_TELEMETRY := 0
CODE = $(foreach folder,layers functions local conformance bench soak tests,$(if $(shell find $(folder) -name '*.py' -print -quit 2>/dev/null),$(folder)))
UV := $(VENV)/bin/uv
INSTALL := $(UV) pip install --quiet --require-hashes
STACK_READY := $(VENV)/.stack-ready $(AWS_VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help install run registry conformance bench test soak institution screenshots check build deploy requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done

install: $(STACK_READY) $(VENV)/.dev-ready ## make both virtual environments (the other targets do it when they need to)

run: $(STACK_READY) ## run the whole product here: http://127.0.0.1:8000 (ARGS="--help" lists the flags)
	@STOP_WITH_PARENT=1 exec $(VENV)/bin/python -m local $(ARGS)

registry: $(STACK_READY) ## run the registry emulator alone (ARGS="--port N")
	@exec $(VENV)/bin/python -m local.registry $(ARGS)

conformance: $(STACK_READY) ## compare a registry's answers with ORCID's known ones (ARGS="--help": others than the emulator)
	@$(VENV)/bin/python -m conformance $(ARGS)

bench: $(STACK_READY) $(VENV)/.dev-ready ## count what things use, time them, check the budgets: bench/RESULTS.md (minutes; ARGS="--counted")
	@$(VENV)/bin/python -m bench $(ARGS)
	@$(VENV)/bin/python -m bench.elements

test: $(STACK_READY) $(VENV)/.dev-ready ## all tests; ARGS="tests/unit -k r18" runs some
ifeq ($(strip $(ARGS)),)
	$(VENV)/bin/pytest -n 2 -m "not stack"
	$(VENV)/bin/pytest -n 3 --dist loadfile -m stack
else
	$(VENV)/bin/pytest $(ARGS)
endif

soak: $(STACK_READY) $(VENV)/.dev-ready ## simulated traffic, generated calls, a long scenario, every point of `crashes` (20 minutes; ARGS="--seed 7")
	$(VENV)/bin/python -m soak --backlog --rounds $${SOAK_ROUNDS:-3} $(ARGS)
	GENERATED_CALLS=$${GENERATED_CALLS:-100} $(VENV)/bin/pytest -n 2 tests/integration/test_generated_calls.py
	LONG_SCENARIO_SECONDS=$${LONG_SCENARIO_SECONDS:-120} $(VENV)/bin/pytest tests/e2e/test_long_scenario.py
	$(MAKE) crashes ARGS=

crashes: $(STACK_READY) $(VENV)/.dev-ready ## every point at which something can stop or fail (10 minutes); ARGS="-k R11" tries some
	CRASH_POINTS=$${CRASH_POINTS:-all} $(VENV)/bin/pytest -n 2 tests/crashes $(ARGS)

traffic: $(STACK_READY) $(VENV)/.dev-ready ## the simulated traffic alone: an hour takes a minute (ARGS="--rounds 10 --backlog")
	$(VENV)/bin/python -m soak $(ARGS)

institution: $(STACK_READY) $(VENV)/.dev-ready ## a week of 5,000 users with 200 works each, simulated (hours, 8 GB; ARGS="--users 300 --works 40")
	$(VENV)/bin/python -m soak.institution_run $(ARGS)

screenshots: $(STACK_READY) $(VENV)/.dev-ready ## pictures of every page and state in .local/screenshots/ (minutes, a Chromium; ARGS="--help")
	@$(VENV)/bin/python -m tests.browser.screenshots $(ARGS)

check: $(VENV)/.dev-ready ## style, types, import contracts and the template's linters
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(CODE)
	$(VENV)/bin/lint-imports
	$(VENV)/bin/sam validate --lint
	@mkdir -p .local
	$(VENV)/bin/python -m tests.template.lint > .local/template.json
	$(VENV)/bin/cfn-lint .local/template.json

build: $(VENV)/.stack-ready ## build the layer and the functions for AWS into .aws-sam/
	find functions -name __pycache__ -prune -exec rm -rf {} +
	$(VENV)/bin/sam build $(ARGS)

deploy: build ## deploy to AWS; asks for the parameters the first time
	$(VENV)/bin/sam deploy --guided $(ARGS)

requirements: $(VENV)/.stack-ready ## pin the dependencies of pyproject.toml again (ARGS=--upgrade: the newest)
	set -e; compile="$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 $(ARGS)"; \
	  $$compile pyproject.toml --extra local --extra dev -o requirements/dev.txt; \
	  $$compile pyproject.toml --extra local -c requirements/dev.txt -o requirements/local.txt; \
	  $$compile pyproject.toml -c requirements/dev.txt -o layers/common/requirements.txt; \
	  $$compile requirements/embedded_aws.in -o requirements/embedded_aws.txt

clean: ## remove what was built and the state of local runs (not the environments)
	rm -rf .aws-sam .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# uv alone comes by pip; it installs the rest ten times faster.
$(UV): | requirements/local.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "$$(grep -o '^uv==[0-9.]*' requirements/local.txt)"

$(VENV)/.stack-ready: requirements/local.txt | $(UV)
	$(INSTALL) --python $(VENV)/bin/python -r $<
	touch $@

$(VENV)/.dev-ready: requirements/dev.txt | $(UV)
	$(INSTALL) --python $(VENV)/bin/python -r $<
	touch $@

# Compiled, for the processes of functions, some thirty in a run, write no bytecode and would each compile boto3 anew.
$(AWS_VENV)/.ready: requirements/embedded_aws.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python $(VENV)/bin/python $(AWS_VENV)
	$(INSTALL) --compile-bytecode --python $(AWS_VENV)/bin/python -r $<
	touch $@
