"""What stands and is planned in Marseille, and what offices count of it: from their own files to the marts."""

import csv
import importlib
import io
import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.marts import build
from calanque.runs.batches import read_reports
from calanque.twin.dirt import WRONG_TIMES
from calanque.twin.public_space import WRONG_TIME


def sent(feed: str) -> list[dict[str, Any]]:
    """Return what the source of a feed of Marseille sent, as another reader reads it."""
    source: Any = load_contract(f"marseille_{feed}").source
    module, _, function = source.generator.partition(".")
    text = getattr(importlib.import_module(f"calanque.twin.{module}"), function)(**source.arguments).decode()
    return json.loads(text)["events"] if feed == "agenda" else list(csv.DictReader(io.StringIO(text), delimiter=";"))


def refused(feed: str, row: dict[str, Any]) -> str | None:
    """Return why a row of what was sent is to be refused, rows sent twice left out."""
    if feed == "agenda" and row["firstTiming"]["begin"] == WRONG_TIME:
        return "wrong_type:starts_at"
    if feed == "occupations" and row["DEBUT"] in WRONG_TIMES:
        return "wrong_type:starts_at"
    if (feed == "occupations" and row["LON"] == "0,000") or (feed == "cameras" and row["lon"] == "0"):
        return "outside_territory:cell_id"
    return "out_of_range:value" if feed == "partners" and int(row["NOMBRE"]) < 11 else None


@pytest.mark.parametrize(
    ("feed", "key"),
    [
        ("agenda", ("uid",)),
        ("cameras", ("Numéro",)),
        ("crime_figures", ("CODGEO_2025", "annee", "indicateur")),
        ("occupations", ("NUM_ARRETE",)),
        ("partners", ("PARTENAIRE", "ARRONDISSEMENT", "MOIS", "INDICATEUR")),
    ],
)
def test_what_was_sent_is_loaded_without_its_dirt(first: DemoRun, feed: str, key: tuple[str, ...]) -> None:
    (report,), rows = read_reports(f"marseille_{feed}"), sent(feed)
    twice = sum(count - 1 for count in Counter(tuple(str(row[name]) for name in key) for row in rows).values())
    reasons = Counter(reason for row in rows if (reason := refused(feed, row)))
    assert all(count > 2 for count in (*reasons.values(), twice)) or feed == "crime_figures"
    key_of = "+".join(load_contract(f"marseille_{feed}").duplicates.key)  # type: ignore[union-attr]
    assert report.reasons == dict(reasons) | ({f"duplicate:{key_of}": twice} if twice else {})
    assert report.landed_count == len(rows) == report.loaded_count + twice + reasons.total()


def test_who_asks_and_where_to_register_stay_at_the_door(first: DemoRun) -> None:
    names = {row[name] for row in sent("occupations") for name in ("DEMANDEUR", "TELEPHONE", "ADRESSE")}
    names |= {one["value"] for event in sent("agenda") for one in event["registration"]}
    held = " ".join(
        str(value)
        for feed in ("agenda", "occupations")
        for row in spark.rows(f"select * from bronze.marseille_{feed}")
        for value in row
    )
    assert len(names) > 1_000 and [name for name in names if len(name) > 5 and name in held] == []


def test_uses_of_a_place_at_one_time_are_told(first: DemoRun) -> None:
    assert build.build_domain("surroundings", "marseille", "again") is None
    rows = {row.event_id: row for row in spark.rows("select * from marts.fct_planned_event")}
    assert len(rows) == sum(read_reports(f"marseille_{feed}")[0].loaded_count for feed in ("agenda", "occupations"))
    clean = {row["NUM_ARRETE"] for row in sent("occupations")} & set(rows)
    planted = [f"AT-{number:05d}" for number in range(20, 1_201, 20)]
    pairs = [(a, b) for b in planted for a in [f"AT-{int(b[3:]) - 1:05d}"] if {a, b} <= clean]
    assert len(pairs) > 50 and all(min(rows[a].concurrent_count, rows[b].concurrent_count) > 0 for a, b in pairs)
    here = [row for row in rows.values() if row.cell_id and not row.is_cancelled]
    for one in here[:200]:
        assert (
            one.concurrent_count
            == sum(
                one.cell_id == met.cell_id and one.starts_at < met.ends_at and met.starts_at < one.ends_at
                for met in here
            )
            - 1
        )
    offsets = {row.starts_local_at - row.starts_at.replace(tzinfo=None) for row in rows.values()}
    assert {offset.total_seconds() for offset in offsets} == {7200.0}
    assert {row.cell_id is None for row in rows.values() if row.kind == "public_event"} == {True, False}
    assert any(row.is_cancelled for row in rows.values())


def test_cameras_stand_in_their_cells(first: DemoRun) -> None:
    rows = {row.asset_id: row for row in spark.rows("select * from marts.dim_asset")}
    told = {row["Numéro"]: row for row in sent("cameras") if row["lon"] != "0"}
    assert set(rows) == set(told)
    for number, row in rows.items():
        since = datetime.strptime(told[number]["Date de mise en service"], "%d/%m/%Y").date()
        assert (row.kind, row.since_local_date, row.lon) == ("camera", since, float(told[number]["lon"]))
    assert sum(row.area_id is not None for row in rows.values()) > len(rows) / 2


def test_figures_of_offices_are_told_as_published(first: DemoRun) -> None:
    rows = {row.statistic_id: row for row in spark.rows("select * from marts.fct_statistic")}
    for row in sent("crime_figures"):
        shown = rows[":".join((row["CODGEO_2025"], row["annee"], row["indicateur"]))]
        assert shown.published_value == (None if row["nombre"] == "NA" else float(row["nombre"]))
        assert shown.is_suppressed == (row["est_diffuse"] == "ndiff")
        assert (shown.starts_local_date.isoformat(), shown.last_local_date.isoformat()) == (
            f"{row['annee']}-01-01",
            f"{row['annee']}-12-31",
        )
    assert {row.unit for row in rows.values()} == {"offences", "vehicles", "persons", "facts"}
    months = {row.last_local_date.isoformat() for row in rows.values() if row.unit == "facts"}
    assert len(months) == 12 and {"2025-09-30", "2026-02-28", "2026-03-31"} <= months
    for table in ("dim_asset", "fct_planned_event", "fct_statistic"):
        assert [name for name, _, comment in spark.columns(f"marts.{table}") if not comment] == []
