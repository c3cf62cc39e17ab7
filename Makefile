# Two commands carry the project: `make demo` and `make test`. Both set up what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test check docs bench wheel clean

help: ## Show the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.runtime ## Set up all that is needed and run the desk with sample customers
	@$(BIN)/madoguchi demo $(DEMO)

test: $(VENV)/.developer ## Set up all that is needed, servers included, and run every test
	@bash .ci/servers
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered $(TESTS)

check: $(VENV)/.developer ## Format, lint, types, imports, dead code, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry .

docs: $(VENV)/.developer ## Draw docs/commands.md from the command line
	$(BIN)/python -m tests.docs.command_line

bench: $(VENV)/.developer ## Measure against the floor of this machine
	@bash .ci/servers
	$(BIN)/python -m benchmarks.pipeline

wheel: $(VENV)/.developer ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

clean: ## Remove what the commands made
	rm -rf $(VENV) dist build htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.python: constraints.txt
	@bash .ci/python $(PYTHON) $(VENV)

$(VENV)/.runtime: $(VENV)/.python pyproject.toml constraints.txt
	@echo "==> Installing the desk"
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.developer: $(VENV)/.runtime
	@echo "==> Installing the tools for tests and checks"
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --group dev
	@touch $@
