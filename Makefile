# Everything is set up in .venv from requirements*.txt; stamp files there keep set-up from being repeated.
# Needs a POSIX shell, Python >= 3.11 and, for `make test`, Chromium.

VENV := .venv
PY := $(VENV)/bin/python
KB := $(PY) -m kb.cli
PIP := $(PY) -m pip install --disable-pip-version-check -qq
RUN := $(VENV)/.stamp-run
DEV := $(VENV)/.stamp-dev
CONFORMANCE := $(VENV)/.stamp-conformance

.DEFAULT_GOAL := help
.PHONY: help site serve test check conformance lint browser lock clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

site: $(RUN) ## check the records, compute credences, write the exports and build the site into site/public/
	@$(KB) site

check: $(RUN) ## check the records
	@$(KB) check

serve: $(RUN) ## show the site in the browser and keep it up to date while you write (pass options with ARGS="--port 8080")
	@$(KB) serve $(ARGS)

test: $(DEV) browser lint ## run every test (pass options with ARGS="-k name")
	@$(PY) -m pytest $(ARGS)

conformance: $(CONFORMANCE) ## compare inference with independent libraries (about 800 MB to install)
	@$(PY) -m pytest tests/conformance $(ARGS)

lint: $(DEV) ## style, types and layers of the code
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

browser: ## find Chromium for the tests of the pages, or install it (root on Debian)
	@if [ -n "$$CHROMIUM" ] || command -v chromium >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then \
		echo "installing Debian's chromium for the tests of the pages"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium \
			>/dev/null || echo "chromium could not be installed: apt-get install chromium" >&2; \
	else \
		echo "no chromium: install your system's package chromium, or set CHROMIUM=/path/to/it; tests of the pages need it" >&2; \
	fi

lock: $(VENV)/.stamp-venv ## write the requirements files anew from pyproject.toml
	@$(PIP) uv
	@for name in requirements requirements-dev requirements-conformance; do \
		groups="--group build"; \
		[ $$name != requirements-dev ] || groups="$$groups --group dev --constraint requirements.txt"; \
		[ $$name != requirements-conformance ] || groups="--group conformance --constraint requirements-dev.txt"; \
		{ echo "# Written by \`make lock\` from pyproject.toml; do not edit."; \
		  $(VENV)/bin/uv pip compile pyproject.toml $$groups --universal --python-version 3.11 --upgrade --generate-hashes \
			--no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet; } >$$name.new \
		&& mv $$name.new $$name.txt || { rm -f $$name.new; exit 1; }; \
	done

clean: ## delete what was set up and built
	rm -rf $(VENV) site/public exports build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The first Python that is new enough; PYTHON=... chooses another.
$(VENV)/.stamp-venv:
	@for python in "$${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do \
		command -v "$$python" >/dev/null 2>&1 || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue; \
		echo "setting up $(VENV) with $$python (once)"; \
		"$$python" -m venv $(VENV) || { echo "python's module venv does not work: on Debian, apt-get install python3-venv" >&2; exit 1; }; \
		$(PIP) --upgrade pip && touch $@ && exit 0; \
		exit 1; \
	done; \
	echo "Counterpoise needs Python 3.11 or newer; set PYTHON=/path/to/python3 to choose one" >&2; exit 1

$(RUN): $(VENV)/.stamp-venv requirements.txt pyproject.toml
	@echo "installing what the program needs (once)"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUN) requirements-dev.txt
	@echo "installing what the tests need (once)"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(CONFORMANCE): $(DEV) requirements-conformance.txt
	@echo "installing the libraries to compare with (once)"
	@$(PIP) --require-hashes -r requirements-conformance.txt
	@touch $@
