# The only command surface. `make help` lists the verbs; every verb does all the set-up that it needs.
.DEFAULT_GOAL := help
.PHONY: help setup run test bench chaos screenshots ci lint js-tests production-checks
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000
ROWS ?=
# A file's tests stay together: some share what its first test made.
PARALLEL := -n auto --dist loadfile
# `make test` draws the order of the tests anew; with `make ci` what passed here runs elsewhere in the same order.
ORDER := --randomly-seed=20261
SYSTEM_PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUNBUFFERED := 1
export HOST PORT

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: ## do all set-up; quick when there is nothing to do
	@test -n "$(SYSTEM_PYTHON)" || { echo "Python 3.11 or later is needed." >&2; exit 1; }
	@$(SYSTEM_PYTHON) deploy/setup.py

run: export AIME_HTTPS ?= 0
run: setup ## start Aime on HOST (127.0.0.1) and PORT (8000); Ctrl-C stops everything
	@exec $(PYTHON) manage.py supervise

test: setup ## run the tests: Python, JavaScript, browser
	env -u DATABASE_URL $(PYTHON) -m pytest -q $(PARALLEL)
	@$(MAKE) js-tests
	env -u DATABASE_URL $(PYTHON) -m tests.tools.browser_tests

bench: setup ## measure against the targets (ROWS="chain streams": only rows whose names begin so)
	$(PYTHON) -m tests.bench $(ROWS)

chaos: setup ## kill processes of a real system at random, for long
	AIME_CHAOS=long $(PYTHON) -m pytest -m chaos tests -s

screenshots: setup ## write docs/images (ROWS="home editor": only these pages)
	env -u DATABASE_URL $(PYTHON) -m tests.tools.screenshots $(ROWS)

lint: setup ## formatting, lint, types
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	npm run --silent format:check

ci: lint production-checks js-tests ## everything that has to pass (about half an hour on two cores)
	$(PYTHON) -m tests.tools.server_tests $(PARALLEL) $(ORDER)
	env -u DATABASE_URL $(PYTHON) -m tests.tools.browser_tests $(ORDER)
	env -u DATABASE_URL AIME_CHAOS=short $(PYTHON) -m pytest -q $(ORDER) -m "chaos or embedded_model" tests || test $$? -eq 5
	env -u DATABASE_URL $(PYTHON) -m pytest $(PARALLEL) $(ORDER) --cov --cov-report=term:skip-covered

js-tests: setup
	@files=$$(find tests/js -name '*.test.js' 2>/dev/null); test -z "$$files" || node --test $$files

production-checks: setup
	AIME_DATA_DIR=build/production-checks AIME_ALLOWED_HOSTS=aime.example.org AIME_PROXY_HEADERS=1 \
		$(PYTHON) manage.py check --deploy --fail-level WARNING
	AIME_DATA_DIR=build/production-checks $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
