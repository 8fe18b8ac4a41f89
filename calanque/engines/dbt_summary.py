"""What one dbt run did, read from its artefacts, in sentences without any value of a row."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from calanque.closed import Closed
from calanque.engines import spark
from calanque.engines.dbt_contracts import Described
from calanque.errors import CalanqueError

FAILED = frozenset({"error", "fail", "runtime error"})
_KINDS = {"model": "model", "test": "test", "unit_test": "unit test", "snapshot": "snapshot", "seed": "seed"}
# Tests by this name read a table once for all its conditions: dbt/tests/generic/rows_hold.sql.
_CONDITIONS = "_rows_hold"
_ERROR_CLASS = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]")
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


class DbtSummary(Closed):
    """What one dbt run did.

    `row_counts` is by table (tier.name), `described` by model, `failures` holds one sentence per failed model or test,
    `target_dir` the artefacts that lineage reads.
    """

    models_built: tuple[str, ...]
    tests_passed: int
    row_counts: dict[str, int]
    failures: tuple[str, ...]
    target_dir: Path
    described: dict[str, Described] = Field(default_factory=dict)


def summarise(results: dict[str, Any], manifest: dict[str, Any], target: Path) -> DbtSummary:
    """Read dbt's `run_results.json` (v6) and `manifest.json` (v12) into a summary; row counts are left empty."""
    rows = results["results"]
    models = [row for row in rows if row["unique_id"].startswith("model.") and row["status"] == "success"]
    tests = [row for row in rows if row["unique_id"].split(".")[0] in {"test", "unit_test"}]
    return DbtSummary(
        models_built=tuple(table_of(row["unique_id"], manifest) for row in models),
        tests_passed=sum(row["status"] in {"pass", "warn"} for row in tests),
        row_counts={},
        failures=tuple(_sentences(rows)),
        target_dir=target,
    )


def table_of(unique_id: str, manifest: Mapping[str, Any]) -> str:
    """Return the table of a node of the manifest."""
    node = manifest["nodes"][unique_id]
    return f"{node['schema']}.{node['alias']}"


def tested_node(unique_id: str, manifest: Mapping[str, Any]) -> str:
    """Return the node that a test is of, and a model itself.

    A generic test is of the node it is attached to, a singular one of that of its nodes with which its name begins:
    `fct_territory_week_adds_up` reads three marts, and is of `fct_territory_week`.
    """
    if unique_id.startswith("model."):
        return unique_id
    node = manifest["nodes"].get(unique_id) or manifest.get("unit_tests", {}).get(unique_id) or {}
    if attached := node.get("attached_node"):
        return str(attached)
    read = node.get("depends_on", {}).get("nodes") or [unique_id]
    named = [one for one in read if _name(unique_id).startswith(one.rpartition(".")[2])]
    return str(max(named, key=len, default=read[-1]))


def _name(unique_id: str) -> str:
    """Return the name in `model.project.NAME`, `test.project.NAME.hash` or `unit_test.project.model.NAME`."""
    parts = unique_id.split(".")
    return parts[3] if parts[0] == "unit_test" else parts[2]


def _sentences(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        kind, name = row["unique_id"].split(".")[0], _name(row["unique_id"])
        if row["status"] == "fail":
            found = f"{row.get('failures')} rows break it" if row.get("failures") else reason_of(row.get("message"))
            if name.endswith(_CONDITIONS):
                found = _broken(row["compiled_code"])
            yield f"The dbt {_KINDS.get(kind, kind)} '{name}' failed: {found}."
        elif row["status"] in FAILED:
            yield f"The dbt {_KINDS.get(kind, kind)} '{name}' could not run: {reason_of(row.get('message'))}."


def _broken(query: str) -> str:
    """Return the conditions that a test of a whole table has found broken: it gives them by name, and no row."""
    try:
        found = spark.rows(query)
    except CalanqueError:
        raise
    except Exception as error:
        raise CalanqueError(spark.sentence_of(error, "asking which conditions are broken")) from None
    return ", ".join(f"{row.broken_count:,} rows break '{row.condition}'" for row in found)


def reason_of(message: str | None) -> str:
    """Keep the start of a message, on one line, without Java's stack and without any value of a row."""
    text = " ".join((message or "no reason given").split("JVM stacktrace")[0].split())
    if spark.LOST.search(text) or "stopped SparkContext" in text:
        return "Spark stopped answering; look at 'calanque stack status', then run the task again"
    return without_values(_PLACE.sub("", text))[:300].rstrip(". ")


def without_values(text: str) -> str:
    """Return a text of the engine's cut at its class, unless it is about names alone: it may quote a row."""
    found = _ERROR_CLASS.search(text)
    if found is None or found[1].startswith(_ABOUT_NAMES):
        return text
    constraint = _CONSTRAINT.search(text, found.end())
    return f"{text[: found.end()]}{f' constraint {constraint[1]}' if constraint else ''}"
