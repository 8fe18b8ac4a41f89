"""A mart that fails its gate, while an analyst reads: nobody ever sees it."""

import threading
from typing import Any

import pytest

from calanque.contracts.gates import Expectation
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.errors import CalanqueError
from calanque.marts import build
from calanque.runs import state

QUERY = "select count(*), max(occurred_at), count(distinct cell_id) from fct_incidents where territory = 'chicago'"
IMPOSSIBLE = Expectation(
    expectation="expect_table_row_count_to_be_between", kwargs={"max_value": 1}, severity="critical"
)


def test_a_reader_never_sees_a_mart_that_fails_its_gate(first: DemoRun, monkeypatch: pytest.MonkeyPatch) -> None:
    load_gate = build.load_gate

    def gate_of(mart: str, tier: str) -> Any:
        gate = load_gate(mart, tier)
        more = (IMPOSSIBLE,) if mart == "fct_incidents" else ()
        return gate.model_copy(update={"expectations": (*gate.expectations, *more)})

    monkeypatch.setattr(build, "load_gate", gate_of)
    monkeypatch.setattr(state, "unchanged", lambda *_: False)
    seen: list[tuple[Any, ...]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.extend(trino.query(QUERY))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with pytest.raises(CalanqueError, match=r"The gate of the marts is not passed\. fct_incidents: "):
            build.build_domain("incidents", "chicago", "fails")
    finally:
        done.set()
        reader.join(60)
    # The rows were built, where no reader looks; and they were asked for all the while.
    assert spark.rows("select count(*) as n from silver__incidents_chicago.fct_incidents")[0].n == seen[0][0]
    assert len(seen) > 10
    assert len(set(seen)) == 1
