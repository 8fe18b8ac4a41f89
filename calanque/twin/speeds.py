"""Synthetic speeds of Marseille's streets, as a navigation app gives them to a city: by segment and hour, of many.

One line a segment and hour, in local time: `TRC-04;Boulevard Michelet;2026-06-30 08:00;23,4;164;5,3951;43,2619`.
An hour in which few passed has no line: a speed of one is that of somebody.
"""

import math
import random
from datetime import datetime

from calanque.csv_file import csv_file, decimal
from calanque.twin.days import local_hours
from calanque.twin.dirt import no_time, soiled
from calanque.twin.traffic import COUNTERS, Counter, share_of_peak

HEADER = ("TRONCON", "VOIE", "DATE_HEURE", "VITESSE_KMH", "PASSAGES", "LON", "LAT")
LEAST_COUNT = 11
"""The app gives no speed of fewer."""
_APP_SHARE = 0.08
_FREE_KMH, _JAMMED = 46, 0.62


def generate_speeds(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return mean speeds as CSV: UTF-8, `;` between fields, decimal commas.

    Spoilt are lines without a readable time, and those of 1 to 10 passages, which the app should have left out.
    Arguments are those of `calanque.twin.days`.
    """
    draw = random.Random(f"speeds/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    hours = local_hours(last_day, days, dirt)
    rows = [row for at in hours for counter in COUNTERS if (row := _row(draw, counter, at))]

    def is_of_few(row: list[str]) -> None:
        row[HEADER.index("PASSAGES")] = str(draw.randrange(1, LEAST_COUNT))

    sent = soiled(rows, round(dirt * len(rows)), draw, no_time(HEADER.index("DATE_HEURE"), draw), is_of_few)
    return csv_file(HEADER, sent)


def _row(draw: random.Random, counter: Counter, at: datetime) -> list[str] | None:
    share = share_of_peak(draw, at)
    passed = round(counter.peak_count * share * _APP_SHARE)
    speed = _FREE_KMH * (1 - _JAMMED * min(1.0, share) ** 2) * math.exp(draw.gauss(0, 0.05))
    place = [decimal(degrees, 4) for degrees in (counter.lon, counter.lat)]
    figures = [decimal(speed, 1), str(passed)]
    segment = counter.number.replace("CPT", "TRC")
    return [segment, counter.name, f"{at:%Y-%m-%d %H:%M}", *figures, *place] if passed >= LEAST_COUNT else None
