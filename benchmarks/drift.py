"""Judge the watch on inputs: false alarms on cities where nothing moves, planted faults, and eight years of Toronto.

    OMP_NUM_THREADS=1 python benchmarks/drift.py ../shared/data [--seeds 400] [--fault-seeds 50] [--every-weeks 1]

Three rules are compared on the same counts: ours (`ml/drift/compare.py`), the chi-square test of the last eight weeks
against the pooled reference at 5 % shared between all inputs, and a Jensen-Shannon distance over 0.1.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, norm

from calanque.places.cells import territory_cells
from calanque.places.grid import project, territory_grid
from calanque.places.territory import load_territory
from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, IncidentType
from ml.drift.compare import FALSE_ALARM_RATE, compare
from ml.drift.inputs import RECENT_WEEKS, Input, InputCounts, watched_inputs

WEEKS = 165
RARE = IncidentType(name="arson", weekly_total=1)
CITY = City(CityConfig(rows=40, cols=40, weeks=WEEKS, types=(*CityConfig().types, RARE)))
JENSEN_SHANNON = 0.1
COVID = date(2020, 3, 16)


def life(seed: int) -> pd.DataFrame:
    """Return a simulated city as the mart holds it: positions moved to crossings, premises drawn at random."""
    recorded = CITY.simulate(seed)
    premises = np.random.default_rng(seed).choice(["house", "street", "shop"], len(recorded), p=[0.5, 0.3, 0.2])
    at, lon, lat = (recorded[name] for name in ("occurred_at", "lon", "lat"))
    crossings = {"lon": (lon / 0.003).round() * 0.003, "lat": (lat / 0.002).round() * 0.002}
    told = {"occurred_local_date": at.dt.date, "occurred_local_hour": at.dt.hour, "premises": premises}
    return pd.DataFrame({"type": recorded["type"], **told, **crossings, "neighbourhood": None, "is_inside": True})


def bursty(seed: int) -> pd.DataFrame:
    """Return the same, thinned by a share that wanders from week to week: each type is over-dispersed and lingers."""
    rows, draw = life(seed), np.random.default_rng([seed, 1])
    week = pd.to_datetime(rows["occurred_local_date"]).to_numpy(dtype="datetime64[D]").astype(int) // 7
    kept = np.zeros(len(rows), dtype=bool)
    for kind in sorted(rows["type"].unique()):
        level, levels = 0.0, np.zeros(week.max() + 1)
        for one in range(week.min(), week.max() + 1):
            level = 0.5 * level + 0.22 * draw.standard_normal()
            levels[one] = min(0.6 * np.exp(level), 1.0)
        mine = (rows["type"] == kind).to_numpy()
        kept[mine] = draw.random(mine.sum()) < levels[week[mine]]
    return rows[kept]


Fault = Callable[[pd.DataFrame, "pd.Series[bool]"], pd.DataFrame]


def _lost_district(rows: pd.DataFrame, recent: pd.Series[bool]) -> pd.DataFrame:
    corner = (rows["lon"] < rows["lon"].quantile(0.35)) & (rows["lat"] < rows["lat"].quantile(0.35))
    return rows[~(recent & corner)]


def _shifted(rows: pd.DataFrame, recent: pd.Series[bool], hours: int) -> pd.DataFrame:
    return rows.assign(occurred_local_hour=(rows["occurred_local_hour"] + hours * recent) % 24)


def _unlocated(rows: pd.DataFrame, recent: pd.Series[bool]) -> pd.DataFrame:
    lost = recent & (np.arange(len(rows)) % 20 == 0)
    return rows.assign(is_inside=~lost, lon=rows["lon"].mask(lost), lat=rows["lat"].mask(lost))


def _unknown_hours(rows: pd.DataFrame, recent: pd.Series[bool]) -> pd.DataFrame:
    return rows.assign(
        occurred_local_hour=rows["occurred_local_hour"].mask(recent & (np.arange(len(rows)) % 8 == 0), 0)
    )


# What is done to the last eight weeks, and the finding that must name it.
FAULTS: dict[str, tuple[Fault, str]] = {
    "a district is lost": (_lost_district, "all area"),
    "hours moved by 2": (lambda rows, recent: _shifted(rows, recent, 2), "all hour"),
    "hours moved by 5": (lambda rows, recent: _shifted(rows, recent, 5), "all hour"),
    "a type doubled": (
        lambda rows, recent: pd.concat([rows, rows[recent & (rows["type"] == "robbery")]]),
        "robbery weekly_total",
    ),
    "a type lost": (lambda rows, recent: rows[~(recent & (rows["type"] == "robbery"))], "robbery weekly_total"),
    "positions moved by 120 m": (
        lambda rows, recent: rows.assign(lon=rows["lon"] + 0.0015 * recent),
        "all new_place",
    ),
    "positions rounded to 0.01°": (
        lambda rows, recent: rows.assign(lon=rows["lon"].where(~recent, rows["lon"].round(2))),
        "all new_place",
    ),
    "1 in 20 without a position": (_unlocated, "all outside"),
    "1 in 8 at midnight": (_unknown_hours, "all heaped_hour"),
    "a kind of premises renamed": (
        lambda rows, recent: rows.assign(
            premises=rows["premises"].replace("shop", "store").where(recent, rows["premises"])
        ),
        "all premises",
    ),
}


def recent_rows(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which incidents lie in the last eight weeks."""
    return rows["occurred_local_date"] > rows["occurred_local_date"].max() - timedelta(weeks=RECENT_WEEKS)


def toronto(folder: Path) -> pd.DataFrame:
    """Return the deduplicated incidents of the set as the mart holds them."""
    source = pd.concat([pd.read_csv(folder / f"{part}.csv.gz") for part in ("train", "test")]).drop_duplicates()
    midnight = pd.to_datetime(source["occurrencedate"].str[:19], format="%Y/%m/%d %H:%M:%S").dt.tz_localize("UTC")
    territory = load_territory("toronto")
    x, y = project(territory.crs, source["Long"].to_numpy(), source["Lat"].to_numpy())
    days = midnight.dt.tz_convert("America/Toronto").dt.date
    grid, cells = territory_grid(territory), territory_cells(territory, x, y, days)
    squares = grid.cell_index(x, y)
    inside = np.isin(
        squares, grid.cell_index(*project(territory.crs, cells["lon"].to_numpy(), cells["lat"].to_numpy()))
    )
    frame = source.assign(
        type=source["MCI"].str.strip().str.lower().str.replace(" ", "_"),
        occurred_local_date=days,
        is_inside=inside & (squares >= 0),
    ).rename(
        columns={
            "occurrencehour": "occurred_local_hour",
            "Long": "lon",
            "Lat": "lat",
            "premises_type": "premises",
            "Neighbourhood": "neighbourhood",
        }
    )
    return frame[frame["occurred_local_date"] >= date(2014, 1, 1)].reset_index(drop=True)


def named(inputs: tuple[InputCounts, ...]) -> list[str]:
    """Return what our rule names."""
    return [f"{found.type} {found.input}" for found in compare(inputs) if found.has_drifted]


def chi_square(inputs: tuple[InputCounts, ...]) -> list[str]:
    """Return what a chi-square test of independent incidents names."""
    judged = _judged(inputs)
    return [f"{one.type} {one.input}" for one in judged if _chi_square_p(one) < FALSE_ALARM_RATE / len(judged)]


def _judged(inputs: tuple[InputCounts, ...]) -> list[InputCounts]:
    """Leave out what our rule does not judge either, for lack of incidents."""
    return [one for one, found in zip(inputs, compare(inputs), strict=True) if not np.isnan(found.distance)]


def _chi_square_p(one: InputCounts) -> float:
    past, recent = one.counts[:-RECENT_WEEKS], one.counts[-RECENT_WEEKS:].sum(axis=0)
    if one.input is Input.WEEKLY_TOTAL:
        share = RECENT_WEEKS / len(past)
        expected = past.sum() * share
        return float(2 * norm.sf(abs(recent.sum() - expected) / np.sqrt(expected * (1 + share) + 1e-9)))
    table = np.stack([past.sum(axis=0), recent])
    table = table[:, table.sum(axis=0) > 0]
    return float(chi2_contingency(table).pvalue) if table.shape[1] > 1 and recent.sum() else 1.0


def jensen_shannon(inputs: tuple[InputCounts, ...]) -> list[str]:
    """Return what a fixed distance names."""
    profiles = (one for one in _judged(inputs) if one.input is not Input.WEEKLY_TOTAL)
    return [f"{one.type} {one.input}" for one in profiles if _distance(one) > JENSEN_SHANNON]


def _distance(one: InputCounts) -> float:
    return float(jensenshannon(one.counts[:-RECENT_WEEKS].sum(axis=0), one.counts[-RECENT_WEEKS:].sum(axis=0), 2))


RULES = {"ours": named, "chi-square": chi_square, "Jensen-Shannon": jensen_shannon}


def false_alarms(seeds: int) -> Iterator[str]:
    """Yield the lines of the table of cities where nothing moves."""
    yield f"| no drift planted, {seeds} cities | " + " | ".join(RULES) + " |\n" + "| --- " * (len(RULES) + 1) + "|"
    for label, make in (("as simulated", life), ("bursty weeks", bursty)):
        alarms = Counter[str]()
        for seed in range(seeds):
            inputs = watched_inputs(make(seed)).inputs
            alarms.update(name for name, rule in RULES.items() if rule(inputs))
        yield f"| {label} | " + " | ".join(f"{alarms[name] / seeds:.1%}" for name in RULES) + " |"


def faults(seeds: int) -> Iterator[str]:
    """Yield the lines of the table of planted faults."""
    yield (
        f"| fault, {seeds} bursty cities | finding that must name it | named | also named, of 35 |\n"
        + "| --- " * 4
        + "|"
    )
    for label, (plant, finding) in FAULTS.items():
        hits, others = 0, 0
        for seed in range(seeds):
            rows = bursty(seed).reset_index(drop=True)
            found = named(watched_inputs(plant(rows, recent_rows(rows))).inputs)
            hits += finding in found
            others += len(found) - (finding in found)
        yield f"| {label} | {finding} | {hits / seeds:.0%} | {others / seeds:.1f} |"


def rolling(incidents: pd.DataFrame, every_weeks: int) -> Iterator[str]:
    """Yield each Monday of 2018 to 2021 at which something is named, and the rates before and after the pandemic."""
    alarms = {name: Counter[bool]() for name in RULES}
    windows = Counter[bool]()
    day, first = incidents["occurred_local_date"], date(2018, 1, 1)
    while first <= date(2021, 12, 27):
        inputs = watched_inputs(incidents[(day < first) & (day >= first - timedelta(weeks=WEEKS))]).inputs
        windows[first > COVID] += 1
        for name, rule in RULES.items():
            alarms[name][first > COVID] += bool(rule(inputs))
        if found := named(inputs):
            yield f"{first}: {', '.join(found)}"
        first += timedelta(weeks=every_weeks)
    for name, counted in alarms.items():
        yield f"{name}: {counted[False]} of {windows[False]} before {COVID}, {counted[True]} of {windows[True]} after"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds toronto-mci")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--fault-seeds", type=int, default=50)
    parser.add_argument("--every-weeks", type=int, default=1)
    asked = parser.parse_args()
    for lines in (
        false_alarms(asked.seeds),
        faults(asked.fault_seeds),
        rolling(toronto(asked.data / "toronto-mci"), asked.every_weeks),
    ):
        print(*lines, "", sep="\n", flush=True)


if __name__ == "__main__":
    main()
