# Everything that is done with a checkout. Needs python3 and make; all else is brought along (uv into .tools/, the
# packages of uv.lock into .venv/). Nothing outside this folder is touched, apart from what `make test` says first.

UV      = .tools/uv
BIN     = .venv/bin
WORKERS = 2
PYTEST  = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
COVER   = --cov --cov-report=term

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test cover prove check bench setup setup-tests say format lint layers types tests

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Set up and start the service on http://127.0.0.1:8000 (more: make run ARGS="--port 8080")
	@$(BIN)/aggregator run $(ARGS)

demo: setup ## Set up and show it all with a small invented partner network, no internet needed
	@$(BIN)/aggregator demo $(ARGS)

test: setup-tests format lint layers types tests ## Set up and run everything, in minutes (PostgreSQL and a browser included)

prove: export PROVE = 1
prove: setup-tests ## The long tests in full: kill, soak, fuzz
	$(PYTEST)

check: setup-tests format lint layers types ## What to run before a commit: all but the browser and the long tests
	$(PYTEST) -m "not long and not browser"

bench: setup ## CPU, memory and SQL statements of whole cycles over 1,000 feeds
	$(BIN)/python bench/cycle.py $(ARGS)

setup: $(UV)
	@$(UV) sync --frozen --inexact --quiet

setup-tests: say $(UV)
	@$(UV) sync --frozen --inexact --quiet --compile-bytecode --extra test
	@sh scripts/test-machine.sh install

say:
	@sh scripts/test-machine.sh say

$(UV):
	@sh scripts/get-uv.sh $@

format:
	$(BIN)/ruff format --check --quiet . || { echo "to mend this: $(BIN)/ruff format ."; exit 1; }

lint:
	$(BIN)/ruff check .

layers:
	$(BIN)/lint-imports

types:
	$(BIN)/mypy

# Tests start the program some hundred times: compiled modules are kept, whatever the environment says.
tests: export PYTHONDONTWRITEBYTECODE =
tests:
	$(PYTEST)

cover: export PYTHONDONTWRITEBYTECODE =
cover: setup-tests ## The same tests, counting which lines they reach (slower by a third)
	$(PYTEST) $(COVER)
