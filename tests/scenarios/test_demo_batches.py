"""What the demo landed, loaded and put into marts: every feed, every city, to the row."""

import csv
from collections import Counter
from io import StringIO
from typing import Any

import pytest

from calanque.contracts import load_contract, load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.marts.domains import DOMAINS, territories
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.twin.main_courante import generate_main_courante

CITIES = territories("incident")
LANDED = {
    "toronto_incidents": 240_992,
    "chicago_shootings_2022": 2_124,
    "chicago_shootings_2023": 1_809,
    "marseille_main_courante": 5_030,
    "citizen_reports": 12_000,
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
    assert set(loaded) == set(sent)
    assert 0 < loaded["DIVAG_ANIM"] <= sent["DIVAG_ANIM"]
    assert sum(loaded.values()) == 4_940


def test_the_types_of_a_city_are_those_of_the_common_list(first: DemoRun) -> None:
    rows = trino.query(
        "select incidents.territory, incidents.type, count(kinds.type) from fct_incidents as incidents "
        "left join dim_incident_type as kinds on incidents.type = kinds.type group by 1, 2"
    )
    assert [row for row in rows if not row[2]] == []
    assert {territory for territory, _, _ in rows} == set(CITIES)
