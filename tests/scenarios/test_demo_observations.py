"""What stations and sensors of Marseille measure, from their own formats to the mart that analysts read."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.marts import build
from calanque.marts.domains import DOMAINS
from calanque.runs.batches import read_reports
from calanque.runs.records import BatchReport
from calanque.twin import street_sensors, weather

FEEDS = ("marseille_noise", "marseille_passers_by", "marseille_weather")
HOURS = 28 * 24
WEATHER = {"temperature": "T", "rain": "RR1", "wind_speed": "FF", "humidity": "U"}


def sent(feed: str) -> bytes:
    arguments: Any = load_contract(feed).source.arguments  # type: ignore[union-attr]
    module = weather if feed == "marseille_weather" else street_sensors
    name = {
        "marseille_noise": "generate_noise",
        "marseille_passers_by": "generate_crowd_flow",
        "marseille_weather": "generate_weather",
    }[feed]
    return bytes(getattr(module, name)(**arguments))


@pytest.fixture(scope="module")
def loaded(first: DemoRun) -> dict[str, BatchReport]:
    return {feed: report for feed in FEEDS for report in read_reports(feed)}


@pytest.mark.parametrize("feed", ["marseille_noise", "marseille_passers_by"])
def test_sensors_in_the_models_of_fiware_are_loaded_without_their_dirt(
    loaded: dict[str, BatchReport], feed: str
) -> None:
    report, features = loaded[feed], json.loads(sent(feed))["features"]
    wrong = sum(one["properties"]["dateObservedFrom"] == street_sensors.WRONG_TIME for one in features)
    twice = sum(count - 1 for count in Counter(one["id"] for one in features).values())
    assert wrong == twice == 22
    assert report.reasons == {"wrong_type:observed_at": wrong, "duplicate:observation_id": twice}
    assert report.landed_count == len(features) == report.loaded_count + wrong + twice
    assert report.loaded_count == len(street_sensors.SITES) * HOURS - wrong


def test_figures_of_the_weather_are_a_row_each_and_a_blank_is_kept(loaded: dict[str, BatchReport]) -> None:
    report, text = loaded["marseille_weather"], sent("marseille_weather").decode()
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    wrong = sum(line["AAAAMMJJHH"] == weather.WRONG_HOUR for line in lines)
    assert report.landed_count == 4 * len(lines)
    assert report.reasons == {
        "wrong_type:observed_at": 4 * wrong,
        "wrong_type:observed_on": 4 * wrong,
        "duplicate:observation_id+observed_on": 4 * wrong,
    }
    good = {(line["NUM_POSTE"], line["AAAAMMJJHH"]): line for line in lines if line["AAAAMMJJHH"] != weather.WRONG_HOUR}
    hour = "date_format(observed_at, 'yyyyMMddHH') as hour"
    rows = spark.rows(f"select sensor_id, {hour}, quantity, value from bronze.marseille_weather")
    assert len(rows) == report.loaded_count == 4 * len(good)
    for row in rows:
        told = good[row.sensor_id, row.hour][WEATHER[row.quantity]]
        assert row.value == (float(told) if told else None), row


def test_the_hours_of_sensors_are_shown_and_few_persons_are_not(loaded: dict[str, BatchReport]) -> None:
    assert build.build_domain("observations", "marseille", "again") is None
    rows = spark.rows(
        "select * from marts.fct_observation_hour where territory = 'marseille' and quantity not like 'detected_%'"
    )
    # A sensor may tell more than one figure of an hour, and other feeds tell theirs.
    hour = "sensor_id, quantity, unit, date_trunc('hour', observed_at)"
    of_feeds = [contract.feed for contract in DOMAINS["observations"].contracts if contract.shape == "observation"]
    counts = [spark.rows(f"select count(*) from (select distinct {hour} from bronze.{feed})") for feed in of_feeds]
    assert set(of_feeds) > set(loaded) and len(rows) == sum(row[0] for (row,) in counts)
    assert [name for name, _, comment in spark.columns("marts.fct_observation_hour") if not comment] == []
    of_crowd = {
        f"{one['properties']['name']} {one['properties']['dateObservedFrom']}": one["properties"]["peopleCount"]
        for one in json.loads(sent("marseille_passers_by"))["features"]
    }
    withheld = 0
    for row in rows:
        is_place = row.quantity not in WEATHER
        assert (row.cell_id is not None, row.area_id is not None) == (is_place, is_place), row
        if row.quantity == "passers_by":
            count = of_crowd[f"{row.sensor_id} {row.observed_hour_at:%Y-%m-%dT%H:%M:%S}Z"]
            assert row.is_suppressed == (0 < count < 11)
            assert row.total_value == (None if row.is_suppressed else count)
            withheld += row.is_suppressed
    assert withheld > 500
    assert {(row.observed_local_hour_at - row.observed_hour_at).total_seconds() for row in rows} == {7200.0}
