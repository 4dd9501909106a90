# `make demo` and `make test` work on a fresh clone: they set up .venv themselves, from hash-checked lock files.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# uv installs the same files from the same locks in a tenth of the time. Where it is not there, or finds no package index
# (it does not read pip's settings), pip installs them.
UV = $(or $(shell command -v uv),$(BIN)/uv) pip --quiet
install = $(UV) install --python $(BIN)/python $(1) || $(PIP) install $(1)
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
# Each command starts several processes: without compiled modules on disk, each would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test slow check types sql-lint prove bench quality mutants dev server spark lock dictionary screenshots pictures clean

demo: .venv/.runtime ## the whole pipeline on the embedded emulator
	$(BIN)/ionq-data demo $(ARGS)

test: .venv/.dev ## the tests
	$(BIN)/python -m pytest -n 2 $(ARGS)

slow: .venv/.dev ## the tests that take many seconds each: browsers, whole runs, real processes
	$(BIN)/python -m pytest -n 2 -m "slow and not prove" $(ARGS)

check: .venv/.dev ## lint, types, imports, dependencies, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory --jobs 2 --output-sync types sql-lint
	$(BIN)/lint-imports
	$(BIN)/deptry ionq_data pipelines
	$(BIN)/python -m ionq_data.warehouse.dictionary --check
	$(BIN)/python -m ionq_data.warehouse.records --check

types: .venv/.dev
	$(BIN)/mypy

sql-lint: .venv/.dev
	$(BIN)/sqlfluff lint --disable-progress-bar sql/models sql/tests

prove: .venv/.dev ## the long proofs: many seeds, long fuzzing, a million jobs
	$(BIN)/python -m pytest -n 2 -m "prove or slow" --timeout 3600 $(ARGS)

bench: .venv/.bench ## measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

quality: .venv/.dev ## measure anomalies, forecasts, changes and advice on simulated organizations, and write docs/quality.md
	$(BIN)/python -m tests.sql.cost_quality
	$(BIN)/python -m tests.sql.drift_quality
	$(BIN)/python -m tests.sql.plan_quality

mutants: .venv/.mutation ## change sync, lake and the money models in small ways, and write docs/mutants.md
	$(BIN)/python -m tests.proofs.sql_mutants
	$(BIN)/python -m tests.proofs.mutants $(ARGS)

screenshots: .venv/.dev ## pictures of the report, to look at: .cache/screenshots
	$(BIN)/python -m tests.report.screenshots $(ARGS)

pictures: .venv/.dev ## the pictures of the README: docs/pictures
	$(BIN)/python -m tests.pictures $(ARGS)

dev: .venv/.runtime ## Dagster's UI, with a persistent home
	mkdir -p .dagster
	test -e .dagster/dagster.yaml || cp deploy/dagster.dev.yaml .dagster/dagster.yaml
	DAGSTER_HOME="$(CURDIR)/.dagster" $(BIN)/dagster dev -w workspace.yaml $(ARGS)

server: .venv/.server ## install what the services of docs/server.md need

spark: .venv/.spark ## install what `ionq-data build --engine spark` needs besides a Java runtime (docs/beyond-one-machine.md)

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "ionq-data needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python")'
	$(PYTHON) -m venv .venv
	-command -v uv >/dev/null || $(PIP) install --require-hashes -r requirements/uv.lock

# The locks are complete, so nothing has to be resolved (--no-deps) and every file is checked.
define set_up
	@echo "Setting up .venv from $(1) (some minutes the first time)"
	$(call install,--no-deps --require-hashes -r $(1))
	$(call install,--no-deps --no-build-isolation --editable .)
endef

.venv/.runtime: requirements/runtime.lock pyproject.toml | .venv/bin/python
	$(call set_up,requirements/runtime.lock)
	@touch $@

.venv/.server: requirements/server.lock pyproject.toml | .venv/bin/python
	$(call set_up,requirements/server.lock)
	@touch $@ .venv/.runtime

.venv/.spark: requirements/spark.lock pyproject.toml | .venv/bin/python
	$(call set_up,requirements/spark.lock)
	@touch $@ .venv/.runtime

.venv/.dev: requirements/dev.lock pyproject.toml | .venv/bin/python
	$(call set_up,requirements/dev.lock)
	@touch $@ .venv/.runtime

.venv/.bench: requirements/bench.lock .venv/.dev
	$(call install,--no-deps --require-hashes -r requirements/bench.lock)
	@touch $@

.venv/.mutation: requirements/mutation.lock .venv/.dev
	$(call install,--no-deps --require-hashes -r requirements/mutation.lock)
	@touch $@

LOCK := uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet

lock: ## resolve the dependencies again (needs uv)
	echo uv | $(subst pyproject.toml --group build,-,$(LOCK)) --output-file requirements/uv.lock
	$(LOCK) --output-file requirements/runtime.lock
	$(LOCK) --extra server --constraints requirements/runtime.lock --output-file requirements/server.lock
	$(LOCK) --group dev --extra emulator --extra mcp --extra server --constraints requirements/server.lock --output-file requirements/dev.lock
	$(LOCK) --extra spark --constraints requirements/dev.lock --output-file requirements/spark.lock
	$(LOCK) --group dev --group bench --extra emulator --extra mcp --extra server --constraints requirements/dev.lock --output-file requirements/bench.lock
	$(LOCK) --group dev --group mutation --extra emulator --extra mcp --extra server --constraints requirements/dev.lock --output-file requirements/mutation.lock

dictionary: .venv/.dev ## write docs/data-dictionary.md from the descriptions beside the models, and the SQL that follows from the resources
	$(BIN)/python -m ionq_data.warehouse.dictionary
	$(BIN)/python -m ionq_data.warehouse.records

clean: ## remove everything that running the project made
	rm -rf .venv .cache .dagster data sql/target sql/logs
