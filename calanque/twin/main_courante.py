"""A synthetic main courante of Marseille, as a municipal police would export it: dirty, in French, all invented.

One line an event: `MC-000017;04/07/2024 22:51;;04/07/2024 23:10;TAPAGE_NOCT;APPEL;HALL;12 rue Paradis;5,381;43,296;…`.
Times are local; where only a span is known, the event has a begin and an end. Positions are rounded to a thousandth of
a degree, about 80 by 110 m.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calanque.csv_file import csv_file, decimal
from calanque.twin import invented
from calanque.twin import main_courante_texts as texts
from calanque.twin.days import WHOLE, Part, first_day
from calanque.twin.dirt import soiled_acts
from calanque.twin.report_texts import STREETS
from calanque.twin.rhythm import day_weights
from calanque.twin.streets import position, spots

if TYPE_CHECKING:
    from faker import Faker

HEADER = (
    *("NUM_MC", "DEBUT", "FIN", "SAISIE", "CODE_FAIT", "ORIGINE", "LIEU", "ADRESSE", "LON", "LAT"),
    *("REQUERANT", "TEL_REQUERANT", "IMMAT", "AGENT", "RELATION"),
)
DEMO_SEED = 13_201
DEMO_COUNT = 5_000
DEMO_DAYS = 730
DEMO_LAST_DAY = "2026-06-30"

_CLOCK = "%d/%m/%Y %H:%M"
_AGENT_COUNT = 60
PATROL_SHARE = 0.15
"""Of the events that a patrol found by itself: they tell where it went."""


@dataclass(frozen=True, slots=True)
class _City:
    """What one seed fixes: who draws, who invents names, and where each code is at home."""

    draw: random.Random
    found: random.Random
    faker: "Faker"
    spots: dict[str, list[tuple[float, float]]]


def generate_main_courante(
    last_day: str = DEMO_LAST_DAY,
    days: int = DEMO_DAYS,
    count: int = DEMO_COUNT,
    seed: int = DEMO_SEED,
    *,
    dirt: float = 0.006,
    part: Part = WHOLE,
) -> bytes:
    """Return events as CSV: UTF-8, `;` between fields, header first.

    Codes are written in any case and with spaces behind them, whatever `dirt` says.

    Spoilt are events without a readable begin, and events at 0, 0. Arguments are those of `calanque.twin.days`.
    """
    first = first_day(last_day, days, dirt, count)
    city = _city(f"{seed}/{first}/{days}", part)
    weights = {
        code: day_weights(first, days, fact.rhythm, fact.summer, fact.rise) for code, fact in texts.FACTS.items()
    }
    begins = sorted(_begin(city.draw, first, weights) for _ in range(count))
    rows = [_row(city, number, code, at) for number, (at, code) in enumerate(begins, part.first_number)]
    wrong = random.Random(f"dirt/{seed}")  # noqa: S311  (reproducible, not secret)
    return csv_file(HEADER, soiled_acts(HEADER, "DEBUT", rows, round(dirt * count), wrong))


def _city(seed: str, part: Part) -> _City:
    from faker import Faker

    draw = random.Random(f"main_courante/{seed}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(seed)
    found = random.Random(f"found/{seed}")  # noqa: S311  (what is drawn later stays what it was without it)
    return _City(draw, found, faker, {code: spots(draw, part, code) for code in texts.FACTS})


def _begin(draw: random.Random, first: date, weights: dict[str, list[float]]) -> tuple[datetime, str]:
    code = draw.choices(list(texts.FACTS), [fact.weight for fact in texts.FACTS.values()])[0]
    fact, days = texts.FACTS[code], len(weights[code])
    minutes = draw.randrange(fact.from_hour * 60, fact.to_hour * 60)
    day = draw.choices(range(days), cum_weights=weights[code])[0]
    at = datetime(first.year, first.month, first.day) + timedelta(days=day, minutes=minutes)
    # After the last midnight, the hour stays and the day does not.
    return (at if at.date() < first + timedelta(days=days) else at - timedelta(days=1)), code


def _row(city: _City, number: int, code: str, at: datetime) -> list[str]:
    draw, fact = city.draw, texts.FACTS[code]
    end = at + timedelta(minutes=draw.randrange(30, fact.lasted_h * 60)) if fact.lasted_h else None
    known = (end or at) + timedelta(minutes=draw.choice((5, 12, 25, 60, 600, 2_000)))
    street = draw.choice(STREETS)
    name = invented.cased(draw, city.faker.first_name(), city.faker.last_name())
    phone, plate = invented.phone(draw), invented.plate(draw)
    lon, lat = position(draw, city.spots[code])
    return [
        f"MC-{number:06d}",
        at.strftime(_CLOCK),
        end.strftime(_CLOCK) if end else "",
        known.strftime(_CLOCK),
        draw.choices((code, code.lower(), code.capitalize(), f"{code}  "), (75, 8, 5, 12))[0],
        "PATROUILLE" if city.found.random() < PATROL_SHARE else "APPEL",
        draw.choices(texts.PLACES, texts.PLACE_WEIGHTS)[0],
        f"{draw.randrange(1, 240)} {street}",
        decimal(lon, 3),
        decimal(lat, 3),
        name,
        phone if draw.random() < 0.7 else "",
        plate if fact.lasted_h and draw.random() < 0.4 else "",
        f"PM{draw.randrange(_AGENT_COUNT):04d}",
        _narrative(draw, fact, street, {"name": name, "phone": phone, "plate": plate}),
    ]


def _narrative(draw: random.Random, fact: texts.Fact, street: str, values: dict[str, str]) -> str:
    text = draw.choice(fact.sentences).format(where=street)
    for share, phrases in ((0.3, texts.CALLER_PHRASES), (0.1, texts.PHONE_PHRASES), (0.15, texts.PLATE_PHRASES)):
        phrase = draw.choice(phrases)
        if draw.random() < share:
            text += phrase.format(**values)
    return text
