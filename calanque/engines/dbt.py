"""Runs dbt in a process of its own, over the Spark door, and says in sentences what it found."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from calanque.engines import dbt_log, delta, spark
from calanque.engines.dbt_contracts import Described, check_contracts, descriptions
from calanque.engines.spark import LOST as _LOST
from calanque.engines.spark import UNCOMMITTED as _UNCOMMITTED
from calanque.errors import CalanqueError
from calanque.settings import keyless, settings

AFTER_FORECAST = "tag:after_forecast"
# Unit tests say what the SQL does to rows of their own: they are for whoever changes it, and take half of a build.
LEFT_OUT = f"{AFTER_FORECAST} resource_type:unit_test"
LIMIT_S = 3_600
# It loads what it needs before it is told what to do: whoever starts it has work of its own meanwhile.
_ENTRY = (
    "import json, sys; from dbt.cli.main import cli; import dbt.adapters.spark, pyspark.sql.connect.session; "
    "cli(json.loads(sys.stdin.readline()))"
)
_FAILED = frozenset({"error", "fail", "runtime error"})
_KINDS = {"model": "model", "test": "test", "unit_test": "unit test", "snapshot": "snapshot", "seed": "seed"}
# Tests by this name read a table once for all its conditions: dbt/tests/generic/rows_hold.sql.
_CONDITIONS = "_rows_hold"
_ERROR_CLASS = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]")
_TIMED = re.compile(r"\d\d:\d\d:\d\d  ")
_CONSTRAINT = re.compile(r"constraint (\w+)", re.IGNORECASE)
# Spark's texts about names and types; every other text may quote the value of a row, and is cut at its class.
_ABOUT_NAMES = (
    "UNRESOLVED",
    "TABLE_OR_VIEW",
    "SCHEMA_NOT",
    "PARSE_SYNTAX",
    "DATATYPE_MISMATCH",
    "MISSING_",
    "AMBIGUOUS",
)
_PLACE = re.compile(r"^(Runtime|Database|Compilation) Error( in [a-z_]+ \S+ \([^)]*\))?:? *")
log = logging.getLogger(__name__)


class _LeftoversError(CalanqueError):
    """Tables that cannot be created because a killed writer left files without a log."""

    def __init__(self, tables: Sequence[str], sentence: str) -> None:
        super().__init__(sentence)
        self.tables = tables


class DbtSummary(BaseModel):
    """What one dbt run did.

    `row_counts` is by table (tier.name), `described` by model, `failures` holds one sentence per failed model or test,
    `target_dir` the artefacts that lineage reads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    models_built: tuple[str, ...]
    tests_passed: int
    tests_failed: int
    skipped: int
    seconds: float
    slowest_s: dict[str, float]
    row_counts: dict[str, int]
    failures: tuple[str, ...]
    target_dir: Path
    described: dict[str, Described] = {}


def build(
    target_dir: Path,
    select: str | None = None,
    variables: Mapping[str, Any] | None = None,
    territories: Sequence[str] = (),
    exclude: str = LEFT_OUT,
    prebuilt: str | None = None,
    prepare: Callable[[], None] = lambda: None,
) -> DbtSummary:
    """Build the selected models and test their rows.

    Args:
        target_dir: folder of the build: its `project` is what dbt reads, and the artefacts go beside it.
        select: a dbt selector, such as `+fct_cell_week`; all by default.
        variables: what the project asks of the runner, such as the `schema`; with others than the last time dbt reads
            the whole project again.
        territories: the cities whose places are built.
        exclude: selectors of what is left out, by default what is tested elsewhere.
        prebuilt: selector of models that are there already: tests of one of them and a built one run.
        prepare: makes the project and the schema, while dbt starts.

    Raises:
        CalanqueError: when a model or a test failed; names it and its reason.
    """
    # Otherwise a test of two models is for the build that makes both.
    selection = ["--indirect-selection", "buildable" if prebuilt else "cautious"]
    selection += ["--select", select] if select else []
    selection += ["--exclude", f"{exclude} {prebuilt}" if prebuilt else exclude]
    try:
        return _run("build", selection, variables, target_dir, territories, prepare)
    except _LeftoversError as found:
        for table in found.tables:
            delta.remove_uncommitted(table)
            log.warning("Removed the files of %s, whose first writer was killed; building again.", table)
        return _run("build", selection, variables, target_dir, territories)


def check_forecast(target_dir: Path, variables: Mapping[str, Any] | None = None, exclude: str = "") -> DbtSummary:
    """Run the keys, relations and arithmetic of the marts that ml/ writes, once it has; arguments as of `build`.

    Raises:
        CalanqueError: when a test failed; names it and its reason.
    """
    left_out = ("--exclude", exclude) if exclude else ()
    return _run("test", ("--select", AFTER_FORECAST, *left_out), variables, target_dir)


def build_dir(name: str) -> Path:
    """Return the folder of a build under the installation's home, one by name so that two runs do not mix."""
    return settings().home / "dbt" / name


def project_dir(target_dir: Path) -> Path:
    """Return the folder of the project that a build reads."""
    return target_dir / "project"


def _run(
    command: str,
    selection: Sequence[str],
    variables: Mapping[str, Any] | None,
    target: Path,
    territories: Sequence[str] = (),
    prepare: Callable[[], None] = lambda: None,
) -> DbtSummary:
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    started_s = time.monotonic()
    last_lines = _follow(_arguments(command, selection, variables or {}, target), _environment(territories), prepare)
    if not results_file.is_file():
        raise CalanqueError(f"dbt stopped before running anything: {_reason(' '.join(last_lines))}")
    results = json.loads(results_file.read_text(encoding="utf-8"))
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    summary = summarise(results, manifest, time.monotonic() - started_s, target)
    commits = {table: commit for table in summary.models_built if (commit := delta.last_data_commit(table))}
    counts = {table: commit.row_count for table, commit in commits.items() if commit.row_count is not None}
    dbt_log.log_nodes(results["results"], manifest, counts)
    _raise_failures(summary, results["results"], manifest)
    check_contracts(manifest, commits)
    return summary.model_copy(update={"row_counts": counts, "described": descriptions(manifest)})


def _raise_failures(summary: DbtSummary, rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> None:
    sentence = " ".join(summary.failures)
    leftovers = [_table(row["unique_id"], manifest) for row in rows if _UNCOMMITTED in (row.get("message") or "")]
    if leftovers:
        raise _LeftoversError(leftovers, sentence)
    if summary.failures:
        raise CalanqueError(sentence)


def _arguments(command: str, selection: Sequence[str], variables: Mapping[str, Any], target: Path) -> list[str]:
    folder = str(project_dir(target))
    arguments = ["--log-path", str(settings().logs / "dbt"), command]
    arguments += ["--project-dir", folder, "--profiles-dir", folder, "--target-path", str(target)]
    return [*arguments, "--vars", json.dumps(dict(variables)), *selection]


def _environment(territories: Sequence[str]) -> dict[str, str]:
    return {
        **keyless(os.environ),
        "SPARK_REMOTE": settings().spark_remote,
        "CALANQUE_HDFS_URI": settings().hdfs_uri,
        "CALANQUE_TERRITORIES": ",".join(territories),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
        "PYTHONWARNINGS": "ignore",
    }


def _follow(arguments: Sequence[str], environment: dict[str, str], prepare: Callable[[], None]) -> list[str]:
    """Log dbt's lines as they come and return the last ones; the door's key never reaches a log."""
    secret = environment["SPARK_REMOTE"]
    lines: list[str] = []
    with _within_limit((sys.executable, "-c", _ENTRY), environment) as process:
        prepare()
        with suppress(BrokenPipeError):  # one that could not start says why
            os.write(process.stdin.fileno(), f"{json.dumps(arguments)}\n".encode())  # type: ignore[union-attr]
        for line in process.stdout or ():
            if _TIMED.match(line):  # a continuation line may list the values of a row
                lines = [*lines[-4:], _without_values(line.replace(secret, "***").strip())]
                if not dbt_log.is_routine(lines[-1]):
                    log.info("dbt: %s", lines[-1])
    return lines


@contextmanager
def _within_limit(arguments: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start dbt, and end it at its limit, or when what follows it is ended; a task must not wait for it for ever."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter with our own arguments
        arguments,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            process.kill()

        clock = threading.Timer(LIMIT_S, end)
        clock.start()
        try:
            yield process
        except BaseException:  # a time limit of the task, or a stop from outside
            process.kill()
            raise
        finally:
            clock.cancel()
    if is_late.is_set():
        raise CalanqueError(
            f"dbt was stopped after {LIMIT_S // 60} minutes: look at 'calanque stack logs spark', then clear the task."
        )


def summarise(results: dict[str, Any], manifest: dict[str, Any], seconds: float, target: Path) -> DbtSummary:
    """Read dbt's `run_results.json` (v6) and `manifest.json` (v12) into a summary; row counts are left empty."""
    rows = results["results"]
    models = [row for row in rows if row["unique_id"].startswith("model.") and row["status"] == "success"]
    tests = [row for row in rows if row["unique_id"].split(".")[0] in {"test", "unit_test"}]
    return DbtSummary(
        models_built=tuple(_table(row["unique_id"], manifest) for row in models),
        tests_passed=sum(row["status"] in {"pass", "warn"} for row in tests),
        tests_failed=sum(row["status"] in _FAILED for row in tests),
        skipped=sum(row["status"] == "skipped" for row in rows),
        seconds=round(seconds, 1),
        slowest_s={
            _name(row["unique_id"]): round(row["execution_time"], 1)
            for row in sorted(rows, key=lambda row: -row["execution_time"])[:5]
        },
        row_counts={},
        failures=tuple(_sentences(rows)),
        target_dir=target,
    )


def _table(unique_id: str, manifest: dict[str, Any]) -> str:
    node = manifest["nodes"][unique_id]
    return f"{node['schema']}.{node['alias']}"


def _name(unique_id: str) -> str:
    """Return the name in `model.project.NAME`, `test.project.NAME.hash` or `unit_test.project.model.NAME`."""
    parts = unique_id.split(".")
    return parts[3] if parts[0] == "unit_test" else parts[2]


def _sentences(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        kind, name = row["unique_id"].split(".")[0], _name(row["unique_id"])
        if row["status"] == "fail":
            found = f"{row.get('failures')} rows break it" if row.get("failures") else _reason(row.get("message"))
            if name.endswith(_CONDITIONS):
                found = _broken(row["compiled_code"])
            yield f"The dbt {_KINDS.get(kind, kind)} '{name}' failed: {found}."
        elif row["status"] in _FAILED:
            yield f"The dbt {_KINDS.get(kind, kind)} '{name}' could not run: {_reason(row.get('message'))}."


def _broken(query: str) -> str:
    """Return the conditions that a test of a whole table has found broken: it gives them by name, and no row."""
    try:
        found = spark.rows(query)
    except CalanqueError:
        raise
    except Exception as error:
        raise CalanqueError(spark.sentence_of(error, "asking which conditions are broken")) from None
    return ", ".join(f"{row.broken_count:,} rows break '{row.condition}'" for row in found)


def _reason(message: str | None) -> str:
    """Keep the start of a message, on one line, without Java's stack and without any value of a row."""
    text = " ".join((message or "no reason given").split("JVM stacktrace")[0].split())
    if _LOST.search(text) or "stopped SparkContext" in text:
        return "Spark stopped answering; look at 'calanque stack status', then run the task again"
    return _without_values(_PLACE.sub("", text))[:300].rstrip(". ")


def _without_values(text: str) -> str:
    found = _ERROR_CLASS.search(text)
    if found is None or found[1].startswith(_ABOUT_NAMES):
        return text
    constraint = _CONSTRAINT.search(text, found.end())
    return f"{text[: found.end()]}{f' constraint {constraint[1]}' if constraint else ''}"
