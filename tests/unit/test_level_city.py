"""The level on made-up cities whose truth is known: what is planted is found, and where nothing is, nothing is said."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from level_cities import FIRST, NO_HOLIDAYS, WEEKDAYS, drawn, frames_of, holidays_of, planted_mean

from ml.level.baseline import baseline
from ml.level.config import level_config
from ml.level.counts import calendar
from ml.level.forecasts import Late, Series
from ml.level.model import model
from ml.level.rows import LevelFrames

DAYS = 5 * 364 + 3
BASES = {"a": 30.0, "b": 12.0, "c": 5.0, "d": 2.0}


@pytest.fixture(scope="module")
def planted() -> LevelFrames:
    holidays = holidays_of(range(2018, 2024))
    means = {kind: planted_mean(FIRST, DAYS, base, holidays) for kind, base in BASES.items()}
    return frames_of(drawn(means, FIRST, 1, 0.02), DAYS, holidays)


@pytest.fixture(scope="module")
def null() -> LevelFrames:
    return frames_of(drawn({kind: np.full(DAYS, base) for kind, base in BASES.items()}, FIRST, 2), DAYS)


def test_what_is_planted_beats_the_plain_rule_and_serves(planted: LevelFrames) -> None:
    score = planted.score.set_index("type")
    assert (score.loc[["all", "a"], "crps_gain_low"] > 0).all()
    assert (score["week_count"] == 104).all()
    served = planted.level.groupby("type")["served"].first().loc[score.index]
    assert ((served == "model") == (score["crps_gain_low"] > 0)).all()
    assert score["crps_gain"].sum() > 0


def test_bounds_hold_as_often_as_they_say(planted: LevelFrames) -> None:
    score = planted.score.set_index("type")
    assert score.loc[["all", "a", "b"], "coverage"].between(0.87, 0.95).all()
    assert score.loc[["all", "a", "b"], "interval_coverage"].between(0.76, 0.90).all()
    # Of small whole numbers a bound holds more than it says.
    assert score["coverage"].between(0.87, 1).all()


def deciles(frames: LevelFrames) -> pd.DataFrame:
    """Return what was said and what happened over all types, by tenth of each type."""
    rows = pd.concat([pd.DataFrame(json.loads(text)).assign(tenth=range(10)) for text in frames.score["reliability"]])
    return rows.groupby("tenth")[["mean_p", "observed_rate"]].mean()


def test_probabilities_of_a_busy_day_are_within_five_points_by_decile(planted: LevelFrames) -> None:
    found = deciles(planted)
    assert (found["mean_p"] - found["observed_rate"]).abs().max() < 0.05
    assert found["observed_rate"].iloc[-1] > 3 * found["observed_rate"].iloc[:5].mean()


def test_a_day_of_the_planted_city_has_its_risk_and_its_factors(planted: LevelFrames) -> None:
    days = planted.day_risk[planted.day_risk["type"] == "all"].set_index("forecast_date")
    assert days["risk"].notna().all()
    weekdays = pd.to_datetime(days.index.to_series()).dt.dayofweek.to_numpy()
    saturday, tuesday = days[weekdays == 5].iloc[0], days[weekdays == 1].iloc[0]
    assert saturday["risk"] > tuesday["risk"]
    assert "Saturdays have had × 1.3" in saturday["factors_en"]
    assert "les samedis ont compté × 1,3" in saturday["factors_fr"]
    assert "Tuesdays have had × 0.8" in tuesday["factors_en"]


def test_where_nothing_is_planted_the_plain_rule_serves_and_no_day_has_a_risk(null: LevelFrames) -> None:
    assert set(null.level["served"]) == {"baseline"}
    assert null.day_risk["risk"].isna().all()
    assert (null.score["crps_gain_low"] <= 0).all()
    assert (null.score["brier_skill_low"] <= 0).all()
    assert null.day_risk["finding_en"].str.contains("No day risk").all()
    assert null.score["coverage"].between(0.87, 1).all()
    means = null.level.groupby("type")["expected_count"].mean()
    assert means["a"] == pytest.approx(BASES["a"], rel=0.1)


def series_of(counts: np.ndarray, weeks: int = 209) -> Series:
    origins = np.arange(len(counts) % 7 or 7, len(counts) + 1, 7)
    at_once = Late(np.zeros((len(counts) + 1, 0)), np.zeros((len(counts) + 1, 0)))
    return Series(counts.astype(float), np.ones(len(counts), dtype=bool), origins[-weeks:], at_once)


@pytest.mark.parametrize("method", ["model", "baseline"])
def test_no_forecast_looks_ahead(method: str) -> None:
    """Other last weeks leave every earlier forecast as it was, to the bit; and later ones not."""
    config, draw, weeks = level_config(), np.random.default_rng(5), 6
    holidays = holidays_of(range(2018, 2024))
    counts = draw.poisson(planted_mean(FIRST, DAYS, 10, holidays))
    other = counts.copy()
    other[-7 * weeks :] = draw.permutation(other[-7 * weeks :]) * 3
    known = calendar(FIRST, DAYS + 7, holidays, config.model.harmonics)
    first, second = (
        model(series_of(values), known, config) if method == "model" else baseline(series_of(values), config)
        for values in (counts, other)
    )
    # The origin at the first other day has seen none of them.
    upto = len(first.mean) - weeks
    assert first.mean[:upto].tobytes() == second.mean[:upto].tobytes()
    assert first.dispersion[:upto].tobytes() == second.dispersion[:upto].tobytes()
    assert all(first.terms[name][:upto].tobytes() == second.terms[name][:upto].tobytes() for name in first.terms)
    assert not np.allclose(first.mean[-1], second.mean[-1])


def test_effects_that_are_planted_are_found() -> None:
    config, holidays = level_config(), holidays_of(range(2018, 2024))
    series = series_of(np.random.default_rng(6).poisson(planted_mean(FIRST, DAYS, 200, holidays)))
    said = model(series, calendar(FIRST, DAYS + 7, holidays, config.model.harmonics), config)
    first_weekday = (FIRST.weekday() + series.origins[-1]) % 7
    assert said.terms["weekday"][-1] == pytest.approx(np.roll(WEEKDAYS, -first_weekday), abs=0.04)
    free = said.terms["holiday"][-60:]
    assert free.max() == pytest.approx(1.8, abs=0.15)
    assert np.median(free) == 1


def test_a_season_is_not_made_of_one_year() -> None:
    """The plain rule needs two whole years before it multiplies by a season."""
    config = level_config()
    counts = np.random.default_rng(7).poisson(planted_mean(FIRST, 500, 50, NO_HOLIDAYS))
    assert (baseline(series_of(counts), config).terms["season"] == 1).all()
    counts = np.random.default_rng(7).poisson(planted_mean(FIRST, DAYS, 50, NO_HOLIDAYS))
    assert (baseline(series_of(counts), config).terms["season"] != 1).any()


def test_school_holidays_count_where_they_are_given() -> None:
    dates = [date(year, 7, day) for year in range(2018, 2024) for day in range(1, 32)]
    school = pd.DataFrame({"date": dates, "kind": "school_holiday"})
    mean = 40 * np.where(np.isin(pd.date_range(FIRST, periods=1826 + 195).date, np.array(dates)), 1.4, 1.0)
    found = frames_of(drawn({"a": mean}, FIRST, 8), len(mean), school)
    assert found.level["forecast_date"].min() == date(2023, 7, 15)
    assert found.day_risk["factors_en"].str.contains("school holidays have had × 1.").any()
    assert not frames_of(drawn({"a": mean}, FIRST, 8), len(mean)).day_risk["factors_en"].str.contains("school").any()
