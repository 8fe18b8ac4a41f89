"""Judge the level and the day risk on four cities and two twins, and print the tables of level.md.

    python benchmarks/level.py ../shared/data > tables.md  # some 7 seconds of one core
    python benchmarks/level.py ../shared/data --chicago bstpp/data  # with the two files of PyPI's BSTPP 0.1.4
    python benchmarks/level.py ../shared/data --late  # what it costs that incidents are known late
    python benchmarks/level.py ../shared/data --weeks  # the week's total of the place forecast beside the level's

Every parameter was set on Toronto up to 2018, Portland up to February 2015 and Calgary up to 2023. The tables are of
years after, which nothing was set on: Toronto 2019, 2020 and 2021, Portland to May 2017, Calgary to June 2026; then two
twins of Marseille, the main courante of the demo (its days are drawn evenly) and the simulated city (weekdays and
seasons are planted), and Chicago's shootings.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd
from holidays import country_holidays

from calanque.contracts import load_contract
from calanque.twin import city as twin
from calanque.twin.city_config import CityConfig
from calanque.twin.main_courante import generate_main_courante
from ml.intervals import paired_bootstrap
from ml.level.baseline import baseline
from ml.level.config import LevelConfig, level_config
from ml.level.counts import WEEK_DAYS, DailyCounts, calendar, daily_counts
from ml.level.forecasts import Late, Series, late_counts
from ml.level.model import model
from ml.level.rows import LevelFrames, level_frames
from ml.risk.config import risk_config
from ml.risk.model.level import weekly_level

PORTLAND_FILES = {"chirico_crimes_bur.csv": "burglary", "chirico_crimes_veh.csv": "vehicle_theft"}
YEAR_WEEKS = 52
DELAYS_DAYS = (0, 1, 3, 7)
HEADS = (
    *("type", "weeks", "a day", "CRPS model / counts", "gain", "without COVID", "serves", "bound", "80 %"),
    *("Brier skill", "risk"),
)


class City(NamedTuple):
    """What is judged: a title, incidents, holidays, the first and last whole day, and how many weeks."""

    title: str
    incidents: pd.DataFrame
    holidays: pd.DataFrame
    first: date
    until: date
    weeks: int = 2 * YEAR_WEEKS


def frame(kinds: pd.Series | str, dates: pd.Series) -> pd.DataFrame:
    """Return incidents as the level reads them."""
    return pd.DataFrame({"type": kinds, "occurred_local_date": dates})


def public_holidays(country: str, part: str | None, first: date, until: date) -> pd.DataFrame:
    """Return the public holidays of a span and of the year after it."""
    days = country_holidays(country, subdiv=part, years=range(first.year, until.year + 2))
    return pd.DataFrame({"date": sorted(days), "kind": "public_holiday"})


def toronto(folder: Path) -> pd.DataFrame:
    """Return the deduplicated incidents of both files (a random split of one set) by local date."""
    source = pd.concat([pd.read_csv(folder / f"{part}.csv.gz") for part in ("train", "test")]).drop_duplicates()
    midnight = pd.to_datetime(source["occurrencedate"].str[:19], format="%Y/%m/%d %H:%M:%S").dt.tz_localize("UTC")
    # The source writes local midnight in UTC: the local date is what happened.
    return frame(
        source["MCI"].str.strip().str.lower().str.replace(" ", "_"), midnight.dt.tz_convert("America/Toronto").dt.date
    )


def portland(folder: Path) -> pd.DataFrame:
    """Return burglaries and vehicle thefts."""
    return pd.concat(
        [
            frame(kind, pd.to_datetime(pd.read_csv(folder / name)["occ_date"]).dt.date)
            for name, kind in PORTLAND_FILES.items()
        ]
    )


def chicago(folder: Path) -> pd.DataFrame:
    """Return the shootings of both years; the source counts days within a year."""
    parts = []
    for year in (2022, 2023):
        days = np.floor(pd.read_csv(folder / f"Chicago_{year}_xyt.csv")["T"]).astype(int)
        parts.append(
            frame("shooting", pd.Series(days.map(lambda day, year=year: date(year, 1, 1) + timedelta(days=day))))
        )
    return pd.concat(parts)


def main_courante() -> tuple[pd.DataFrame, date, date]:
    """Return the events of the demo's feed, dirt left out, with its first and last day."""
    arguments = load_contract("marseille_main_courante").source.arguments
    rows = pd.read_csv(io.BytesIO(generate_main_courante(**arguments)), sep=";", dtype=str).drop_duplicates("NUM_MC")
    begins = pd.to_datetime(rows["DEBUT"], format="%d/%m/%Y %H:%M", errors="coerce")
    until = date.fromisoformat(arguments["last_day"])
    kept = frame(rows["CODE_FAIT"].str.strip().str.lower(), begins.dt.date)[begins.notna()]
    return kept, until - timedelta(days=arguments["days"] - 1), until


def cities(folder: Path, chicago_folder: Path | None) -> Iterator[City]:
    """Yield the cities."""
    first = date(2014, 1, 1)
    incidents, days = toronto(folder / "toronto-mci"), public_holidays("CA", "ON", first, date(2021, 12, 31))
    for year, weeks in ((2019, YEAR_WEEKS), (2021, YEAR_WEEKS), (2021, 2 * YEAR_WEEKS)):
        yield City(f"Toronto, to the end of {year}", incidents, days, first, date(year, 12, 31), weeks)
    span = date(2012, 3, 1), date(2017, 5, 31)
    yield City("Portland", portland(folder / "portland-nij"), public_holidays("US", "OR", *span), *span)
    span = date(2017, 1, 1), date(2026, 6, 8)
    starts = pd.to_datetime(pd.read_csv(folder / "calgary-traffic" / "traffic.csv.gz")["start_dt"]).dt.date
    yield City("Calgary, traffic", frame("traffic", starts), public_holidays("CA", "AB", *span), *span)
    incidents, *span = main_courante()
    yield City("Marseille, main courante (twin)", incidents, public_holidays("FR", None, *span), *span)
    config = CityConfig(weeks=5 * YEAR_WEEKS)
    made = twin.City(config).simulate(1)
    span = config.first_day, config.first_day + timedelta(weeks=config.weeks) - timedelta(days=1)
    incidents = frame(made["type"], made["occurred_at"].dt.date)
    yield City("Marseille, simulated city (twin)", incidents, public_holidays("FR", None, *span), *span)
    if chicago_folder:
        span = date(2022, 1, 1), date(2023, 12, 31)
        yield City("Chicago, shootings", chicago(chicago_folder), public_holidays("US", "IL", *span), *span)


def over(weeks: int) -> LevelConfig:
    """Return the parameters with a record of so many weeks."""
    config = level_config()
    return config.model_copy(update={"record": config.record.model_copy(update={"weeks": weeks})})


def tables(city: City) -> Iterator[str]:
    """Yield the lines of one city."""
    started_s = time.perf_counter()
    frames = level_frames("city", city.incidents, city.holidays, city.until, city.first, over(city.weeks))
    took_s = time.perf_counter() - started_s
    yield f"## {city.title}, {city.first} to {city.until}, {took_s:.1f} s\n"
    yield f"| {' | '.join(HEADS)} |"
    yield "| --- " * len(HEADS) + "|"
    served = frames.level.groupby("type")["served"].first()
    speaks = frames.day_risk.groupby("type")["risk"].count() > 0
    for row in frames.score.itertuples():
        mean = (city.incidents["type"].eq(row.type) | (row.type == "all")) & city.incidents[
            "occurred_local_date"
        ].between(city.until - timedelta(weeks=int(row.week_count)), city.until)
        yield (
            f"| {row.type} | {row.week_count} | {mean.sum() / row.week_count / 7:.1f} "
            f"| {row.crps_model:.3f} / {row.crps_baseline:.3f} "
            f"| {row.crps_gain:.3f} ({row.crps_gain_low:.3f} to {row.crps_gain_high:.3f}) "
            f"| {_figure(row.crps_gain_apart)} | {served[row.type]} "
            f"| {row.coverage:.3f} | {row.interval_coverage:.3f} "
            f"| {_figure(row.brier_skill)} ({_figure(row.brier_skill_low)} to {_figure(row.brier_skill_high)}) "
            f"| {'yes' if speaks[row.type] else 'silent'} |"
        )
    yield f"\n{reliability(frames, speaks)}\n"


def _figure(value: float | None) -> str:
    return "–" if pd.isna(value) else f"{value:.3f}"


def reliability(frames: LevelFrames, speaks: pd.Series) -> str:
    """Return what was said / what happened by tenth: the tenths of each type put in one order and cut in ten again."""
    parts, score = [], frames.score[frames.score["type"] != "all"]
    for label, chosen in (("types with a risk", score[score["type"].map(speaks)]), ("all types", score)):
        if chosen.empty:
            continue
        rows = pd.concat([pd.DataFrame(json.loads(text)) for text in chosen["reliability"]]).sort_values("mean_p")
        means = rows.groupby(np.arange(len(rows)) // len(chosen))[["mean_p", "observed_rate"]].mean()
        gap = (means["mean_p"] - means["observed_rate"]).abs().max()
        figures = ", ".join(f"{said:.2f}/{happened:.2f}" for said, happened in means.itertuples(index=False))
        parts.append(
            f"Probability said / rate of busy days by tenth, {label} ({len(chosen)}, about "
            f"{rows['day_count'].sum() // 10} days a tenth): {figures}; widest gap {100 * gap:.1f} points.\n"
        )
    return "\n".join(parts)


def known_late(city: City, mean_days: float) -> City:
    """Return a city whose incidents are known after random delays, exponential; those not known by its end are gone."""
    draw, incidents = np.random.default_rng(3), city.incidents[city.incidents["occurred_local_date"] <= city.until]
    days = draw.uniform(0, 1, len(incidents)) + draw.exponential(mean_days, len(incidents))
    known = pd.to_datetime(incidents["occurred_local_date"]) + pd.to_timedelta(days, "D")
    kept = incidents.assign(known_local_at=known)[known < pd.Timestamp(city.until + timedelta(days=1))]
    return city._replace(incidents=kept.reset_index(drop=True))


def taken_for_whole(daily: DailyCounts, number: int) -> Late:
    """Return what was known of new days, each taken for a whole day."""
    late = late_counts(daily, number)
    return late._replace(shares=np.ones_like(late.shares))


def delays(city: City) -> Iterator[str]:
    """Yield what delays cost in a city: all types, as served and with new days taken for whole."""
    yield f"## {city.title}: incidents known late\n"
    yield "| mean delay, days | as served: CRPS model / counts | bound | new days taken for whole | bound |"
    yield "| --- " * 5 + "|"
    for mean_days in DELAYS_DAYS:
        late, cells = known_late(city, mean_days) if mean_days else city, []
        for rule in (late_counts, taken_for_whole):
            with patch("ml.level.rows.late_counts", rule):
                frames = level_frames("city", late.incidents, late.holidays, late.until, late.first, over(late.weeks))
            row = frames.score[frames.score["type"] == "all"].iloc[0]
            cells += [f"{row.crps_model:.3f} / {row.crps_baseline:.3f}", f"{row.coverage:.3f}"]
        yield f"| {mean_days} | {' | '.join(cells)} |"
    yield ""


def week_totals(city: City) -> Iterator[str]:
    """Yield how far the week's total of the place forecast, and that of both methods of days, are from what came."""
    config, daily = over(city.weeks), daily_counts(city.incidents, city.first, city.until)
    known = calendar(city.first, daily.day_count + WEEK_DAYS, city.holidays, config.model.harmonics)
    origins = np.arange(daily.day_count % WEEK_DAYS or WEEK_DAYS, daily.day_count + 1, WEEK_DAYS)
    half_life_days, said, happened = risk_config().level_half_life_days, [], []
    for number in range(1, len(daily.names)):
        counts = daily.counts[number].astype(float)
        series = Series(counts, daily.is_known, origins[-2 * city.weeks - 1 :], late_counts(daily, number))
        totals = counts[daily.day_count % WEEK_DAYS :].reshape(-1, WEEK_DAYS).sum(axis=1)
        past = range(len(totals) - city.weeks, len(totals))
        decayed = np.array([weekly_level(totals[:week, None], half_life_days)[0] for week in past])
        days = (
            method.mean.sum(axis=1)[:-1][-city.weeks :]
            for method in (baseline(series, config), model(series, known, config))
        )
        said.append([decayed, *days])
        happened.append(totals[-city.weeks :])
    means, came = np.maximum(said, 0.01), np.array(happened)
    logs = (came[:, None] * np.log(means) - means).sum(axis=0)
    off = np.abs(means.sum(axis=0) - came.sum(axis=0)).mean(axis=1)
    gains = [paired_bootstrap(one, logs[0], came.sum(axis=0), config.record) for one in logs[1:]]
    told = " | ".join(f"{gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]" for gain in gains)
    yield f"| {city.title} | {came.sum() / city.weeks:.0f} | {' / '.join(f'{one:.1f}' for one in off)} | {told} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds toronto-mci, portland-nij and calgary-traffic")
    parser.add_argument("--chicago", type=Path, help="folder of Chicago_2022_xyt.csv and Chicago_2023_xyt.csv")
    parser.add_argument("--late", action="store_true", help="what delays cost, in the place of the tables")
    parser.add_argument(
        "--weeks", action="store_true", help="the week's total of the place forecast beside the level's"
    )
    asked = parser.parse_args()
    shown = delays if asked.late else week_totals if asked.weeks else tables
    for city in cities(asked.data, asked.chicago):
        print(*shown(city), sep="\n", flush=True)


if __name__ == "__main__":
    main()
