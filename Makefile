# `make` alone lists what there is. All of it works from a fresh clone; nothing outside this folder is changed,
# except that `make test` and `make setup` may install Debian packages where they are allowed to.

SHELL := /bin/sh
PY := .venv/bin/python
# How many processes the tests share the work between.
JOBS ?= 2
# `make test TESTS=tests/core` runs a part.
TESTS ?= tests
# `make test DB=postgres` and `make run DB=postgres` start a server of their own.
DB ?= sqlite
# `make simulate HISTORIES=2000 SEED=7` plays that many, from that seed on.
HISTORIES ?= 200
SEED ?= 1
# `make soak SECONDS=300`.
SECONDS ?= 300
# `make costs EVENTS=20000` counts what so many cost.
EVENTS ?= 5000
STAMP := .venv/installed
# The CalDAV server nearest to iCloud's. Installing it may start services on this machine, so only CI and `make cyrus` do.
CYRUS := cyrus-caldav cyrus-imapd cyrus-admin sasl2-bin
# A server that signs and a resolver that validates, for the policies of signed domains.
DNSSEC := knot unbound
# What Hetk is measured against, in an environment of its own.
PEER := var/peer/bin/vdirsyncer
SOURCES := hetk accounts sync policy billing sandbox tests bench bin manage.py

.PHONY: help setup claims packages cyrus dnssec run test sbom front advisories sweep mutants simulate soak check format pages screens bench bench-caldav costs clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## install everything into .venv (instant when nothing changed)

$(STAMP): requirements.txt requirements-dev.txt constraints.txt
	@bin/setup
	@touch $@

packages: ## install what tests need of the system: Chromium, a font and PostgreSQL
	@bin/system-packages chromium fonts-dejavu-core postgresql
	@[ "$$CI" != true ] || bin/system-packages $(CYRUS) || echo "Cyrus cannot be had here: its tests are left out."
	@[ "$$CI" != true ] || bin/system-packages $(DNSSEC) || echo "knot and unbound cannot be had here: their tests are left out."

cyrus: setup ## install Cyrus and run the tests that need one (as root: it runs as a user of its own)
	@bin/system-packages $(CYRUS)
	@$(PY) -m pytest -q -m cyrus tests/cyrus

dnssec: setup ## install knot and unbound and ask them for the policies of signed domains
	@bin/system-packages $(DNSSEC)
	@$(PY) -m pytest -q -m dnssec tests/dnssec

run: setup ## start Hetk with clouds of its own on http://localhost:8000
	@[ $(DB) != postgres ] || bin/system-packages postgresql
	@DB=$(DB) exec $(PY) -m bin.run

test: setup packages ## run all tests: unit, contract, end to end, browser
	@DB=$(DB) $(PY) -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

sweep: setup ## strike every call and every commit of every scenario with every trouble, in JOBS processes
	@$(PY) -m tests.engine.sweep --jobs $(JOBS)

mutants: setup ## make every fault of the list in a copy of the source, and see what catches it
	@$(PY) -m tests.mutants --jobs $(JOBS)

simulate: setup ## play HISTORIES seeded histories from SEED on, in JOBS processes
	@$(PY) -m tests.engine.simulation --histories $(HISTORIES) --seed $(SEED) --jobs $(JOBS)

soak: setup ## kill a worker every five seconds for SECONDS, while people go on working
	@[ $(DB) != postgres ] || bin/system-packages postgresql
	@DB=$(DB) $(PY) -m tests.soak --seconds $(SECONDS) --seed $(SEED)

check: setup ## format, lint, types, pins, import floors, sizes, system checks, missing migrations
	@echo "format";     $(PY) -m ruff format --check --quiet $(SOURCES)
	@echo "lint";       $(PY) -m ruff check --quiet $(SOURCES)
	@echo "types";      $(PY) -m mypy --no-error-summary $(SOURCES)
	@echo "pins";       $(PY) -m pip --disable-pip-version-check check
	@echo "system";     $(PY) manage.py check --fail-level WARNING --settings tests.settings
	@echo "migrations"; $(PY) manage.py makemigrations --check --dry-run --settings tests.settings
	@echo "house";      $(PY) -m pytest -q tests/house

sbom: setup ## write the inventory of the product's packages to artifacts/sbom.json
	@$(PY) -m bin.sbom

front: setup ## look at the public site SITE=https://… from outside: certificate, versions and suites of TLS, plain http
	@$(PY) -m bin.front $(SITE)

advisories: setup ## look every pinned package up among published weaknesses; red when it cannot look
	@$(PY) -m bin.advisories

format: setup ## put the code in shape
	@$(PY) -m ruff format --quiet $(SOURCES)
	@$(PY) -m ruff check --fix $(SOURCES)

costs: setup ## count the requests of a first sync of EVENTS events, each way between both clouds (minutes)
	@$(PY) -m bench.first_sync --events $(EVENTS)

claims: setup ## list everything that pages and contract claim, each with the test behind it
	@$(PY) -m tests.hetk.said

pages: setup packages ## look at every page in every state with axe, light and dark, narrow and wide, and picture them all
	@PAGES=all $(PY) -m pytest -q -n $(JOBS) tests/browser/test_pages.py

screens: setup packages ## picture every mail, and every page that somebody who is blocked can meet, light and dark, narrow and wide
	@$(PY) -m tests.browser.screens

bench: setup ## measure; every figure in docs/ comes from here
	@$(PY) -m bench

$(PEER):
	@echo "Installing vdirsyncer into var/peer …"
	@$(PY) -m venv --clear var/peer
	@var/peer/bin/python -m pip install -qq --disable-pip-version-check vdirsyncer==0.21.0

bench-caldav: setup $(PEER) ## two CalDAV accounts, by Hetk and by vdirsyncer, on Cyrus where it is installed (minutes)
	@$(PY) -m bench.caldav

clean: ## remove all that was made: .venv, the demo's database and keys, caches
	rm -rf .venv var artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
