# Every command of the project; `make` alone lists them. Nothing is needed but make and Python 3.11.

PYTHON := .venv/bin/python
UV := .venv/bin/uv
BOOTSTRAP := python3 -I config/run/bootstrap.py

# Not `?=`: some shells put the name of the machine in HOST.
HOST := 127.0.0.1
PORT ?= 8000
export HOST PORT
# Another environment that is active in the terminal has no say here.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.PHONY: help run test lint check bench faults lock clean tools

help: ## cette liste
	@echo "Faire alliance. Commandes :"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

run: ## lance tout, depuis rien, puis donne l'adresse et les comptes (PORT=8000) ; Ctrl-C arrête tout
	@$(BOOTSTRAP) run
	@exec $(PYTHON) -m config.run

test: tools ## la suite de tests, sans rien d'autre que les paquets Python (ARGS="-k attestation")
	@$(PYTHON) -m pytest --ignore=tests/browser $(ARGS)

lint: tools ## style, gabarits, contrats d'architecture, types
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m djlint lms learners courses --lint --quiet
	@.venv/bin/lint-imports
	@$(PYTHON) -m mypy

check: ## tout ce que vérifie l'intégration continue, dont PostgreSQL, Redis et le navigateur
	@.ci/run

bench: tools ## 300 personnes à la fois sur PostgreSQL, et ce que coûte chaque travail (ARGS="--takers 100")
	@$(PYTHON) -m tests.bench $(ARGS)

faults: tools ## casse exprès worker, Redis, courrier, base et horloge, puis compte ce qui est perdu ou double (ARGS="Redis")
	@$(PYTHON) -m tests.faults $(ARGS)

lock: $(UV) ## refait les fichiers de verrouillage d'après pyproject.toml (UPGRADE=--upgrade : dernières versions)
	@$(COMPILE) pyproject.toml --extra embedded -o requirements.lock
	@$(COMPILE) pyproject.toml --extra embedded --group dev -c requirements.lock -o requirements-dev.lock
	@echo uv | $(COMPILE) - -o requirements-uv.lock

COMPILE = UV_PYTHON_DOWNLOADS=never $(UV) pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean: ## retire ce qui se refait (environnement, caches) ; les données de var/ restent
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find config courses learners lms tests -name __pycache__ -type d -prune -exec rm -rf {} +

tools: # the environment with the tools of test and lint
	@$(BOOTSTRAP) dev

$(UV):
	@$(BOOTSTRAP) run
