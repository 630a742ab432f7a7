# make serve: the chat page.  make test: everything that is tested.  make bench: what it costs.  Each sets up what it needs.
PYTHON ?= python3
HOST ?= $(or $(RAG_HOST),127.0.0.1)
PORT ?= $(or $(RAG_PORT),8000)
CORPUS ?= $(or $(RAG_CORPUS),corpus)
BIN = .venv/bin

# Nothing is downloaded at run time: the model comes with a package.
export HF_HUB_OFFLINE ?= 1

.PHONY: serve index install test bench check clean

serve: index
	@$(BIN)/rag serve --host '$(HOST)' --port '$(PORT)'

index: install
	@$(BIN)/rag index --corpus '$(CORPUS)'

install: .venv/installed

test: .venv/tests-installed
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# QUICK=1: small sizes, whose times mean nothing.  LARGEST=1000000: a million passages too.  RAG_COLLECTIONS=DIR: its texts.
bench: .venv/benchmarks-installed
	$(BIN)/python -m tests.benchmarks $(if $(QUICK),--quick) $(if $(LARGEST),--largest $(LARGEST))

check: .venv/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

clean:
	rm -rf .venv .index

.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@echo 'Installing into .venv: some minutes and 1.9 GB, or more where PyTorch brings CUDA.' >&2
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.txt
	$(BIN)/pip install --disable-pip-version-check -q --no-deps -e .
	@touch $@

.venv/tests-installed: .venv/installed tests/requirements.txt
	$(BIN)/pip install --disable-pip-version-check -q -r tests/requirements.txt
	@touch $@

# What is compared with runs on what is pinned for this project, so it brings nothing of its own.
.venv/benchmarks-installed: .venv/tests-installed tests/benchmarks/requirements.txt
	$(BIN)/pip install --disable-pip-version-check -q --no-deps -r tests/benchmarks/requirements.txt
	@touch $@
