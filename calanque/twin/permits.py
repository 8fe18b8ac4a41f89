"""The permits of a synthetic Marseille, as they are meant: some of them where and when they can not be.

Those are permitted where others already stand, beside a crowd, before a school, on a square too small, along a line
that serves another crowd, or as fireworks in dry wind: they are what a reader should find.
"""

import math
import random
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calanque.twin.days import WHOLE, Part, first_day
from calanque.twin.public_places import SQUARES, Place, places
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import away, position, spots
from calanque.twin.weather_warnings import Warned, warned

FULL_AT, PROCESSION_AT, SCHOOL_AT, FIREWORKS_AT, LINE_AT = 3, 8, 12, 13, 17
"""Last figures of the numbers of permits that are planted: of twenty, of a line of forty."""
FARTHEST_DEGREES = 0.02
PLACES_SEED, WARNINGS_SEED = 13_406, 13_409
"""Those of the contracts of places and of warnings: the permits are of the same city."""


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


def permits(last_day: str, days: int, count: int, seed: int, part: Part = WHOLE) -> list[Planned]:
    """Return the occupations of `public_space.generate_occupations`, by number; arguments and errors are its own."""
    first = first_day(last_day, days, 0.0, count)
    draw = random.Random(f"occupations/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    near, found = spots(draw, part), list[Planned]()
    around = _around(last_day, days)
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
        else:
            permit = _among_places(permit, around, found)
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


class _Around(NamedTuple):
    """What planted permits stand near or fall in: places of the city, and warnings of dry wind."""

    small_squares: list[Place]
    schools: list[Place]
    lines: list[Place]
    dry_winds: list[Warned]


def _around(last_day: str, days: int) -> _Around:
    stand = places(PLACES_SEED)
    return _Around(
        [one for one in stand if one.code == "PLACE" and one.name not in {name for name, *_ in SQUARES}],
        [one for one in stand if one.code == "ECOLE"],
        [one for one in stand if one.route],
        [one for one in warned(last_day, days, WARNINGS_SEED) if one.code == "VENT_SEC"],
    )


def _among_places(permit: Planned, around: _Around, found: list[Planned]) -> Planned:
    """Return a permit as one that meets what stands in the city or the wind, by the last figures of its number."""
    rank = permit.number % 20
    draw = random.Random(f"planted/{rank}/{permit.number}")  # noqa: S311  (reproducible rows, not secrets)
    if rank == FULL_AT:
        square = draw.choice(around.small_squares)
        persons = 10 * round((square.capacity or 0) * draw.uniform(0.11, 0.2))
        return _moved(permit, "FETE", permit.begins_at, draw.randint(6, 12), persons, away(draw, square[4:6], 5, 45))
    if rank == SCHOOL_AT:
        school, begin = draw.choice(around.schools), permit.begins_at.replace(hour=8)
        return _moved(permit, "TRAVAUX", begin, draw.randint(6, 60), None, away(draw, school[4:6], 5, 30))
    if rank == FIREWORKS_AT:
        begin = permit.begins_at.replace(hour=22)
        if around.dry_winds and draw.random() < 0.75:
            wind = draw.choice(around.dry_winds)
            begin = begin.replace(year=wind.begins_at.year, month=wind.begins_at.month, day=wind.begins_at.day)
        return _moved(permit, "FEU", begin, 1, None, (permit.lon, permit.lat))
    if permit.number % 40 == LINE_AT:
        line = draw.choice(around.lines)
        place = away(draw, draw.choice(line.route), 10, 150)
        return _moved(permit, "FETE", permit.begins_at, draw.randint(3, 8), 10 * draw.randint(100, 300), place)
    before = next((one for one in reversed(found) if one.number % 40 == LINE_AT), None)
    if rank == LINE_AT % 20 and before:
        # Its crowd goes home on the line of the crowd before it, which is elsewhere in the city.
        line = min(around.lines, key=lambda one: min(math.dist(_place(before), corner) for corner in one.route))
        far = max(line.route, key=lambda corner: math.dist(_place(before), corner))
        place = away(draw, far, 10, 150)
        return _moved(permit, "FETE", before.begins_at, draw.randint(3, 8), 10 * draw.randint(100, 300), place)
    return permit


def _moved(
    permit: Planned,
    code: str,
    begin: datetime,
    lasts_h: int,
    persons: int | None,
    place: tuple[float | None, float | None],
) -> Planned:
    return permit._replace(
        code=code,
        begins_at=begin,
        ends_at=begin + timedelta(hours=lasts_h),
        known_at=permit.known_at + (begin - permit.begins_at),
        expected_count=persons,
        lon=place[0],
        lat=place[1],
    )


def _beside(draw: random.Random, permit: Planned, crowd: Planned, number: int) -> Planned:
    """Return a permit as one that stands in the way of a crowd: works or a filming beside it, or a second crowd."""
    code, nearest_m, farthest_m = {5: ("TRAVAUX", 20, 45), 10: ("FETE", 100, 400), 15: ("TOURNAGE", 40, 120)}[number]
    place = away(draw, _place(crowd), nearest_m, farthest_m)
    begin = crowd.begins_at + timedelta(minutes=draw.randrange(-60, 180))
    persons = USES[code].persons
    lasts_h = draw.randint(*USES[code].lasts_h)
    expected = round(draw.randint(max(300, persons[0]), persons[1]), -1) if persons else None
    return _moved(permit, code, begin, lasts_h, expected, place)


def _procession(draw: random.Random, permit: Planned, crowd: Planned, found: list[Planned]) -> Planned:
    """Return a permit as one of a procession that passes a crowd and, where there are, works of its day on its way."""
    begin = crowd.begins_at + timedelta(minutes=draw.randrange(0, 120))
    lasts_h = draw.randint(2, 4)
    end = begin + timedelta(hours=lasts_h)

    def is_on_its_way(one: Planned) -> bool:
        lasts = one.begins_at < end and begin < one.ends_at
        near = all(abs(a - b) < FARTHEST_DEGREES for a, b in zip(_place(one), _place(crowd), strict=True))
        return one.code == "TRAVAUX" and lasts and near

    works = next((one for one in reversed(found) if is_on_its_way(one)), None)
    passed = [away(draw, _place(one), 0, 8) for one in (crowd, works) if one]
    corners = (away(draw, passed[0], 300, 800), *passed, away(draw, passed[-1], 300, 600))
    route = tuple((round(lon, 5), round(lat, 5)) for lon, lat in corners)
    expected = round(draw.randint(100, 5_000), -1)
    return _moved(permit, "DEFILE", begin, lasts_h, expected, route[0])._replace(route=route)


def _place(one: Planned) -> tuple[float, float]:
    return one.lon or 0.0, one.lat or 0.0
