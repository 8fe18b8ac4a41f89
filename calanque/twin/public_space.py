"""What is planned in the streets of a synthetic Marseille: occupations that the city permits, and its public agenda.

Occupations are CSV as an office of permits exports them, the agenda JSON as OpenAgenda's API gives it. All is made up.
Some occupations are permitted where and when another one already stands: they are what a reader should find.
"""

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from calanque.csv_file import csv_file
from calanque.twin import invented
from calanque.twin.days import PARIS, WHOLE, Part, first_day
from calanque.twin.dirt import soiled, soiled_acts
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import position, spots

OCCUPATIONS = (
    *("NUM_ARRETE", "DEBUT", "FIN", "OBJET", "DEMANDE_LE", "JAUGE", "DEMANDEUR", "TELEPHONE"),
    *("ADRESSE", "LON", "LAT"),
)
WRONG_TIME = "à préciser"
_CLOCK = "%d/%m/%Y %H:%M"


class _Use(NamedTuple):
    weight: int
    hour: int
    lasts_h: tuple[int, int]
    persons: tuple[int, int] | None


USES = {
    "TRAVAUX": _Use(30, 8, (9, 240), None),
    "BENNE": _Use(16, 7, (24, 96), None),
    "DEMENAGEMENT": _Use(20, 8, (4, 10), None),
    "TERRASSE": _Use(14, 10, (200, 600), None),
    "MARCHE": _Use(12, 6, (8, 9), (80, 900)),
    "TOURNAGE": _Use(4, 6, (10, 36), None),
    "FETE": _Use(4, 15, (6, 12), (50, 2_000)),
}
"""What a street is occupied for, by the code of the city's own list."""
_WHERE = (
    ("Parc Longchamp", 5.3949, 43.3043),
    ("Friche de la Belle de Mai", 5.3903, 43.3100),
    ("Vieux-Port", 5.3698, 43.2951),
    ("Parc Borély", 5.3800, 43.2610),
    ("Cours Julien", 5.3836, 43.2939),
    ("Esplanade du J4", 5.3617, 43.2966),
)
_TITLES = ("Concert de quartier", "Brocante", "Course à pied", "Marché de créateurs", "Cinéma en plein air", "Bal")
CANCELLED = 6
"""The status by which OpenAgenda says that an event is cancelled; 1 is as planned."""


def generate_occupations(
    last_day: str, days: int, count: int, seed: int, dirt: float = 0.0, part: Part = WHOLE
) -> bytes:
    """Return permitted occupations as CSV: UTF-8, `;` between fields; times are local (Europe/Paris).

    Args:
        last_day: last day on which one begins, YYYY-MM-DD.
        days: how many days they begin on.
        count: number of occupations; every twentieth stands where the one before it stands, at the same time.
        seed: other seed, other occupations.
        dirt: share of them that are sent twice; as many have no readable begin, and as many lie at 0, 0.
        part: which rows of which city.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    from faker import Faker

    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"occupations/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(f"occupations/{seed}/{first}/{days}")
    near, rows = spots(draw, part), list[list[str]]()
    for number in range(part.first_number, part.first_number + count):
        row = _occupation(draw, first, days, number, near)
        if number % 20 == 0 and rows:
            # Another use of the same place at the same time; the same use would be a correction.
            before = dict(zip(OCCUPATIONS, rows[-1], strict=True))
            other = "TOURNAGE" if before["OBJET"] != "TOURNAGE" else "BENNE"
            row = row | {name: before[name] for name in ("DEBUT", "FIN", "ADRESSE", "LON", "LAT")} | {"OBJET": other}
        who = faker.company() if draw.random() < 0.6 else invented.cased(draw, faker.first_name(), faker.last_name())
        filled = row | {"DEMANDEUR": who, "TELEPHONE": invented.phone(draw)}
        rows.append([filled[name] for name in OCCUPATIONS])
    return csv_file(OCCUPATIONS, soiled_acts(OCCUPATIONS, "DEBUT", rows, round(dirt * count), draw))


def _occupation(
    draw: random.Random, first: date, days: int, number: int, near: list[tuple[float, float]]
) -> dict[str, str]:
    code = draw.choices(list(USES), [use.weight for use in USES.values()])[0]
    use = USES[code]
    begin = datetime(first.year, first.month, first.day, use.hour) + timedelta(days=draw.randrange(days))
    asked = begin - timedelta(days=draw.randrange(10, 60), hours=draw.randrange(-3, 8))
    lon, lat = position(draw, near)
    return {
        "NUM_ARRETE": f"AT-{number:05d}",
        "DEBUT": begin.strftime(_CLOCK),
        "FIN": (begin + timedelta(hours=draw.randint(*use.lasts_h))).strftime(_CLOCK),
        "OBJET": code,
        "DEMANDE_LE": asked.strftime(_CLOCK),
        "JAUGE": str(round(draw.randint(*use.persons), -1)) if use.persons else "",
        "ADRESSE": f"{draw.randrange(1, 240)} {draw.choice(STREETS)}".upper(),
        "LON": f"{lon:.4f}".replace(".", ","),
        "LAT": f"{lat:.4f}".replace(".", ","),
    }


def generate_agenda(last_day: str, days: int, count: int, seed: int, dirt: float = 0.0, part: Part = WHOLE) -> bytes:
    """Return a public agenda as JSON, `{"total": …, "events": […]}`; arguments and errors of `generate_occupations`.

    An event has its first and last timing, its place where it has one, and an address to register at, which is made up.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"agenda/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    events = [_event(draw, first, days, number) for number in range(part.first_number, part.first_number + count)]

    def has_no_time(event: dict[str, Any]) -> None:
        event["firstTiming"]["begin"] = WRONG_TIME

    sent = soiled(events, round(dirt * count), draw, has_no_time)
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in sent)
    return f'{{"total": {len(sent)}, "events": [\n{lines}\n]}}\n'.encode()


def _event(draw: random.Random, first: date, days: int, number: int) -> dict[str, Any]:
    begin = datetime(first.year, first.month, first.day, tzinfo=PARIS)
    begin += timedelta(days=draw.randrange(days), hours=draw.choice((10, 14, 18, 20, 21)))
    end = begin + timedelta(hours=draw.randint(2, 6), days=draw.choices((0, 1, 2), (8, 1, 1))[0])
    title, announced_on = draw.choice(_TITLES), begin - timedelta(days=draw.randrange(5, 90))
    name = draw.choice(("camille.petit", "dominique.roux", "claude.masson"))
    return {
        "uid": 40_000_000 + number,
        "slug": f"evenement-{number}",
        "title": {"fr": title},
        "timings": list(_timings(begin, end)),
        "firstTiming": {"begin": _written(begin)},
        "lastTiming": {"end": _written(end)},
        "location": _location(draw),
        "registration": [{"type": "email", "value": f"{name}{number}@example.org"}],
        "status": CANCELLED if draw.random() < 0.04 else 1,
        "createdAt": _written(announced_on),
        "updatedAt": _written(announced_on + timedelta(days=draw.randrange(1, 5))),
    }


def _location(draw: random.Random) -> dict[str, Any]:
    if draw.random() < 0.05:
        return {"name": "En ligne", "latitude": None, "longitude": None}
    name, lon, lat = draw.choice(_WHERE)
    return {"name": name, "latitude": lat, "longitude": lon}


def _timings(begin: datetime, end: datetime) -> Iterator[dict[str, str]]:
    """A day of an event is one timing, as long as the last of them."""
    lasts = end - begin - timedelta(days=(end - begin).days)
    for day in range((end - begin).days + 1):
        yield {"begin": _written(begin + timedelta(days=day)), "end": _written(begin + timedelta(days=day) + lasts)}


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
