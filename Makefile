# `make run` and `make test` are all a stranger needs. Each makes .venv when it is missing and
# installs the pinned requirements once; a warm start skips both.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
BENCHMARKS := ingest reads passport realms lake mqtt switch_clients glass footprint consoles jobs_beside switch_browsers skew_clients fanout mask storm \
	failover growth voices twin_traffic twin_calibration twin_drainage twin_coupled detection detection_together

# Stamps carry the Python and a checksum of what was installed: another list, another stamp.
version := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
checksum = $(version)-$(shell cat $(1) | cksum | cut -d' ' -f1)
RUNTIME := $(VENV)/.runtime-$(call checksum,requirements.txt)
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --no-loadscope-reorder
DEVELOPMENT := $(VENV)/.development-$(call checksum,requirements.txt requirements-dev.txt)

.DEFAULT_GOAL := help
.PHONY: help run test glass looks check format bench screenshots clean

help:
	@echo 'make run          start the room on this machine'
	@echo 'make test         run the tests that need no browser, installing what they need'
	@echo 'make glass        run the tests of pages, displays and rooms in a real browser'
	@echo 'make looks        look at every page and scene in all states, sizes and languages'
	@echo 'make check        lint, formatting, types, layers'
	@echo 'make format       write the formatting that make check asks for'
	@echo 'make bench        measure, and keep the tables in BENCHMARKS.md'
	@echo 'make screenshots  photograph every page and both walls into build/screenshots'
	@echo 'make clean        remove what the tools left (never var/, the data)'

run: $(RUNTIME)
	@exec $(BIN)/python app.py run

test: $(DEVELOPMENT)
	@.ci/packages
	$(PYTEST) -m 'not looks and not browser' $(TESTS)

glass: $(DEVELOPMENT)
	@.ci/packages chromium-headless-shell
	$(PYTEST) -m 'browser and not looks' $(TESTS)

looks: $(DEVELOPMENT)
	@.ci/packages chromium-headless-shell
	$(PYTEST) -m looks $(TESTS)

check: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEVELOPMENT)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEVELOPMENT)
	@.ci/packages chromium
	@for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name --write || exit 1; done

screenshots: $(DEVELOPMENT)
	@.ci/packages chromium-headless-shell
	$(BIN)/python -m benchmarks.screenshots $(if $(README),--readme $(README))

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(RUNTIME):
	@PYTHON='$(PYTHON)' VENV='$(VENV)' .ci/venv
	@echo 'Installing the runtime (once; about 1.5 GB, mostly engines and numerics)'
	@$(BIN)/python -m pip install -qq --requirement requirements.txt
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEVELOPMENT):
	@PYTHON='$(PYTHON)' VENV='$(VENV)' .ci/venv
	@echo 'Installing the runtime and the tools of tests and checks (once)'
	@$(BIN)/python -m pip install -qq --requirement requirements-dev.txt
	@rm -f $(VENV)/.development-* $(VENV)/.runtime-* && touch $@ $(RUNTIME)
