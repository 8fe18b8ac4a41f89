"""What a dbt run leaves is read into sentences: no stack, no dbt."""

from pathlib import Path
from typing import Any

import pytest
from openlineage.common.provider.dbt.processor import DbtRunContext

from calanque.engines import dbt_log, dbt_summary
from calanque.engines.lineage import _SessionArtifactProcessor
from calanque.settings import settings

MANIFEST = {"nodes": {"model.calanque.fct_incidents": {"schema": "marts", "alias": "fct_incidents"}}}


def row(unique_id: str, status: str, message: str | None = None, failures: int | None = None) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "message": message, "failures": failures, "execution_time": 1.26}


def summarise(*rows: dict[str, Any]) -> dbt_summary.DbtSummary:
    return dbt_summary.summarise({"results": list(rows)}, MANIFEST, Path("target"))


def test_a_good_run_is_counted() -> None:
    found = summarise(
        row("model.calanque.fct_incidents", "success"),
        row("test.calanque.unique_fct_incidents_incident_id.1a2b", "pass", failures=0),
        row("unit_test.calanque.fct_incidents.flagged_once", "pass"),
    )
    assert (found.models_built, found.tests_passed, found.failures) == (("marts.fct_incidents",), 2, ())


FCT = "model.calanque.fct_incidents"
COULD_NOT = "The dbt model 'fct_incidents' could not run"
VIOLATION = (
    "Database Error [DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint weeks_start_on_monday (…) violated by row "
    "with values: - neighbourhood : Somewhere JVM stacktrace: at org.apache"
)
AWAY = "Spark stopped answering; look at 'calanque stack status', then run the task again."
ERRORS = {
    "constraint-without-the-row's-values": (
        VIOLATION,
        "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] constraint weeks_start_on_monday.",
    ),
    "cast-without-the-value": ("[CAST_INVALID_INPUT] The value 'DUPONT' of type STRING", "[CAST_INVALID_INPUT]."),
    "engine-lost": ("Runtime Error in model fct_incidents (models/f.sql)\n  Socket closed", AWAY),
    "missing-table-with-its-name": (
        "[TABLE_OR_VIEW_NOT_FOUND] `bronze`.`f`\nJVM stacktrace:\nat",
        "[TABLE_OR_VIEW_NOT_FOUND] `bronze`.`f`.",
    ),
}


@pytest.mark.parametrize(("message", "sentence"), ERRORS.values(), ids=ERRORS.keys())
def test_a_model_that_fails_is_one_sentence_that_names_it(message: str, sentence: str) -> None:
    assert summarise(row(FCT, "error", message)).failures == (f"{COULD_NOT}: {sentence}",)


def test_a_test_that_fails_is_one_sentence_that_counts_its_rows() -> None:
    found = summarise(row("test.calanque.unique_fct_incidents_incident_id.1a2b", "fail", "Got 3 results", 3))
    assert found.failures == ("The dbt test 'unique_fct_incidents_incident_id' failed: 3 rows break it.",)


LOGGED = {
    "nodes": {
        "model.calanque.dim_cell": {"schema": "marts", "alias": "dim_cell"},
        "model.calanque.stg_cells": {"schema": "silver", "alias": "stg_cells"},
        "test.calanque.unique_dim_cell.1a": {
            "attached_node": "model.calanque.dim_cell",
            "depends_on": {"nodes": ["model.calanque.dim_cell"]},
        },
        "test.calanque.dim_cell_adds_up": {
            "depends_on": {"nodes": ["model.calanque.dim_cell", "model.calanque.stg_cells"]}
        },
    },
    "unit_tests": {"unit_test.calanque.stg_cells.floors": {"depends_on": {"nodes": ["model.calanque.stg_cells"]}}},
}
RAN = [
    row("model.calanque.dim_cell", "success"),
    row("model.calanque.stg_cells", "success"),
    row("test.calanque.unique_dim_cell.1a", "fail", failures=3),
    row("test.calanque.dim_cell_adds_up", "pass"),
    row("unit_test.calanque.stg_cells.floors", "pass"),
]


def test_a_run_is_logged_model_by_model_and_leads_to_the_sql_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    dbt_log.log_nodes(RAN, LOGGED, {"marts.dim_cell": 3200})
    said = [(record.levelname, record.message.replace(settings().airflow_url, "")) for record in caplog.records]
    assert said == [
        ("INFO", "marts.dim_cell: 3,200 rows in 1.3 s, 1 of 2 tests pass."),
        ("INFO", "silver.stg_cells: view in 1.3 s, no test."),
        ("ERROR", "test.calanque.unique_dim_cell.1a failed; its SQL: /calanque/models/dim_cell"),
    ]


def test_the_log_and_the_events_count_a_test_for_the_same_model() -> None:
    """The stock class takes the last in the alphabet of those a test reads, and the log took the last in its SQL."""
    parents = {
        name: sorted(node["depends_on"]["nodes"]) for name, node in LOGGED["nodes"].items() if name.startswith("test.")
    }
    context = DbtRunContext(manifest={**LOGGED, "parent_map": parents}, run_results={"results": RAN})
    nodes = {name: {"name": name.split(".")[2], **node} for name, node in LOGGED["nodes"].items()}
    processor = _SessionArtifactProcessor.__new__(_SessionArtifactProcessor)
    found = {name: len(told) for name, told in processor.parse_assertions(context, nodes).items()}
    assert found == {"model.calanque.dim_cell": 2}
    assert dbt_summary.tested_node("test.calanque.dim_cell_adds_up", LOGGED) == "model.calanque.dim_cell"


@pytest.mark.parametrize(
    ("status", "said"),
    [pytest.param("error", "NOT built", id="error"), pytest.param("skipped", "skipped", id="skipped")],
)
def test_a_model_that_was_not_built_says_so(status: str, said: str) -> None:
    (line,) = dbt_log.model_lines([row("model.calanque.dim_cell", status)], LOGGED, {})
    assert line == f"marts.dim_cell: {said}, no test."


@pytest.mark.parametrize(
    ("line", "is_routine"),
    [
        pytest.param("08:22:07  3 of 35 START sql view model silver.a ... [RUN]", True, id="start"),
        pytest.param("08:22:11  6 of 35 PASS not_null_a_b ... [PASS in 2.62s]", True, id="pass"),
        pytest.param("08:22:04", True, id="empty"),
        pytest.param("08:22:08  3 of 35 OK created sql view model silver.a ... [OK in 0.63s]", False, id="built"),
        pytest.param("08:22:08  4 of 35 FAIL 3 not_null_a_b ... [FAIL 3 in 0.63s]", False, id="fail"),
        pytest.param("08:23:14  Done. PASS=35 WARN=0 ERROR=0", False, id="total"),
    ],
)
def test_what_the_summary_says_again_is_not_logged(line: str, is_routine: bool) -> None:
    assert dbt_log.is_routine(line) is is_routine
