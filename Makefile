# Needs python3 with its venv module, make and sh. Everything is installed in this folder; outside it, pip keeps its
# cache, tests and servers their temporary files, and PostgreSQL run by root is given a system user.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
ON_TEST_SERVERS := DJANGO_SETTINGS_MODULE=mecenova.settings.test
# What was compiled once is kept, for every process of the tests and of the demo.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-faults check format bench bench-matching clean

demo: $(VENV)/demo.stamp ## the site with an invented network, on this machine
	@exec $(BIN)/python -m mecenova.demo --port $(PORT) $(ARGS)

test: $(VENV)/dev.stamp ## the tests, faults apart; ARGS="tests/mail -k lease" for a part of them
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-faults: $(VENV)/dev.stamp ## processes killed, servers stopped, clocks changed: nothing lost, nothing twice; ARGS="-m F5"
	@$(BIN)/pytest -c tests/faults/pytest.ini -n $(WORKERS) --dist loadfile $(ARGS) tests/faults

check: $(VENV)/dev.stamp ## format, lint, types, import contracts, migrations, deployment, diagrams
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	git ls-files -z --cached --others --exclude-standard '*.html' | xargs -0 $(BIN)/djade --check --target-version 5.2
	$(ON_TEST_SERVERS) $(BIN)/mypy
	$(BIN)/lint-imports
	$(ON_TEST_SERVERS) $(BIN)/python manage.py makemigrations --check --dry-run
	$(ON_TEST_SERVERS) $(BIN)/python manage.py workflow_diagrams --check
	$(ON_TEST_SERVERS) $(BIN)/python manage.py typography --check
	sh .ci/check-deploy $(BIN)/python

format: $(VENV)/dev.stamp ## put everything in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	git ls-files -z --cached --others --exclude-standard '*.html' | xargs -0 $(BIN)/djade --target-version 5.2
	$(ON_TEST_SERVERS) $(BIN)/python manage.py typography

bench: $(VENV)/dev.stamp ## speed and memory; NAME=imports for one of bench/*.py
	@$(ON_TEST_SERVERS) $(BIN)/python -m bench $(NAME)

bench-matching: $(VENV)/dev.stamp ## does the score pick what a reader would? the judged set, with or without REAL_DATA=DIR
	@$(ON_TEST_SERVERS) $(BIN)/python -m bench matching

clean: ## forget the demo's data, what tests and tools left, and the virtual environment
	rm -rf var $(VENV) .*_cache .hypothesis

# dev.txt holds all that demo.txt does: whoever works on the code is not sent back to the smaller set.
$(VENV)/demo.stamp: requirements/demo.txt | $(BIN)/python
	@cmp -s requirements/dev.txt $(VENV)/dev.stamp || $(BIN)/python -m pip install --require-hashes --disable-pip-version-check --quiet -r $<
	@cp $< $@

$(VENV)/dev.stamp: requirements/dev.txt | $(BIN)/python
	@$(BIN)/python -m pip install --require-hashes --disable-pip-version-check --quiet -r $<
	@cp $< $@

$(BIN)/python:
	@echo "Installation dans $(VENV)…"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Il faut Python 3.11 ou plus récent : make PYTHON=python3.13 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Il manque le module venv de Python (sur Debian : apt install python3-venv)." >&2; exit 1; }
