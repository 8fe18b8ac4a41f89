# Two commands for a new user: `make demo` and `make test`.
.PHONY: demo test setup up down clean lint lock

CALANQUE := .venv/bin/python -m calanque

demo: setup
	@$(CALANQUE) stack provision
	@$(CALANQUE) demo

test: setup
	@$(CALANQUE) stack provision
	@.venv/bin/python -m pytest -n 2

setup:
	@sh infra/setup.sh

up: setup
	@$(CALANQUE) stack provision
	@$(CALANQUE) stack up

down:
	@test ! -x .venv/bin/python || $(CALANQUE) stack down

# Deletes the tables, databases, logs and secrets of this clone; the shared cache of jars stays.
clean: down
	@test ! -x .venv/bin/python || $(CALANQUE) stack clean

lint: setup
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

# After a change of pyproject.toml: the lock is hash-pinned and names no registry.
lock:
	@.venv/bin/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header -q -o requirements.lock
