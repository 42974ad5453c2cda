PORT ?= 8000
# Two, because that is what a small machine has; each holds a database of its own, and a browser.
WORKERS ?= 2
# Says which tests, as in: make test TESTS=tests/documents
TESTS ?=
# How to measure, as in: make bench BENCH='--files 1000 --rounds 1'
BENCH ?=

# How many inputs each target of the fuzzer gets
RUNS ?= 500000

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement
PYTEST := $(PYTHON) -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-deep test-postgres test-browser chaos fuzz docs lint audit bench bench-api load frontend frontend-check clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: export DEBUG ?= 1
run: $(VENV)/.run ## try Lemma at http://127.0.0.1:8000/admin/ (another port: make run PORT=8080)
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py first_run --port $(PORT)
	@$(PYTHON) -m gunicorn config.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 \
		--log-level warning --no-control-socket

test: $(VENV)/.dev ## the tests, on SQLite
	$(PYTEST) -n $(WORKERS) $(TESTS)

test-deep: $(VENV)/.dev ## generated texts and long runs; LEMMA_DEEP_EXAMPLES says how many
	LEMMA_DEEP=1 $(PYTEST) -n $(WORKERS) -m deep $(TESTS)

test-postgres: $(VENV)/.dev ## the tests, on a PostgreSQL made for them and thrown away
	tests/with_postgres $(PYTEST) -n $(WORKERS) $(TESTS)

test-browser: $(VENV)/.dev tests/browser/node_modules ## the tests that need Chromium
	$(PYTEST) -n $(WORKERS) -m browser $(TESTS)

chaos: $(VENV)/.dev ## more than 200 times kill -9, on SQLite and on PostgreSQL, in half an hour
	LEMMA_DEEP=1 $(PYTEST) -m deep -s tests/chaos

fuzz: $(VENV)/.dev ## made-up bytes into parse, edit and merge; RUNS says how many for each
	for target in parse edit merge; do $(PYTHON) -m tests.fuzz $$target --runs $(RUNS) || exit 1; done

docs: $(VENV)/.dev ## README and docs/ as pages in build/docs; a link that is dead is an error
	$(PYTHON) -m sphinx -q -W --keep-going -n -c docs -d build/doctrees -b html . build/docs

lint: $(VENV)/.dev ## style and types
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	DEBUG=1 LEMMA_VAR=.mypy_cache/var $(PYTHON) -m mypy

audit: $(VENV)/.dev ## whether a pinned package has a known hole; asks the network
	$(PYTHON) -m pip_audit --progress-spinner off --disable-pip --no-deps --requirement constraints.txt

bench: $(VENV)/.dev ## how fast it is, in ratios; BENCH=--save keeps the table
	DEBUG=1 $(PYTHON) -m benchmarks $(BENCH)

bench-api: $(VENV)/.dev ## the same of the API, under load; needs wrk
	DEBUG=1 $(PYTHON) -m benchmarks.api $(BENCH)

load: $(VENV)/.dev ## whether it stays as fast and small in 20 minutes of reading and saving; BENCH='--minutes 2'
	DEBUG=1 $(PYTHON) -m benchmarks.load $(BENCH)

frontend: frontend/node_modules ## the admin's scripts and styles anew from frontend/; needs Node 20
	npm --prefix frontend run --silent build

frontend-check: frontend/node_modules ## whether the committed ones are what frontend/ makes
	npm --prefix frontend run --silent check

frontend/node_modules: frontend/package-lock.json
	npm --prefix frontend ci --ignore-scripts --silent
	@touch $@

tests/browser/node_modules: tests/browser/package-lock.json
	npm --prefix tests/browser ci --ignore-scripts --silent
	@touch $@

clean: ## remove what make made, but nothing in var/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Touched only when everything is installed, so that an interrupted install starts again.
$(VENV)/.run: requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing packages …"
	@$(INSTALL) requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing packages …"
	@$(INSTALL) requirements-dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/bin/python:
	@command -v python3 >/dev/null || { echo "There is no python3. On Debian: apt install python3" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Lemma needs Python 3.11 or newer; this is $$(python3 --version). Debian 12 has it." >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make virtual environments. On Debian: apt install python3-venv" >&2; exit 1; }
	@python3 -m venv $(VENV)
