"""A city whose contracts are there and whose feed has not run yet: its steps, started by the clock, do nothing."""

from typing import Any

import pyarrow
import pytest

from calanque.engines import tracking
from calanque.runs import state
from ml import marts
from ml.level.steps import level_territory
from ml.near_repeat.steps import near_repeat_territory
from ml.risk.record_steps import monitor_territory
from ml.risk.steps import forecast_territory, train_territory
from ml.trend.steps import trend_territory


@pytest.mark.parametrize("held", ["no mart", "no row"])
@pytest.mark.parametrize(
    "step",
    [train_territory, forecast_territory, near_repeat_territory, monitor_territory, trend_territory, level_territory],
    ids=lambda step: step.__name__,
)
def test_a_step_of_a_city_without_incidents_is_idle(step: Any, held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any) -> None:
        raise AssertionError("there is nothing to read")

    def nothing(_table: str, columns: Any, part: Any) -> pyarrow.Table:
        asked.append(part)
        return pyarrow.table({name: [] for name in columns})

    asked: list[Any] = []
    monkeypatch.setattr(marts, "read_incidents", read)
    monkeypatch.setattr(marts, "read_cells", read)
    monkeypatch.setattr(marts, "code_version", lambda _: "code")
    monkeypatch.setattr(marts.delta, "last_version", lambda _: 1 if held == "no row" else None)
    monkeypatch.setattr(marts.deltars, "read_columns", nothing)
    monkeypatch.setattr(state, "last_state", lambda _: None)
    monkeypatch.setattr(state, "unchanged", lambda *_: False)
    monkeypatch.setattr(tracking, "find_version", lambda *_: None)
    assert step("newtown") is None
    assert asked == [("territory", "newtown")] * (held == "no row")
