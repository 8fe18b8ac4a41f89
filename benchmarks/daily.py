"""Measure what one day more of a city costs its marts: `python benchmarks/daily.py --rounds 3`; prints Markdown rows.

A city that has a territory's file and no feed gets 1, 4 and 10 years of generated incidents in bronze, 250 a day; its
marts are built whole, and then once a round after a batch of one day. The stack must be up; what is made is removed.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from calanque.contracts import FeedContract, load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.marts import domains
from calanque.marts.build import build_marts
from calanque.marts.domains import DOMAINS
from calanque.places.grid import grid_vars
from calanque.places.territory import load_territory
from calanque.settings import settings

FEED, CITY, LON, LAT = "bench_daily", "san_francisco", -122.4, 37.75
YEARS, PER_DAY, LAST = (1, 4, 10), 250, date(2023, 12, 31)


def rows_sql(first: date, days: int, batch_id: str) -> str:
    """Return the SQL of generated incidents in bronze's columns: 250 a day, over a square of 2 km by 2 km."""
    grid = grid_vars(load_territory(CITY))
    x_m, y_m = (f"{grid[axis]} + 5000 + 2000 * rand({seed})" for seed, axis in enumerate(("x0_m", "y0_m")))
    return f"""select concat('{batch_id}-', id) as incident_id,
        timestamp '{first} 08:00:00' + make_dt_interval(cast(id % {days} as int), cast(rand(3) * 24 as int))
          as occurred_at, element_at(array('assault', 'robbery', 'auto_theft'), cast(id % 3 as int) + 1) as type,
        date '{first}' as occurred_local_date, 12 as occurred_local_hour, 'house' as premises,
        'synthetic' as neighbourhood, {LON}D as lon, {LAT}D as lat,
        cast({x_m} as double) as x_m, cast({y_m} as double) as y_m,
        '{batch_id}' as _batch_id, current_timestamp() as _ingested_at, '1.0.0' as _contract_version,
        cast(null as timestamp) as _closed_at, cast(null as string) as _closed_by
        from range({days * PER_DAY})"""


def write_history(years: int) -> None:
    """Make the bronze table of the benchmark anew, with whole years up to the last day."""
    days = 365 * years
    spark.rows(
        f"create or replace table bronze.{FEED} using delta location '{settings().hdfs_uri}/lake/bronze/{FEED}' as "
        + rows_sql(LAST - timedelta(days=days - 1), days, "b0")
    )


def add_day(number: int) -> None:
    """Add the day after."""
    spark.rows(f"insert into bronze.{FEED} by name {rows_sql(LAST + timedelta(days=number), 1, f'b{number}')}")


def built_s(run_id: str) -> float:
    """Return how long a build of the city's incidents takes."""
    started_s = time.monotonic()
    if build_marts(run_id) is None:
        raise SystemExit("There was nothing to build: the benchmark measures nothing.")
    return time.monotonic() - started_s


@contextmanager
def only_feed() -> Iterator[None]:
    """Let the city have the one feed of the benchmark, and remove what came of it."""
    toronto = load_contract("toronto_incidents")
    contract = toronto.model_copy(update={"feed": FEED, "territory": CITY, "valid_from": None})
    contracts: dict[str, FeedContract] = {FEED: contract}
    with patch.object(domains, "load_contracts", lambda: contracts):
        try:
            yield
        finally:
            for mart in (*DOMAINS["places"].marts, *DOMAINS["incidents"].marts, "dim_feed_freshness"):
                if (
                    spark.table_exists(f"marts.{mart}")
                    and "territory" in spark.session().table(f"marts.{mart}").columns
                ):
                    spark.rows(f"delete from marts.{mart} where territory = '{CITY}'")
            spark.rows(f"drop table if exists bronze.{FEED}")
            spark.rows(f"delete from governance.step where territory = '{CITY}'")
            lake().delete(f"/lake/bronze/{FEED}")


def main() -> None:
    """Print a row a history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    logging.getLogger("calanque").setLevel(logging.WARNING)
    print("| history | whole, s | one day more, s (median) | to one year |\n| --- | --- | --- | --- |")
    with only_feed():
        first_s = None
        for years in YEARS:
            write_history(years)
            whole_s = built_s("whole")
            day_s = statistics.median(add_day(number) or built_s(f"day-{number}") for number in range(1, rounds + 1))
            first_s = first_s or day_s
            size = f"{years} years, {365 * years * PER_DAY:,} rows"
            print(f"| {size} | {whole_s:.1f} | {day_s:.1f} | {day_s / first_s:.2f} |")


if __name__ == "__main__":
    main()
