"""What an engineer reads of a dbt run: each model in one line, each failure with the page of its model."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calanque.engines.dbt_summary import FAILED, table_of, tested_node
from calanque.settings import settings

_SUCCESS = "success"
# dbt says of each node that it starts, and of each test that it passes; the line of its model says so in one figure.
_ROUTINE = re.compile(r" START | PASS |^\d\d:\d\d:\d\d$")
log = logging.getLogger(__name__)


def is_routine(line: str) -> bool:
    """Tell whether a line of dbt says nothing that the summary will not say."""
    return bool(_ROUTINE.search(line))


def log_nodes(results: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    """Log what became of each model and its tests, then where to read the SQL of those that failed.

    Args:
        results: the rows of dbt's `run_results.json`.
        manifest: dbt's `manifest.json`.
        counts: rows by table (tier.name); a view has none.
    """
    for line in model_lines(results, manifest, counts):
        log.info("%s", line)
    for row in results:
        if row["status"] in FAILED:
            name = str(tested_node(row["unique_id"], manifest)).rpartition(".")[2]
            log.error("%s failed; its SQL: %s/calanque/models/%s", row["unique_id"], settings().airflow_url, name)


def model_lines(
    results: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any], counts: Mapping[str, int]
) -> Iterator[str]:
    """Yield one line a model: `marts.dim_cell: 3,200 rows in 8.1 s, 6 of 6 tests pass.` for example."""
    tests: dict[str, list[str]] = defaultdict(list)
    for row in results:
        # A unit test is of the SQL, and of no row: the page of the lake counts none either.
        if row["unique_id"].startswith("test."):
            tests[tested_node(row["unique_id"], manifest)].append(row["status"])
    for row in results:
        if row["unique_id"].startswith("model."):
            tested = _tested(tests[row["unique_id"]])
            yield f"{table_of(row['unique_id'], manifest)}: {_built(row, manifest, counts)}{tested}."


def _built(row: Mapping[str, Any], manifest: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    if row["status"] != _SUCCESS:
        return "skipped" if row["status"] == "skipped" else "NOT built"
    count = counts.get(table_of(row["unique_id"], manifest))
    return f"{'view' if count is None else f'{count:,} rows'} in {row['execution_time']:.1f} s"


def _tested(statuses: Sequence[str]) -> str:
    passed = sum(status in {"pass", "warn"} for status in statuses)
    return f", {passed} of {len(statuses)} tests pass" if statuses else ", no test"
