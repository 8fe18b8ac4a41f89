"""Synthetic persons present in zones of Marseille, as a telephone operator counts them from its network.

One line a zone, hour and category: `2026-06-30 14:00;132010101;5.3805;43.2975;TOURISTE;1840`, in local time. Figures
are rounded to tens and one under twenty is left blank, as the operator does: no telephone is in the file.
"""

import math
import random
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from calanque.csv_file import csv_file
from calanque.twin.days import local_hours
from calanque.twin.dirt import no_time, soiled

HEADER = ("DATE_HEURE", "ZONE", "LONGITUDE", "LATITUDE", "CATEGORIE", "VOLUME")
CATEGORIES = ("RESIDENT", "TOURISTE", "EXCURSIONNISTE")
LEAST_COUNT = 20
"""The operator gives no figure under this one."""
_ROUNDED_TO = 10
_NOISE = 0.06
_SATURDAY = 5


class _Zone(NamedTuple):
    """A zone and how many live, stay overnight and come for a day in it."""

    code: str
    lon: float
    lat: float
    home_count: int
    tourist_count: int
    visitor_count: int


ZONES = (
    _Zone("132010101", 5.3805, 43.2975, 2600, 900, 4200),
    _Zone("132020101", 5.3672, 43.3045, 2300, 700, 3600),
    _Zone("132030101", 5.3886, 43.3117, 3100, 60, 700),
    _Zone("132040101", 5.3990, 43.3060, 2900, 50, 800),
    _Zone("132050101", 5.3960, 43.2915, 2700, 120, 1900),
    _Zone("132060101", 5.3840, 43.2858, 2400, 320, 2600),
    _Zone("132070101", 5.3560, 43.2870, 2100, 420, 900),
    _Zone("132080101", 5.3830, 43.2700, 2500, 380, 2200),
    _Zone("132090101", 5.4030, 43.2560, 2600, 90, 500),
    _Zone("132100101", 5.4180, 43.2790, 2800, 40, 1100),
    _Zone("132110101", 5.4420, 43.2890, 2000, 30, 1500),
    _Zone("132120101", 5.4200, 43.3030, 2700, 20, 600),
    _Zone("132130101", 5.4150, 43.3200, 3200, 15, 500),
    _Zone("132140101", 5.4000, 43.3350, 2900, 10, 400),
    _Zone("132150101", 5.3660, 43.3280, 3000, 15, 600),
)


def generate_phone_flows(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly presence as CSV: UTF-8, `;` between fields, header first.

    Spoilt are lines without a readable time, and figures of 1 to 19, which the operator should have left out.
    Arguments are those of `calanque.twin.days`.
    """
    draw = random.Random(f"phones/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    rows = [row for at in local_hours(last_day, days, dirt) for zone in ZONES for row in _rows(draw, zone, at)]

    def is_too_small(row: list[str]) -> None:
        row[HEADER.index("VOLUME")] = str(draw.randrange(1, LEAST_COUNT))

    sent = soiled(rows, round(dirt * len(rows)), draw, no_time(HEADER.index("DATE_HEURE"), draw), is_too_small)
    return csv_file(HEADER, sent)


def _rows(draw: random.Random, zone: _Zone, at: datetime) -> Iterator[list[str]]:
    place = (zone.code, f"{zone.lon:.4f}", f"{zone.lat:.4f}")
    for category, count in zip(CATEGORIES, _counts(zone, at), strict=True):
        figure = count * math.exp(draw.gauss(0, _NOISE))
        published = "" if figure < LEAST_COUNT else str(round(figure / _ROUNDED_TO) * _ROUNDED_TO)
        yield [f"{at:%Y-%m-%d %H:%M}", *place, category, published]


def _counts(zone: _Zone, at: datetime) -> tuple[float, float, float]:
    """Return how many of each category there are: people sleep at home, and come to town by day, most on Saturday."""
    is_weekend = at.weekday() >= _SATURDAY
    by_day = 0.5 - 0.5 * math.cos((at.hour - 2) / 24 * math.tau)
    away = (0.25 if is_weekend else 0.5) * by_day
    came = by_day**3 * (1.25 if at.weekday() == _SATURDAY else 0.6 if is_weekend else 1.0)
    evening = 0.5 - 0.5 * math.cos((at.hour - 5) / 24 * math.tau)
    return zone.home_count * (1 - away), zone.tourist_count * (0.55 + 0.45 * evening), zone.visitor_count * came
