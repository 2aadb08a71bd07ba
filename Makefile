# `make demo` to see it work, `make test` for everything a change must pass. Needs Python 3.11 or newer.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint bench clean

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# The tests start hundreds of processes: each of them would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
# A library is compiled when it is first imported: most of what is installed never is.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

help: ## say what can be made
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(VENV)/.installed ## run the whole journey against the embedded CRMs
	$(BIN)/connector demo

test: lint ## lint, types, and every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed-test ## ruff, formatting, mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# names.py is a part of the tables of matching.py; a directory of a million contacts takes minutes.
bench: $(VENV)/.installed-bench ## run every benchmark, one after the other; BENCH=large adds a million contacts
	@set -e; for file in benchmarks/[a-z]*.py; do \
	  case "$$file:$(BENCH)" in */names.py:*) continue;; */directory.py:large) ;; */directory.py:*) continue;; esac; \
	  echo "== $$file"; BENCH=$(BENCH) PYTHONPATH=. $(BIN)/python "$$file"; \
	done

clean: ## forget the environment and everything that was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

# A stamp is newer than the files that name the dependencies: nothing is installed twice.
$(VENV)/.installed: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test,bench]'
	@touch $(VENV)/.installed $(VENV)/.installed-test $@

# `PYTHON=/path/to/python make …` chooses another interpreter.
$(BIN)/python:
	@for python in $(PYTHON) python3.11 python3; do \
	  if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making $(VENV) with $$python"; exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (on Debian: apt-get install python3.11-venv)" >&2; exit 1
