"""The small feeds of incidents reach bronze as their sources sent them."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.sources.errand import Errand
from calanque.twin.main_courante import generate_main_courante


@pytest.mark.parametrize(("year", "count"), [(2022, 2_124), (2023, 1_809)])
def test_shootings_of_chicago_by_year(first: DemoRun, tmp_path: Path, year: int, count: int) -> None:
    feed = f"chicago_shootings_{year}"
    (report,) = read_reports(feed)
    assert (report.landed_count, report.loaded_count, report.duplicate_count) == (count, count, 0)
    checks = newest_checks(feed, report.batch_id)
    assert len(checks) == 3 and all(check.success for check in checks)
    contract = load_contract(feed)
    (path,) = contract.source.fetch(Errand(feed, None, tmp_path, tmp_path))
    zone = ZoneInfo(contract.time_zone)
    wanted = []
    for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
        local = datetime(year, 1, 1) + timedelta(minutes=round(float(row["T"]) * 1440))
        at = local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        wanted.append((at, float(row["X"]), float(row["Y"]), "shooting"))
    rows = spark.rows(f"SELECT occurred_at, lon, lat, type, x_m, y_m, incident_id FROM bronze.{feed}")
    assert sorted(tuple(row)[:4] for row in rows) == sorted(wanted)
    assert all(420_000 < row["x_m"] < 460_000 and 4_600_000 < row["y_m"] < 4_660_000 for row in rows)
    assert len({row["incident_id"] for row in rows}) == count


REASONS = {"duplicate:incident_id": 30, "outside_territory:cell_id": 30, "wrong_type:occurred_at": 30}


def test_a_main_courante_loads_without_its_dirt_and_its_persons(first: DemoRun) -> None:
    feed = "marseille_main_courante"
    (report,) = read_reports(feed)
    assert report.landed_count == 5_030 == report.loaded_count + report.quarantined_count
    assert report.reasons == REASONS
    rows = {row["incident_id"]: row for row in spark.rows(f"SELECT * FROM bronze.{feed}")}
    assert len(rows) == report.loaded_count == 4_940
    sent = {row["NUM_MC"]: row for row in csv.DictReader(io.StringIO(generate_main_courante().decode()), delimiter=";")}
    zone, told = ZoneInfo("Europe/Paris"), Counter[str]()
    for number, row in rows.items():
        source = sent[number]
        assert row["type"] == source["CODE_FAIT"].strip().upper()
        assert (row["lon"], row["lat"]) == tuple(float(source[name].replace(",", ".")) for name in ("LON", "LAT"))
        for name, local in (("occurred_at", "DEBUT"), ("ended_at", "FIN"), ("known_at", "SAISIE")):
            read = datetime.strptime(source[local], "%d/%m/%Y %H:%M") if source[local] else None
            at = read.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) if read else None
            assert row[name] == at, (number, name)
        for token, clear in (("caller_token", "REQUERANT"), ("phone_token", "TEL_REQUERANT"), ("plate_token", "IMMAT")):
            assert bool(row[token]) == bool(source[clear])
            if source[clear] and source[clear] in row["narrative_redacted"]:
                told[clear] += 1
    # "Requérant FONTAINE CLAUDINE." is taken for a fountain: one of 1,491 names that agents wrote; it stays in bronze.
    assert told <= Counter(REQUERANT=1)
    assert not {"adresse", "agent", "relation", "requerant"} & set(spark.sql(f"SELECT * FROM bronze.{feed}").columns)
