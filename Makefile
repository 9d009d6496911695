# make report: install and run the study on the sample.  make test: install and run every test.  make help: the rest.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14; do $$p -c "" 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
STUDY ?= data/sample/study.yaml
OUT ?= reports
BIN := $(VENV)/bin
NOT_QUICK := proof or real or kernel or server or jvm or browser or slow
TWO := -n 2 --dist loadfile --no-loadscope-reorder
NBVAL := --nbval-lax --nbval-cell-timeout 300 --nbval-sanitize-with $(CURDIR)/tests/nbval.cfg
COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help install everything report test quick check coverage bench-runs proof notebooks sample lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(VENV)/.installed ## make .venv and install the locked packages

everything: $(VENV)/.everything ## the same with what tests, PostgreSQL, Spark and the benches need

$(VENV)/.everything: requirements-all.lock $(VENV)/.installed
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-all.lock
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml
	@"$(PYTHON)" -c "" || { echo "make: no Python 3.11 to 3.14 found; name one: make PYTHON=…" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.8,<1"
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

report: install ## run the study on the sample and say where the report lies (STUDY=… OUT=… for another)
	$(BIN)/kam run $(STUDY) --out $(OUT)

check: style types ## style, types and the way of imports

.PHONY: style types tests quick-tests
style: everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: everything
	$(BIN)/mypy

tests: everything
	$(BIN)/python -m pytest $(TWO) $(NBVAL) tests notebooks

quick-tests: everything
	$(BIN)/python -m pytest $(TWO) -m "not ($(NOT_QUICK))"

test: style ## every test and every notebook (some 20 minutes on two cores)
	@$(MAKE) --no-print-directory -j2 types tests

quick: style ## style, types and the tests that start nothing (90 s); another Python: make quick PYTHON=python3.12 VENV=.venv312
	@$(MAKE) --no-print-directory -j2 types quick-tests

coverage: everything ## the branches that the tests of make quick run through; fails below the floor of pyproject.toml
	$(BIN)/python -m pytest $(TWO) -m "not ($(NOT_QUICK))" --cov

bench-runs: everything ## a run of the sample beside that of an earlier commit: whole, and cell by cell (two minutes)
	$(BIN)/python -m bench.runs

proof: everything ## what takes longer than make test: many seeds; figures go to bench/RESULTS.md
	$(BIN)/python -m pytest -m proof --override-ini addopts="-q --strict-markers --import-mode=importlib"
	$(BIN)/python -m bench

.PHONY: docs
docs: everything ## the site of documentation, into docs/_build; a warning is an error
	$(BIN)/python -m sphinx -W -q -c docs -d docs/_build/doctrees . docs/_build/html
	@echo docs/_build/html/index.html

.PHONY: pages
pages: everything report ## type what the guides in docs tell to, keep what comes, and take the pictures of the report anew
	$(BIN)/python -m docs.tutorials
	$(BIN)/python -m docs.pictures $(OUT)/sample/2026Q2

notebooks: everything ## run the notebooks on the sample and keep their outputs, for a commit
	$(BIN)/python tests/refresh_notebooks.py

.PHONY: course
course: install ## the exercises for students into notebooks/exercises, the trainer's edition into notebooks/trainer
	$(BIN)/kam course notebooks/exercises
	$(BIN)/kam course --answers notebooks/trainer

sample: install ## make data/sample again
	$(BIN)/kam sample data/sample

lock: install ## resolve both locks again, for every system; what is locked and allowed stays
	$(BIN)/uv pip compile $(COMPILE) --all-extras pyproject.toml -o requirements-all.lock
	$(BIN)/uv pip compile $(COMPILE) -c requirements-all.lock pyproject.toml -o requirements.lock

clean: ## remove .venv and drafts
	rm -rf $(VENV) reports/drafts
