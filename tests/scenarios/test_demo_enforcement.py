"""Fines and impounds of Marseille: without dirt and persons in bronze, counted by area and month in the mart."""

import csv
import io
from collections import Counter
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.marts import build
from calanque.runs.batches import read_reports
from calanque.twin import enforcement

FEEDS = {"marseille_fines": enforcement.generate_fines, "marseille_impounds": enforcement.generate_impounds}


def sent(feed: str) -> list[dict[str, str]]:
    arguments: Any = load_contract(feed).source.arguments  # type: ignore[union-attr]
    return list(csv.DictReader(io.StringIO(FEEDS[feed](**arguments).decode()), delimiter=";"))


@pytest.mark.parametrize(
    ("feed", "number", "personal"),
    [
        ("marseille_fines", "NUM_PV", ("CONTREVENANT", "IMMAT", "AGENT", "ADRESSE")),
        ("marseille_impounds", "NUM_FICHE", ("TITULAIRE", "IMMAT", "AGENT", "ADRESSE")),
    ],
)
def test_acts_are_loaded_without_their_dirt_and_their_persons(
    first: DemoRun, feed: str, number: str, personal: tuple[str, ...]
) -> None:
    (report,), lines = read_reports(feed), sent(feed)
    each = sum(line["LON"] == "0,000" for line in lines)
    assert each == sum(count - 1 for count in Counter(line[number] for line in lines).values()) > 4
    assert report.reasons == dict.fromkeys(
        ("duplicate:act_id", "outside_territory:cell_id", "wrong_type:occurred_at"), each
    )
    assert report.landed_count == len(lines) == report.loaded_count + 3 * each
    rows = {row["act_id"]: row for row in spark.rows(f"select * from bronze.{feed}")}
    assert len(rows) == report.loaded_count
    # A name of three letters may stand in a word, and no line says whose it is.
    values = {line[column] for line in lines for column in personal if len(line[column]) > 5}
    held = " ".join(str(value) for row in rows.values() for value in row)
    assert [value for value in values if value in held] == []
    by_number = {line[number]: line for line in lines}
    assert all(bool(row["plate_token"]) == bool(by_number[key]["IMMAT"]) for key, row in rows.items())


def test_acts_are_counted_by_area_and_month_and_few_are_withheld(first: DemoRun) -> None:
    assert build.build_domain("enforcement", "marseille", "again") is None
    rows = spark.rows("select * from marts.fct_enforcement_area_month where territory = 'marseille'")
    areas, kinds, months = ({row[name] for row in rows} for name in ("area_id", "type", "month_start_date"))
    assert kinds == {"obstruction", "traffic", "waste", "noise", "disorder"} and len(months) == 3
    assert len(rows) == len(areas) * len(kinds) * len(months)
    shown = [row.act_count for row in rows if not row.is_suppressed]
    assert 0 in shown and max(shown) > 100 and not [count for count in shown if 0 < count < 11]
    assert any(row.is_suppressed for row in rows) and not [row for row in rows if row.is_suppressed and row.act_count]
    cells = "marts.dim_cell c on c.territory = 'marseille' and c.cell_id = a.cell_id"
    acts = " union all ".join(f"select cell_id, type from bronze.{feed}" for feed in FEEDS)
    ((inside,),) = spark.rows(f"select count(*) from ({acts}) a join {cells}")
    withheld = sum(row.is_suppressed for row in rows)
    assert sum(shown) + withheld <= inside <= sum(shown) + 10 * withheld
    assert {name for (name,) in spark.rows("select distinct area_id from marts.dim_area")} >= areas
