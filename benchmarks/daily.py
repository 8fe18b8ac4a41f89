"""Measure what one day more of a city costs its marts: `python benchmarks/daily.py --rounds 3`; prints Markdown rows.

A city that has a territory's file and no feed gets years of generated rows in bronze: incidents, 250 a day, or with
`--shape observation` figures of counters, 960 a day; its marts are built whole, and then twice a round after a batch of
one day, once as they are and once as if any row could have changed. The stack must be up; what is made is removed.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from unittest.mock import patch

from calanque.contracts import FeedContract, load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.marts import domains, parts
from calanque.marts.build import build_marts
from calanque.marts.domains import DOMAINS
from calanque.places.grid import grid_vars
from calanque.places.territory import load_territory
from calanque.settings import settings

FEED, CITY, LON, LAT = "bench_daily", "san_francisco", -122.4, 37.75
YEARS, LAST = (1, 4, 10), date(2023, 12, 31)
PER_DAY = {"incident": 250, "observation": 960}
LIKE = {"incident": "toronto_incidents", "observation": "marseille_traffic"}


def rows_sql(shape: str, first: date, days: int, batch_id: str) -> str:
    """Return the SQL of generated rows in bronze's columns."""
    return f"""select *, '{batch_id}' as _batch_id, current_timestamp() as _ingested_at, '1.0.0' as _contract_version,
        cast(null as timestamp) as _closed_at, cast(null as string) as _closed_by
        from ({incidents_sql(first, days, batch_id) if shape == "incident" else observations_sql(first, days)})"""


def observations_sql(first: date, days: int) -> str:
    """Return the SQL of figures of 20 counters, two an hour each."""
    return f"""select concat_ws('|', n, at, quantity) as observation_id, at as observed_at,
        at + interval 1 hour as ended_at, cast(at as date) as observed_on, concat('CPT-', n) as sensor_id,
        'synthetic' as street, quantity, rand(1) * 100 as value, 'vehicles_per_hour' as unit, {LON}D as lon,
        {LAT}D as lat, concat('{CITY}:', cast(10 + n as string), ':10') as cell_id
        from (select id % 20 as n, element_at(array('vehicle_flow', 'road_occupancy'), cast(id / 20 as int) % 2 + 1)
            as quantity, timestamp '{first} 08:00:00' + make_dt_interval(0, cast(id / 40 as int)) as at
            from range({days * PER_DAY["observation"]}))"""


def incidents_sql(first: date, days: int, batch_id: str) -> str:
    """Return the SQL of incidents over a square of 2 km by 2 km."""
    grid = grid_vars(load_territory(CITY))
    x_m, y_m = (f"{grid[axis]} + 5000 + 2000 * rand({seed})" for seed, axis in enumerate(("x0_m", "y0_m")))
    return f"""select concat('{batch_id}-', id) as incident_id,
        timestamp '{first} 08:00:00' + make_dt_interval(cast(id % {days} as int), cast(rand(3) * 24 as int))
          as occurred_at, element_at(array('assault', 'robbery', 'auto_theft'), cast(id % 3 as int) + 1) as type,
        date '{first}' as occurred_local_date, 12 as occurred_local_hour, 'house' as premises,
        'synthetic' as neighbourhood, {LON}D as lon, {LAT}D as lat,
        cast({x_m} as double) as x_m, cast({y_m} as double) as y_m
        from range({days * PER_DAY["incident"]})"""


def write_history(shape: str, years: int) -> None:
    """Make the bronze table of the benchmark anew, with whole years up to the last day."""
    days = 365 * years
    with spark.over_rows(days * PER_DAY[shape]):
        spark.rows(
            f"create or replace table bronze.{FEED} using delta location '{settings().hdfs_uri}/lake/bronze/{FEED}' as "
            + rows_sql(shape, LAST - timedelta(days=days - 1), days, "b0")
        )


def day_s(shape: str, number: int, is_whole: bool) -> float:
    """Add one day after another one; return how long a build takes, which may know that no other day has changed."""
    day = LAST + timedelta(days=number)
    spark.rows(f"insert into bronze.{FEED} by name {rows_sql(shape, day, 1, f'b{number}')}")
    with patch.object(parts, "touched_weeks", lambda *_: None) if is_whole else nullcontext():
        return built_s(f"day-{number}")


def built_s(run_id: str) -> float:
    """Return how long a build of the city's marts takes."""
    started_s = time.monotonic()
    if build_marts(run_id) is None:
        raise SystemExit("There was nothing to build: the benchmark measures nothing.")
    return time.monotonic() - started_s


@contextmanager
def only_feed(shape: str) -> Iterator[None]:
    """Let the city have the one feed of the benchmark, and remove what came of it."""
    contract = load_contract(LIKE[shape]).model_copy(update={"feed": FEED, "territory": CITY, "valid_from": None})
    contracts: dict[str, FeedContract] = {FEED: contract}
    with patch.object(domains, "read_contracts", lambda: (contracts, {})):
        try:
            yield
        finally:
            for mart in (*(mart for domain in DOMAINS.values() for mart in domain.marts), "dim_feed_freshness"):
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
    parser.add_argument("--shape", choices=PER_DAY, default="incident")
    parser.add_argument("--years", type=int, nargs="*", default=YEARS)
    asked = parser.parse_args()
    logging.getLogger("calanque").setLevel(logging.WARNING)
    print("| history | whole, s | one day more, s (median) | the same built whole |\n| --- | --- | --- | --- |")
    with only_feed(asked.shape):
        for years in asked.years:
            write_history(asked.shape, years)
            whole_s = built_s("whole")
            found = [day_s(asked.shape, number, number % 2 == 0) for number in range(1, 2 * asked.rounds + 1)]
            size = f"{years} years, {365 * years * PER_DAY[asked.shape]:,} rows"
            medians = [statistics.median(seconds) for seconds in (found[::2], found[1::2])]
            print(f"| {size} | {whole_s:.1f} | {medians[0]:.1f} | {medians[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
