# One word a task. Needs make and Python 3.11, 3.12 or 3.13; everything else goes into .venv.
# Another Python: make clean && make test PYTHON=python3.12

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
SOURCES := policy server client tests
PYTEST ?= $(BIN)/pytest -q -n 2

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt generate bench fuzz clean

help: ## say what the words do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found; name one: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "making .venv with $(PYTHON) (once; about a minute) …"
	@$(PYTHON) -m venv .venv || { echo "python's venv module is missing; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[server,explain,dev]'
	@touch $@

demo: .venv/ready ## start a server, ask it about six applicants, show the answers
	@$(BIN)/python -m zhunru_server.demo

test: check ## everything that must hold before a commit
	$(PYTEST)

check: .venv/ready ## style, types and the import rules
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo --no-cache

fmt: .venv/ready ## bring the Python and the rules into their one layout
	$(BIN)/ruff check --quiet --fix --exit-zero $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/zhunru policy format policy/zhunru_policy/packs

generate: .venv/ready ## make the Python code of protos/ again
	$(BIN)/python protos/generate.py

.venv/bench: .venv/ready
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

bench: .venv/bench ## measure it beside hand-written Python and its peers, in one table
	@$(BIN)/python -m tests.benchmarks

fuzz: .venv/ready ## look for an hour for a program on which the engines differ
	@$(BIN)/python -m tests.policy.engines.fuzz

clean: ## remove .venv and every cache
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
