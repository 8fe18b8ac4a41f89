"""A synthetic main courante of Marseille, as a municipal police would export it: dirty, in French, all invented.

One line an event: `MC-000017;04/07/2024 22:51;;04/07/2024 23:10;TAPAGE_NOCT;HALL;12 rue Paradis;5,381;43,296;…`. Times
are local; where only a span is known, the event has a begin and an end. Positions are rounded to a thousandth of a
degree, about 80 by 110 m.
"""

import csv
import io
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calanque.errors import CalanqueError
from calanque.twin import invented
from calanque.twin import main_courante_texts as texts
from calanque.twin.report_texts import STREETS

if TYPE_CHECKING:
    from faker import Faker

HEADER = (
    *("NUM_MC", "DEBUT", "FIN", "SAISIE", "CODE_FAIT", "LIEU", "ADRESSE", "LON", "LAT"),
    *("REQUERANT", "TEL_REQUERANT", "IMMAT", "AGENT", "RELATION"),
)
DEMO_SEED = 13_201
DEMO_COUNT = 5_000
DEMO_DAYS = 730
DEMO_LAST_DAY = "2026-06-30"
WRONG_TIMES = ("31/02/2025 22:10", "hier soir", "00/00/0000 00:00")

_LON_RANGE, _LAT_RANGE = (5.32, 5.46), (43.25, 43.37)
_SPOT_COUNT = 6
_SPOT_SHARE = 0.75
_CLOCK = "%d/%m/%Y %H:%M"
_AGENT_COUNT = 60


@dataclass(frozen=True, slots=True)
class _City:
    """What one seed fixes: who draws, who invents names, and where each code is at home."""

    draw: random.Random
    faker: "Faker"
    spots: dict[str, list[tuple[float, float]]]


def generate_main_courante(
    last_day: str = DEMO_LAST_DAY,
    days: int = DEMO_DAYS,
    count: int = DEMO_COUNT,
    seed: int = DEMO_SEED,
    *,
    dirt: float = 0.006,
) -> bytes:
    """Return events as CSV: UTF-8, `;` between fields, header first; the same arguments give the same bytes.

    Codes are written in any case and with spaces behind them, whatever `dirt` says.

    Args:
        last_day: last local day (Europe/Paris) on which an event begins, YYYY-MM-DD.
        days: how many days the events are spread over.
        count: number of events.
        seed: other seed, other events.
        dirt: share of events that are sent twice; as many have no readable begin, and as many lie at 0, 0.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    if count < 0 or days < 1 or not 0 <= dirt <= 1 / 3:
        raise CalanqueError("count must be 0 or more, days 1 or more and dirt a third at most: correct the arguments.")
    try:
        first = date.fromisoformat(last_day) - timedelta(days=days - 1)
    except ValueError as error:
        raise CalanqueError("The last day is not a date: write it as YYYY-MM-DD.") from error
    city = _city(f"{seed}/{first}/{days}")
    begins = sorted(_begin(city.draw, first, days) for _ in range(count))
    rows = [_row(city, number, code, at) for number, (at, code) in enumerate(begins, start=1)]
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows(
        [HEADER, *_soiled(rows, round(dirt * count), seed)]
    )
    return stream.getvalue().encode()


def _city(seed: str) -> _City:
    from faker import Faker

    draw = random.Random(f"main_courante/{seed}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(seed)
    spots = {
        code: [(draw.uniform(*_LON_RANGE), draw.uniform(*_LAT_RANGE)) for _ in range(_SPOT_COUNT)]
        for code in texts.FACTS
    }
    return _City(draw, faker, spots)


def _begin(draw: random.Random, first: date, days: int) -> tuple[datetime, str]:
    code = draw.choices(list(texts.FACTS), [fact.weight for fact in texts.FACTS.values()])[0]
    fact = texts.FACTS[code]
    minutes = draw.randrange(fact.from_hour * 60, fact.to_hour * 60)
    at = datetime(first.year, first.month, first.day) + timedelta(days=draw.randrange(days), minutes=minutes)
    # After the last midnight, the hour stays and the day does not.
    return (at if at.date() < first + timedelta(days=days) else at - timedelta(days=1)), code


def _row(city: _City, number: int, code: str, at: datetime) -> list[str]:
    draw, fact = city.draw, texts.FACTS[code]
    end = at + timedelta(minutes=draw.randrange(30, fact.lasted_h * 60)) if fact.lasted_h else None
    known = (end or at) + timedelta(minutes=draw.choice((5, 12, 25, 60, 600, 2_000)))
    street = draw.choice(STREETS)
    name = invented.cased(draw, city.faker.first_name(), city.faker.last_name())
    phone, plate = invented.phone(draw), invented.plate(draw)
    lon, lat = _position(draw, city.spots[code])
    return [
        f"MC-{number:06d}",
        at.strftime(_CLOCK),
        end.strftime(_CLOCK) if end else "",
        known.strftime(_CLOCK),
        draw.choices((code, code.lower(), code.capitalize(), f"{code}  "), (75, 8, 5, 12))[0],
        draw.choices(texts.PLACES, texts.PLACE_WEIGHTS)[0],
        f"{draw.randrange(1, 240)} {street}",
        f"{lon:.3f}".replace(".", ","),
        f"{lat:.3f}".replace(".", ","),
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


def _position(draw: random.Random, spots: list[tuple[float, float]]) -> tuple[float, float]:
    """Return lon, lat: near a spot of the code, or anywhere in the box; always inside it."""
    if draw.random() < _SPOT_SHARE:
        lon, lat = draw.choice(spots)
        lon, lat = lon + draw.gauss(0, 0.004), lat + draw.gauss(0, 0.003)
    else:
        lon, lat = draw.uniform(*_LON_RANGE), draw.uniform(*_LAT_RANGE)
    return min(max(lon, _LON_RANGE[0]), _LON_RANGE[1]), min(max(lat, _LAT_RANGE[0]), _LAT_RANGE[1])


def _soiled(rows: list[list[str]], count: int, seed: int) -> list[list[str]]:
    """Return the rows with `count` of them sent twice, as many without a begin and as many at 0, 0: never one twice."""
    draw = random.Random(f"dirt/{seed}")  # noqa: S311  (reproducible, not secret)
    chosen = draw.sample(range(len(rows)), 3 * count)
    twice, timeless = set(chosen[:count]), chosen[count : 2 * count]
    for index in timeless:
        rows[index][HEADER.index("DEBUT")] = draw.choice(WRONG_TIMES)
    for index in chosen[2 * count :]:
        rows[index][HEADER.index("LON")] = rows[index][HEADER.index("LAT")] = "0,000"
    return [row for index, row in enumerate(rows) for _ in range(1 + (index in twice))]
