"""Synthetic sources: the same bytes for the same arguments, in the source's format, every planted value declared."""

import csv
import io
import json
import math
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from planted import planted_values

from calanque.contracts import load_contract
from calanque.errors import CalanqueError
from calanque.twin.accidents import WRONG_TIME as NO_HOUR
from calanque.twin.accidents import generate_accidents
from calanque.twin.citizen_reports import HEADER, generate_reports
from calanque.twin.detections import generate_detections
from calanque.twin.dirt import WRONG_TIMES
from calanque.twin.main_courante import HEADER as EVENT_HEADER
from calanque.twin.main_courante import generate_main_courante
from calanque.twin.main_courante_texts import FACTS
from calanque.twin.permits import PLACES_SEED, PROCESSION_AT, WARNINGS_SEED, Planned, permits
from calanque.twin.public_places import SQUARES, Place, places
from calanque.twin.public_space import CANCELLED, generate_agenda, generate_occupations
from calanque.twin.registers import INDICATORS, generate_cameras, generate_crime_figures, generate_partners
from calanque.twin.report_texts import CATEGORIES
from calanque.twin.street_sensors import SITES, WRONG_TIME, generate_crowd_flow, generate_noise
from calanque.twin.weather import STATIONS, generate_weather
from calanque.twin.weather_warnings import warned

WEATHER_DAYS = 5 * 365
DAY = date(2026, 3, 29)  # clocks change at 2 a.m.


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))


def test_senseless_arguments_are_refused() -> None:
    """Those of contracts are asked of every feed."""
    with pytest.raises(CalanqueError, match="days must be 1 or more"):
        generate_main_courante("2026-09-30", 0)


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


def test_a_main_courante_writes_its_codes_in_any_casing_and_ends_only_what_lasts() -> None:
    rows = _rows(generate_main_courante("2026-09-30", 365, 1_000, 7, dirt=0.01))
    assert tuple(rows[0]) == EVENT_HEADER
    assert {row["CODE_FAIT"].strip().upper() for row in rows} == set(FACTS)
    assert any(row["CODE_FAIT"] not in FACTS for row in rows)
    days = [datetime.strptime(row["DEBUT"], "%d/%m/%Y %H:%M") for row in rows if row["DEBUT"] not in WRONG_TIMES]
    assert (min(days).date(), max(days).date()) >= (date(2025, 10, 1), date(2026, 9, 29))
    assert max(days) < datetime(2026, 10, 1)
    for row in rows:
        spans = row["CODE_FAIT"].strip().upper() in {code for code, fact in FACTS.items() if fact.lasted_h}
        assert bool(row["FIN"]) is spans


def test_the_twin_s_weather_is_that_of_the_coast(shared: Path) -> None:
    """Monthly means of 1991 to 2020, of temperature at the airport beside: what the twin is warmer is the town."""
    known = pd.read_csv(shared / "marseille-meteo" / "marseille_complet.csv", parse_dates=["DATE"])
    known = known[known["DATE"].dt.year.between(1991, 2020)]
    made = pd.read_csv(io.BytesIO(generate_weather("2025-12-31", WEATHER_DAYS, 3)), sep=";", dtype={"AAAAMMJJHH": str})
    month = made["AAAAMMJJHH"].str[4:6].astype(int)
    apart = made.groupby(month)["T"].mean() - known.groupby(known["DATE"].dt.month)["TM"].mean()
    assert len(made) == WEATHER_DAYS * 24 * len(STATIONS) and len(apart) == 12
    assert apart.abs().max() < 2 and abs(apart.mean()) < 1
    assert 400 < made.groupby("NUM_POSTE")["RR1"].sum().mean() / 5 < 650
    assert made.loc[made["NUM_POSTE"] == 13055001, "FF"].isna().all()


def test_streets_are_busiest_in_the_afternoon_and_loud_at_night_where_people_go_out() -> None:
    crowd = pd.DataFrame(one["properties"] for one in json.loads(generate_crowd_flow("2026-07-12", 14, 5))["features"])
    hour = pd.to_datetime(crowd["dateObservedFrom"]).dt.tz_convert("Europe/Paris").dt.hour
    assert crowd.groupby(hour)["peopleCount"].mean().idxmax() in range(14, 20)
    assert (crowd["peopleCountTowards"] + crowd["peopleCountAway"] == crowd["peopleCount"]).all()
    noise = pd.DataFrame(one["properties"] for one in json.loads(generate_noise("2026-07-12", 14, 5))["features"])
    late = noise[pd.to_datetime(noise["dateObservedFrom"]).dt.hour.isin([21, 22, 23])]
    assert late.groupby("name")["LAeq"].mean().idxmax() == max(SITES, key=lambda site: site.night_life).name


def test_every_twentieth_occupation_meets_the_one_before() -> None:
    clean = {row["NUM_ARRETE"]: row for row in _rows(generate_occupations("2026-03-31", 30, 200, 7))}
    for number in range(20, 201, 20):
        before, after = clean[f"AT-{number - 1:05d}"], clean[f"AT-{number:05d}"]
        assert {name for name in before if before[name] == after[name]} >= {"DEBUT", "FIN", "ADRESSE", "LON", "LAT"}
        assert before["OBJET"] != after["OBJET"]
    begins = [datetime.strptime(row["DEBUT"], "%d/%m/%Y %H:%M") for row in clean.values()]
    ends = [datetime.strptime(row["FIN"], "%d/%m/%Y %H:%M") for row in clean.values()]
    assert all(begin < end for begin, end in zip(begins, ends, strict=True))


def test_every_twentieth_occupation_is_a_procession_that_passes_what_stands_that_day() -> None:
    planned = {one.number: one for one in permits("2026-03-31", 30, 400, 7)}
    ways = [one for one in planned.values() if one.code == "DEFILE"]
    assert len(ways) >= 18 and all(one.number % 20 == PROCESSION_AT for one in ways)
    crowds = [one for one in planned.values() if one.code in ("MARCHE", "FETE")]
    for way in ways:
        assert way.route[0] == (way.lon, way.lat) and len(way.route) >= 3
        met = [one for one in crowds if abs(one.lon - way.route[1][0]) < 2e-4 and abs(one.lat - way.route[1][1]) < 2e-4]
        assert any(one.begins_at < way.ends_at and way.begins_at < one.ends_at for one in met)
    written = _rows(generate_occupations("2026-03-31", 30, 400, 7))
    routes = [row["ITINERAIRE"] for row in written if row["OBJET"] == "DEFILE"]
    assert len(routes) == len(ways) and all(route.startswith("LINESTRING (5.") for route in routes)
    assert {row["ITINERAIRE"] for row in written if row["OBJET"] != "DEFILE"} == {""}


def test_permits_are_planted_before_schools_on_squares_too_small_along_lines_and_in_dry_wind() -> None:
    """By the places and warnings of the feeds beside: their contracts have the seeds that permits go by."""
    seeds = [load_contract(f"marseille_{feed}").source.arguments["seed"] for feed in ("places", "weather_warnings")]  # type: ignore[union-attr]
    assert seeds == [PLACES_SEED, WARNINGS_SEED]
    planned, stand = permits("2026-06-30", 60, 400, 7), places(PLACES_SEED)

    def near(one: Planned, code: str, within_m: float) -> list[Place]:
        """Return the places of a kind whose point, or a corner of whose line, is so near."""
        assert one.lon is not None and one.lat is not None
        corners = {place: place.route or ((place.lon, place.lat),) for place in stand if place.code == code}
        flat = math.cos(math.radians(43.3))
        far = {
            place: min(math.hypot((one.lon - lon) * flat, one.lat - lat) * 111_195 for lon, lat in of)
            for place, of in corners.items()
        }
        return [place for place, metres in far.items() if metres <= within_m]

    full = [one for one in planned if one.number % 20 == 3]
    assert all((one.expected_count or 0) > min(at.capacity or 0 for at in near(one, "PLACE", 50)) for one in full)
    at_school = [one for one in planned if one.number % 20 == 12]
    assert all(near(one, "ECOLE", 31) and one.begins_at.hour == 8 for one in at_school)
    pairs = [[one for one in planned if one.number in (n, n + 20)] for n in range(17, 400, 40)]
    assert all(one.begins_at == other.begins_at for one, other in pairs)
    served = [[near(one, "TRAMWAY", 151) + near(one, "METRO", 151) for one in pair] for pair in pairs]
    assert all(set(ones) & set(others) for ones, others in served)
    winds = [one for one in warned("2026-06-30", 60, WARNINGS_SEED) if one.code == "VENT_SEC"]
    fires = [one for one in planned if one.code == "FEU"]
    blown = [one for one in fires if any(w.begins_at < one.ends_at and one.begins_at < w.ends_at for w in winds)]
    assert len(fires) == len(full) == len(at_school) == 20 and 10 < len(blown) < 20
    assert {name for name, *_ in SQUARES} < {place.name for place in stand}


def test_the_agenda_is_json_in_local_time_over_the_change_of_clocks() -> None:
    told = json.loads(generate_agenda("2026-04-30", 60, 300, 7))
    good = told["events"]
    assert told["total"] == len(good) == 300
    assert {event["firstTiming"]["begin"][-6:] for event in good} == {"+01:00", "+02:00"}
    for event in good:
        assert event["timings"][0]["begin"] == event["firstTiming"]["begin"] < event["lastTiming"]["end"]
        assert event["timings"][-1]["end"] == event["lastTiming"]["end"]
    assert {event["status"] for event in good} == {1, CANCELLED}
    assert {event["location"]["latitude"] is None for event in good} == {True, False}


def test_registers_have_the_columns_of_their_sources(shared: Path) -> None:
    with (shared / "paris-videoprotection" / "data.csv").open(encoding="utf-8") as stream:
        paris = next(csv.reader(stream, delimiter=";"))
    rows = _rows(generate_cameras("2026-05-31", 3650, 200, 7))
    assert [name.replace("'", "’") for name in rows[0]] == paris
    (published,) = (shared / "ssmsi-departement").glob("*.csv")
    with published.open(encoding="utf-8-sig") as stream:
        names = next(csv.reader(stream, delimiter=";"))
    figures = _rows(generate_crime_figures(2016, 9, 7))
    # By commune the office names the place otherwise, says what it withholds, and tells no dwellings.
    assert set(figures[0]) - set(names) == {"CODGEO_2025", "est_diffuse"}


def test_figures_of_few_are_withheld_by_the_office_and_sent_by_mistake_by_partners() -> None:
    figures = _rows(generate_crime_figures(2016, 9, 7))
    assert len(figures) == 16 * 9 * len(INDICATORS)
    withheld = [row for row in figures if row["est_diffuse"] == "ndiff"]
    assert 0 < len(withheld) < 100 and {row["nombre"] for row in withheld} == {"NA"}
    assert all(int(row["nombre"]) >= 11 for row in figures if row["est_diffuse"] == "diff")
    counts = _rows(generate_partners("2025-07", 12, 7, 0.05))
    assert {row["MOIS"] for row in counts} == {f"2025-{m:02d}" for m in range(7, 13)} | {
        f"2026-0{m}" for m in range(1, 7)
    }
    assert sum(int(row["NOMBRE"]) < 11 for row in counts) == round(0.05 * 12 * 16 * 5)


def test_accidents_have_the_codes_of_the_real_form(shared: Path) -> None:
    rows = _rows(generate_accidents("2026-06-30", 90, 400, 7, 0.05))
    real: dict[str, set[str]] = {}
    for file in (shared / "toulouse-baac").glob("caracteristiques-20*.geojson"):
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            for name, code in feature["properties"].items():
                real.setdefault(name, set()).add(code)
    for name in ("lum", "agg", "int", "atm", "col"):
        assert {row[name] for row in rows} <= real[name]
    hours = Counter(int(row["hrmn"][:2]) for row in rows if row["hrmn"] != NO_HOUR)
    assert max(hours, key=hours.__getitem__) in range(15, 20)


TT = "{http://www.onvif.org/ver10/schema}"


def test_detections_are_as_dirty_as_asked() -> None:
    made = generate_detections("2026-06-30", 1, 7, dirt=0.01)
    frames = list(ElementTree.fromstring(made).iter(f"{TT}Frame"))
    wrong = [frame for frame in frames if frame.attrib["UtcTime"] == WRONG_TIME]
    sent = Counter(ElementTree.tostring(frame) for frame in frames if frame not in wrong)
    assert len(frames) == 1_152 + 12 and len(wrong) == sum(times - 1 for times in sent.values()) == 12
    assert sum(len(frame) == 0 for frame in frames) > 20


def test_detections_are_what_onvif_says_and_nothing_of_an_appearance_but_its_class(shared: Path) -> None:
    """Each name is in the published schema, but the place of a frame, for which the schema leaves room."""
    schema = ElementTree.fromstring((shared / "onvif-schemas" / "metadatastream.xsd").read_bytes())
    common = ElementTree.fromstring((shared / "onvif-schemas" / "common.xsd").read_bytes())
    known = {node.attrib.get("name") for part in (schema, common) for node in part.iter()}
    elements = list(ElementTree.fromstring(generate_detections("2026-06-30", 1, 7)).iter())
    names = {name.removeprefix(TT) for element in elements for name in (element.tag, *element.attrib)}
    assert names - known == {"{urn:calanque:recorder}lon", "{urn:calanque:recorder}lat"}
    parts = {part.tag for element in elements if element.tag == f"{TT}Appearance" for part in element}
    assert parts == {f"{TT}Shape", f"{TT}Class"}
    classes = {element.text for element in elements if element.tag == f"{TT}Type"}
    assert classes == {"Human", "Vehicle", "Bicycle", "Animal", "Bag"}
    assert all(re.fullmatch(r"[0-9]+", element.attrib.get("ObjectId", "0")) for element in elements)


def test_a_camera_numbers_what_stays_in_view_alike_and_begins_anew_each_day() -> None:
    numbers: dict[tuple[str, str], list[int]] = {}
    for frame in ElementTree.fromstring(generate_detections("2026-06-30", 2, 7)).iter(f"{TT}Frame"):
        day = numbers.setdefault((frame.attrib["Source"], frame.attrib["UtcTime"][:10]), [])
        day += [int(one.attrib["ObjectId"]) for one in frame]
    assert len(numbers) == 2 * len(SITES)
    assert all(1 in day and len(set(day)) < len(day) for day in numbers.values())
