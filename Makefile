# `make demo` and `make test` set everything up by themselves; they need Python >= 3.11 and make. With a C compiler the
# hot parts are compiled, without one the package runs the same (slower) in plain Python.

VENV ?= .venv
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
PY = $(VENV)/bin/python
# Byte code is made when a module is first imported: compiling all of it beforehand doubles the set-up.
INSTALL = $(PY) -m pip --disable-pip-version-check --quiet install --no-compile -c constraints.txt
PYTEST = $(PY) -m pytest -q
COUNTED = $(PYTEST) -n 2 -m "not slow" --ignore=tests/bench --deselect $(TIMED) --cov $(TEST_ARGS)
FLOW = tests/golden tests/routing tests/relations/test_switches.py \
	tests/contracts/test_routers.py tests/contracts/test_explanations.py \
	$(patsubst %,tests/unit/test_%.py,agent births flow life_of_a_case view_of_heads ties_between_agents recycle survey \
	refresh_offers_again what_rules_hear rules_that_err metrics_sums metrics_cases quality_loop)
TIMED = tests/unit/test_cli.py::test_start_up_takes_less_than_four_tenths_of_a_second
DEMO_ARGS ?=
TEST_ARGS ?=
VALIDATE_ARGS ?=

HEADERS := $(shell find sim -name '*.pxd' 2>/dev/null)
SOURCES := $(wildcard ext/*.pyx ext/*.pxd ext/*.h) $(HEADERS) $(wildcard $(HEADERS:.pxd=.py))
READY = $(VENV)/.ready
READY_DEV = $(VENV)/.ready-dev
READY_BENCH = $(VENV)/.ready-bench
READY_EXTRAS = $(VENV)/.ready-extras

.DELETE_ON_ERROR:
.PHONY: demo test test-all bench validate mutants faults coverage lint setup clean

demo: $(READY)
	$(PY) -m sim $(DEMO_ARGS)

test: $(READY)
	$(PYTEST) -n 2 -m "not slow" --ignore=tests/bench $(TEST_ARGS) tests

test-all: $(READY)
	$(PYTEST) -n 2 --ignore=tests/bench $(TEST_ARGS) tests

bench: $(READY_BENCH)
	$(PYTEST) -s -m "not slow" $(TEST_ARGS) tests/bench

# Published and exact cases (tests/cases.json) against the model; writes docs/validation.md, fails when a verdict is bad.
validate: $(READY)
	$(PY) -m tests.validation $(VALIDATE_ARGS)

# Plants faults in a temporary copy and writes docs/mutants.md.
mutants: $(READY)
	$(PY) -m tests.mutants

# Kills, full disks, torn files, for real: a row each.
faults: $(READY)
	$(PY) -m tests.faults

# Lines and branches of sim/, with all extras: the default suite, the clusters, then again from the sources what runs the flow, whose
# compiled modules cannot be counted. What is measured runs slower: no test of the clock is asked. Processes that tests start elsewhere
# count into one place.
coverage: export COVERAGE_FILE = $(CURDIR)/.coverage
coverage: $(READY_EXTRAS)
	rm -f $(COVERAGE_FILE) $(COVERAGE_FILE).*
	$(COUNTED) --cov-report= --cov-fail-under=0 tests
	$(PYTEST) --cov --cov-append --cov-report= --cov-fail-under=0 $(TEST_ARGS) tests/unit/test_clusters.py
	SIM_PURE=1 $(COUNTED) --cov-append --cov-report=term $(FLOW)

lint: $(READY_DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy sim

setup: $(READY)

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks $(VENV)
	find ext sim -name '*.so' -delete
	find ext sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@test -n "$(PYTHON)" || { echo 'No Python >= 3.11 found. Install one, or name it: make PYTHON=/path/to/python3.11 …'; exit 1; }
	@echo "Setting up $(VENV) (once; one to two minutes)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv'; exit 1; }

# The build tools come from the same pins as all else, so the package is built in place, without a second environment.
$(READY): $(PY) pyproject.toml setup.py constraints.txt $(SOURCES)
	@$(INSTALL) setuptools cython
	@$(INSTALL) --no-build-isolation -e '.[test]'
	@touch $@

$(READY_BENCH): $(READY)
	@$(INSTALL) --no-build-isolation -e '.[test,bench]'
	@touch $@

$(READY_EXTRAS): $(READY)
	@$(INSTALL) --no-build-isolation -e '.[test,ray,dask,search,duckdb,joblib]'
	@touch $@

$(READY_DEV): $(READY)
	@$(INSTALL) --no-build-isolation -e '.[test,dev]'
	@touch $@
