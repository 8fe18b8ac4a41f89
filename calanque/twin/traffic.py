"""Synthetic counters of vehicles in Marseille, in the columns of French open data of traffic.

One line a counter and hour, local time with its offset:
`CPT-04;Boulevard Michelet;2026-06-30T08:00:00+02:00;1480;17.3;43.2619, 5.3951`. A counter that fails leaves blanks.
"""

import math
import random
from datetime import datetime
from typing import NamedTuple

from calanque.csv_file import csv_file
from calanque.twin.days import local_hours
from calanque.twin.dirt import no_time, put, soiled

HEADER = ("identifiant", "libelle", "date_heure", "debit", "taux_occupation", "geo_point_2d")
NOWHERE = "0.0, 0.0"
_FAILS, _MENDED, _NO_SHARE = 0.004, 0.12, 0.005
_NOISE = 0.08
_SATURDAY = 5
_WEEKDAY = (9, 6, 4, 4, 6, 16, 45, 82, 100, 78, 66, 66, 70, 70, 70, 74, 86, 98, 96, 76, 52, 36, 26, 16)
_WEEKEND = (18, 12, 9, 7, 7, 9, 14, 22, 34, 48, 58, 64, 64, 58, 60, 64, 68, 70, 68, 60, 50, 40, 34, 26)
"""Vehicles of each hour, per cent of the busiest one."""


class Counter(NamedTuple):
    """Where vehicles are counted, and how many pass in the busiest hour."""

    number: str
    name: str
    lon: float
    lat: float
    peak_count: int


COUNTERS = (
    Counter("CPT-01", "Quai de Rive Neuve", 5.3690, 43.2925, 1100),
    Counter("CPT-02", "Corniche Kennedy", 5.3520, 43.2800, 1300),
    Counter("CPT-03", "Avenue du Prado", 5.3855, 43.2790, 1900),
    Counter("CPT-04", "Boulevard Michelet", 5.3951, 43.2619, 2100),
    Counter("CPT-05", "Boulevard Rabatau", 5.3920, 43.2750, 1800),
    Counter("CPT-06", "Avenue de Toulon", 5.3930, 43.2860, 1200),
    Counter("CPT-07", "Boulevard Baille", 5.3935, 43.2905, 900),
    Counter("CPT-08", "Boulevard Jeanne d’Arc", 5.4040, 43.2930, 1000),
    Counter("CPT-09", "Boulevard National", 5.3830, 43.3090, 800),
    Counter("CPT-10", "Boulevard de Plombières", 5.3950, 43.3140, 2300),
    Counter("CPT-11", "Avenue Roger Salengro", 5.3720, 43.3120, 1400),
    Counter("CPT-12", "Rue de Lyon", 5.3660, 43.3250, 1000),
)


def generate_traffic(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly traffic as CSV: UTF-8, `;` between fields, header first.

    `debit` is vehicles an hour, `taux_occupation` the share of the hour in which one stands over the counter, per cent.

    Spoilt are lines without a readable time, and lines at 0, 0. Arguments are those of `calanque.twin.days`.
    """
    draw = random.Random(f"traffic/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    failed: set[str] = set()
    rows = []
    for at in local_hours(last_day, days, dirt):
        for counter in COUNTERS:
            failed ^= {counter.number} if draw.random() < (_MENDED if counter.number in failed else _FAILS) else set()
            rows.append(_row(draw, counter, at, counter.number in failed))

    spoil = no_time(HEADER.index("date_heure"), draw), put(HEADER.index("geo_point_2d"), NOWHERE)
    sent = soiled(rows, round(dirt * len(rows)), draw, *spoil)
    return csv_file(HEADER, sent)


def share_of_peak(draw: random.Random, at: datetime) -> float:
    """Return the traffic of an hour as a share of the busiest one's, with its luck."""
    usual = (_WEEKEND if at.weekday() >= _SATURDAY else _WEEKDAY)[at.hour] / 100
    return usual * math.exp(draw.gauss(0, _NOISE))


def _row(draw: random.Random, counter: Counter, at: datetime, has_failed: bool) -> list[str]:
    share = share_of_peak(draw, at)
    occupied = min(100.0, 2 + 24 * share**1.8 + abs(draw.gauss(0, 0.6)))
    figures = [str(round(counter.peak_count * share)), "" if draw.random() < _NO_SHARE else f"{occupied:.1f}"]
    measured = ["", ""] if has_failed else figures
    return [counter.number, counter.name, at.isoformat(), *measured, f"{counter.lat:.4f}, {counter.lon:.4f}"]
