"""What is planned in the streets of a synthetic Marseille: occupations that the city permits, and its public agenda.

Occupations are CSV as an office of permits exports them, the agenda JSON as OpenAgenda's API gives it. All is made up.
`permits.permits` and `events` give what is written, before it is.
"""

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from calanque.csv_file import csv_file
from calanque.twin import invented
from calanque.twin.days import PARIS, WHOLE, Part, first_day
from calanque.twin.dirt import soiled, soiled_acts
from calanque.twin.permits import Planned, permits
from calanque.twin.public_places import SQUARES, written_route

OCCUPATIONS = (
    *("NUM_ARRETE", "DEBUT", "FIN", "OBJET", "DEMANDE_LE", "JAUGE", "DEMANDEUR", "TELEPHONE"),
    *("ADRESSE", "LON", "LAT", "ITINERAIRE"),
)
WRONG_TIME = "à préciser"
_CLOCK = "%d/%m/%Y %H:%M"
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
        "ITINERAIRE": written_route(permit.route),
    }


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
    name, lon, lat = ("En ligne", None, None) if is_online else draw.choice(SQUARES)[:3]
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
