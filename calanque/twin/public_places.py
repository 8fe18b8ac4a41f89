"""What stands in a synthetic Marseille and events must heed: schools, squares and how many they hold, transit lines.

CSV, `;` between fields, decimal commas. Names of squares are real, all else is made up: positions of schools, lines and
how many a square holds.
"""

import math
import random
from datetime import timedelta
from typing import NamedTuple

from calanque.csv_file import csv_file, decimal
from calanque.twin.days import first_day
from calanque.twin.dirt import soiled
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import LAT_RANGE, LON_RANGE, line, position, spots

HEADER = ("NUMERO", "TYPE", "NOM", "CAPACITE", "OUVERT_LE", "LON", "LAT", "TRACE")
SQUARES = (
    ("Parc Longchamp", 5.3949, 43.3043, 4_000),
    ("Friche de la Belle de Mai", 5.3903, 43.3100, 1_500),
    ("Vieux-Port", 5.3698, 43.2951, 12_000),
    ("Parc Borély", 5.3800, 43.2610, 10_000),
    ("Cours Julien", 5.3836, 43.2939, 1_200),
    ("Esplanade du J4", 5.3617, 43.2966, 5_000),
)
"""Name, lon, lat, and how many persons it holds."""
LINES = (("TRAMWAY", "Tramway T1"), ("TRAMWAY", "Tramway T2"), ("TRAMWAY", "Tramway T3"), ("METRO", "Métro M1"))
_SMALL, _SCHOOLS, _STOPS, _MOST_M = 24, 150, 12, 500


class Place(NamedTuple):
    """What stands: its number, its type by the register's code, where it begins, and the corners of a line.

    `capacity` is None where nobody counted.
    """

    number: str
    code: str
    name: str
    capacity: int | None
    lon: float
    lat: float
    route: tuple[tuple[float, float], ...] = ()


def places(seed: int) -> list[Place]:
    """Return what stands in the city; other seed, other schools, lines and small squares."""
    draw = random.Random(f"places/{seed}")  # noqa: S311  (reproducible rows, not secrets)
    near = spots(draw)
    found = [Place(f"PL-{number:03d}", "PLACE", *one) for number, one in enumerate(_squares(draw, near), start=1)]
    for number in range(1, _SCHOOLS + 1):
        lon, lat = _rounded(position(draw, near))
        found.append(Place(f"EC-{number:03d}", "ECOLE", f"École {draw.choice(STREETS)}", None, lon, lat))
    for number, (code, name) in enumerate(LINES, start=1):
        route = _line(draw)
        found.append(Place(f"LN-{number:03d}", code, name, None, *route[0], route))
    return found


def _squares(draw: random.Random, near: list[tuple[float, float]]) -> list[tuple[str, int, float, float]]:
    known = [(name, capacity, lon, lat) for name, lon, lat, capacity in SQUARES]
    corners = (" et ".join(draw.sample(STREETS, 2)) for _ in range(_SMALL))
    return known + [
        (f"Angle {streets}", 50 * draw.randrange(4, 24), *_rounded(position(draw, near))) for streets in corners
    ]


def _line(draw: random.Random) -> tuple[tuple[float, float], ...]:
    """Return the corners of a line, which goes through the city at steps of 300 to 500 m."""
    lon, lat = draw.uniform(LON_RANGE[0], LON_RANGE[0] + 0.03), draw.uniform(*LAT_RANGE)
    angle = math.atan2(sum(LAT_RANGE) / 2 - lat, sum(LON_RANGE) / 2 - lon)
    return line(draw, (lon, lat), angle, _STOPS - 1, (300, _MOST_M))


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 5), round(place[1], 5)


def generate_places(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return the register of places as CSV: UTF-8, days as dd/MM/yyyy; the same arguments give the same bytes.

    Args:
        last_day: last day on which one was opened, YYYY-MM-DD.
        days: how many days back the first was.
        seed: other seed, other places.
        dirt: share of lines that are sent twice; as many lie at 0, 0.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    first = first_day(last_day, days, dirt)
    draw = random.Random(f"register of places/{seed}")  # noqa: S311  (reproducible rows, not secrets)
    rows = list[list[str]]()
    for place in places(seed):
        opened = first + timedelta(days=draw.randrange(days))
        rows.append([
            *(place.number, place.code, place.name, "" if place.capacity is None else str(place.capacity)),
            *(opened.strftime("%d/%m/%Y"), decimal(place.lon, 5), decimal(place.lat, 5), written_route(place.route)),
        ])  # fmt: skip

    def is_nowhere(row: list[str]) -> None:
        row[HEADER.index("LON")] = row[HEADER.index("LAT")] = "0"

    sent = soiled(rows, round(dirt * len(rows)), draw, is_nowhere)
    return csv_file(HEADER, sent)


def written_route(route: tuple[tuple[float, float], ...]) -> str:
    """Return the corners of a route as WKT, nothing of none."""
    return f"LINESTRING ({', '.join(f'{lon:.5f} {lat:.5f}' for lon, lat in route)})" if route else ""
