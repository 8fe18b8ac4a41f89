"""What is planned in the streets of a synthetic Marseille: occupations that the city permits, and its public agenda.

Occupations are CSV as an office of permits exports them, the agenda JSON as OpenAgenda's API gives it. All is made up.
Some occupations are permitted where and when others already stand, or beside a crowd: they are what a reader should
find. `permits` and `events` give what is written, before it is.
"""

import json
import math
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
    *("ADRESSE", "LON", "LAT", "ITINERAIRE"),
)
WRONG_TIME = "à préciser"
_CLOCK = "%d/%m/%Y %H:%M"
DEGREE_M = 111_195
"""Metres in a degree of latitude."""
PROCESSION_AT, FARTHEST_DEGREES = 8, 0.02


class Planned(NamedTuple):
    """A permit or an event as it is meant: its kind by the source's code, its times local, its place in degrees.

    `expected_count` is None where nobody is expected or counted; an event online has no place. What goes through the
    city has the corners of its route, lon and lat, the first of which is its place.
    """

    number: int
    code: str
    begins_at: datetime
    ends_at: datetime
    known_at: datetime
    expected_count: int | None
    lon: float | None
    lat: float | None
    place: str
    is_cancelled: bool = False
    route: tuple[tuple[float, float], ...] = ()


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
        count: number of occupations; every fifth is planted where it can not be, beside one before it, and every
            twentieth is a procession whose route passes others.
        seed: other seed, other occupations.
        dirt: share of them that are sent twice; as many have no readable begin, and as many lie at 0, 0.
        part: which rows of which city.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    from faker import Faker

    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"petitioners/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(f"occupations/{seed}/{first}/{days}")
    rows = []
    for permit in permits(last_day, days, count, seed, part):
        who = faker.company() if draw.random() < 0.6 else invented.cased(draw, faker.first_name(), faker.last_name())
        row = _written_permit(permit) | {"DEMANDEUR": who, "TELEPHONE": invented.phone(draw)}
        rows.append([row[name] for name in OCCUPATIONS])
    return csv_file(OCCUPATIONS, soiled_acts(OCCUPATIONS, "DEBUT", rows, round(dirt * count), draw))


def permits(last_day: str, days: int, count: int, seed: int, part: Part = WHOLE) -> list[Planned]:
    """Return the occupations of `generate_occupations`, by number."""
    first = first_day(last_day, days, 0.0, count)
    draw = random.Random(f"occupations/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    near, found = spots(draw, part), list[Planned]()
    for number in range(part.first_number, part.first_number + count):
        permit = _permit(draw, first, days, number, near)
        crowd = next((one for one in reversed(found) if one.code in ("MARCHE", "FETE")), None)
        if number % 20 == 0 and found:
            # Another use of the same place at the same time; the same use would be a correction.
            before = found[-1]
            code = "TOURNAGE" if before.code != "TOURNAGE" else "BENNE"
            permit = before._replace(number=number, code=code, known_at=permit.known_at, expected_count=None)
        elif number % 5 == 0 and crowd:
            permit = _beside(draw, permit, crowd, number % 20)
        elif number % 20 == PROCESSION_AT and crowd:
            permit = _procession(random.Random(f"routes/{seed}/{number}"), permit, crowd, found)  # noqa: S311
        found.append(permit)
    return found


def _permit(draw: random.Random, first: date, days: int, number: int, near: list[tuple[float, float]]) -> Planned:
    code = draw.choices(list(USES), [use.weight for use in USES.values()])[0]
    use = USES[code]
    begin = datetime(first.year, first.month, first.day, use.hour) + timedelta(days=draw.randrange(days))
    asked = begin - timedelta(days=draw.randrange(10, 60), hours=draw.randrange(-3, 8))
    lon, lat = position(draw, near)
    end = begin + timedelta(hours=draw.randint(*use.lasts_h))
    expected = round(draw.randint(*use.persons), -1) if use.persons else None
    address = f"{draw.randrange(1, 240)} {draw.choice(STREETS)}".upper()
    return Planned(number, code, begin, end, asked, expected, lon, lat, address)


def _beside(draw: random.Random, permit: Planned, crowd: Planned, number: int) -> Planned:
    """Return a permit as one that stands in the way of a crowd: works or a filming beside it, or a second crowd."""
    code, nearest_m, farthest_m = {5: ("TRAVAUX", 20, 45), 10: ("FETE", 100, 400), 15: ("TOURNAGE", 40, 120)}[number]
    lon, lat = _near(draw, _place(crowd), nearest_m, farthest_m)
    begin = crowd.begins_at + timedelta(minutes=draw.randrange(-60, 180))
    persons = USES[code].persons
    return permit._replace(
        code=code,
        begins_at=begin,
        known_at=permit.known_at + (begin - permit.begins_at),
        ends_at=begin + timedelta(hours=draw.randint(*USES[code].lasts_h)),
        expected_count=round(draw.randint(max(300, persons[0]), persons[1]), -1) if persons else None,
        lon=lon,
        lat=lat,
    )


def _procession(draw: random.Random, permit: Planned, crowd: Planned, found: list[Planned]) -> Planned:
    """Return a permit as one of a procession that passes a crowd and, where there are, works of its day on its way."""
    begin = crowd.begins_at + timedelta(minutes=draw.randrange(0, 120))
    end = begin + timedelta(hours=draw.randint(2, 4))

    def is_on_its_way(one: Planned) -> bool:
        lasts = one.begins_at < end and begin < one.ends_at
        near = all(abs(a - b) < FARTHEST_DEGREES for a, b in zip(_place(one), _place(crowd), strict=True))
        return one.code == "TRAVAUX" and lasts and near

    works = next((one for one in reversed(found) if is_on_its_way(one)), None)
    passed = [_near(draw, _place(one), 0, 8) for one in (crowd, works) if one]
    corners = (_near(draw, passed[0], 300, 800), *passed, _near(draw, passed[-1], 300, 600))
    route = tuple((round(lon, 5), round(lat, 5)) for lon, lat in corners)
    return permit._replace(
        code="DEFILE",
        begins_at=begin,
        known_at=permit.known_at + (begin - permit.begins_at),
        ends_at=end,
        expected_count=round(draw.randint(100, 5_000), -1),
        lon=route[0][0],
        lat=route[0][1],
        route=route,
    )


def _place(one: Planned) -> tuple[float, float]:
    return one.lon or 0.0, one.lat or 0.0


def _near(draw: random.Random, place: tuple[float, float], nearest_m: float, farthest_m: float) -> tuple[float, float]:
    """Return a place at a distance from another one, lon and lat."""
    angle, distance_m = draw.uniform(0, 2 * math.pi), draw.uniform(nearest_m, farthest_m)
    lat = place[1] + distance_m * math.sin(angle) / DEGREE_M
    return place[0] + distance_m * math.cos(angle) / DEGREE_M / math.cos(math.radians(lat)), lat


def _written_permit(permit: Planned) -> dict[str, str]:
    return {
        "NUM_ARRETE": f"AT-{permit.number:05d}",
        "DEBUT": permit.begins_at.strftime(_CLOCK),
        "FIN": permit.ends_at.strftime(_CLOCK),
        "OBJET": permit.code,
        "DEMANDE_LE": permit.known_at.strftime(_CLOCK),
        "JAUGE": "" if permit.expected_count is None else str(permit.expected_count),
        "ADRESSE": permit.place,
        "LON": f"{permit.lon:.4f}".replace(".", ","),
        "LAT": f"{permit.lat:.4f}".replace(".", ","),
        "ITINERAIRE": _written_route(permit.route),
    }


def _written_route(route: tuple[tuple[float, float], ...]) -> str:
    """Return the corners of a route as WKT, nothing of none."""
    return f"LINESTRING ({', '.join(f'{lon:.5f} {lat:.5f}' for lon, lat in route)})" if route else ""


def generate_agenda(last_day: str, days: int, count: int, seed: int, dirt: float = 0.0, part: Part = WHOLE) -> bytes:
    """Return a public agenda as JSON, `{"total": …, "events": […]}`; arguments and errors of `generate_occupations`.

    An event has its first and last timing, its place where it has one, and an address to register at, which is made up.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"organisers/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    rows = [_written_event(event, draw) for event in events(last_day, days, count, seed, part)]

    def has_no_time(event: dict[str, Any]) -> None:
        event["firstTiming"]["begin"] = WRONG_TIME

    sent = soiled(rows, round(dirt * count), draw, has_no_time)
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in sent)
    return f'{{"total": {len(sent)}, "events": [\n{lines}\n]}}\n'.encode()


def events(last_day: str, days: int, count: int, seed: int, part: Part = WHOLE) -> list[Planned]:
    """Return the events of `generate_agenda`, by number; the code is their title."""
    first = first_day(last_day, days, 0.0, count)
    draw = random.Random(f"agenda/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    return [_event(draw, first, days, number) for number in range(part.first_number, part.first_number + count)]


def _event(draw: random.Random, first: date, days: int, number: int) -> Planned:
    begin = datetime(first.year, first.month, first.day, tzinfo=PARIS)
    begin += timedelta(days=draw.randrange(days), hours=draw.choice((10, 14, 18, 20, 21)))
    end = begin + timedelta(hours=draw.randint(2, 6), days=draw.choices((0, 1, 2), (8, 1, 1))[0])
    title, known_at = draw.choice(_TITLES), begin - timedelta(days=draw.randrange(5, 90))
    is_online, is_cancelled = draw.random() < 0.05, draw.random() < 0.04
    name, lon, lat = ("En ligne", None, None) if is_online else draw.choice(_WHERE)
    return Planned(number, title, begin, end, known_at, None, lon, lat, name, is_cancelled)


def _written_event(event: Planned, draw: random.Random) -> dict[str, Any]:
    name = draw.choice(("camille.petit", "dominique.roux", "claude.masson"))
    return {
        "uid": 40_000_000 + event.number,
        "slug": f"evenement-{event.number}",
        "title": {"fr": event.code},
        "timings": list(_timings(event.begins_at, event.ends_at)),
        "firstTiming": {"begin": _written(event.begins_at)},
        "lastTiming": {"end": _written(event.ends_at)},
        "location": {"name": event.place, "latitude": event.lat, "longitude": event.lon},
        "registration": [{"type": "email", "value": f"{name}{event.number}@example.org"}],
        "status": CANCELLED if event.is_cancelled else 1,
        "createdAt": _written(event.known_at),
        "updatedAt": _written(event.known_at + timedelta(days=draw.randrange(1, 5))),
    }


def _timings(begin: datetime, end: datetime) -> Iterator[dict[str, str]]:
    """A day of an event is one timing, as long as the last of them."""
    lasts = end - begin - timedelta(days=(end - begin).days)
    for day in range((end - begin).days + 1):
        yield {"begin": _written(begin + timedelta(days=day)), "end": _written(begin + timedelta(days=day) + lasts)}


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
