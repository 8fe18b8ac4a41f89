"""Reports of a simulated city, and forgeries planted among them: what `poisoning` finds, and marks for nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calanque.twin.city import CityRun
from ml.audit.poisoning import PoisonReason

SOURCE_COUNT = 3_000
# Some sources are a caretaker or an agent, who report every day; some texts are stock phrases, a few of them frequent;
# some people report the same thing again within hours, in other words.
BUSY_SOURCE_COUNT, BUSY_SHARE = 20, 0.05
STOCK_TEXT_COUNT, STOCK_SHARE, STOCK_CONCENTRATION = 300, 0.1, 0.8
AGAIN_SHARE, AGAIN_MORE = 0.05, 0.25
MEAN_DELAY_HOURS = 5.0
METRES_A_DEGREE = 111_320.0
# Forgeries of each kind.
BURSTS, COPIED_TEXTS, IMPOSSIBLE_PLACES, FUTURE_DATES = 20, 20, 100, 100


def clean_reports(run: CityRun, seed: int) -> pd.DataFrame:
    """Return what the public of a simulated city reports, columns `REPORT_COLUMNS`, in time order of reporting."""
    draw = np.random.default_rng([seed, 1])
    incidents = run.incidents[run.is_reported]
    times = np.where(draw.random(len(incidents)) < AGAIN_SHARE, 1 + draw.geometric(1 - AGAIN_MORE, len(incidents)), 1)
    count, again = int(times.sum()), np.repeat(np.arange(len(incidents)), times)
    delay = pd.to_timedelta(draw.exponential(MEAN_DELAY_HOURS, count), unit="h")
    busy = draw.random(count) < BUSY_SHARE
    source = np.where(busy, draw.integers(0, BUSY_SOURCE_COUNT, count), draw.integers(100, 100 + SOURCE_COUNT, count))
    weight = np.arange(1, STOCK_TEXT_COUNT + 1) ** -STOCK_CONCENTRATION
    phrase = draw.choice(STOCK_TEXT_COUNT, count, p=weight / weight.sum())
    text = np.where(draw.random(count) < STOCK_SHARE, phrase, STOCK_TEXT_COUNT + np.arange(count))
    first = np.searchsorted(again, again)
    incidents = incidents.iloc[again].reset_index(drop=True)
    reports = pd.DataFrame(
        {
            "reported_at": incidents["occurred_at"] + delay,
            "occurred_at": incidents["occurred_at"],
            "lon": incidents["lon"],
            "lat": incidents["lat"],
            "source_token": [f"s{number}" for number in source[first]],
            "text_hash": [f"t{number}" for number in text],
        }
    )
    return reports.sort_values("reported_at", kind="stable", ignore_index=True)


def plant(clean: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return the reports with forgeries among them, and the reason each row should be marked for ('' when clean).

    Bursts are 5 to 30 reports in 1 to 16 hours within some 300 m; copies are 5 to 25 of one text from as many sources
    over 1 to 20 days; places are 0, 0, missing, turned round or out at sea; dates are an hour to a year ahead.
    """
    draw = np.random.default_rng([seed, 2])
    parts = [(clean, "")]
    parts += [(_burst(clean, draw, n), str(PoisonReason.BURST)) for n in range(BURSTS)]
    parts += [(_copies(clean, draw, n), str(PoisonReason.COPIED_TEXT)) for n in range(COPIED_TEXTS)]
    parts.append((_misplaced(clean, draw, IMPOSSIBLE_PLACES), str(PoisonReason.IMPOSSIBLE_PLACE)))
    parts.append((_early(clean, draw, FUTURE_DATES), str(PoisonReason.FUTURE_DATE)))
    reports = pd.concat([part for part, _ in parts], ignore_index=True)
    reasons = pd.Series(np.repeat([reason for _, reason in parts], [len(part) for part, _ in parts]), dtype=object)
    order = draw.permutation(len(reports))
    return reports.iloc[order].reset_index(drop=True), reasons.iloc[order].reset_index(drop=True)


def _drawn(clean: pd.DataFrame, draw: np.random.Generator, count: int, name: str) -> pd.DataFrame:
    """Return clean reports drawn again, each from a source and with a text of its own."""
    rows = clean.iloc[draw.integers(0, len(clean), count)].reset_index(drop=True)
    numbers = [f"{name}-{n}" for n in range(count)]
    return rows.assign(source_token=[f"s-{n}" for n in numbers], text_hash=[f"t-{n}" for n in numbers])


def _burst(clean: pd.DataFrame, draw: np.random.Generator, number: int) -> pd.DataFrame:
    count, hours = int(draw.integers(5, 31)), draw.uniform(1, 16)
    rows, first = _drawn(clean, draw, count, f"burst{number}"), clean.iloc[int(draw.integers(len(clean)))]
    at = first["reported_at"] + pd.to_timedelta(np.sort(draw.uniform(0, hours, count)), unit="h")
    spread = 150 / METRES_A_DEGREE
    return rows.assign(
        reported_at=at,
        occurred_at=at - pd.Timedelta(hours=1),
        lon=first["lon"] + draw.normal(0, spread / np.cos(np.radians(first["lat"])), count),
        lat=first["lat"] + draw.normal(0, spread, count),
        source_token=f"burst{number}",
    )


def _copies(clean: pd.DataFrame, draw: np.random.Generator, number: int) -> pd.DataFrame:
    count, days = int(draw.integers(5, 26)), draw.uniform(1, 20)
    rows, first = _drawn(clean, draw, count, f"copy{number}"), clean.iloc[int(draw.integers(len(clean)))]
    at = first["reported_at"] + pd.to_timedelta(draw.uniform(0, days, count), unit="D")
    return rows.assign(reported_at=at, occurred_at=at - pd.Timedelta(hours=1), text_hash=f"copy{number}")


def _misplaced(clean: pd.DataFrame, draw: np.random.Generator, count: int) -> pd.DataFrame:
    rows, kind = _drawn(clean, draw, count, "place"), draw.integers(0, 4, count)
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    # South of the whole city: by 1 to 20 km.
    at_sea = clean["lat"].min() - draw.uniform(1_000, 20_000, count) / METRES_A_DEGREE
    wrong_lon = np.choose(kind, [np.zeros(count), np.full(count, np.nan), lat, lon])
    wrong_lat = np.choose(kind, [np.zeros(count), np.full(count, np.nan), lon, at_sea])
    return rows.assign(lon=wrong_lon, lat=wrong_lat)


def _early(clean: pd.DataFrame, draw: np.random.Generator, count: int) -> pd.DataFrame:
    rows = _drawn(clean, draw, count, "date")
    ahead = pd.to_timedelta(np.exp(draw.uniform(0, np.log(365 * 24), count)), unit="h")
    return rows.assign(occurred_at=rows["reported_at"] + ahead)
