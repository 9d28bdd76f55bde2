# Needs make and Python 3.11 or newer, nothing else. README.md gives the same commands without make.

VENV ?= .venv
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

STAMP := $(VENV)/installed
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-strip-extras

.DEFAULT_GOAL := help
.PHONY: help venv demo test check soak mutants bench gallery lock

help:
	@echo "make demo     try the bot in the browser, with a made-up clan"
	@echo "make test     run the tests"
	@echo "make check    lint, types, layers, migrations and tests"
	@echo "make soak     live through 5,000 made-up histories of a clan; takes hours"
	@echo "make mutants  break every rule of who is who, one after the other; its test must fail"
	@echo "make bench    measure at the size of a real clan"
	@echo "make gallery  draw every screen into docs/gallery"
	@echo "make lock     pin the newest allowed versions of all libraries"

venv: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "ClanStats needs Python 3.11 or newer (set PYTHON=... to its path)"; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch "$@"

demo: $(STAMP)
	"$(BIN)/python" -m bot demo

test: $(STAMP)
	"$(BIN)/python" -m pytest

check: $(STAMP)
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/pyright"
	"$(BIN)/lint-imports"
	"$(BIN)/python" -m pytest tests/db/test_migrations.py
	"$(BIN)/python" -m pytest --all-on-both

soak: $(STAMP)
	"$(BIN)/python" -m pytest -n0 -m "not postgres" --hypothesis-profile=soak tests/services/test_histories.py

mutants: $(STAMP)
	"$(BIN)/python" -m tests.mutations

bench: $(STAMP)
	"$(BIN)/python" -m bench

gallery: $(STAMP)
	"$(BIN)/python" -m demo.gallery docs/gallery

# setuptools stands in both locks, so that the editable install needs no network of its own.
lock: $(STAMP)
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check uv
	echo 'setuptools>=77' | $(LOCK) --upgrade --output-file requirements.lock - pyproject.toml
	echo 'setuptools>=77' | $(LOCK) --upgrade --extra dev --output-file requirements-dev.lock - pyproject.toml
