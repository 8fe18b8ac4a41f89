"""The habits of the house: format, lint, types, SQL, import direction, sizes."""

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("calanque", "ml", "dags", "tests", "benchmarks")
MODULES = sorted(path for folder in ("calanque", "ml", "dags") for path in (ROOT / folder).rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
# Functions that may be longer, each with its reason.
LONG_FUNCTIONS: dict[str, str] = {
    "feed_dag": "the DAG of a feed: its tasks are declared inside, each a few lines",
    "make_dag": "holds feed_dag",
}
DRAWERS = {"utils", "common", "helpers", "misc"}


TOOLS = {
    "types": ("-m", "mypy", "--cache-dir", os.devnull),
    "format": ("-m", "ruff", "format", "--check", *CODE),
    "lint": ("-m", "ruff", "check", *CODE),
    "import-direction": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS.keys())
def test_tool_finds_nothing(command: tuple[str, ...]) -> None:
    finds_nothing(*command)


def finds_nothing(*command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


ENGINE_OF = {
    # Whoever asks the engine, and the engine.
    "pyspark": ("engines/spark.py", "stack/engine.py"),
    "great_expectations": ("engines/gx.py",),
    "presidio_analyzer": ("privacy/presidio.py", "privacy/presidio_engines.py"),
    "presidio_anonymizer": ("privacy/presidio_engines.py",),
    "mlflow": ("engines/tracking.py", "engines/tracking_client.py", "engines/tracking_server.py"),
    "trino": ("engines/trino.py",),
    "hdfs": ("engines/hdfs.py",),
    "deltalake": ("engines/delta_files.py", "engines/deltars.py"),
    "openlineage": ("engines/lineage.py",),
}
# pyspark's and Trino's folders: no session is opened there.
SETUP = {"stack/setup.py", "stack/configuration.py"}


@cache
def runtime_imports(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    guarded = {child for guard in guards for child in ast.walk(guard)}
    names = set()
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("library", sorted(ENGINE_OF))
def test_one_engine_module_imports_the_library(library: str) -> None:
    users = {
        str(path.relative_to(ROOT / "calanque"))
        if path.is_relative_to(ROOT / "calanque")
        else str(path.relative_to(ROOT))
        for path in MODULES
        if library in runtime_imports(path)
    }
    assert users - SETUP == set(ENGINE_OF[library])
    assert len(MODULES) > 50


STARTS = {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}


def started_with_everything(tree: ast.Module) -> list[int]:
    """Return the lines that start a program with the whole environment of this one."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in STARTS
        and "env" not in {keyword.arg for keyword in node.keywords}
    ]


def test_a_program_is_told_its_environment() -> None:
    """So that whoever writes it takes out where the keys are: see `keyless`."""
    found = {
        str(path.relative_to(ROOT)): started_with_everything(ast.parse(path.read_text("utf-8"))) for path in MODULES
    }
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert started_with_everything(ast.parse("import subprocess\nsubprocess.run(['pip'], check=True)")) == [2]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert path.stem not in DRAWERS
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in LONG_FUNCTIONS:
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_sql_lint_finds_nothing() -> None:
    """Last, for the other worker: the first one reads types all the while."""
    finds_nothing("-m", "sqlfluff", "lint", "dbt/models", "dbt/tests", "dbt/macros")
