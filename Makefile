# The two commands are `make run` and `make test`.  GNU make 4.3, Debian 12, Python 3.11.
# Every other tool comes from the lock files or, for the tests, from Debian.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(shell command -v python3.11 || command -v python3) python3)

# A stamp carries the content of its lock file in its name: a changed lock means a new install,
# an unchanged one (after a fresh clone, a touched file) means none.
RUN_LOCK := $(shell cat requirements.txt | sha256sum | cut -c1-16)
DEV_LOCK := $(shell cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)
RUN_STAMP := $(VENV)/.installed-run-$(RUN_LOCK)
DEV_STAMP := $(VENV)/.installed-dev-$(DEV_LOCK)

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard quiz_app/translations/*/LC_MESSAGES/*.po))

APT_GET := DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0
APT_INSTALL := $(APT_GET) install -y --no-install-recommends
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --retries 5
UV_VERSION := 0.13.9
LOCK_ARGS ?=
PYTEST_ARGS ?=
# A process for each core, at most four; each has servers of its own, the browser is of one process.
PYTEST_PROCESSES ?= -n auto --maxprocesses 4

# $(call install_debian,<packages>,<what for>): installs as root, else says what to type and stops.
define install_debian
	if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing from Debian, $(strip $(2)):$(1)"; \
		log=$$(mktemp); \
		{ $(APT_GET) update && $(APT_INSTALL) $(1); } </dev/null >"$$log" 2>&1 \
			|| { cat "$$log" >&2; rm -f "$$log"; exit 1; }; \
		rm -f "$$log"; \
	else \
		echo "Missing system packages, $(strip $(2)). Please run:" >&2; \
		echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$(1)" >&2; \
		exit 1; \
	fi
endef

.PHONY: help run test lint types bench faults load lock clean python-ready test-packages translations

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: $(RUN_STAMP) translations ## install what is missing and start the engine (PORT, DATABASE_URL)
	@exec $(BIN)/python -m quiz_app.run

test: $(DEV_STAMP) test-packages translations ## run every test on SQLite, PostgreSQL and a real browser (PYTEST_ARGS)
	@$(BIN)/python -m pytest $(PYTEST_PROCESSES) $(PYTEST_ARGS)

lint: $(DEV_STAMP) ## style, templates and the direction of imports
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Run '$(BIN)/ruff format .'" >&2; exit 1; }
	@if [ -n "$$(find quiz_app/templates -name '*.html' -print -quit)" ]; then $(BIN)/djlint --lint --quiet quiz_app/templates; fi
	@$(BIN)/lint-imports --no-logo

types: $(DEV_STAMP) ## static types, strict for the engine and the item bank
	@$(BIN)/mypy

bench: $(DEV_STAMP) translations ## the load benchmark (BENCH_ARGS: groups and options)
	@exec $(BIN)/python -m load_tests.bench $(BENCH_ARGS)

faults: $(DEV_STAMP) test-packages translations ## break things while people answer; build/faults.json (FAULTS_ARGS)
	@exec $(BIN)/python -m load_tests.faults $(FAULTS_ARGS)

load: $(DEV_STAMP) test-packages translations ## let people come, and check every answer (LOAD_ARGS: a scenario and options)
	@exec $(BIN)/python -m load_tests.load $(LOAD_ARGS)

lock: ## pin again what *.in asks for (LOCK_ARGS=--upgrade for newer versions)
	@[ -x .venv-lock/bin/uv ] || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION); }
	@for name in requirements requirements-dev; do \
		.venv-lock/bin/uv pip compile --quiet --no-config --generate-hashes --no-header $(LOCK_ARGS) \
			--python-version 3.11 --python-platform x86_64-unknown-linux-gnu \
			$$name.in --output-file $$name.txt; \
		sed -i "1i # Locked from $$name.in by \`make lock\`; do not edit by hand." $$name.txt; \
	done

clean: ## remove the environment, caches and compiled catalogues; data stays
	@rm -rf $(VENV) .venv-lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f $(CATALOGUES)

# --- how the targets above get what they need --------------------------------------------------

# Debian ships Python without `venv`; it is a package of its own.
python-ready:
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(call install_debian, python3 python3-venv,to make a virtual environment) ; \
	fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; '$(PYTHON)' is older. Set PYTHON=..." >&2; exit 1; }

# `activate` is the last file that venv writes: without it the folder is half made, so begin again.
$(BIN)/activate: | python-ready
	@$(PYTHON) -m venv --clear $(VENV)

$(RUN_STAMP): | $(BIN)/activate
	@echo "Installing the locked requirements ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@rm -f $(VENV)/.installed-run-* && touch $@

$(DEV_STAMP): | $(BIN)/activate
	@echo "Installing the locked requirements for tests and checks ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@rm -f $(VENV)/.installed-* && touch $@ $(RUN_STAMP)

test-packages:
	@missing=""; \
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing="$$missing postgresql"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -e /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ] || missing="$$missing fonts-noto-core"; \
	[ -x /usr/sbin/pgbouncer ] || missing="$$missing pgbouncer"; \
	[ -x /usr/sbin/nginx ] || missing="$$missing nginx-light"; \
	compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing="$$missing libfaketime"; \
	compgen -G '/*sbin/mkfs.ext4' >/dev/null || compgen -G '/usr/sbin/mkfs.ext4' >/dev/null || missing="$$missing e2fsprogs"; \
	if [ -n "$$missing" ]; then $(call install_debian,$$missing,to run the tests); fi

translations: $(CATALOGUES)

%.mo: %.po | $(RUN_STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
