# What people and CI run. `make demo` and `make test` need Debian or Ubuntu with Python 3.11+ and a C compiler.

PYTHON ?= python3
PIP_FLAGS ?=
ARGS ?=
FIRST ?= 0
SEEDS ?= 2000
COUNT ?= 20000
STEPS ?= 10000
PROCESSES ?= auto
BIN := .venv/bin
AWS_BIN := .venv-aws/bin
AUDIT_BIN := .venv-audit/bin
TEMPLATES := $(wildcard template.yaml templates/*.yaml cicd/*.yaml platforms/*.yaml)
PIP := -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS)
NODE_ENV := PATH="$(CURDIR)/$(BIN):$$PATH"
SAM_ENV := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1

.DEFAULT_GOAL := help
.PHONY: help setup page demo test simulate attacks fuzz openapi permissions check audit package deploy destroy sbom images sam-local bench format clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready .venv-aws/.ready ## Make the two virtual environments

page: frontend/dist/index.html ## Build the web page into frontend/dist

demo: setup page ## Start everything, upload samples, train, search; ARGS="--once --json" for programs
	@$(BIN)/kotogura demo $(ARGS)

test: setup page ## Run the whole suite, by as many processes as there are cores; PROCESSES=0 for one
	$(NODE_ENV) npm --prefix frontend test --silent
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --maxprocesses 4 --dist loadscope $(ARGS)

simulate: setup ## Crash, delay and race the index; SEEDS=20000 for more, FIRST=17 SEEDS=1 to see one again
	@$(BIN)/python -m tests.simulation.run --first $(FIRST) --seeds $(SEEDS)

attacks: setup ## Attack one tenant as another, then take random steps as three at once; STEPS=500 for fewer
	@$(BIN)/python -m pytest -q tests/attacks
	@$(BIN)/python -m tests.attacks.sequences --steps $(STEPS)

fuzz: setup ## Index and search random Unicode; COUNT=500 for fewer, SEED=7 for others
	@$(BIN)/python -m tests.fuzz.run --count $(COUNT) --seed $(or $(SEED),1)

openapi: setup ## Write src/kotogura/platform/openapi.json again, from the routes
	@$(BIN)/kotogura openapi

permissions: setup ## Write docs/permissions.md again, from the template
	@$(BIN)/kotogura permissions

check: setup node_modules/.ready frontend/node_modules/.ready ## Lint, types, import contracts, templates and state machines
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@for template in template.yaml cicd/*.yaml; do $(BIN)/kotogura cost --check --template $$template || exit 1; done
	$(AWS_BIN)/cfn-lint $(TEMPLATES)
	$(SAM_ENV) $(AWS_BIN)/sam validate --lint
	@for machine in statemachines/*.asl.json; do \
		$(NODE_ENV) node_modules/.bin/asl-validator --json-path $$machine || exit 1; \
	done
	$(NODE_ENV) npm --prefix frontend run --silent types
	$(NODE_ENV) npm --prefix frontend run --silent lint

audit: setup .venv-audit/.ready node_modules/.ready ## Check templates, secrets, own rules, known advisories; ARGS=--strict to insist on those
	$(AUDIT_BIN)/checkov --config-file .checkov.yaml --file $(TEMPLATES) $(wildcard .github/workflows/*.yml)
	git ls-files -z | xargs -0 $(AUDIT_BIN)/detect-secrets-hook --no-verify --baseline .secrets.baseline
	$(BIN)/python -m audit src functions containers
	$(NODE_ENV) $(BIN)/python -m audit.advisories $(ARGS)

package: setup ## Build images, push them, and write the packaged template; ARGS="--output package"
	@$(BIN)/kotogura package $(ARGS)

deploy: setup ## Bring everything into your AWS account, showing the changes before; ARGS="--stage dev"
	@$(BIN)/kotogura deploy $(ARGS)

destroy: setup ## Take a stage out of your AWS account again, after asking; ARGS="--stage dev"
	@$(BIN)/kotogura destroy $(ARGS)

sbom: setup .venv-audit/.ready node_modules/.ready ## Write what is in here, as CycloneDX, to .kotogura/sbom
	@mkdir -p .kotogura/sbom
	$(AUDIT_BIN)/cyclonedx-py environment --output-reproducible --outfile .kotogura/sbom/python.cdx.json $(BIN)/python
	$(NODE_ENV) npm sbom --sbom-format cyclonedx --package-lock-only > .kotogura/sbom/node.cdx.json
	@ls -l .kotogura/sbom

images: setup ## Build every image; scripts/docker_engine.sh gets a Docker engine where there is none
	@scripts/build_images.sh

sam-local: setup ## Build images, then run functions and API by `sam local`, trainer and service by Docker
	@scripts/sam_local.sh $(ARGS)

bench: setup .venv/.bench ## Measure search by word, then by meaning, beside others; ARGS="--no-lucene" leaves Lucene out
	$(BIN)/python -m bench.keyword $(ARGS)
	$(BIN)/python -m bench.semantic

format: setup frontend/node_modules/.ready ## Bring the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NODE_ENV) npm --prefix frontend run --silent format

clean: ## Remove everything that was made, the local stack's data too
	rm -rf .venv .venv-aws .venv-audit .aws-sam .images .kotogura .bench node_modules frontend/node_modules frontend/dist .pytest_cache .mypy_cache .ruff_cache

# torch goes first: with the release pinned, nothing that depends on it chooses another build.
.venv/.ready: constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) --constraint constraints.txt torch
	$(BIN)/python $(PIP) --constraint constraints.txt --editable '.[dev]'
	@touch $@

.venv/.bench: .venv/.ready
	$(BIN)/python $(PIP) --constraint constraints.txt --editable '.[bench]'
	@touch $@

# The embedded AWS and the SAM command line pin other releases of shared packages than GiNZA does.
.venv-aws/.ready: constraints-aws.txt
	$(PYTHON) -m venv .venv-aws
	$(AWS_BIN)/python $(PIP) --constraint constraints-aws.txt ministack aws-sam-translator docker aws-sam-cli cfn-lint
	@touch $@

# checkov pins old releases of much that the others have.
.venv-audit/.ready: constraints-audit.txt
	$(PYTHON) -m venv .venv-audit
	$(AUDIT_BIN)/python $(PIP) --constraint constraints-audit.txt checkov pip-audit cyclonedx-bom
	@touch $@

node_modules/.ready: package-lock.json .venv/.ready
	$(NODE_ENV) npm ci --silent --no-audit --no-fund
	@touch $@

frontend/node_modules/.ready: frontend/package-lock.json .venv/.ready
	$(NODE_ENV) npm --prefix frontend ci --silent --no-audit --no-fund
	@touch $@

PAGE_SOURCES := $(shell find frontend/src frontend/public -type f ! -name schema.ts) \
	$(wildcard frontend/*.html frontend/*.ts frontend/*.json) src/kotogura/platform/openapi.json

frontend/dist/index.html: $(PAGE_SOURCES) frontend/node_modules/.ready
	$(NODE_ENV) npm --prefix frontend run --silent build
