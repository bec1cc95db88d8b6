# Everything that a newcomer types. Each target sets up what is missing; set-up that is done costs nothing.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# a process for each core; the tests of a file share what they are made from
PYTEST_OPTIONS ?= -q --numprocesses auto --dist loadfile
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header pyproject.toml

.PHONY: help setup setup-dev demo up test lint docs bench requirements

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: .venv/.running ## set up what is needed to run
	@:

setup-dev: .venv/.developing ## set up what is needed to develop
	@:

demo: setup ## load, clean and export a small simulated field
	@$(BIN)/python -m orchestration.demo

up: setup ## run database, Dagster and catalogue in the foreground
	@$(BIN)/stationmanager serve

test: lint ## check the style and run every test
	@$(BIN)/pytest $(PYTEST_OPTIONS)

lint: setup-dev ## ruff, mypy, sqlfluff, dbt parse with warnings as errors
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes -1 models tests/dbt
	@DBT_TARGET_PATH=.stationmanager/lint DBT_LOG_PATH=.stationmanager/lint $(BIN)/dbt --quiet --warn-error parse

docs: setup ## write the dbt catalogue
	@$(BIN)/stationmanager up && $(BIN)/stationmanager catalogue

bench: setup-dev ## measure loads, exports, rules and flags side by side
	@for part in loading rules flags; do $(BIN)/python -m benchmarks.$$part || exit 1; done

.venv/bin/uv:
	@$(PYTHON) tools/make_venv.py

.venv/.running: requirements.txt pyproject.toml | .venv/bin/uv
	@$(INSTALL) -r requirements.txt && $(INSTALL) --no-deps --no-build-isolation -e . && touch $@

.venv/.developing: requirements-dev.txt .venv/.running
	@$(INSTALL) -r requirements-dev.txt && touch $@

requirements: .venv/bin/uv ## pin all packages anew
	@$(COMPILE) --extra build -o requirements.txt && $(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt
