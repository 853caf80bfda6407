# make up | test | check | docs | screenshots | bench | torture | clean. Needs Python 3.11 to 3.13 and nothing else.
#   make up ARGS="--port 9000 --demo"      make test ARGS="-k signals"      make up PYTHON=python3.12

VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
PYTHON ?=
ARGS ?=
PEER ?=
export REFLEX_TELEMETRY_ENABLED := false
export REFLEX_CHECK_LATEST_VERSION := false
# Without compiled modules on disk every process takes three times as long to start.
unexport PYTHONDONTWRITEBYTECODE

FITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

.PHONY: up test check docs screenshots bench torture clean env env-dev frontend chromium
.NOTPARALLEL:
.DELETE_ON_ERROR:

up: env
	@exec "$(BIN)/pmflow" up $(ARGS)

test: chromium env-dev frontend
	@CHROMIUM="$$($(MAKE) --no-print-directory --silent chromium)" "$(BIN)/python" -m pytest -n 2 $(ARGS)

check: env-dev
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/basedpyright"
	"$(BIN)/lint-imports"
	"$(BIN)/codespell"
	"$(BIN)/python" -m pytest -q tests/contracts

# The generated pages of docs/reference.
docs: env-dev
	@"$(BIN)/python" -m docs.generate

# Every page in light, dark and on a phone, into screenshots/; docs/images gets those that are shown.
screenshots: chromium env-dev frontend
	@CHROMIUM="$$($(MAKE) --no-print-directory --silent chromium)" \
		PMFLOW_TEST_PICTURES="$(CURDIR)/screenshots" \
		"$(BIN)/python" -m pytest -q tests/e2e/test_accessibility.py
	@"$(BIN)/python" -m docs.pictures screenshots

# The full tier: up to an hour. make torture ARGS="--fault kill --n 50"; without --full the small tier.
torture: env-dev
	@exec "$(BIN)/python" -m tests.torture $(or $(ARGS),--full)

bench: env-dev
	@exec "$(BIN)/python" -m benchmarks $(PEER)

clean:
	rm -rf .venv .web .states .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

frontend: env
	@"$(BIN)/python" -m worker.frontend

# Prints the browser of the end-to-end tests.
chromium:
	@for name in $${CHROMIUM:-chromium chromium-browser google-chrome}; do \
		command -v "$$name" && exit 0; \
	done; \
	echo "The tests need Chromium: sudo apt-get install -y chromium   (or set CHROMIUM=/path/to/it)" >&2; \
	exit 1

env: $(VENV)/.pmflow-env
env-dev: $(VENV)/.pmflow-env $(VENV)/.pmflow-env-dev

# The environment, with the pinned uv: five times as quick as pip, which takes over when uv fails.
$(VENV)/.pmflow-uv: requirements-dev.lock
	@found=; if ! "$(BIN)/python" -c "$(FITS)" 2>/dev/null; then \
		for name in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
			if "$$name" -c "$(FITS)" 2>/dev/null; then found=$$name; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "pmflow needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: sudo apt-get install -y python3 python3-venv); name one with make up PYTHON=/path/to/python" >&2; \
			exit 1; \
		fi; \
		echo "Making the environment .venv with $$("$$found" --version)."; \
		rm -rf "$(VENV)"; "$$found" -m venv "$(VENV)"; \
	fi
	@awk '/^[^ #]/ { uv = /^uv==/ } uv' requirements-dev.lock > "$(VENV)/uv.txt"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$(VENV)/uv.txt"
	@touch "$@"

# $(call install,LOCK): uv does not read pip's settings, so it is told the index that pip uses.
define install
	@echo "Installing $(1) (once; about a minute)."
	@index="$${PIP_INDEX_URL:-$$("$(BIN)/python" -m pip config get global.index-url 2>/dev/null)}"; \
	UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}" "$(BIN)/uv" pip install \
		--python "$(BIN)/python" --require-hashes -r $(1) \
	|| "$(BIN)/python" -m pip install --disable-pip-version-check --require-hashes -r $(1)
endef

# The project itself needs no build: a path for Python and a command.
$(VENV)/.pmflow-env: $(VENV)/.pmflow-uv requirements.lock
	$(call install,requirements.lock)
	@echo "$(CURDIR)" > "$$("$(BIN)/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/pmflow.pth"
	@printf '%s\n' "#!/bin/sh" "'''exec' '$(BIN)/python' \"\$$0\" \"\$$@\"" "' '''" \
		"import sys" "from pmflow_core.cli import main" "sys.exit(main())" > "$(BIN)/pmflow"
	@chmod +x "$(BIN)/pmflow"
	@touch "$@"

$(VENV)/.pmflow-env-dev: $(VENV)/.pmflow-env requirements-dev.lock
	$(call install,requirements-dev.lock)
	@touch "$@"
