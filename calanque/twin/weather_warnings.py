"""Warnings of the weather for a synthetic Marseille, as a forecaster's office sends them: a bulletin a line, CSV.

A warning is of the whole department, from one hour to another, and is sent some hours before it begins. All are made
up, and so is the weather that they warn of.
"""

import random
from datetime import datetime, timedelta
from typing import NamedTuple

from calanque.csv_file import csv_file
from calanque.twin.days import first_day
from calanque.twin.dirt import put, soiled

HEADER = ("BULLETIN", "DEPARTEMENT", "PHENOMENE", "COULEUR", "DEBUT", "FIN", "EMIS_LE")
WRONG_TIME = "en soirée"
PHENOMENA = ("VENT_SEC", "FORTE_PLUIE")
_CLOCK = "%d/%m/%Y %H:%M"
_SHARE = 0.22


class Warned(NamedTuple):
    """A warning, its times local: what it warns of, by the office's code, and its colour."""

    number: int
    code: str
    colour: str
    begins_at: datetime
    ends_at: datetime
    sent_at: datetime


def warned(last_day: str, days: int, seed: int) -> list[Warned]:
    """Return the warnings of some days, the first day's first; a day has the same one whatever days are asked for.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    first, found = first_day(last_day, days, 0.0), list[Warned]()
    for number in range(days):
        day = datetime(first.year, first.month, first.day) + timedelta(days=number)
        draw = random.Random(f"warnings/{seed}/{day.date()}")  # noqa: S311  (reproducible rows, not secrets)
        if draw.random() >= _SHARE:
            continue
        code, colour = draw.choices(PHENOMENA, (3, 1))[0], draw.choices(("ORANGE", "ROUGE"), (5, 1))[0]
        begin = day + timedelta(hours=draw.randrange(12, 20))
        end = begin + timedelta(hours=draw.randrange(8, 30))
        found.append(Warned(day.toordinal(), code, colour, begin, end, begin - timedelta(hours=draw.randrange(6, 36))))
    return found


def generate_warnings(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return warnings as CSV: UTF-8, `;` between fields, times local (Europe/Paris).

    Args:
        last_day: last day on which one begins, YYYY-MM-DD.
        days: how many days they begin on.
        seed: other seed, other warnings.
        dirt: share of lines that are sent twice; as many have no readable begin.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    first_day(last_day, days, dirt)
    rows: list[list[str]] = [
        [f"B{one.number}", "13", one.code, one.colour, *(at.strftime(_CLOCK) for at in one[3:])]
        for one in warned(last_day, days, seed)
    ]
    draw = random.Random(f"bulletins/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    sent = soiled(rows, round(dirt * len(rows)), draw, put(HEADER.index("DEBUT"), WRONG_TIME))
    return csv_file(HEADER, sent)
