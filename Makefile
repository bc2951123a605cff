# Trunkline. `make run` is all it takes: the rest happens by itself.

PYTHON ?= python3
PYTEST_ARGS ?= -n auto --dist loadfile

BIN := .venv/bin
# No Python is downloaded behind anyone's back; certificates are the machine's, as behind a company's proxy.
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
# Checks read the settings, and those make secrets on first need: not among the data of the installation.
CHECKING := TRUNKLINE_VAR=$(CURDIR)/build/check DJANGO_SETTINGS_MODULE=trunkline.config.settings

.DEFAULT_GOAL := help
.PHONY: help setup run test check lock rulebook format clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup: .venv/.ready ## Install everything into .venv and build/
	@mkdir -p build/collected
	@$(BIN)/python tools/frontend.py
	@$(BIN)/python tools/messages.py compile

.venv/.ready: requirements/lock.txt requirements/bootstrap.txt pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(PYTHON)
	@touch $@

run: setup ## Start PostgreSQL, the workbench and the job worker
	@exec $(BIN)/trunkline run

test: setup ## Run every test (PYTEST_ARGS="-k number" for some)
	@sh tools/browser.sh
	@$(BIN)/pytest $(PYTEST_ARGS)

check: setup ## What a change must pass: format, lint, types, layers, migrations, translations, security
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --check --quiet src/trunkline/interfaces
	$(CHECKING) $(BIN)/mypy
	$(BIN)/lint-imports
	$(CHECKING) $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(BIN)/python tools/messages.py check
	$(BIN)/python tools/exact.py
	$(CHECKING) $(BIN)/python tools/rulebook.py check
	$(BIN)/bandit -q -r src -c pyproject.toml

rulebook: setup ## Write docs/rulebook/ from the declarations of the service items
	$(CHECKING) $(BIN)/python tools/rulebook.py write

format: setup ## Put the sources into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djlint --reformat --quiet src/trunkline/interfaces

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header
lock: setup ## Choose versions anew and write the lock files
	$(COMPILE) pyproject.toml --group test --group check -o requirements/lock.txt
	$(COMPILE) --group frontend -o requirements/frontend.txt
	$(COMPILE) --no-annotate --python-version 3.11 -c requirements/lock.txt requirements/bootstrap.in -o requirements/bootstrap.txt
	cd frontend && npm install --package-lock-only --ignore-scripts --no-audit --omit-lockfile-registry-resolved
	@! grep -nE '"resolved"|^--|://[^ ]*(simple|registry)' requirements/*.txt frontend/package-lock.json

clean: ## Remove what was built, not the data in var/
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
