"""Synthetic road accidents of Marseille in the columns of BAAC, the police's own form: all made up.

One line an accident, of the file of circumstances alone: that of users, which tells sex and year of birth, is not made.
"""

import random
from datetime import date, datetime, timedelta

from calanque.csv_file import csv_file, decimal
from calanque.twin.days import WHOLE, Part, first_day
from calanque.twin.dirt import put, soiled
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import position, spots

HEADER = (
    *("Num_Acc", "jour", "mois", "an", "hrmn", "lum", "dep", "com"),
    *("agg", "int", "atm", "col", "adr", "lat", "long"),
)
WRONG_TIME = "24:70"
_HOURS = (2, 2, 1, 1, 1, 2, 3, 6, 10, 8, 7, 8, 9, 8, 9, 10, 12, 14, 14, 10, 7, 5, 4, 3)
"""How much of a day's accidents each hour has."""


def generate_accidents(last_day: str, days: int, count: int, seed: int, dirt: float = 0.0, part: Part = WHOLE) -> bytes:
    """Return accidents as CSV: UTF-8, `;` between fields, decimal commas; local time (Europe/Paris) in four columns.

    Spoilt are those without a time of day, and those at 0, 0. Arguments are those of `calanque.twin.days`.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"accidents/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    near = spots(draw, part)
    times = sorted(_time(draw, first, days) for _ in range(count))
    rows = [_row(draw, number, at, near) for number, at in enumerate(times, part.first_number)]

    def is_nowhere(row: list[str]) -> None:
        row[-2:] = ["0", "0"]

    sent = soiled(rows, round(dirt * count), draw, put(HEADER.index("hrmn"), WRONG_TIME), is_nowhere)
    return csv_file(HEADER, sent)


def _time(draw: random.Random, first: date, days: int) -> datetime:
    hour = draw.choices(range(24), _HOURS)[0]
    begin = datetime(first.year, first.month, first.day)
    return begin + timedelta(days=draw.randrange(days), hours=hour, minutes=draw.randrange(0, 60, 5))


def _row(draw: random.Random, number: int, at: datetime, near: list[tuple[float, float]]) -> list[str]:
    lon, lat = position(draw, near)
    is_dark = at.hour < 7 or at.hour > 20
    return [
        f"{at.year}{number:08d}",
        *(str(at.day), str(at.month), str(at.year), f"{at:%H:%M}"),
        str(draw.choice((3, 5)) if is_dark else 1),
        *("13", f"132{draw.randint(1, 16):02d}", "2"),
        *(str(draw.choices(kinds, weights)[0]) for kinds, weights in _CIRCUMSTANCES),
        f"{draw.choice(STREETS).upper()}",
        decimal(lat, 6),
        decimal(lon, 6),
    ]


_CIRCUMSTANCES = (
    ((1, 2, 3, 6), (60, 20, 15, 5)),
    ((1, 2, 7), (85, 12, 3)),
    ((1, 2, 3, 6, 7), (10, 15, 35, 30, 10)),
)
"""Codes of BAAC, each with its weight: kind of crossing, weather, kind of collision."""
