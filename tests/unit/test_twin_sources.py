"""Synthetic sources: the same bytes for the same arguments, in the source's format, every planted value declared."""

import csv
import hashlib
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calanque.errors import CalanqueError
from calanque.twin.citizen_reports import HEADER, generate_reports, planted_values
from calanque.twin.incidents import HEADER as INCIDENT_HEADER
from calanque.twin.incidents import generate_incidents
from calanque.twin.main_courante import HEADER as EVENT_HEADER
from calanque.twin.main_courante import WRONG_TIMES, generate_main_courante
from calanque.twin.main_courante_texts import FACTS
from calanque.twin.report_texts import CATEGORIES

DAY = date(2026, 3, 29)  # clocks change at 2 a.m.


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))


def test_same_arguments_same_bytes() -> None:
    assert generate_reports(DAY, 50, 7) == generate_reports(DAY.isoformat(), 50, 7)
    assert generate_reports(DAY, 50, 7) != generate_reports(DAY, 50, 8)


def test_bytes_are_the_same_on_every_machine_and_python() -> None:
    assert (
        hashlib.sha256(generate_reports(DAY, 50, 7)).hexdigest()
        == "cac3f09c2c05ec0e96fbc909dc92b791ce3bf5b6e80b1075f912c9c9953067cf"
    )


def test_rows_have_the_source_format() -> None:
    rows = _rows(generate_reports(DAY, 200, 7, days=7))
    assert len(rows) == len({r["report_id"] for r in rows}) == 200
    assert tuple(rows[0]) == HEADER
    assert {r["category"] for r in rows} == set(CATEGORIES)
    assert all(5.29 <= float(r["lon"]) <= 5.50 and 43.22 <= float(r["lat"]) <= 43.38 for r in rows)
    paris = ZoneInfo("Europe/Paris")
    for row in rows:
        at = datetime.fromisoformat(row["reported_at"])
        assert at.tzinfo is None and 0 <= (at.date() - DAY).days < 7
        assert at.replace(tzinfo=paris).astimezone(ZoneInfo("UTC")).astimezone(paris).replace(tzinfo=None) == at


def test_demo_is_two_thousand_reports_over_eight_weeks() -> None:
    rows = _rows(generate_reports())
    days = {r["reported_at"][:10] for r in rows}
    assert (len(rows), len(days), min(days)) == (2_000, 56, "2026-09-28")


def test_bad_rows_are_as_many_as_asked_and_the_rest_unchanged() -> None:
    good, bad = _rows(generate_reports(DAY, 60, 7)), _rows(generate_reports(DAY, 60, 7, bad_rows=3))
    changed = [(g, b) for g, b in zip(good, bad, strict=True) if g != b]
    assert [b["reported_at"] == "hier soir" or b["lon"] == "cinq" for _, b in changed] == [True] * 3


def test_every_planted_value_is_in_its_column() -> None:
    rows = {r["report_id"]: r for r in _rows(generate_reports(DAY, 200, 7))}
    planted = planted_values(DAY, 200, 7)
    assert {p.type for p in planted} == {"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "POSTAL_ADDRESS", "FR_PLATE"}
    assert all(p.value in rows[p.report_id][p.column] for p in planted)


def test_planted_values_do_not_survive_redaction() -> None:
    from calanque.privacy.redact import redact

    rows = _rows(generate_reports(DAY, 200, 7))
    texts = {r["report_id"]: x.text for r, x in zip(rows, redact([r["description"] for r in rows]), strict=True)}
    leaked = [p for p in planted_values(DAY, 200, 7) if p.column == "description" and p.value in texts[p.report_id]]
    assert leaked == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"count": -1}, id="negative"),
        pytest.param({"count": 5, "bad_rows": 6}, id="too-many-bad"),
        pytest.param({"day": "demain"}, id="no-day"),
        pytest.param({"days": -1}, id="no-days"),
    ],
)
def test_senseless_arguments_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(CalanqueError):
        generate_reports(**arguments)  # type: ignore[arg-type]


def test_incidents_have_the_toronto_format(tmp_path: Path) -> None:
    lines = generate_incidents(2_000, 3, tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == INCIDENT_HEADER
    rows = list(csv.DictReader(lines))
    assert len(rows) == 2_000
    toronto = ZoneInfo("America/Toronto")
    for row in rows:
        local = datetime.strptime(row["occurrencedate"] + "00", "%Y/%m/%d %H:%M:%S%z").astimezone(toronto)
        assert (local.hour, local.minute, local.day) == (0, 0, int(row["occurrenceday"]))
        assert row["occurrencedayofweek"] == f"{local:%A}".ljust(10) and row["occurrencemonth"] == f"{local:%B}"
        assert (
            0 <= int(row["occurrencehour"]) < 24
            and 43.5 < float(row["Lat"]) < 43.9
            and -79.7 < float(row["Long"]) < -79
        )
    assert {r["MCI"] for r in rows} == {"Assault", "Auto Theft", "Break and Enter", "Robbery", "Theft Over"}


def test_incidents_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first, again, other = (
        generate_incidents(500, s, tmp_path / f"{n}.csv").read_bytes() for n, s in enumerate((3, 3, 4))
    )
    assert first == again != other


def test_negative_incidents_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="rows must be"):
        generate_incidents(-1, 3, tmp_path / "a.csv")


def test_a_main_courante_has_the_same_bytes_on_every_machine() -> None:
    content = generate_main_courante("2026-03-31", 20, 60, 7)
    assert content == generate_main_courante("2026-03-31", 20, 60, 7) != generate_main_courante("2026-03-31", 20, 60, 8)
    assert hashlib.sha256(content).hexdigest() == "15a4e6bbd12e73dc8db6d7b75facdcf3258844855717302b7912e82e12d5778b"


def test_a_main_courante_is_dirty_as_asked() -> None:
    rows = _rows(generate_main_courante("2026-09-30", 365, 1_000, 7, dirt=0.01))
    assert tuple(rows[0]) == EVENT_HEADER
    assert len(rows) == 1_010 and len({row["NUM_MC"] for row in rows}) == 1_000
    assert sum(row["DEBUT"] in WRONG_TIMES for row in rows) == 10
    assert sum(row["LON"] == row["LAT"] == "0,000" for row in rows) == 10
    assert {row["CODE_FAIT"].strip().upper() for row in rows} == set(FACTS)
    assert any(row["CODE_FAIT"] not in FACTS for row in rows)
    days = [datetime.strptime(row["DEBUT"], "%d/%m/%Y %H:%M") for row in rows if row["DEBUT"] not in WRONG_TIMES]
    assert (min(days).date(), max(days).date()) >= (date(2025, 10, 1), date(2026, 9, 29))
    assert max(days) < datetime(2026, 10, 1)
    for row in rows:
        spans = row["CODE_FAIT"].strip().upper() in {code for code, fact in FACTS.items() if fact.lasted_h}
        assert bool(row["FIN"]) is spans


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param({"last_day": "30/09/2026"}, "YYYY-MM-DD", id="day"),
        pytest.param({"days": 0}, "days 1 or more", id="no-day"),
        pytest.param({"dirt": 0.5}, "a third at most", id="all-dirt"),
    ],
)
def test_a_main_courante_that_can_not_be_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(CalanqueError, match=words):
        generate_main_courante(**arguments)
