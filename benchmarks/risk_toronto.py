"""Measure the risk model on the Toronto set, on the grid of its territory, without any service.

    OMP_NUM_THREADS=1 python benchmarks/risk_toronto.py ../shared/data/toronto-mci [--reference] [--card CARD.md]

Trains exactly as the DAG does (back-test of `ml/risk/model.yml`, fit, decision) and logs time and memory. With
`--reference`, also the 104 weeks of the reference run of the forecasting guide: 2019 and 2021.
"""

from __future__ import annotations

import argparse
import logging
import resource
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from calanque.places.cells import grid_of_cells, territory_cells
from calanque.places.grid import project
from calanque.places.territory import load_territory
from ml.risk.card import model_card
from ml.risk.config import risk_config
from ml.risk.cube import CountCube, build_cube
from ml.risk.rolling import roll
from ml.risk.train import first_monday, train
from ml.risk.validate import over_weeks

VALID_FROM = date(2014, 1, 1)
REFERENCE_WEEKS, REFERENCE_YEARS = 156, (2019, 2021)

logger = logging.getLogger(__name__)


def toronto_cube(folder: Path) -> CountCube:
    """Return the deduplicated counts of the two files of the set (a random split, so both are needed)."""
    source = pd.concat([pd.read_csv(folder / f"{part}.csv.gz") for part in ("train", "test")]).drop_duplicates()
    midnight = pd.to_datetime(source["occurrencedate"].str[:19], format="%Y/%m/%d %H:%M:%S").dt.tz_localize("UTC")
    territory = load_territory("toronto")
    # The source writes local midnight in UTC: the local date is what happened.
    day = midnight.dt.tz_convert(territory.time_zone).dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    valid = day >= np.datetime64(VALID_FROM)
    x, y = project(territory.crs, source["Long"].to_numpy(), source["Lat"].to_numpy())
    grid = grid_of_cells(territory, territory_cells(territory, x[valid], y[valid], day[valid]))
    cell = grid.cell_index(x, y)
    kept = valid & (cell >= 0)
    kind = source["MCI"].str.strip().str.lower().str.replace(" ", "_")
    return build_cube(
        grid, first_monday(VALID_FROM), day.max().astype(date), day[kept], cell[kept].astype(np.intp), kind[kept]
    )


def reference(cube: CountCube) -> None:
    """Log the figures of the weeks of 2019 and 2021, pooled over types."""
    config = risk_config()
    rolled = roll(cube, config, REFERENCE_WEEKS)
    # By ISO year: the week of 31 December 2018 is the first of 2019.
    years = [cube.day_of(rolled.first_week + week).isocalendar().year for week in range(REFERENCE_WEEKS)]
    span = over_weeks(rolled, config, np.flatnonzero(np.isin(years, REFERENCE_YEARS)))
    logger.info("Reference weeks: %d, incidents: %d", span.week_count, span.event_count)
    for method, row in span.figures.items():
        logger.info("%s: %s", method, {name: round(value, 4) for name, value in row.items()})
    for baseline, methods in span.differences.items():
        for metric in ("hit_rate_1pct", "hit_rate_5pct", "log_score"):
            logger.info("pool minus %s, %s: %s", baseline, metric, methods["pool"][metric])


def main() -> None:
    """Train and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--card", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cube = toronto_cube(arguments.folder)
    started = time.process_time()
    training = train(cube, risk_config())
    seconds, memory_mb = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    logger.info("%d cells, %d weeks: %.1f s of CPU, %.0f MB at most", cube.grid.count, cube.weeks, seconds, memory_mb)
    logger.info("%s", training.reason)
    if arguments.card:
        arguments.card.write_text(model_card(training, risk_config(), "files"), encoding="utf-8")
    if arguments.reference:
        reference(cube)


if __name__ == "__main__":
    main()
