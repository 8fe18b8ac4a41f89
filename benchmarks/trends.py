"""Judge the limits of trends: false alarms where nothing changes, and power on planted changes, beside three rules.

    OMP_NUM_THREADS=1 python benchmarks/trends.py [--series 1000]

All rules see the same simulated weeks: negative binomial, with a season (a wave of 30 %) and a trend of 3 % a year.
The rules beside ours: the limit as published (negative binomial plug-in), a CUSUM (k = 0.5, h = 4 deviations of the 52
weeks before, started anew after an alarm), and more than +10 % or +20 % against the same week of last year.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import numpy as np
import pandas as pd

from ml.trend.config import trend_config
from ml.trend.farrington import design, forecast, quantile
from ml.trend.limits import month_limits, week_limits
from ml.trend.rows import adjusted
from ml.trend.series import CitySeries

CONFIG = trend_config()
NEWEST = CONFIG.model_copy(
    update={name: getattr(CONFIG, name).model_copy(update={"shown": 1}) for name in ("week", "month")}
)
WEEKS = 7 * 52
PUBLISHED_RESIDUAL = 2.58
MEANS = (2, 5, 20, 100)
CHANGES = {"none": 1.0, "+30 %": 1.3, "+60 %": 1.6, "doubled": 2.0}
RULES = ("week", "four weeks", "as published", "CUSUM", "+10 %", "+20 %")


def simulate(
    mean: float,
    series: int,
    seed: int | list[int],
    change: float = 1.0,
    last: int = 1,
    spread: float = 1.5,
    outbreaks: int = 0,
) -> np.ndarray:
    """Return counts, series by weeks, whose last weeks are changed."""
    draw, week = np.random.default_rng(seed), np.arange(WEEKS)
    wave = 0.3 * np.cos(2 * np.pi * (week / 52.18 + draw.uniform(0, 1, (series, 1))))
    level = mean * np.exp(wave + 0.03 * (week / 52 - 7))
    for start in draw.integers(0, WEEKS - 40, outbreaks):
        level[:, start : start + 4] *= 3
    level[:, -last:] *= change
    return draw.negative_binomial(level / (spread - 1), 1 / spread).astype(float)


def city_of(counts: np.ndarray, weeks_less: int = 0) -> CitySeries:
    """Return a city of these series, which begins so many weeks later."""
    counts = counts[:, weeks_less:]
    keys = pd.DataFrame({"area_id": None, "area_name": None, "type": np.arange(len(counts))})
    nothing = np.zeros(0, dtype=int)
    state = np.zeros(counts.shape, dtype=np.int8)
    days = nothing.astype("datetime64[D]")
    return CitySeries(keys, date(2017, 1, 2), counts, state, 0, False, nothing, nothing, days)


def published(counts: np.ndarray) -> np.ndarray:
    """Return which newest weeks are above the limit as published."""
    now = counts.shape[1] - 1
    plan = design(now, [now - 52 * back for back in range(1, 6)], CONFIG.week)
    if plan is None:
        raise ValueError("these series have no year of history")
    found = forecast(counts, np.ones_like(counts, dtype=bool), plan, PUBLISHED_RESIDUAL)
    return counts[:, now] > quantile(1 - CONFIG.false_alarm_rate, found.mean, found.dispersion)


def cusum(counts: np.ndarray, last: int) -> np.ndarray:
    """Return which series pass the limit of their CUSUM in some of the last weeks."""
    reach, is_out, found = np.zeros(len(counts)), np.zeros(len(counts), dtype=bool), np.zeros(len(counts), dtype=bool)
    for week in range(WEEKS - 52, WEEKS):
        before = counts[:, week - 52 : week]
        step = (counts[:, week] - before.mean(axis=1)) / np.maximum(before.std(axis=1, ddof=1), 1e-9) - 0.5
        reach = np.maximum(np.where(is_out, 0.0, reach) + step, 0)
        is_out = reach > 4
        found |= is_out & (week >= WEEKS - last)
    return found


def flagged(counts: np.ndarray, last: int) -> dict[str, float]:
    """Return the share of series that each rule flags now (the CUSUM: in some of the last weeks), in percent."""
    week, month = week_limits(city_of(counts), NEWEST)[0], month_limits(city_of(counts), NEWEST)[0]
    against = counts[:, -1] / np.maximum(counts[:, -53], 1e-9)
    is_flagged = (
        week.counts > week.upper,
        month.counts > month.upper,
        published(counts),
        cusum(counts, last),
        against > 1.1,
        against > 1.2,
    )
    return {rule: 100 * float(one.mean()) for rule, one in zip(RULES, is_flagged, strict=True)}


def table(title: str, head: str, rows: list[tuple[str, dict[str, float]]]) -> None:
    """Print one table."""
    print(f"\n## {title}\n\n| {head} | {' | '.join(RULES)} |\n|{' --- |' * (len(RULES) + 1)}")
    for name, found in rows:
        print(f"| {name} | {' | '.join(f'{found[rule]:.1f}' for rule in RULES)} |")


def power(series: int) -> None:
    """Print what each rule flags, by mean and change."""
    for title, last in (("A change of the newest week alone", 1), ("A change that began four weeks ago", 4)):
        rows = []
        for mean in MEANS:
            for name, change in CHANGES.items():
                found = flagged(simulate(mean, series, seed=mean, change=change, last=last), last)
                rows.append((f"{mean} a week, {name}", found))
        table(f"{title}: % of series flagged", "mean, change", rows)


def promise(series: int) -> None:
    """Print false alarms of ours and of the limit as published, on harder null series."""
    print("\n## False alarms, promised 1.0 % on each side\n")
    print("| null series | above, week | below, week | above, four weeks | below, four weeks | as published |")
    print("| --- | --- | --- | --- | --- | --- |")
    cases = {
        "five years": {},
        "Poisson": {"spread": 1.0001},
        "dispersion 3": {"spread": 3.0},
        "eight past outbreaks": {"outbreaks": 8},
        "three years": {"weeks_less": 4 * 52 - 8},
        "two years": {"weeks_less": 5 * 52 - 8},
        "one year (week)": {"weeks_less": 6 * 52 - 8},
    }
    for number, (name, case) in enumerate(cases.items()):
        less, found = case.pop("weeks_less", 0), []
        for mean in MEANS:
            counts = simulate(mean, series, seed=[number, mean], **case)
            city, sides = city_of(counts, less), []
            for limits in (week_limits(city, NEWEST)[0], month_limits(city, NEWEST)[0]):
                is_judged = ~np.isnan(limits.upper)
                for is_out in (limits.counts > limits.upper, limits.counts < limits.lower):
                    sides.append(is_out[is_judged].mean() if is_judged.any() else np.nan)
            found.append([*sides, published(counts[:, less:]).mean()])
        shown = (f"{100 * value:.1f}" if value == value else "" for value in np.array(found).mean(axis=0))
        print(f"| {name} | {' | '.join(shown)} |")


def pages(count: int = 200, series: int = 60) -> None:
    """Print how often a page of null series shows an alarm at all."""
    levels = np.random.default_rng(1).uniform(np.log(1), np.log(100), count)
    with_alarm = {"weeks": 0, "four weeks": 0}
    for page, level in enumerate(levels):
        city = city_of(simulate(float(np.exp(level)), series, seed=1000 + page))
        for span, one in zip(with_alarm, (*week_limits(city, NEWEST), *month_limits(city, NEWEST)), strict=True):
            is_out = (one.counts > one.upper) | (one.counts < one.lower)
            is_rare = adjusted(pd.Series(one.p_value)) <= CONFIG.false_discovery_rate
            with_alarm[span] += bool((is_out & is_rare).any())
    print(f"\nOf {count} pages of {series} null series (≤ 10 %), with an alarm: {with_alarm}.")


def seconds() -> None:
    """Print how long a city takes."""
    city = city_of(np.hstack([simulate(3, 600, seed=1), simulate(3, 600, seed=2)]))
    start = time.process_time()
    week_limits(city, CONFIG)
    middle = time.process_time()
    month_limits(city, CONFIG)
    end = time.process_time()
    print(
        f"\n600 series, one core: 52 weeks in {middle - start:.1f} s, 13 blocks of four weeks in {end - middle:.1f} s."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1000)
    arguments = parser.parse_args()
    power(arguments.series)
    # One in a hundred: of a thousand series by chance five to fifteen, of ten thousand ninety to a hundred and ten.
    promise(10 * arguments.series)
    pages()
    seconds()
