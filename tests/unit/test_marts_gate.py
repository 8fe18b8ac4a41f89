"""A mart is gated before it is shown: where it was built, or while its rows are a frame."""

from datetime import date
from typing import Any

import pandas as pd
import pyarrow
import pytest

from calanque.contracts.gates import GateResult
from calanque.errors import CalanqueError
from calanque.marts import gate
from ml import marts
from ml.risk.model.forecast_mart import FINE, FORECAST

WEEK = date(2026, 6, 1)
GOOD = pd.DataFrame({name: [0.1, 0.2] for name in FORECAST.columns}).assign(upper_count=1, territory="here")
BAD = GOOD.assign(expected_count=[0.1, 501.0])


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[GateResult]:
    """The results that gates leave."""
    kept: list[GateResult] = []
    monkeypatch.setattr(gate.gates, "record", lambda tier, results, run_id: kept.extend(results))
    return kept


def test_a_mart_is_read_once_where_it_was_built_and_judged_city_by_city(
    monkeypatch: pytest.MonkeyPatch, recorded: list[GateResult]
) -> None:
    read: list[tuple[str, ...]] = []
    rows = pd.DataFrame({"territory": ["marseille", "toronto"], "incident_count": [1, 0], "label": ["a", "b"]}).assign(
        cell_key=1, type="assault", week_start_date=WEEK
    )

    def read_columns(table: str, columns: frozenset[str]) -> pyarrow.Table:
        read.append((table, *sorted(columns)))
        return pyarrow.Table.from_pandas(rows[sorted(columns)])

    monkeypatch.setattr(gate.deltars, "read_columns", read_columns)
    found = gate.judge("silver__here", {"fct_cell_week": {"marseille": (), "toronto": ()}}, "run")
    key = ("cell_key", "type", "week_start_date")
    assert read == [("silver__here.fct_cell_week", *sorted(("incident_count", "territory", *key)))]
    assert list(found) == [("fct_cell_week", "toronto")]
    assert "on incident_count fails (1 of 1 rows break it)" in found["fct_cell_week", "toronto"]
    assert [(one.territory, one.passed) for one in recorded] == [("marseille", True), ("toronto", False)]


def test_a_mart_without_cities_is_judged_once_and_holds_each_of_them_back(
    monkeypatch: pytest.MonkeyPatch, recorded: list[GateResult]
) -> None:
    empty = pyarrow.table({"type": pyarrow.array([], pyarrow.string())})
    monkeypatch.setattr(gate.deltars, "read_columns", lambda *_: empty)
    found = gate.judge("silver__here", {"dim_incident_type": {"marseille": (), "toronto": ()}}, "run")
    assert [(one.feed, one.territory, one.passed) for one in recorded] == [("dim_incident_type", None, False)]
    assert list(found) == [("dim_incident_type", "marseille"), ("dim_incident_type", "toronto")]


def test_a_row_that_is_there_twice_holds_back_its_own_city(
    monkeypatch: pytest.MonkeyPatch, recorded: list[GateResult]
) -> None:
    rows = pd.DataFrame({"territory": ["marseille"] * 2 + ["toronto"] * 2, "type": "assault", "week_start_date": WEEK})
    rows = rows.assign(cell_key=[1, 2, 1, 1], incident_count=1)
    monkeypatch.setattr(gate.deltars, "read_columns", lambda *_: pyarrow.Table.from_pandas(rows))
    found = gate.judge("silver__here", {"fct_cell_week": {"marseille": (), "toronto": ()}}, "run")
    said = "unique on territory, cell_key, type, week_start_date fails (2 of 2 rows break it)"
    assert found.keys() == {("fct_cell_week", "toronto")}
    assert said in found["fct_cell_week", "toronto"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The marts of ml/ that are written."""
    names: list[str] = []
    monkeypatch.setattr(marts, "_replace", lambda table, *_: names.append(table.name))
    return names


def write(*frames: tuple[Any, pd.DataFrame]) -> None:
    marts.write_week(frames, "here", WEEK, "forecast", "tonight")


def test_no_mart_of_a_week_is_written_when_the_rows_of_one_fail_their_gate(
    written: list[str], recorded: list[GateResult]
) -> None:
    with pytest.raises(CalanqueError, match=r"fct_forecast_fine: expect_column_values_to_be_between on expected_count"):
        write((FORECAST, GOOD), (FINE, BAD))
    assert written == []
    assert [(one.feed, one.batch_id, one.passed) for one in recorded] == [
        ("fct_forecast", "tonight", True),
        ("fct_forecast_fine", "tonight", False),
    ]
    with pytest.raises(CalanqueError, match="Readers keep what they had"):
        marts.write_rows([(FORECAST, BAD)], "true", "forecast", "tonight")
    with pytest.raises(CalanqueError, match="fct_forecast_fine"):
        marts.write_parts({"one day": [(FORECAST, GOOD)], "another": [(FINE, BAD)]}, "forecast", "tonight")
    assert written == []
    write((FORECAST, GOOD), (FINE, GOOD))
    assert written == [FORECAST.name, FINE.name]


def test_without_rows_nothing_is_gated_and_the_table_is_made(written: list[str], recorded: list[GateResult]) -> None:
    write((FORECAST, GOOD.iloc[:0]))
    assert (written, recorded) == ([FORECAST.name], [])
