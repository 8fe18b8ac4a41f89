# Two commands for a new user: `make demo` and `make test`.
.PHONY: demo test proof setup up down clean lint lock

CALANQUE := .venv/bin/python -m calanque
# A worker of pytest for each level, with a lake of its own where the level needs one.
LEVELS := -o console_output_style=classic --dist each $(addprefix --tx popen//id=,stack lake unit)

demo: setup
	@$(CALANQUE) stack provision
	@$(CALANQUE) demo

# What is static first: red in minute two.
test: setup
	@.venv/bin/python -m pytest tests/static -n 2 --dist worksteal
	@$(CALANQUE) stack provision
	@timeout --kill-after=120 4980 .venv/bin/python -m pytest $(LEVELS) tests

# What needs full size, on the stack of `make demo`, with a record of what was proven; first the tests' own lakes in
# full breadth: two stacks do not fit beside one another.
proof: setup
	@$(CALANQUE) stack provision
	@.venv/bin/python -m pytest $(LEVELS) -m full tests
	@$(MAKE) demo
	@.venv/bin/python -m pytest tests/proof

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
