# make demo · make test · make lint · make fuzz · make bench · make clean: each does its own set-up in .venv (needs Python 3.11 to 3.13, nothing else).

VENV := .venv
INPUTS := pyproject.toml constraints.txt flows/__main__.py

.PHONY: demo test lint fuzz bench clean setup

demo: setup
	@$(VENV)/bin/gouji demo

test: lint
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# Spoils many more files than the tests do; N=… sets how many. Keeps what fails in var/fuzz.
fuzz: setup
	$(VENV)/bin/python -m tests.fuzzing --count $(or $(N),50000)

# Our readers, pdfplumber and pdfium's own floor over the same files (FILES=… names others than the sample portal's); how fast a
# broken report is diagnosed; the equations of 100,000 reports, on their own and as suites.
bench: setup
	$(VENV)/bin/python benchmarks/read_speed.py $(FILES)
	$(VENV)/bin/python benchmarks/localise_speed.py
	$(VENV)/bin/python benchmarks/suite_speed.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last and says for what, and where, .venv was made: whatever is unfinished, moved or outdated is made again.
setup:
	@want="$$(cat $(INPUTS) | cksum) $$(pwd)"; \
	if [ "$$want" = "$$(cat $(VENV)/installed 2>/dev/null)" ] && $(VENV)/bin/python -c 'import pip' 2>/dev/null; then exit 0; fi; \
	for python in python3.13 python3.12 python3.11 python3 python; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; \
	    then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "gouji needs Python 3.11, 3.12 or 3.13 with its venv module; none was found on the PATH." >&2; \
	    echo "Install one (on Debian or Ubuntu: apt install python3 python3-venv) and run make again." >&2; \
	    exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$($$found --version) and the pinned packages: a few minutes, only this once."; \
	rm -rf $(VENV) && $$found -m venv $(VENV) && \
	$(VENV)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]' && \
	printf '%s\n' "$$want" > $(VENV)/installed
