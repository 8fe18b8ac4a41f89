"""Feeds of Marseille: what each source sent against what bronze and quarantine hold, and what stays at the door."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sent import Line, sent

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.runs.batches import read_reports
from calanque.twin import (
    cleanliness,
    dirt,
    parking,
    phone_flows,
    posts,
    public_space,
    speeds,
    traffic,
    weather,
    weather_warnings,
)

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
WRONG_TIMES = {*dirt.WRONG_TIMES, weather.WRONG_HOUR, weather_warnings.WRONG_TIME}
ON_TIME = ("observed_at", "ended_at", "observed_on")
ABOUT = {"bruit": "noise", "proprete": "dirt", "rassemblement": "gathering"}
PRESENT = {"RESIDENT": "residents", "TOURISTE": "tourists", "EXCURSIONNISTE": "day_visitors"}
CATEGORIES = {"PRO": "salete", "DEP": "depot_sauvage", "OBJ": "objet_abandonne", "GRA": "graffiti"}
WEATHER = {"T": "temperature", "RR1": "rain", "FF": "wind_speed", "U": "humidity"}


def utc(text: str) -> datetime | None:
    """Read a time in any of the forms of the feeds, as UTC without its zone."""
    if text.isdecimal():
        return datetime.strptime(text, "%Y%m%d%H")
    at = datetime.strptime(text, "%d/%m/%Y %H:%M") if "/" in text else datetime.fromisoformat(text) if text else None
    return at and (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC).replace(tzinfo=None)


def number(text: Any) -> float | None:
    return None if text in ("", None) else float(str(text).replace(",", "."))


def category(line: Line) -> str:
    is_bin = line["SOUS TYPE DECLARATION"].upper().startswith("CORBEILLE")
    return "corbeille_pleine" if is_bin else CATEGORIES[line["TYPE DECLARATION"][:3].upper().replace("É", "E")]


def at_nowhere(column: str, nowhere: str = "0,000", *keys: str) -> dict[str, Callable[[Line], bool]]:
    return {f"outside_territory:{key}": lambda line: line[column] == nowhere for key in keys or ("cell_id",)}


@dataclass(frozen=True)
class Case:
    """How lines of a feed are named, which of them are to be refused, and what bronze holds of the others.

    The columns of `times` are read from `time`; the first of them is its instant.
    """

    key: str
    time: str = ""
    times: tuple[str, ...] = ()
    refused: dict[str, Callable[[Line], bool]] = field(default_factory=dict)
    row: Callable[[Line], dict[str, Any]] = lambda line: {}
    tokens: dict[str, str] = field(default_factory=dict)


CASES = {
    "marseille_phone_flows": Case(
        "{ZONE}|{DATE_HEURE}|{CATEGORIE}",
        "DATE_HEURE",
        ON_TIME,
        {"out_of_range:value": lambda line: 0 < (number(line["VOLUME"]) or 0) < phone_flows.LEAST_COUNT},
        lambda line: {
            "sensor_id": line["ZONE"],
            "quantity": f"present_{PRESENT[line['CATEGORIE']]}",
            "value": number(line["VOLUME"]),
            "unit": "persons",
        },
    ),
    "marseille_posts": Case(
        "{zone}|{hour}|{topic}",
        "hour",
        ON_TIME,
        {"out_of_range:value": lambda line: 0 < (line["posts"] or 0) < posts.LEAST_COUNT},
        lambda line: {
            "sensor_id": line["zone"],
            "quantity": f"posts_{ABOUT[line['topic']]}",
            "value": number(line["posts"]),
            "unit": "posts",
            "lon": line["location"]["lon"],
        },
    ),
    "marseille_traffic": Case(
        "{identifiant}|{date_heure}|{quantity}",
        "date_heure",
        ON_TIME,
        at_nowhere("geo_point_2d", traffic.NOWHERE),
        lambda line: {
            "sensor_id": line["identifiant"],
            "street": line["libelle"],
            "value": number(line["value"]),
            "unit": {"debit": "vehicles_per_hour", "taux_occupation": "percent"}[line["quantity"]],
            "lat": float(line["geo_point_2d"].split(", ")[0]),
            "lon": float(line["geo_point_2d"].split(", ")[1]),
        },
    ),
    "marseille_parking": Case(
        "{id}|{updated_at}",
        "updated_at",
        ("observed_at",),
        {"out_of_range:value": lambda line: line["free"] == parking.LOST},
        lambda line: {
            "car_park": line["name"],
            "quantity": "free_places",
            "value": number(line["free"]),
            "capacity": line["capacity"],
            "lon": line["location"]["lon"],
        },
    ),
    "marseille_cleanliness": Case(
        "DMR-{ID DECLARATION}",
        "DATE DECLARATION",
        ("reported_at",),
        at_nowhere("geo_point_2d", cleanliness.NOWHERE, "cell_id", "zone"),
        lambda line: {"category": category(line), "source_tool": line["OUTIL SOURCE"]},
    ),
    "marseille_weather": Case(
        "{NUM_POSTE}|{AAAAMMJJHH}|{quantity}",
        "AAAAMMJJHH",
        ("observed_at", "observed_on"),
        # A blank is kept.
        row=lambda line: {"quantity": WEATHER[line["quantity"]], "value": number(line["value"])},
    ),
    "marseille_noise": Case("{id}", "dateObservedFrom", ("observed_at",)),
    "marseille_passers_by": Case("{id}", "dateObservedFrom", ("observed_at",)),
    "marseille_detections": Case("{camera}|{at}|{number}", "at", ("detected_at",)),
    "marseille_drones": Case("{camera}|{at}|{number}", "at", ("detected_at",)),
    "marseille_speeds": Case(
        "{TRONCON}|{DATE_HEURE}",
        "DATE_HEURE",
        ON_TIME,
        {"out_of_range:passage_count": lambda line: int(line["PASSAGES"]) < speeds.LEAST_COUNT},
        lambda line: {
            "sensor_id": line["TRONCON"],
            "street": line["VOIE"],
            "quantity": "mean_speed",
            "value": number(line["VITESSE_KMH"]),
            "unit": "km_per_hour",
            "lat": number(line["LAT"]),
        },
    ),
    "marseille_main_courante": Case(
        "{NUM_MC}",
        "DEBUT",
        ("occurred_at",),
        at_nowhere("LON"),
        lambda line: {
            "type": line["CODE_FAIT"].strip().upper(),
            "lon": number(line["LON"]),
            "lat": number(line["LAT"]),
            "ended_at": utc(line["FIN"]),
            "known_at": utc(line["SAISIE"]),
        },
        {"caller_token": "REQUERANT", "phone_token": "TEL_REQUERANT", "plate_token": "IMMAT"},
    ),
    "marseille_fines": Case(
        "{NUM_PV}", "CONSTATE_LE", ("occurred_at",), at_nowhere("LON"), tokens={"plate_token": "IMMAT"}
    ),
    "marseille_impounds": Case(
        "{NUM_FICHE}", "ENLEVE_LE", ("occurred_at",), at_nowhere("LON"), tokens={"plate_token": "IMMAT"}
    ),
    "marseille_agenda": Case(
        "{uid}", refused={"wrong_type:starts_at": lambda line: line["firstTiming"]["begin"] == public_space.WRONG_TIME}
    ),
    "marseille_occupations": Case("{NUM_ARRETE}", "DEBUT", ("starts_at",), at_nowhere("LON")),
    "marseille_cameras": Case("{Numéro}", refused=at_nowhere("lon", "0")),
    "marseille_places": Case(
        "{NUMERO}",
        refused=at_nowhere("LON", "0"),
        row=lambda line: {
            "name": line["NOM"],
            "capacity": int(line["CAPACITE"]) if line["CAPACITE"] else None,
            "route": line["TRACE"] or None,
        },
    ),
    "marseille_weather_warnings": Case("{BULLETIN}", "DEBUT", ("starts_at",)),
    "marseille_closures": Case(
        "{id}",
        "start_date",
        ("starts_at",),
        row=lambda line: {
            "kind": "closure",
            "route": f"LINESTRING ({', '.join(f'{lon} {lat}' for lon, lat in line['geometry']['coordinates'])})",
            "lon": line["geometry"]["coordinates"][0][0],
        },
    ),
    "marseille_crime_figures": Case("{CODGEO_2025}:{annee}:{indicateur}"),
    "marseille_partners": Case(
        "{PARTENAIRE}:{ARRONDISSEMENT}:{MOIS}:{INDICATEUR}",
        refused={"out_of_range:value": lambda line: int(line["NOMBRE"]) < 11},
    ),
}


def judged(feed: str) -> tuple[Counter[str], dict[str, Line]]:
    """Return how many lines of a feed are to be refused by reason, and the others by their keys."""
    case, lines, contract = CASES[feed], sent(feed), load_contract(feed)
    refused = {f"wrong_type:{column}": lambda line: line[case.time] in WRONG_TIMES for column in case.times}
    refused |= case.refused
    reasons = Counter({reason: sum(map(is_wrong, lines)) for reason, is_wrong in refused.items()})
    good = [line for line in lines if not any(is_wrong(line) for is_wrong in refused.values())]
    expected = {case.key.format_map(line): line for line in good}
    if len(good) > len(expected):
        write: Any = contract.write
        key = contract.duplicates.key if contract.duplicates else (*write.key, write.within)
        reasons[f"duplicate:{'+'.join(key)}"] = len(good) - len(expected)
    return reasons, expected


@pytest.mark.parametrize("feed", CASES)
def test_what_is_sent_is_loaded_once_or_refused_with_its_reason(first: DemoRun, feed: str) -> None:
    case, contract, (report,), lines = CASES[feed], load_contract(feed), read_reports(feed), sent(feed)
    reasons, expected = judged(feed)
    # Each kind of dirt was planted; what an office publishes has none.
    assert min(reasons.values()) > 2 if reasons else feed == "marseille_crime_figures"
    assert report.reasons == reasons
    assert (report.landed_count, report.loaded_count) == (len(lines), len(expected))
    assert report.quarantined_count == len(lines) - len(expected)

    (key_column, *_) = contract.duplicates.key if contract.duplicates else contract.write.key  # type: ignore[union-attr]
    rows = {row[key_column]: row for row in spark.rows(f"select * from bronze.{feed}")}
    assert len(rows) == len(expected)
    if feed in ("marseille_detections", "marseille_drones"):
        return  # Their keys are digests.
    has_cell = any(column.name == "cell_id" and column.required for column in contract.bronze)
    assert rows.keys() == expected.keys()
    for key, line in expected.items():
        made = case.row(line)
        assert {name: rows[key][name] for name in made} == made, key
        assert {name: bool(rows[key][name]) for name in case.tokens} == {
            name: bool(line[clear]) for name, clear in case.tokens.items()
        }, key
        if case.times:
            assert rows[key][case.times[0]].replace(tzinfo=None) == utc(line[case.time]), key
        assert not has_cell or rows[key]["cell_id"].startswith("marseille:")


PERSONAL = {
    "marseille_fines": ("CONTREVENANT", "IMMAT", "AGENT", "ADRESSE"),
    "marseille_impounds": ("TITULAIRE", "IMMAT", "AGENT", "ADRESSE"),
    "marseille_occupations": ("DEMANDEUR", "TELEPHONE", "ADRESSE"),
    "marseille_agenda": ("registration",),
    "marseille_cleanliness": ("ADRESSE", "geo_shape", "geo_point_2d"),
}


@pytest.mark.parametrize("feed", PERSONAL)
def test_no_person_address_or_contact_leaves_landing(first: DemoRun, feed: str) -> None:
    told = [line[column] for line in sent(feed) for column in PERSONAL[feed]]
    values = {
        text for value in told for text in ([one["value"] for one in value] if isinstance(value, list) else [value])
    }
    # A name of three letters may stand in a word, and no line says whose it is.
    values = {value for value in values if len(value) > 5}
    tables = [f"bronze.{feed}"] + [f"quarantine.{feed}"] * (feed == "marseille_cleanliness")
    held = " ".join(str(value) for table in tables for row in spark.rows(f"select * from {table}") for value in row)
    assert len(values) > 100
    assert [value for value in values if value in held] == []


def test_what_agents_wrote_is_in_no_table(first: DemoRun) -> None:
    for feed, clear in (("marseille_main_courante", "RELATION"), ("marseille_fines", "OBSERVATIONS")):
        texts = {line[clear] for line in sent(feed) if len(line[clear]) > 20}
        held = " ".join(str(value) for row in spark.rows(f"select * from bronze.{feed}") for value in row)
        assert len(texts) > 100
        assert [text for text in texts if text in held] == []
