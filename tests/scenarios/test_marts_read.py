"""A mart that fails its gate, while an analyst reads: nobody ever sees it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from calanque.contracts.gates import Expectation
from calanque.demo.run import DemoRun
from calanque.engines import delta, spark, trino
from calanque.errors import CalanqueError
from calanque.marts import build, gate
from calanque.runs import state
from calanque.runs.gates import newest_checks
from ml import marts
from ml.risk.forecast_mart import FORECAST

QUERY = "select count(*), max(occurred_at), count(distinct cell_id) from fct_incidents where territory = 'chicago'"
IMPOSSIBLE = Expectation(
    expectation="expect_table_row_count_to_be_between", kwargs={"max_value": 1}, severity="critical"
)


@pytest.fixture
def run_id(first: DemoRun) -> Iterator[str]:
    """A run whose gate results are forgotten afterwards."""
    yield "fails"
    spark.rows("delete from governance.gate_result where batch_id = 'fails'")


def test_a_reader_never_sees_a_mart_that_fails_its_gate(run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load_gate = gate.load_gate

    def gate_of(mart: str, tier: str) -> Any:
        found = load_gate(mart, tier)
        more = (IMPOSSIBLE,) if mart == "fct_incidents" else ()
        return found.model_copy(update={"expectations": (*found.expectations, *more)})

    monkeypatch.setattr(gate, "load_gate", gate_of)
    monkeypatch.setattr(state, "unchanged", lambda *_: False)
    monkeypatch.setattr(build, "touched_weeks", lambda *_: None)
    seen: list[tuple[Any, ...]] = []
    done = threading.Event()

    def read() -> None:
        while not done.wait(0.2):
            seen.extend(trino.query(QUERY))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with pytest.raises(CalanqueError, match=r"The gate of the marts is not passed\. fct_incidents: "):
            build.build_domain("incidents", "chicago", run_id)
    finally:
        done.set()
        reader.join(60)
    # The rows were built, where no reader looks; and they were asked for all the while.
    assert spark.rows("select count(*) as n from silver__incidents_chicago.fct_incidents")[0].n == seen[0][0]
    assert [check.name for check in newest_checks("fct_incidents", run_id) if not check.success] == [
        IMPOSSIBLE.expectation
    ]
    assert len(seen) > 10
    assert len(set(seen)) == 1


def test_a_reader_never_sees_a_forecast_that_fails_its_gate(run_id: str) -> None:
    week = spark.rows(f"select max(week_start_date) as week from {FORECAST.name} where territory = 'chicago'")[0].week
    of_week = f"territory = 'chicago' and week_start_date = date '{week}'"
    frame = spark.sql(f"select * from {FORECAST.name} where {of_week}").toPandas()
    query = f"select count(*), max(expected_count) from fct_forecast where {of_week}"
    before, version = trino.query(query), delta.data_version(FORECAST.name)
    with pytest.raises(CalanqueError, match=r"fct_forecast: .* on expected_count fails \(1 of [\d,]+ rows break it\)"):
        marts.write_week(
            [(FORECAST, frame.assign(expected_count=[900.0, *frame.expected_count[1:]]))],
            "chicago",
            week,
            "test",
            run_id,
        )
    assert (trino.query(query), delta.data_version(FORECAST.name)) == (before, version)
