"""A mart is gated before it is shown: where it was built, or while its rows are a frame."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from calanque.contracts.gates import GateResult
from calanque.errors import CalanqueError
from calanque.marts import build, gate
from ml import marts
from ml.risk.forecast_mart import FINE, FORECAST

WEEK = date(2026, 6, 1)
GOOD = pd.DataFrame({name: [0.1, 0.2] for name in FORECAST.columns}).assign(upper_count=1)
BAD = GOOD.assign(expected_count=[0.1, 501.0])


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[GateResult]:
    """The results that gates leave."""
    kept: list[GateResult] = []
    monkeypatch.setattr(gate.gates, "record", lambda tier, results, run_id: kept.extend(results))
    return kept


def test_what_was_built_is_read_where_it_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """It used to be what was shown, which a first build does not have, and what was built went by ungated."""
    gated: list[str] = []
    city = SimpleNamespace(
        domain=SimpleNamespace(marts=("dim_cell",)), schema="silver__places_here", run_id="run", contracts=[]
    )
    monkeypatch.setattr(build.spark, "session", lambda: SimpleNamespace(table=lambda name: name))
    monkeypatch.setattr(build, "check_rows", lambda frames, *_: gated.extend(frames.values()))
    build.check_built(city)
    assert gated == ["silver__places_here.dim_cell"]


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
        marts.write_rows(FORECAST, BAD, "true", "forecast", "tonight")
    assert written == []
    write((FORECAST, GOOD), (FINE, GOOD))
    assert written == [FORECAST.name, FINE.name]


def test_without_rows_nothing_is_gated_and_the_table_is_made(written: list[str], recorded: list[GateResult]) -> None:
    write((FORECAST, GOOD.iloc[:0]))
    assert (written, recorded) == ([FORECAST.name], [])
