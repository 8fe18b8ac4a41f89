"""Incidents that are known days after they happened: they count from then, and new days for as much as is known."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from level_cities import FIRST, NO_HOLIDAYS, drawn, frames_of, planted_mean

from ml.level.baseline import baseline
from ml.level.config import level_config
from ml.level.counts import calendar, daily_counts
from ml.level.forecasts import Series, late_counts
from ml.level.model import model
from ml.level.rows import LevelFrames

DAYS, LATEST = 2 * 364 + 3, 6
UNTIL = FIRST + timedelta(days=DAYS - 1)
MEANS = {kind: planted_mean(FIRST, DAYS, base, NO_HOLIDAYS) for kind, base in (("a", 25.0), ("b", 3.0))}


def late_city(latest: int = LATEST) -> pd.DataFrame:
    """Return a city whose incidents are known up to some days later, half of them within three; none lie unknown."""
    incidents, draw = drawn(MEANS, FIRST, 3), np.random.default_rng(4)
    late = draw.integers(0, latest + 1, len(incidents)) + draw.uniform(0.01, 0.99, len(incidents))
    return incidents.assign(
        known_local_at=pd.to_datetime(incidents["occurred_local_date"]) + pd.to_timedelta(late, "D")
    )


def as_of(incidents: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return what was known at the end of a day."""
    return incidents[incidents["known_local_at"] < pd.Timestamp(day) + pd.Timedelta(days=1)].reset_index(drop=True)


def series_of(incidents: pd.DataFrame, number: int = 0) -> Series:
    daily = daily_counts(incidents, FIRST, UNTIL)
    origins = np.arange(daily.day_count % 7 or 7, daily.day_count + 1, 7)
    return Series(daily.counts[number].astype(float), daily.is_known, origins, late_counts(daily, number))


@pytest.fixture(scope="module")
def frames() -> dict[str, LevelFrames]:
    """What is said of a city as it is known, with and without the times of knowing, and of all that happened."""
    everything = late_city()
    known = as_of(everything, UNTIL)
    told = {
        "late": known,
        "untold": known.drop(columns="known_local_at"),
        "at once": everything.drop(columns="known_local_at"),
    }
    return {name: frames_of(incidents, DAYS) for name, incidents in told.items()}


@pytest.mark.parametrize("method", ["model", "baseline"])
@pytest.mark.parametrize("number", [0, 2], ids=["all", "a rare type"])
def test_what_was_not_known_yet_moves_no_forecast(method: str, number: int) -> None:
    incidents = as_of(late_city(), UNTIL)
    known = calendar(FIRST, DAYS + 7, NO_HOLIDAYS, level_config().model.harmonics)
    first = series_of(incidents, number)
    assert first.late.ages == LATEST
    week = len(first.origins) - 9
    day = pd.Timestamp(FIRST) + pd.Timedelta(days=int(first.origins[week]))
    happened = pd.to_datetime(incidents["occurred_local_date"])
    unknown = (happened < day) & (incidents["known_local_at"] >= day)
    assert unknown.sum() > 50
    second = series_of(incidents[~unknown].reset_index(drop=True), number)
    said = [
        model(one, known, level_config()) if method == "model" else baseline(one, level_config())
        for one in (first, second)
    ]
    assert np.allclose(said[0].mean[: week + 1], said[1].mean[: week + 1], rtol=1e-12)
    assert np.array_equal(said[0].dispersion[: week + 1], said[1].dispersion[: week + 1])
    assert not np.allclose(said[0].mean[week + 1], said[1].mean[week + 1], rtol=1e-4)


def test_days_that_are_not_known_whole_do_not_pull_the_level_down(frames: dict[str, LevelFrames]) -> None:
    expected = {name: one.level.groupby("type")["expected_count"].sum()["all"] for name, one in frames.items()}
    assert expected["late"] == pytest.approx(expected["at once"], rel=0.06)
    assert expected["untold"] < 0.95 * expected["at once"]


def test_the_record_counts_what_was_known_and_costs_little_for_it(frames: dict[str, LevelFrames]) -> None:
    late, at_once = (frames[name].score.set_index("type") for name in ("late", "at once"))
    for column in ("crps_model", "crps_baseline"):
        assert (late[column] >= 0.97 * at_once[column]).all() and (late[column] <= 1.1 * at_once[column]).all()
    assert late["coverage"].between(0.85, 1).all()


def test_reasons_say_how_late_incidents_are_known(frames: dict[str, LevelFrames]) -> None:
    level = frames["late"].level
    assert level["reason_en"].str.endswith("known, 95 in 100 within 6 days; newer days count in part.").all()
    assert level["reason_fr"].str.endswith("95 sur 100 en 6 jours ; les jours plus récents comptent en partie.").all()
    assert not frames["untold"].level["reason_en"].str.contains("95 in 100").any()


def test_times_of_a_bulk_load_say_nothing(frames: dict[str, LevelFrames]) -> None:
    loaded = as_of(late_city(), UNTIL).assign(known_local_at=pd.Timestamp(UNTIL) + pd.Timedelta(hours=9))
    assert frames_of(loaded, DAYS).level["expected_count"].equals(frames["untold"].level["expected_count"])


def test_a_last_day_that_goes_on_counts_for_its_part() -> None:
    """Data that end at six in the morning: what is known by then of each day is little."""
    incidents = late_city(latest=0)
    cut = incidents[incidents["known_local_at"] < pd.Timestamp(UNTIL) + pd.Timedelta(hours=6)].reset_index(drop=True)
    series = series_of(cut)
    assert series.late.ages == 1
    assert series.late.shares[-1, 0] == pytest.approx(0.22, abs=0.06)
    whole, parted = (
        frames_of(one, DAYS).level.set_index(["type", "forecast_date"])["expected_count"] for one in (incidents, cut)
    )
    assert parted["all"].sum() == pytest.approx(whole["all"].sum(), rel=0.06)


def test_a_last_day_of_which_nothing_is_known_yet_is_no_silence() -> None:
    incidents = late_city()
    told = as_of(incidents, UNTIL)
    newest = told[told["occurred_local_date"] < UNTIL - timedelta(days=1)].reset_index(drop=True)
    served = frames_of(newest, DAYS).level
    assert served["expected_count"].notna().all(), served["reason_en"].iloc[0]
    stopped = told[told["occurred_local_date"] < UNTIL - timedelta(days=30)].reset_index(drop=True)
    assert frames_of(stopped, DAYS).level["reason_en"].str.contains("check the feed").all()


def test_a_span_shorter_than_what_is_known_late_has_no_whole_day() -> None:
    """Of a city whose contract was made anew with a later first day."""
    daily = daily_counts(as_of(late_city(40), UNTIL), UNTIL - timedelta(days=20), UNTIL)
    assert daily.known.shape[2] > daily.day_count == 21
    assert daily.of_whole_days().day_count == daily.is_whole.sum() == 0
