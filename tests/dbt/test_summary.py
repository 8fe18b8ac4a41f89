"""What a dbt run leaves is read into sentences: no stack, no dbt."""

from pathlib import Path
from typing import Any

import pytest

from calanque.engines import dbt

MANIFEST = {"nodes": {"model.calanque.fct_incidents": {"schema": "marts", "alias": "fct_incidents"}}}


def row(unique_id: str, status: str, message: str | None = None, failures: int | None = None) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "message": message, "failures": failures, "execution_time": 1.26}


def summarise(*rows: dict[str, Any]) -> dbt.DbtSummary:
    return dbt.summarise({"results": list(rows)}, MANIFEST, 2.04, Path("target"))


def test_a_good_run_is_counted() -> None:
    found = summarise(
        row("model.calanque.fct_incidents", "success"),
        row("test.calanque.unique_fct_incidents_incident_id.1a2b", "pass", failures=0),
        row("unit_test.calanque.fct_incidents.flagged_once", "pass"),
    )
    assert (found.models_built, found.tests_passed, found.tests_failed) == (("marts.fct_incidents",), 2, 0)
    assert (found.seconds, found.slowest_s["fct_incidents"], found.failures) == (2.0, 1.3, ())


VIOLATION = (
    "Database Error [DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint weeks_start_on_monday (…) violated by row "
    "with values: - neighbourhood : Somewhere JVM stacktrace: at org.apache"
)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        pytest.param(
            row("test.calanque.unique_fct_incidents_incident_id.1a2b", "fail", "Got 3 results", 3),
            "The dbt test 'unique_fct_incidents_incident_id' failed: 3 rows break it.",
            id="data test",
        ),
        pytest.param(
            row("model.calanque.fct_incidents", "error", VIOLATION),
            "The dbt model 'fct_incidents' could not run: [DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] "
            "constraint weeks_start_on_monday.",
            id="constraint, without the row's values",
        ),
        pytest.param(
            row("model.calanque.fct_incidents", "error", "[CAST_INVALID_INPUT] The value 'DUPONT' of type STRING"),
            "The dbt model 'fct_incidents' could not run: [CAST_INVALID_INPUT].",
            id="cast, without the value",
        ),
        pytest.param(
            row(
                "model.calanque.fct_incidents",
                "error",
                "Runtime Error in model fct_incidents (models/f.sql)\n  Socket closed",
            ),
            "The dbt model 'fct_incidents' could not run: Spark stopped answering; look at 'calanque stack status', "
            "then run the task again.",
            id="engine lost",
        ),
        pytest.param(
            row("model.calanque.fct_incidents", "error", "[TABLE_OR_VIEW_NOT_FOUND] `bronze`.`f`\nJVM stacktrace:\nat"),
            "The dbt model 'fct_incidents' could not run: [TABLE_OR_VIEW_NOT_FOUND] `bronze`.`f`.",
            id="missing table, with its name",
        ),
    ],
)
def test_a_failure_is_one_sentence_that_names_its_node(result: dict[str, Any], sentence: str) -> None:
    found = summarise(result)
    assert found.failures == (sentence,)
