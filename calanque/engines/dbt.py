"""Runs dbt in a process of its own, over the Spark door, and says in sentences what it found."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from calanque.engines import dbt_log, delta
from calanque.engines.dbt_contracts import check_contracts, descriptions
from calanque.engines.dbt_summary import DbtSummary, reason_of, summarise, table_of, without_values
from calanque.engines.spark import UNCOMMITTED as _UNCOMMITTED
from calanque.engines.spark import plan_settings
from calanque.errors import CalanqueError
from calanque.settings import keyless, settings

AFTER_FORECAST = "tag:after_forecast"
# Unit tests say what the SQL does to rows of their own: they are for whoever changes it, and take half of a build.
LEFT_OUT = f"{AFTER_FORECAST} resource_type:unit_test"
LIMIT_S = 3_600
# It loads what it needs before it is told what to do: whoever starts it has work of its own meanwhile. That one holds
# the other end of its input, which ends when that one does, however it was killed: dbt must not write on without it.
_ENTRY = (
    "import json, os, sys, threading; from dbt.cli.main import cli; "
    "import dbt.adapters.spark, pyspark.sql.connect.session; arguments = json.loads(sys.stdin.readline()); "
    "threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start(); cli(arguments)"
)
_TIMED = re.compile(r"\d\d:\d\d:\d\d  ")
log = logging.getLogger(__name__)


class _LeftoversError(CalanqueError):
    """Tables that cannot be created because a killed writer left files without a log."""

    def __init__(self, tables: Sequence[str], sentence: str) -> None:
        super().__init__(sentence)
        self.tables = tables


def build(
    target_dir: Path,
    select: str | None = None,
    variables: Mapping[str, Any] | None = None,
    territories: Sequence[str] = (),
    exclude: str = LEFT_OUT,
    prebuilt: str | None = None,
    prepare: Callable[[], None] = lambda: None,
    row_count: int = 0,
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
        row_count: rows that the models read, about: of many, their plans are compiled.

    Raises:
        CalanqueError: when a model or a test failed; names it and its reason.
    """
    # Otherwise a test of two models is for the build that makes both.
    selection = ["--indirect-selection", "buildable" if prebuilt else "cautious"]
    selection += ["--select", select] if select else []
    selection += ["--exclude", f"{exclude} {prebuilt}" if prebuilt else exclude]
    try:
        return _run("build", selection, variables, target_dir, territories, prepare, row_count)
    except _LeftoversError as found:
        for table in found.tables:
            delta.remove_uncommitted(table)
            log.warning("Removed the files of %s, whose first writer was killed; building again.", table)
        return _run("build", selection, variables, target_dir, territories, row_count=row_count)


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
    row_count: int = 0,
) -> DbtSummary:
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    environment = _environment(territories, row_count)
    last_lines = _follow(_arguments(command, selection, variables or {}, target), environment, prepare)
    if not results_file.is_file():
        raise CalanqueError(f"dbt stopped before running anything: {reason_of(' '.join(last_lines))}")
    results = json.loads(results_file.read_text(encoding="utf-8"))
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    summary = summarise(results, manifest, target)
    commits = delta.last_data_commits(summary.models_built)
    counts = {table: commit.row_count for table, commit in commits.items() if commit.row_count is not None}
    dbt_log.log_nodes(results["results"], manifest, counts)
    _raise_failures(summary, results["results"], manifest)
    check_contracts(manifest, commits)
    return summary.model_copy(update={"row_counts": counts, "described": descriptions(manifest)})


def _raise_failures(summary: DbtSummary, rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> None:
    sentence = " ".join(summary.failures)
    leftovers = [table_of(row["unique_id"], manifest) for row in rows if _UNCOMMITTED in (row.get("message") or "")]
    if leftovers:
        raise _LeftoversError(leftovers, sentence)
    if summary.failures:
        raise CalanqueError(sentence)


def _arguments(command: str, selection: Sequence[str], variables: Mapping[str, Any], target: Path) -> list[str]:
    folder = str(project_dir(target))
    arguments = ["--log-path", str(settings().logs / "dbt"), command]
    arguments += ["--project-dir", folder, "--profiles-dir", folder, "--target-path", str(target)]
    return [*arguments, "--vars", json.dumps(dict(variables)), *selection]


def _environment(territories: Sequence[str], row_count: int) -> dict[str, str]:
    return {
        **keyless(os.environ),
        "SPARK_REMOTE": settings().spark_remote,
        "CALANQUE_HDFS_URI": settings().hdfs_uri,
        "CALANQUE_TERRITORIES": ",".join(territories),
        **dict(zip(("CALANQUE_WHOLE_STAGE", "CALANQUE_CODEGEN"), plan_settings(row_count).values(), strict=True)),
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
                lines = [*lines[-4:], without_values(line.replace(secret, "***").strip())]
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
