# Everything starts here. `make demo` and `make test` are all the set-up there is: both make .venv themselves
# from requirements/lock.txt. They need Python 3.11 or newer, make and a network, nothing else.

VENV      ?= .venv
PYTHON    ?=
JOBS      ?= 2
VALIDATE  ?=
ROW       ?=
DEMO_CASE ?= examples/cases/demo.yaml
DEMO_SCAN ?= examples/scans/demo_labels.nii.gz
DEMO_OUT  ?= build/demo

BIN   := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock
TOOLS := build/.system-tools
LOCK  := requirements/lock.txt

# the rooms whose lines and branches have to be covered, each by itself, and how far in percent
GATED := case diagnosis guideline
GATE  := 95

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check bench prove docs validate lock format clean distclean compile

help: ## list the targets
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-12s %s\n' "$$name" "$$what"; done

$(STAMP): $(LOCK) pyproject.toml tools/make_venv.sh
	@sh tools/make_venv.sh "$(VENV)" "$(PYTHON)"
	@touch $@

# what some tests need of the system, where it can be had
$(TOOLS): tools/system_tools.sh
	@mkdir -p build
	@sh tools/system_tools.sh
	@touch $@

demo: $(STAMP) ## the main job on a bundled case and label map; writes build/demo
	@mkdir -p $(DEMO_OUT)
	$(BIN)/kambin plan $(DEMO_CASE) --scan $(DEMO_SCAN) --out $(DEMO_OUT)
	@echo
	@echo "The report: $(DEMO_OUT)/report.html    the plan: $(DEMO_OUT)/plan.json"

test: $(STAMP) $(TOOLS) ## the whole test suite, in random order, with the coverage gate
	$(BIN)/python -m pytest -n $(JOBS) --cov=kambin --cov-branch --cov-report=
	@for room in $(GATED); do \
	  echo; echo "Coverage of $$room, lines and branches (at least $(GATE) %)"; \
	  $(BIN)/python -m coverage report --include="*/kambin/$$room/*" --fail-under=$(GATE) || exit 1; \
	done
	@$(BIN)/python -m coverage json -q -o build/coverage.json

test-all: test ## the same on Python 3.12 and 3.13, where present
	@for version in 3.12 3.13; do \
	  if python=$$(sh tools/find_python.sh $$version); then \
	    echo; echo "== Python $$version"; \
	    $(MAKE) test VENV=.venv-$$version PYTHON="$$python" || exit 1; \
	  else echo "Skipped: it is not tested here."; fi; \
	done

check: $(STAMP) ## style, types, walls between the rooms, words, sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir build/import-linter
	$(BIN)/python tools/check_glossary.py
	$(BIN)/python tools/check_sizes.py

bench: $(STAMP) ## measure speed and counts, beside what they are compared with; ROW=chain takes one row again
	$(BIN)/python -m bench $(if $(ROW),--row $(ROW))

prove: $(STAMP) ## prove the guideline, every profile
	$(BIN)/kambin guideline prove

compile: $(STAMP) ## write the compiled knowledge from the knowledge files
	$(BIN)/python -c "from kambin.guideline.loading import compile_knowledge; print(*compile_knowledge(), sep='\n')"

docs: $(STAMP) ## build the pages that are derived from the code and the knowledge
	$(BIN)/python tools/make_pictures.py
	$(BIN)/python tools/build_docs.py

validate: $(STAMP) $(TOOLS) ## the tests that take minutes; VALIDATE=tests/guideline takes a part of them
	$(BIN)/python -m pytest -n $(JOBS) -m heavy --hypothesis-profile=heavy $(VALIDATE)

lock: ## write requirements/lock.txt from pyproject.toml; UPGRADE=1 takes the newest of everything
	@sh tools/lock.sh $(if $(UPGRADE),--upgrade)

format: $(STAMP) ## put the code into the one layout
	$(BIN)/ruff check --fix-only --exit-zero --quiet .
	$(BIN)/ruff format .

clean: ## remove what the targets wrote; the environment stays
	rm -rf build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests tools bench -name '*.nb[ic]' -delete 2>/dev/null || true
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## remove the environments too
	rm -rf .venv .venv-*
