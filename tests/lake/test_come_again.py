"""Keys that an append brings again: said with their number, counted once by what was known last."""

import logging
import re
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines

from calanque.contracts import load_contract
from calanque.contracts.shapes import shapes
from calanque.engines import deltars, spark
from calanque.marts.shape_sql import shape_sql
from calanque.runs.batches import read_reports

COUNTERS = "identifiant;libelle;date_heure;geo_point_2d;debit;taux_occupation\n"


def hours(*figures: tuple[str, int]) -> str:
    """Return the file of one counter: vehicles by hour."""
    rows = (f"CPT-11;Rue inventée;{at}:00:00+02:00;43.3, 5.4;{count};1.5\n" for at, count in figures)
    return COUNTERS + "".join(rows)


def told(feed: Feed) -> list[tuple[str, float]]:
    """Return what the shape of the feed tells of its vehicles, as dbt reads it."""
    sql = shape_sql(shapes()["observation"], [load_contract(feed.name, feed.folders)])
    sql = re.sub(r"\{\{ source\('bronze', '(\w+)'\) \}\}", r"bronze.\1", sql)
    rows = spark.rows(f"select observed_local_at, value from ({sql}) where quantity = 'vehicle_flow' order by 1, 2")
    return [(f"{row.observed_local_at:%dT%H}", row.value) for row in rows]


def again(report: Any) -> tuple[int, int]:
    assert report.landed_count == report.loaded_count + report.quarantined_count
    return report.came_again_count, report.moved_count


@pytest.fixture
def counters(feed: Feed) -> Feed:
    """A feed of counters whose files are appended."""
    feed.like("marseille_traffic", write={"mode": "append"}, source={"kind": "drop", "pattern": "*.csv"})
    return feed


def test_a_correction_sent_as_an_append_is_said_and_counts_alone(
    counters: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    counters.send(hours(("2026-06-01T08", 100), ("2026-06-01T09", 200)))
    with caplog.at_level(logging.WARNING):
        assert again(counters.run()) == (0, 0)
        assert "came with another one before" not in caplog.text
        counters.send(hours(("2026-06-01T09", 210), ("2026-06-01T10", 300)))
        assert again(counters.run()) == (2, 0)
    assert f"{counters.name}: 2 keys of this batch came with another one before" in caplog.text
    held = deltars.read_rows(f"bronze.{counters.name}", [("quantity", "=", "vehicle_flow")])
    assert sorted(row["value"] for row in held) == [100, 200, 210, 300]
    assert told(counters) == [("01T08", 100), ("01T09", 210), ("01T10", 300)]


def test_what_came_again_stays_known_after_a_kill_and_under_another_version(counters: Feed) -> None:
    counters.send(hours(("2026-06-01T08", 100), ("2026-06-01T09", 200)))
    first = counters.run()
    counters.send(hours(("2026-06-01T09", 210)))
    second = counters.run()
    # As if it had been killed between the commit and its report.
    counters.forget(second.batch_id)
    assert again(counters.run()) == (2, 0)
    assert {one.batch_id for one in read_reports(counters.name)} == {first.batch_id, second.batch_id}
    counters.say(version="1.0.9")
    assert again(counters.run()) == (2, 0)
    assert told(counters) == [("01T08", 100), ("01T09", 210)]


def test_a_key_that_is_about_another_day_now_is_told_so(counters: Feed) -> None:
    content = counters.said()
    (key,) = (one for one in content["schema"][1]["properties"] if one["name"] == "observation_id")
    key["transformLogic"] = "concat_ws('|', identifiant, substr(date_heure, 12, 2), quantity)"
    counters.say(content)
    counters.send(hours(("2026-06-01T08", 100), ("2026-06-01T09", 200)))
    assert again(counters.run()) == (0, 0)
    counters.send(hours(("2026-06-02T08", 110), ("2026-06-01T09", 210)))
    assert again(counters.run()) == (4, 2)
    assert told(counters) == [("01T09", 210), ("02T08", 110)]


def test_a_key_of_several_columns_comes_again_as_a_whole(feed: Feed) -> None:
    feed.say(duplicates={"key": ["event_id", "kind"], "action": "keep"})
    feed.send(HEADER + lines(5))
    assert again(feed.run()) == (0, 0)
    feed.send(HEADER + lines(3).replace("E000001,2026-01-02,waste", "E000001,2026-01-02,noise"))
    assert again(feed.run()) == (2, 0)
    # What is sent again row by row in one more file is no correction either: it is said as well.
    feed.send(HEADER + lines(2, 3) + lines(1, 9))
    assert again(feed.run()) == (2, 0)
