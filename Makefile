# m365audit: `make demo` to see it, `make test` to try it, `make check` for all that CI runs.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint check bench docs

demo: $(READY)
	$(BIN)/m365audit demo

test: $(READY)
	$(BIN)/pytest -q -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(READY)
	$(BIN)/python -m benchmarks

docs: $(READY)
	$(BIN)/python -m docs.rule_book
	$(BIN)/python -m docs.exports
	$(BIN)/python -m docs.render

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("m365audit needs Python 3.11 to 3.13; say which: make PYTHON=python3.12 ...") if not (3, 11) <= sys.version_info[:2] < (3, 14) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)
