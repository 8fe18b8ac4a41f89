"""Judge every forecast method on Toronto and Portland by the protocol, and print the tables of forecast.md.

    python benchmarks/forecast.py ../shared/data > tables.md          # some 10 minutes on two cores, 2 GB
    python benchmarks/forecast.py ../shared/data --only portland
    python benchmarks/forecast.py ../shared/data --only slots         # some seconds: the slots of six hours
    python benchmarks/forecast.py ../shared/data --only delays        # what it costs to know an incident later

Begin it with OMP_WAIT_POLICY=PASSIVE where other work is beside it: threads that wait spin.

Toronto: the weeks of 2019 and 2021, cells of 250 m and 100 m over the hull of the points before 2019. Portland: 104
weeks from March 2015, cells of 600 ft and 250 ft inside the police districts. No parameter differs between the four.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from portland import convert

from calanque.places.grid import hull, project, rectangle
from ml.risk.config import risk_config
from ml.risk.model.cube import CountCube, build_cube
from ml.risk.model.load import first_monday
from ml.risk.model.method import CHALLENGER, MethodName
from ml.risk.record.backtest import BacktestRequest, cube_of
from ml.risk.record.card import slot_table
from ml.risk.record.delay import delay_cost
from ml.risk.record.incidents import HULL_RATIO, HULL_WIDEN_M, read_boundary, read_incidents
from ml.risk.record.rolling import roll
from ml.risk.record.slot_record import judge_slots
from ml.risk.record.validate import RIVALS, Validation, gain_text, over_weeks, summarise

TORONTO_EPSG, PORTLAND_EPSG = 26917, 2913
FIRST, LAST, HULL_BEFORE = date(2014, 1, 1), date(2021, 12, 31), np.datetime64("2019-01-01")
TORONTO_WEEKS, TORONTO_YEARS = 156, (2019, 2021)
# The year the slots were set on, the years they are judged on, and the two that a training of today sees.
SLOT_YEARS = ((2018,), TORONTO_YEARS, (2020, 2021))
# Some points of the register lie far out; the hull must not reach for them.
TORONTO_BOX = (600_000, 660_000, 4_800_000, 4_870_000)
PORTLAND_FIRST, PORTLAND_WEEKS = date(2015, 3, 1), 104
METRICS = ("hit_rate_1pct", "hit_rate_5pct", "log_score")
DELAYS_DAYS, DELAYED_WEEKS = (3, 7, 28), 52

logger = logging.getLogger(__name__)


def toronto(folder: Path, cell_m: float, factor: int = 1, known_after_days: int = 0) -> CountCube:
    """Return the deduplicated counts of both files (a random split of one set), on cells cut in `factor` each way."""
    source = pd.concat([pd.read_csv(folder / f"{part}.csv.gz") for part in ("train", "test")]).drop_duplicates()
    midnight = pd.to_datetime(source["occurrencedate"].str[:19], format="%Y/%m/%d %H:%M:%S").dt.tz_localize("UTC")
    # The source writes local midnight in UTC: the local date is what happened.
    day = midnight.dt.tz_convert("America/Toronto").dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    x, y = project(TORONTO_EPSG, source["Long"].to_numpy(), source["Lat"].to_numpy())
    west, east, south, north = TORONTO_BOX
    valid = (day >= np.datetime64(FIRST)) & (x > west) & (x < east) & (y > south) & (y < north)
    past = valid & (day < HULL_BEFORE)
    shape = hull(x[past], y[past], HULL_RATIO, HULL_WIDEN_M)
    grid = rectangle("toronto", TORONTO_EPSG, cell_m, shape.bounds).within(shape).refined(factor)
    cell = grid.cell_index(x, y)
    kept = valid & (cell >= 0)
    kind = source["MCI"].str.strip().str.lower().str.replace(" ", "_")[kept].reset_index(drop=True)
    cells, within = cell[kept].astype(np.intp), grid.within_cell(x[kept], y[kept])
    hours, premises = source["occurrencehour"].to_numpy(dtype=int)[kept], source["premises_type"][kept]
    first, known = first_monday(FIRST), day[kept] + np.timedelta64(known_after_days, "D")
    rows = (grid, first, LAST, day[kept], cells, kind)
    return build_cube(*rows, within=within, hours=hours, premises=premises, known_days=known)


def portland(folder: Path, cell_m: float, known_after_days: int = 0) -> CountCube:
    """Return the counts of burglary and vehicle theft inside the police districts."""
    with tempfile.TemporaryDirectory() as place:
        csv, boundary = convert(folder, Path(place))
        request = BacktestRequest(csv, PORTLAND_EPSG, cell_m, PORTLAND_WEEKS, boundary, PORTLAND_FIRST)
        incidents = read_incidents(csv, PORTLAND_EPSG).known_after(known_after_days)
        return cube_of(request, incidents, read_boundary(boundary, PORTLAND_EPSG))[0]


def tables(title: str, cube: CountCube, weeks: int, years: tuple[int, ...] | None) -> Iterator[str]:
    """Yield the lines of one city and grid: every method, its gains over each rival, calibration, cost."""
    config, started_s = risk_config(), time.perf_counter()
    rolled = roll(cube, config, weeks)
    took_s = time.perf_counter() - started_s
    # By ISO year: the week of 31 December 2018 is the first of 2019.
    judged = [w for w in range(weeks) if not years or cube.day_of(rolled.first_week + w).isocalendar().year in years]
    span = over_weeks(rolled, config, np.array(judged))
    yield f"## {title}, {cube.grid.count:,} cells, {span.week_count} weeks, {span.event_count:,} incidents\n"
    heads = [f"minus {rival}: hit@1 / hit@5 / log" for rival in RIVALS]
    yield "| method | hit@1 / hit@5 (%) / log score | " + " | ".join(heads) + " |"
    yield "| --- " * (2 + len(heads)) + "|"
    for method in MethodName:
        row = span.figures[method]
        figures = f"{100 * row[METRICS[0]]:.2f} / {100 * row[METRICS[1]]:.2f} / {row[METRICS[2]]:.3f}"
        gains = [
            " / ".join(gain_text(name, span.differences[rival][method][name]) for name in METRICS)
            if method != rival
            else "–"
            for rival in RIVALS
        ]
        yield f"| {method} | {figures} | " + " | ".join(gains) + " |"
    summary = summarise(rolled, config)
    ratios = ", ".join(f"{part.observed / part.expected:.2f}" for part in summary.calibration[CHALLENGER])
    yield (
        f"\nOver all {weeks} weeks: happened over expected by decile of the forecast {ratios}; "
        f"{summary.rank_coverage[CHALLENGER]:.1%} of the counts of flagged cells below their 90 % bound, edges in "
        f"proportion; {_coverage(summary)}; "
        f"PEI@1 % {span.figures[CHALLENGER]['pei_1pct']:.3f}. "
        f"{took_s:.0f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most so far.\n"
    )


def _coverage(summary: Validation) -> str:
    """Return coverage as served, of whole numbers: over all cells and over flagged ones, pooled and by type."""
    rows = summary.coverage[CHALLENGER].items()
    return "counts at most `upper_count`, all / flagged cells: " + ", ".join(
        f"{kind} {every:.1%} / {flagged:.1%}" for kind, (every, flagged) in rows
    )


def delay_table(label: str, made: Callable[[int], CountCube]) -> Iterator[str]:
    """Yield the lines of what delays cost on a city's last weeks, against knowing each incident at once."""
    yield f"## What a delay costs, {label}, the last {DELAYED_WEEKS} weeks\n"
    yield "| known after | 95 in 100 within | hit@1 (points) | hit@5 (points) | log score |"
    yield "| --- | --- | --- | --- | --- |"
    for days in DELAYS_DAYS:
        cube, config = made(days), risk_config()
        cost = delay_cost(roll(cube, config, DELAYED_WEEKS), config)
        figures = " | ".join(gain_text(name, cost[name]) for name in METRICS)
        yield f"| {days} days | {cube.complete_weeks} weeks | {figures} |"
    yield ""


def slot_tables(cube: CountCube) -> Iterator[str]:
    """Yield the lines of the slots' profiles over each choice of years."""
    for years in SLOT_YEARS:
        weeks = tuple(week for week in range(cube.weeks) if cube.day_of(week).isocalendar().year in years)
        record = judge_slots(cube, risk_config(), weeks)
        label = f"Slots, Toronto, {' and '.join(map(str, years))}"
        yield f"## {label}, {record.week_count} weeks, {record.incident_count:,.0f} incidents whose hour is believed\n"
        yield from (slot_table(record), "")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds toronto-mci and portland-nij")
    parser.add_argument("--only", choices=("toronto", "portland", "slots", "delays"))
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if asked.only in {None, "portland"}:
        for label, cell_m in (("600 ft", 182.88), ("250 ft", 76.2)):
            cube = portland(asked.data / "portland-nij", cell_m)
            print(*tables(f"Portland, {label}", cube, PORTLAND_WEEKS, None), sep="\n", flush=True)
    if asked.only in {None, "toronto"}:
        for cell_m in (250.0, 100.0):
            cube = toronto(asked.data / "toronto-mci", cell_m)
            print(*tables(f"Toronto, {cell_m:g} m", cube, TORONTO_WEEKS, TORONTO_YEARS), sep="\n", flush=True)
    if asked.only in {None, "slots"}:
        print(*slot_tables(toronto(asked.data / "toronto-mci", 250.0)), sep="\n", flush=True)
    if asked.only in {None, "delays"}:

        def of_portland(days: int) -> CountCube:
            return portland(asked.data / "portland-nij", 182.88, days)

        def of_toronto(days: int) -> CountCube:
            return toronto(asked.data / "toronto-mci", 250.0, known_after_days=days)

        for label, made in (("Portland, 600 ft", of_portland), ("Toronto, 250 m", of_toronto)):
            print(*delay_table(label, made), sep="\n", flush=True)


if __name__ == "__main__":
    main()
