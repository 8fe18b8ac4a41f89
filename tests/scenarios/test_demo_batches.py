"""What the demo landed, loaded and put into marts: every feed, every city, to the row."""

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from calanque.contracts import load_contract, load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.engines.airflow import Orchestrator
from calanque.marts.domains import DOMAINS, territories
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.settings import Settings
from calanque.twin.main_courante import generate_main_courante

CITIES = territories("incident")
HOUR = timedelta(hours=1)
LANDED = {
    "toronto_incidents": 240_992,
    "chicago_shootings_2022": 2_124,
    "chicago_shootings_2023": 1_809,
    "marseille_main_courante": 5_030,
    "citizen_reports": 12_000,
    "marseille_accidents": 2_613,
    "marseille_agenda": 603,
    "marseille_cameras": 505,
    "marseille_cleanliness": 6_018,
    "marseille_crime_figures": 864,
    "marseille_detections": 16_136,
    "marseille_fines": 3_018,
    "marseille_impounds": 905,
    "marseille_noise": 5_398,
    "marseille_occupations": 1_206,
    "marseille_parking": 10_784,
    "marseille_partners": 970,
    "marseille_passers_by": 5_398,
    "marseille_phone_flows": 15_165,
    "marseille_posts": 15_165,
    "marseille_traffic": 16_176,
    "marseille_weather": 5_396,
}


@pytest.fixture(scope="module")
def reports(first: DemoRun) -> dict[str, Any]:
    found = {}
    for feed in load_contracts():
        (found[feed],) = read_reports(feed)
    return found


@pytest.mark.parametrize("feed", load_contracts())
def test_landed_is_loaded_plus_quarantined(reports, feed: str) -> None:
    report, landed = reports[feed], LANDED[feed]
    assert report.state == "published"
    assert report.landed_count == landed == report.loaded_count + report.quarantined_count
    checks = newest_checks(feed, report.batch_id)
    assert checks and all(check.success for check in checks)
    (bronze,), (quarantine,) = (spark.rows(f"select count(*) from {tier}.{feed}") for tier in ("bronze", "quarantine"))
    assert (bronze[0], quarantine[0]) == (report.loaded_count, report.quarantined_count)


def test_planted_bad_rows_are_in_quarantine_with_their_reasons(reports) -> None:
    assert reports["citizen_reports"].quarantined_count == 5
    assert all(reason.startswith("wrong_type:") for reason in reports["citizen_reports"].reasons)
    # Thirty of each: written down twice, at 0, 0, and without a readable begin.
    reasons = ("duplicate:incident_id", "outside_territory:cell_id", "wrong_type:occurred_at")
    assert reports["marseille_main_courante"].reasons == dict.fromkeys(reasons, 30)
    for feed in ("toronto_incidents", "chicago_shootings_2022", "chicago_shootings_2023"):
        assert reports[feed].reasons == {}


@pytest.mark.parametrize("territory", CITIES)
def test_the_mart_is_what_was_loaded_less_duplicates_and_strays(reports, territory: str) -> None:
    loaded = sum(reports[c.feed].loaded_count for c in DOMAINS["incidents"].contracts if c.territory == territory)
    repeated = sum(reports[c.feed].duplicate_count for c in DOMAINS["incidents"].contracts if c.territory == territory)
    (row,) = spark.rows(
        "select sum(duplicate_count) as duplicate_count, sum(stray_count) as stray_count "
        f"from silver__incidents_{territory}.int_incidents__counted where territory = '{territory}'"
    )
    assert row["duplicate_count"] == repeated == {"toronto": 1_603}.get(territory, 0)
    ((count,),) = trino.query(f"select count(*) from fct_incidents where territory = '{territory}'")
    assert count == loaded - row["duplicate_count"] - row["stray_count"]


def test_chicago_is_two_files_of_one_type(first: DemoRun) -> None:
    """Not a row is lost between the package and the mart; the file tells no kind of place."""
    rows = trino.query(
        "select year(occurred_local_date), type, count(*), count(premises), count(distinct incident_id) "
        "from fct_incidents where territory = 'chicago' group by 1, 2 order by 1"
    )
    assert rows == [(2022, "shooting", 2_124, 0, 2_124), (2023, "shooting", 1_809, 0, 1_809)]


def test_a_code_that_marseille_does_not_map_is_other_and_stays_readable(first: DemoRun) -> None:
    """A stray animal has no line in the territory's file: it is counted, not lost; every other code has its line."""
    rows = trino.query(
        "select type, type_code, count(*) from fct_incidents where territory = 'marseille' group by 1, 2"
    )
    assert {(kind, code) for kind, code, _ in rows if kind == "other"} == {("other", "DIVAG_ANIM")}
    text = generate_main_courante(**load_contract("marseille_main_courante").source.arguments).decode()
    sent = Counter(row["CODE_FAIT"].strip().upper() for row in csv.DictReader(StringIO(text), delimiter=";"))
    loaded = {code: count for _, code, count in rows}
    assert set(loaded) == {"accident", *sent}
    assert 0 < loaded["DIVAG_ANIM"] <= sent["DIVAG_ANIM"]
    assert (sum(loaded.values()) - loaded["accident"], loaded["accident"]) == (4_940, 2_574)


def test_the_types_of_a_city_are_those_of_the_common_list(first: DemoRun) -> None:
    rows = trino.query(
        "select incidents.territory, incidents.type, count(kinds.type) from fct_incidents as incidents "
        "left join dim_incident_type as kinds on incidents.type = kinds.type group by 1, 2"
    )
    assert [row for row in rows if not row[2]] == []
    assert {territory for territory, _, _ in rows} == set(CITIES)


def test_an_incident_of_a_span_is_spread_over_its_hours(first: DemoRun) -> None:
    """Of Marseille some are known by a span alone: weights of a week add up to its incidents, hour by hour."""
    rows = trino.query(
        "select type, week_start_date, occurred_local_at, ended_local_at from fct_incidents "
        "where territory = 'marseille' and is_in_territory"
    )
    expected: dict[tuple[Any, ...], float] = defaultdict(float)
    for kind, week, begin, end in rows:
        end = max(end or begin, begin)
        at, whole = begin.replace(minute=0, second=0), (end - begin).total_seconds()
        while whole == 0 or at < end:
            part = (min(end, at + HOUR) - max(begin, at)).total_seconds() / whole if whole else 1.0
            expected[kind, week, at.isoweekday(), at.hour] += part
            if not whole:
                break
            at += HOUR
    found = trino.query(
        "select type, week_start_date, local_weekday, local_hour, incident_weight from fct_incident_hour "
        "where territory = 'marseille'"
    )
    assert sum(end is not None for _, _, _, end in rows) > 500
    assert {tuple(row[:4]): row[4] for row in found} == pytest.approx(dict(expected), abs=1e-5)


def test_the_events_of_tables_say_what_was_done(stack: Settings, first: DemoRun) -> None:
    def last(dag_id: str, name: str) -> dict[str, Any]:
        events = Orchestrator(stack).get("/assets/events", source_dag_id=dag_id, limit=100)["asset_events"]
        return next(event["extra"] for event in reversed(events) if event["name"] == name)

    (report,) = read_reports("citizen_reports")
    told = last("feed_citizen_reports", "bronze/citizen_reports")
    assert told["landed_count"] == told["loaded_count"] + told["quarantined_count"] == report.landed_count
    assert (told["batch_id"], told["bronze_version"]) == (report.batch_id, report.bronze_version)
    assert datetime.fromisoformat(told["fresh_until"]) == report.updated_at + timedelta(hours=36)
    built = last("transform", "marts/incidents/chicago")
    assert built["row_counts"]["marts.fct_incidents"] == 3_933 and built["tests_passed"] > 5
