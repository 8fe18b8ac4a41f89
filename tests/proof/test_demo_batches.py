"""What the demo landed, loaded and put into marts: every feed, every city, to the row."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from drop_feed import Feed
from holidays import country_holidays
from sent import planted, sent
from three_days import account_for_three_days

from calanque.contracts import FeedContract, load_contract, load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import deltars, spark, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.engines.hdfs import lake
from calanque.marts.build import SCHEMA, build_marts
from calanque.marts.domains import DOMAINS, territories
from calanque.privacy.recognisers import PACK_VERSION
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.settings import Settings
from calanque.sources.errand import Errand

CITIES = territories("incident")
# Of sources that are not the twin's, whose rows are counted.
LANDED = {"toronto_incidents": 240_992, "chicago_shootings_2022": 2_124, "chicago_shootings_2023": 1_809}
# Of 14,245 days of three zones since 1990, those without school in Marseille's since 2015.
LANDED |= {"chicago_areas": 77, "marseille_school_holidays": 1_710}
YEARS = range(2014, datetime.now(UTC).year + 3)
COUNTRIES = {"marseille": ("FR", None), "toronto": ("CA", "ON"), "chicago": ("US", "IL")}
LANDED |= {
    f"{city}_public_holidays": len(country_holidays(country, subdiv=part, years=YEARS))
    for city, (country, part) in COUNTRIES.items()
}


@pytest.fixture(scope="module")
def reports(first: DemoRun) -> dict[str, Any]:
    found = {}
    for feed in load_contracts():
        (found[feed],) = read_reports(feed)
    return found


@pytest.mark.parametrize("feed", load_contracts())
def test_landed_is_loaded_plus_quarantined(reports, feed: str) -> None:
    report = reports[feed]
    landed = LANDED.get(feed) or len(sent(feed))
    assert report.state == "published"
    assert report.landed_count == landed == report.loaded_count + report.quarantined_count
    checks = newest_checks(feed, report.batch_id)
    assert checks and all(check.success for check in checks)
    (bronze,), (quarantine,) = (spark.rows(f"select count(*) from {tier}.{feed}") for tier in ("bronze", "quarantine"))
    assert (bronze[0], quarantine[0]) == (report.loaded_count, report.quarantined_count)


@pytest.mark.parametrize("feed", load_contracts())
def test_every_planted_row_is_in_quarantine_and_no_other(reports, feed: str) -> None:
    wrong = 0 if feed in LANDED else planted(feed)
    assert reports[feed].quarantined_count == wrong, reports[feed].reasons
    assert bool(reports[feed].reasons) == bool(wrong)


@pytest.fixture(scope="module")
def counted(first: DemoRun) -> list[Any]:
    """What became of the rows of incidents, as a build of every city says it below silver."""
    spark.rows("delete from governance.step where step like 'marts.incidents.%'")
    assert {one.territory for one in build_marts() or ()} == set(CITIES)
    sums = ", ".join(f"sum({name}) as {name}" for name in ("duplicate_count", "stray_count"))
    return spark.rows(f"select territory, {sums} from {SCHEMA}.int_incidents__counted group by territory")


@pytest.mark.parametrize("territory", CITIES)
def test_the_mart_is_what_was_loaded_less_duplicates_and_strays(reports, counted: list[Any], territory: str) -> None:
    loaded = sum(reports[c.feed].loaded_count for c in DOMAINS["incidents"].contracts if c.territory == territory)
    repeated = sum(reports[c.feed].duplicate_count for c in DOMAINS["incidents"].contracts if c.territory == territory)
    (row,) = [row for row in counted if row.territory == territory]
    assert row.duplicate_count == repeated == {"toronto": 1_603}.get(territory, 0)
    ((count,),) = trino.query(f"select count(*) from fct_incidents where territory = '{territory}'")
    assert count == loaded - row.duplicate_count - row.stray_count


@pytest.mark.parametrize("year", [2022, 2023])
def test_shootings_of_chicago_reach_bronze_as_sent(first: DemoRun, tmp_path: Path, year: int) -> None:
    feed = f"chicago_shootings_{year}"
    contract = load_contract(feed)
    (path,) = contract.source.fetch(Errand(feed, None, tmp_path, tmp_path))
    zone = ZoneInfo(contract.time_zone)
    wanted = []
    for row in csv.DictReader(StringIO(path.read_text(encoding="utf-8"))):
        local = datetime(year, 1, 1) + timedelta(minutes=round(float(row["T"]) * 1440))
        at = local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        wanted.append((at, float(row["X"]), float(row["Y"]), "shooting"))
    rows = spark.rows(f"SELECT occurred_at, lon, lat, type, x_m, y_m FROM bronze.{feed}")
    assert sorted(tuple(row)[:4] for row in rows) == sorted(wanted)
    assert all(420_000 < row["x_m"] < 460_000 and 4_600_000 < row["y_m"] < 4_660_000 for row in rows)


@pytest.mark.parametrize("name", sorted(load_contracts().keys() - LANDED.keys()))
def test_every_row_of_three_days_is_accounted_for(first: DemoRun, feed: Feed, name: str, tmp_path: Path) -> None:
    """What the lake's own test shows of one feed, where there is time for all."""
    account_for_three_days(feed, name, tmp_path)


def test_a_code_that_marseille_does_not_map_is_other_and_stays_readable(first: DemoRun) -> None:
    """A stray animal has no line in the territory's file: it is counted, not lost; every other code has its line."""
    rows = trino.query(
        "select type, type_code, count(*) from fct_incidents where territory = 'marseille' group by 1, 2"
    )
    assert {(kind, code) for kind, code, _ in rows if kind == "other"} == {("other", "DIVAG_ANIM")}
    told = Counter(line["CODE_FAIT"].strip().upper() for line in sent("marseille_main_courante"))
    loaded = {code: count for _, code, count in rows}
    assert set(loaded) == {"accident", *told}
    assert 0 < loaded["DIVAG_ANIM"] <= told["DIVAG_ANIM"]
    assert (sum(loaded.values()) - loaded["accident"], loaded["accident"]) == (4_940, 2_574)


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
    assert built["row_counts"]["marts.fct_incidents"] == 3_933


def test_what_protected_a_batch_stands_in_its_commit_and_by_what_it_was_read_beside_its_raw_files(
    first: DemoRun,
) -> None:
    contract = load_contract("citizen_reports")
    (batch,) = lake().list(f"/lake/landing/{contract.feed}")
    commit = next(one for one in deltars.history(contract.bronze_table, 9) if one["user_metadata"].get("batch"))
    said = commit["user_metadata"]
    assert (said["batch"], said["contract_version"]) == (batch, contract.version)
    assert (said["pack"], said["keys"]) == (PACK_VERSION, "v1")
    folder = f"/lake/landing/{contract.feed}/{batch}"
    beside = lake().read_json(f"{folder}/contract-{contract.version}.json")
    assert FeedContract.model_validate(beside) == contract
    manifest = lake().read_json(f"{folder}/manifest.json")
    assert manifest["accessed_at"] <= manifest["landed_at"]
