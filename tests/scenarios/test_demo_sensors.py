"""Presence, posts, traffic, car parks and dirt of Marseille: what is sent against what bronze and quarantine hold."""

import csv
import importlib
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.runs.batches import read_reports
from calanque.twin import cleanliness, parking, phone_flows, posts, traffic
from calanque.twin.dirt import WRONG_TIMES

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
Line = dict[str, Any]


def sent(feed: str) -> bytes:
    source: Any = load_contract(feed).source
    module, _, function = source.generator.partition(".")
    return bytes(getattr(importlib.import_module(f"calanque.twin.{module}"), function)(**source.arguments))


def table(content: bytes, encoding: str = "utf-8") -> list[Line]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding)), delimiter=";"))


def figures(content: bytes) -> list[Line]:
    return [
        {**line, "quantity": name, "value": line[name]}
        for line in table(content)
        for name in ("debit", "taux_occupation")
    ]


def utc(text: str) -> datetime:
    """Read a time in any of the forms of the four, as UTC without its zone."""
    at = datetime.strptime(text, "%d/%m/%Y %H:%M") if "/" in text else datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC).replace(tzinfo=None)


def number(text: Any) -> float | None:
    return None if text in ("", None) else float(text)


class Case(NamedTuple):
    """How a feed's lines are read without the engine, and what is wrong with some of them."""

    lines: Callable[[bytes], list[Line]]
    time: str
    key: Callable[[Line], str]
    time_reasons: tuple[str, ...]
    duplicate: str
    refused: dict[str, Callable[[Line], bool]]
    row: Callable[[Line], dict[str, Any]]
    id_column: str = "observation_id"
    at_column: str = "observed_at"


ON_TIME = ("wrong_type:observed_at", "wrong_type:ended_at", "wrong_type:observed_on")
ABOUT = {"bruit": "noise", "proprete": "dirt", "rassemblement": "gathering"}
PRESENT = {"RESIDENT": "residents", "TOURISTE": "tourists", "EXCURSIONNISTE": "day_visitors"}
CATEGORIES = {"PRO": "salete", "DEP": "depot_sauvage", "OBJ": "objet_abandonne", "GRA": "graffiti"}


def category(line: Line) -> str:
    is_bin = line["SOUS TYPE DECLARATION"].upper().startswith("CORBEILLE")
    return "corbeille_pleine" if is_bin else CATEGORIES[line["TYPE DECLARATION"][:3].upper().replace("É", "E")]


CASES = {
    "marseille_phone_flows": Case(
        lines=table,
        time="DATE_HEURE",
        key=lambda line: f"{line['ZONE']}|{line['DATE_HEURE']}|{line['CATEGORIE']}",
        time_reasons=ON_TIME,
        duplicate="duplicate:observation_id+observed_on",
        refused={"out_of_range:value": lambda line: 0 < (number(line["VOLUME"]) or 0) < phone_flows.LEAST_COUNT},
        row=lambda line: {
            "sensor_id": line["ZONE"],
            "quantity": f"present_{PRESENT[line['CATEGORIE']]}",
            "value": number(line["VOLUME"]),
            "unit": "persons",
        },
    ),
    "marseille_posts": Case(
        lines=lambda content: json.loads(content)["counts"],
        time="hour",
        key=lambda line: f"{line['zone']}|{line['hour']}|{line['topic']}",
        time_reasons=ON_TIME,
        duplicate="duplicate:observation_id+observed_on",
        refused={"out_of_range:value": lambda line: 0 < (line["posts"] or 0) < posts.LEAST_COUNT},
        row=lambda line: {
            "sensor_id": line["zone"],
            "quantity": f"posts_{ABOUT[line['topic']]}",
            "value": number(line["posts"]),
            "unit": "posts",
            "lon": line["location"]["lon"],
        },
    ),
    "marseille_traffic": Case(
        lines=figures,
        time="date_heure",
        key=lambda line: f"{line['identifiant']}|{line['date_heure']}|{line['quantity']}",
        time_reasons=ON_TIME,
        duplicate="duplicate:observation_id+observed_on",
        refused={"outside_territory:cell_id": lambda line: line["geo_point_2d"] == traffic.NOWHERE},
        row=lambda line: {
            "sensor_id": line["identifiant"],
            "street": line["libelle"],
            "value": number(line["value"]),
            "unit": {"debit": "vehicles_per_hour", "taux_occupation": "percent"}[line["quantity"]],
            "lat": float(line["geo_point_2d"].split(", ")[0]),
            "lon": float(line["geo_point_2d"].split(", ")[1]),
        },
    ),
    "marseille_parking": Case(
        lines=lambda content: [json.loads(line) for line in content.splitlines()],
        time="updated_at",
        key=lambda line: f"{line['id']}|{line['updated_at']}",
        time_reasons=("wrong_type:observed_at",),
        duplicate="duplicate:observation_id",
        refused={"out_of_range:value": lambda line: line["free"] == parking.LOST},
        row=lambda line: {
            "car_park": line["name"],
            "quantity": "free_places",
            "value": number(line["free"]),
            "capacity": line["capacity"],
            "lon": line["location"]["lon"],
        },
    ),
    "marseille_cleanliness": Case(
        lines=lambda content: table(content, cleanliness.ENCODING),
        time="DATE DECLARATION",
        key=lambda line: f"DMR-{line['ID DECLARATION']}",
        time_reasons=("wrong_type:reported_at",),
        duplicate="duplicate:report_id",
        refused={
            f"outside_territory:{column}": lambda line: line["geo_point_2d"] == cleanliness.NOWHERE
            for column in ("cell_id", "zone")
        },
        row=lambda line: {"category": category(line), "source_tool": line["OUTIL SOURCE"]},
        id_column="report_id",
        at_column="reported_at",
    ),
}


@pytest.mark.parametrize("feed", CASES)
def test_what_is_sent_is_loaded_once_or_refused_with_its_reason(first: DemoRun, feed: str) -> None:
    case, (report,) = CASES[feed], read_reports(feed)
    lines = case.lines(sent(feed))
    reasons = Counter(dict.fromkeys(case.time_reasons, sum(line[case.time] in WRONG_TIMES for line in lines)))
    reasons |= Counter({reason: sum(map(is_wrong, lines)) for reason, is_wrong in case.refused.items()})
    good = [
        line
        for line in lines
        if line[case.time] not in WRONG_TIMES and not any(is_wrong(line) for is_wrong in case.refused.values())
    ]
    expected = {case.key(line): line for line in good}
    reasons[case.duplicate] = len(good) - len(expected)
    assert min(reasons.values()) > 10
    assert report.reasons == reasons
    assert (report.landed_count, report.loaded_count) == (len(lines), len(expected))
    assert report.quarantined_count == len(lines) - len(expected)

    rows = {row[case.id_column]: row for row in spark.rows(f"select * from bronze.{feed}")}
    assert rows.keys() == expected.keys()
    for key, line in expected.items():
        made = case.row(line)
        assert {name: rows[key][name] for name in made} == made, key
        assert rows[key][case.at_column].replace(tzinfo=None) == utc(line[case.time]), key
        assert rows[key]["cell_id"].startswith("marseille:")
    held = spark.rows(f"select payload from quarantine.{feed}")
    assert len(held) == report.quarantined_count


def test_no_address_or_position_of_a_report_leaves_landing(first: DemoRun) -> None:
    lines = CASES["marseille_cleanliness"].lines(sent("marseille_cleanliness"))
    planted = {line[column] for line in lines for column in ("ADRESSE", "geo_shape", "geo_point_2d")}
    tables = ("bronze.marseille_cleanliness", "quarantine.marseille_cleanliness")
    kept = " ".join(str(value) for table in tables for row in spark.rows(f"select * from {table}") for value in row)
    assert len(planted) > 10_000
    assert [value for value in planted if value in kept] == []
