"""A city's observations are built of the weeks alone that a batch touches, and say what a build of them all would."""

import os
import re
import signal
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from drop_feed import processes
from operations import operations

from calanque.contracts import load_contract
from calanque.contracts.write import AppendWrite
from calanque.engines import delta, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.ingest.tables import ensure_tables
from calanque.marts import build, domains
from calanque.marts.domains import DOMAINS

CITY, MART = "san_francisco", "marts.fct_observation_hour"
FEED = load_contract("marseille_traffic").model_copy(
    update={"feed": "test_counters", "territory": CITY, "time_zone": "America/Los_Angeles", "write": AppendWrite()}
)
CAMERAS = load_contract("marseille_detections").model_copy(
    update={"feed": "test_cameras", "territory": CITY, "time_zone": "America/Los_Angeles"}
)
FIRST, WEEKS, PER_WEEK = date(2025, 1, 6), 6, 2 * 24 * 7
MOST_OPERATIONS = 40
"""Of a build of one city's observations, whatever its history."""
TECHNICAL = (
    "'{batch}' as _batch_id, current_timestamp() as _ingested_at, '1.0.0' as _contract_version, "
    "cast(null as timestamp) as _closed_at, cast(null as string) as _closed_by"
)


def insert(batch: str, first: str, hours: int, quantity: str = "'vehicle_flow'", factor: int = 1) -> None:
    """Add a file of figures of two counters: one an hour, from an hour of the city's wall clock on."""
    spark.rows(
        f"""insert into {FEED.bronze_table} by name
        select concat_ws('|', n, at) as observation_id, at as observed_at, at + interval 1 hour as ended_at,
          cast(at as date) as observed_on, concat('CPT-1', n) as sensor_id, 'synthetic' as street,
          {quantity} as quantity, {factor} * cast(hour(at) + n as double) as value, 'vehicles_per_hour' as unit,
          -122.4D as lon, 37.75D as lat, '{CITY}:10:10' as cell_id, {TECHNICAL.format(batch=batch)}
        from (select /*+ coalesce(1) */ id % 2 as n, to_utc_timestamp('{first}', '{FEED.time_zone}')
          + make_dt_interval(0, cast(id / 2 as int)) as at from range({2 * hours}))"""
    )


def see(batch: str, at: str, sensor: str, kind: str, count: int) -> None:
    """Add what a camera has in view at one moment."""
    names = {column.name: f"cast(null as {column.physical_type})" for column in CAMERAS.bronze}
    filled = {name: column.name for name, column in CAMERAS.filling().items()}
    names |= {
        filled["detection_id"]: f"'{batch}{at}'",
        filled["detected_at"]: f"timestamp '{at}'",
        filled["sensor_id"]: f"'{sensor}'",
        filled["object_class"]: f"'{kind}'",
        filled["object_count"]: f"{count}",
    }
    listed = ", ".join(f"{value} as {name}" for name, value in names.items())
    spark.rows(f"insert into {CAMERAS.bronze_table} by name select {listed}, {TECHNICAL.format(batch=batch)}")


@pytest.fixture(scope="module")
def city(stack: object) -> Iterator[None]:
    """A city of two feeds, whose file draws its places."""
    with pytest.MonkeyPatch.context() as patch:
        know_the_feeds(patch)
        for feed in (FEED, CAMERAS):
            ensure_tables(feed)
        for number in range(WEEKS):
            insert(f"b{number}", f"{FIRST + timedelta(days=7 * number)} 00:00:00", 24 * 7)
        see("c0", "2025-01-07 20:00:00", "cam", "vehicle", 3)
        see("c0", "2025-02-05 20:00:00", "cam", "vehicle", 0)
        built("first")
        yield
        for feed in (FEED, CAMERAS):
            for table in (feed.bronze_table, feed.quarantine_table):
                spark.rows(f"drop table if exists {table}")
                lake().delete(delta.table_path(table))
        for mart in (*DOMAINS["places"].marts, *DOMAINS["observations"].marts):
            spark.rows(f"delete from marts.{mart} where territory = '{CITY}'")
        forget("%")


def know_the_feeds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domains, "read_contracts", lambda: ({feed.feed: feed for feed in (FEED, CAMERAS)}, {}))


def forget(domain: str) -> None:
    spark.rows(f"delete from governance.step where step like 'marts.{domain}.{CITY}'")


def built(run_id: str) -> int:
    """Build what has changed, all of which must be shown; returns how many hours were built."""
    outcomes = build.build_marts(run_id) or []
    assert [one.held_back for one in outcomes if one.held_back] == []
    return sum(one.row_counts.get(MART, 0) for one in outcomes)


def shown() -> list[str]:
    return sorted(map(str, deltars.read_rows(MART, [("territory", "=", CITY)])))


def assert_a_whole_build_says_the_same() -> None:
    """What is shown is compared row by row with what is built: where they are equal, nothing is written."""
    before = delta.data_version(MART)
    forget("observations")
    assert built("whole") == len(shown())
    assert delta.data_version(MART) == before


@pytest.mark.full
def test_a_day_and_a_late_hour_are_built_by_their_weeks(city: None) -> None:
    whole = len(shown())
    # Sunday's last hours there are Monday's in UTC.
    insert("day", f"{FIRST + timedelta(days=7 * WEEKS)} 00:00:00", 24)
    insert("late", f"{FIRST + timedelta(days=13)} 22:30:00", 1)
    rows, count = operations(lambda: built("day"))
    assert count <= MOST_OPERATIONS
    # Of the camera's two frames none is in these weeks.
    assert rows == 48 + PER_WEEK
    commit = next(row for row in spark.rows(f"describe history {MART}") if row.operation == "WRITE")
    weeks = re.findall(r"\d{4}-\d\d-\d\d", commit.operationParameters["predicate"])
    assert weeks == ["2025-01-13", "2025-02-17"]
    assert len(shown()) == whole + 48


@pytest.mark.full
def test_a_correction_that_was_appended_does_not_double_a_figure(city: None) -> None:
    at = f"{FIRST + timedelta(days=7)} 05:00:00"
    insert("corrected", at, 1, factor=10)
    whole = len(shown())
    assert built("corrected") == PER_WEEK
    assert len(shown()) == whole
    hour = f"sensor_id = 'CPT-10' and observed_local_hour_at = timestamp_ntz'{at}'"
    (corrected,) = spark.rows(f"select * from {MART} where territory = '{CITY}' and {hour}")
    # Its figure is ten times the hour in UTC.
    assert (corrected.mean_value, corrected.observation_count) == (130, 1)
    assert_a_whole_build_says_the_same()


@pytest.mark.full
def test_what_a_camera_sees_for_the_first_time_is_missing_in_all_its_frames(city: None) -> None:
    see("c1", "2025-02-18 20:00:00", "cam", "bicycle", 2)
    whole = len(shown())
    # The first frames have a figure of the new class, and the new one has one of both.
    assert built("camera") == len(shown()) == whole + 4


@pytest.mark.full
def test_rows_that_are_gone_leave_the_mart(city: None) -> None:
    """As those of an erasure or past their time: one of a week that stays, then all of a week with no other file."""
    whole = len(shown())
    spark.rows(f"delete from {FEED.bronze_table} where _batch_id = 'b0' and sensor_id = 'CPT-11'")
    assert built("gone") < whole
    assert len(shown()) == whole - PER_WEEK // 2
    spark.rows(f"delete from {FEED.bronze_table} where _batch_id = 'b0'")
    assert built("week") == len(shown()) == whole - PER_WEEK
    assert_a_whole_build_says_the_same()


@pytest.mark.full
def test_a_week_whose_rows_are_all_corrected_away_leaves_the_mart(city: None) -> None:
    """Its file is written anew with no row that counts: a gate that asks for rows is the whole city's."""
    insert("alone", "2025-03-10 00:00:00", 24)
    built("alone")
    whole = len(shown())
    spark.rows(
        f"update {FEED.bronze_table} set _closed_at = current_timestamp(), _closed_by = 'b' where _batch_id = 'alone'"
    )
    assert built("closed") == len(shown()) == whole - 48


@pytest.mark.full
def test_weeks_that_fail_leave_the_others_and_are_built_when_they_are_mended(city: None) -> None:
    before = shown()
    insert("bad", "2025-02-24 00:00:00", 1, quantity="cast(null as string)")
    with pytest.raises(CalanqueError, match=f"observations of {CITY} are held back: .*quantity_is_present"):
        build.build_marts("bad")
    assert shown() == before
    spark.rows(f"delete from {FEED.bronze_table} where _batch_id = 'bad'")
    insert("good", "2025-02-24 00:00:00", 1)
    assert built("good")
    assert len(shown()) == len(before) + 2


def _kill(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _build_in_process(run_id: str, results: Any, is_killed: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        know_the_feeds(patch)
        if is_killed:
            patch.setattr(build, "publish", _kill)
        results.put((run_id, build.build_marts(run_id) is not None))


@pytest.mark.full
def test_a_build_that_is_killed_before_it_shows_leaves_the_marts_and_the_next_one_shows(city: None) -> None:
    before = shown()
    insert("killed", "2025-02-25 00:00:00", 2)
    context = processes()
    results = context.Queue()
    run = context.Process(target=_build_in_process, args=("killed", results, True))
    run.start()
    run.join(300)
    assert run.exitcode == -signal.SIGKILL
    # It had built what it did not show.
    assert deltars.row_count(f"{build.SCHEMA}.fct_observation_hour") > 4
    assert shown() == before
    assert built("after")
    assert len(shown()) == len(before) + 4
    assert_a_whole_build_says_the_same()


@pytest.mark.full
def test_of_two_builds_at_once_one_waits_and_has_nothing_to_do(city: None) -> None:
    before = shown()
    insert("both", "2025-02-26 00:00:00", 2)
    context = processes()
    results = context.Queue()
    runs = [context.Process(target=_build_in_process, args=(name, results, False)) for name in ("one", "other")]
    for run in runs:
        run.start()
    outcomes = [results.get(timeout=300) for _ in runs]
    for run in runs:
        run.join(60)
    assert sorted(was_built for _, was_built in outcomes) == [False, True]
    assert len(shown()) == len(before) + 4
