"""The steps that write trends and days: what they read of the marts, what they write where, and what they never say."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest

from calanque.errors import CalanqueError
from calanque.runs import lineage, state
from ml import marts, surroundings
from ml.factor import steps as factor
from ml.level import steps as level
from ml.level.tables import LEVEL
from ml.trend import steps as trend

CAUSAL = re.compile(r"\b(because|caus\w+|due to|parce que|en raison|à cause|entraîne|provoque)\b", re.IGNORECASE)
FIRST, DAYS = date(2024, 1, 1), 800
CITY = "toronto"


def incidents(days: int = DAYS, origin: str = "reported") -> pd.DataFrame:
    draw = np.random.default_rng(5)
    when = [FIRST + timedelta(days=day) for day in range(days) for _ in range(draw.poisson(6))]
    frame = pd.DataFrame({"occurred_local_date": when, "type": "theft", "origin": origin, "known_at": pd.NaT})
    return frame.assign(area_id=draw.choice(["a1", "a2"], len(frame)), is_in_territory=True)


def hour(quantity: str, sensor: str, mean: float | None, total: float | None) -> tuple[Any, ...]:
    return sensor, quantity, date(2026, 5, 1), mean, total


WEATHER = pd.DataFrame(
    [
        *(hour("temperature", sensor, value, value) for sensor, value in (("s1", 10.0), ("s1", 20.0), ("s2", 17.0))),
        *(hour("rain", sensor, value, value) for sensor, value in (("s1", 1.0), ("s1", 2.0), ("s2", None))),
        hour("noise", "s1", 60.0, 60.0),
    ],
    columns=["sensor_id", "quantity", "observed_local_date", "mean_value", "total_value"],
)


class Lake:
    """Marts that hold some rows, and what is written to them."""

    def __init__(self, rows: pd.DataFrame) -> None:
        areas = pd.DataFrame({"area_id": ["a1", "a2", None], "area_name": ["One", "Two", None]})
        names = [("a1", "One", "g"), ("a2", "Two", None), ("g", "North", None)]
        groups = pd.DataFrame(names, columns=["area_id", "area_name", "parent_area_id"])
        holiday = {"kind": "public_holiday", "starts_local_date": date(2026, 5, 1)}
        planned = pd.DataFrame(
            [
                {**holiday, "ends_local_at": datetime(2026, 5, 2)},
                {**holiday, "kind": "school_holiday", "ends_local_at": datetime(2026, 5, 4)},
                {**holiday, "kind": "market", "ends_local_at": datetime(2026, 5, 2)},
            ]
        )
        self.held = {marts.INCIDENTS: rows, marts.CELLS: areas, marts.PLANNED: planned, marts.OBSERVED: WEATHER}
        self.held[marts.AREAS] = groups
        self.held[LEVEL.name] = pd.DataFrame(columns=list(level.SAID))
        self.written: dict[str, tuple[pd.DataFrame, str]] = {}

    def read(self, mart: str, columns: Any, _: Any) -> pyarrow.Table:
        return pyarrow.Table.from_pandas(self.held[mart].reindex(columns=list(columns)), preserve_index=False)

    def write(self, parts: Any, step: str, run_id: str) -> None:
        for where, written in parts.items():
            for table, frame in written:
                assert set(table.columns) <= set(frame.columns), table.name
                self.written[table.name] = frame, where


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Lake:
    made = Lake(incidents())
    monkeypatch.setattr(marts.deltars, "read_columns", made.read)
    monkeypatch.setattr(marts.delta, "last_version", lambda _: 1)
    monkeypatch.setattr(marts.delta, "data_version", lambda _: "1")
    monkeypatch.setattr(marts, "write_parts", made.write)
    monkeypatch.setattr(marts, "code_version", lambda _: "code")
    monkeypatch.setattr(state, "last_state", lambda _: None)
    monkeypatch.setattr(state, "unchanged", lambda *_: False)
    monkeypatch.setattr(state, "record", lambda *_: None)
    monkeypatch.setattr(state, "table_versions", lambda _: {})
    monkeypatch.setattr(lineage, "emit", lambda *_, **__: None)
    return made


def test_holidays_are_days_and_other_events_are_none(lake: Lake) -> None:
    found = surroundings.read_holidays(CITY)
    school = [(date(2026, 5, day), "school_holiday") for day in (1, 2, 3)]
    assert sorted(found.itertuples(index=False, name=None)) == sorted([(date(2026, 5, 1), "public_holiday"), *school])


def test_trends_take_the_place_of_those_before_and_the_whole_city_has_a_name(lake: Lake) -> None:
    told = trend.trend_territory(CITY)
    rows, where = lake.written["marts.fct_trend"]
    assert told is not None and told["row_count"] == len(rows) and where == f"territory = '{CITY}'"
    assert set(rows["area_id"]) == {"all", "a1", "a2"} and set(rows["type"]) == {"all", "theft"}
    sentences = [*rows["finding_en"].dropna(), *rows["finding_fr"].dropna()]
    assert sentences and not [one for one in sentences if CAUSAL.search(one)]
    assert any("Toronto" in one for one in sentences)


def test_days_that_have_come_stay_as_they_were_forecast(lake: Lake) -> None:
    until = max(lake.held[marts.INCIDENTS]["occurred_local_date"])
    told = level.level_territory(CITY)
    assert told is not None and set(told["served"]) == {"all", "theft"}
    for name in ("marts.fct_level", "marts.fct_day_risk"):
        rows, where = lake.written[name]
        assert where == f"territory = '{CITY}' and forecast_date > '{until}'"
        assert set(rows["forecast_date"]) == {until + timedelta(days=number) for number in range(1, 8)}
        assert rows.groupby("area_id")["area_name"].first().to_dict() == {"all": None, "g": "North"}
    risks, _ = lake.written["marts.fct_day_risk"]
    assert risks.loc[risks["risk"].isna(), "p_above"].isna().all(), "where the risk is silent, so is its probability"
    assert lake.written["marts.fct_level_score"][1].startswith(f"territory = '{CITY}' and week_start_date = '")


def test_days_are_judged_as_they_were_published(lake: Lake) -> None:
    until = max(lake.held[marts.INCIDENTS]["occurred_local_date"])
    happened = (lake.held[marts.INCIDENTS]["occurred_local_date"] == until).sum()
    said = [
        ("all", "all", until, happened + 2.0, happened - 1.0, happened),
        ("all", "all", until + timedelta(days=1), 9, 9, 9),
    ]
    lake.held[LEVEL.name] = pd.DataFrame(said, columns=list(level.SAID))
    level.level_territory(CITY)
    score = lake.written["marts.fct_level_score"][0].set_index(["area_id", "type"])
    published = ["published_day_count", "published_coverage", "published_error", "published_baseline_error"]
    assert score.loc[("all", "all"), published].tolist() == [1, 1.0, 2.0, 1.0]
    assert score.loc[("all", "theft"), published].isna().tolist() == [False, True, True, True]


def test_the_weather_of_a_day_is_the_mean_of_its_stations(lake: Lake) -> None:
    (day,) = surroundings.read_weather(CITY).to_dict("records")
    assert (day["date"], day["temperature"], day["rain"]) == (date(2026, 5, 1), 16.0, 3.0)
    assert np.isnan(day["wind_speed"])


@pytest.mark.parametrize("has_path", [True, False], ids=("mart-of-other-cities", "no-mart"))
def test_a_city_without_sensors_and_plans_has_no_day_of_them(
    lake: Lake, has_path: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.held |= {mart: lake.held[mart].iloc[:0] for mart in (marts.OBSERVED, marts.PLANNED)}
    monkeypatch.setattr(marts.delta, "last_version", lambda _: 1 if has_path else None)
    for read in (surroundings.read_holidays, surroundings.read_events, surroundings.read_weather):
        found = read(CITY)
        assert len(found) == 0 and "date" in found, read.__name__


def test_an_event_stands_on_each_of_its_days_unless_it_was_cancelled_or_has_no_place(lake: Lake) -> None:
    begun = {"starts_local_date": date(2026, 5, 1), "ends_local_at": datetime(2026, 5, 3)}
    rows = [("market", "c1", False), ("market", "c2", True), ("works", None, False), ("public_holiday", "c1", False)]
    named = [dict(zip(("kind", "cell_id", "is_cancelled"), row, strict=True)) | begun for row in rows]
    lake.held[marts.PLANNED] = pd.DataFrame(named)
    assert sorted(surroundings.read_events(CITY)[["date", "cell_id", "kind"]].itertuples(index=False, name=None)) == [
        (date(2026, 5, day), "c1", "market") for day in (1, 2)
    ]


def test_factors_take_the_place_of_those_before_and_give_no_cause(lake: Lake) -> None:
    lake.held[marts.PLANNED] = lake.held[marts.PLANNED].assign(is_cancelled=False, cell_id=None)
    told = factor.factor_territory(CITY)
    rows, where = lake.written["marts.fct_factor"]
    assert told is not None and told["row_count"] == len(rows) and where == f"territory = '{CITY}'"
    assert set(rows["type"]) == {"all", "theft"} and {"weekday"} <= set(rows["factor"])
    assert not [one for one in (*rows["finding_en"], *rows["finding_fr"]) if CAUSAL.search(one)]


def test_a_city_of_a_few_days_is_idle_or_has_a_sentence_and_its_tables_are_made(lake: Lake) -> None:
    lake.held[marts.INCIDENTS] = incidents(days=9)
    assert trend.trend_territory(CITY) is None
    assert level.level_territory(CITY) is not None
    assert lake.written["marts.fct_level"][0]["served"].isna().all()
    assert len(lake.written["marts.fct_level_score"][0]) == 0


@pytest.mark.parametrize("step", [trend.trend_territory, level.level_territory], ids=lambda step: step.__name__)
def test_what_patrols_found_is_not_counted_ahead(lake: Lake, step: Any) -> None:
    lake.held[marts.INCIDENTS] = incidents(days=60, origin="enforced")
    with pytest.raises(CalanqueError, match="The public has reported no incident"):
        step(CITY)
