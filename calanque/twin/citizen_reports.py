"""Synthetic citizen reports for Marseille: French free text with planted personal values, all of them invented."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calanque.csv_file import csv_file
from calanque.errors import CalanqueError
from calanque.twin import invented
from calanque.twin import report_texts as texts
from calanque.twin.days import WHOLE, Part
from calanque.twin.streets import position

if TYPE_CHECKING:
    from faker import Faker

HEADER = (
    "report_id",
    "reported_at",
    "category",
    "description",
    "reporter_name",
    "reporter_phone",
    "reporter_email",
    "lon",
    "lat",
)
DEMO_SEED = 13055
DEMO_COUNT = 2_000
DEMO_DAYS = 56
DEMO_START = date(2026, 9, 28)

_LON_RANGE = (5.29, 5.50)
_LAT_RANGE = (43.22, 43.38)
_HOT_SPOT_COUNT = 12
_HOT_SPOT_SHARE = 0.7
_HOURS = tuple(h for h in range(24) if h != 2)  # the hour from 2 to 3 does not exist, or twice, when clocks change
_HOUR_WEIGHTS = tuple({22: 6, 23: 7, 0: 5, 1: 3}.get(h, 1 if h < 7 else 3) for h in _HOURS)


@dataclass(frozen=True, slots=True)
class PlantedValue:
    """One invented personal value of a report, as it is written there; `column` says where."""

    report_id: str
    column: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class _Report:
    row: tuple[str, ...]
    planted: tuple[PlantedValue, ...]


def generate_reports(
    day: date | str | None = None,
    count: int = DEMO_COUNT,
    seed: int = DEMO_SEED,
    *,
    days: int | None = None,
    bad_rows: int = 0,
    part: Part = WHOLE,
) -> bytes:
    """Return reports as CSV: UTF-8, `;` between fields, header first; the same arguments give the same bytes.

    Args:
        day: first local day (Europe/Paris) of the reports, as a date or YYYY-MM-DD; without it, the demo's 8 weeks.
        count: number of rows, bad ones included.
        seed: other seed, other reports.
        days: how many days the reports are spread over; 1 when a day is given, else 56.
        bad_rows: how many rows get a wrong type, in `reported_at` and `lon` by turns, so that quarantine shows.
        part: which rows of which city.

    Raises:
        CalanqueError: if the numbers make no sense together, or the day is not a day.
    """
    if not 0 <= bad_rows <= count:
        raise CalanqueError("bad_rows must lie between 0 and count: ask for fewer bad rows or more reports.")
    rows = [list(report.row) for report in _reports(day, count, seed, days, part)]
    wrong = random.Random(f"bad/{seed}").sample(range(count), bad_rows)  # noqa: S311  (reproducible, not secret)
    for number, index in enumerate(sorted(wrong)):
        column, value = (("reported_at", "hier soir"), ("lon", "cinq"))[number % 2]
        rows[index][HEADER.index(column)] = value
    return csv_file(HEADER, rows)


def _reports(day: date | str | None, count: int, seed: int, days: int | None, part: Part = WHOLE) -> list[_Report]:
    from faker import Faker

    days = days or (DEMO_DAYS if day is None else 1)
    start = _as_date(day)
    if count < 0 or days < 1:
        raise CalanqueError("count must be 0 or more and days 1 or more: correct the arguments.")
    draw = random.Random(f"reports/{seed}/{start}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(f"{seed}/{start}/{days}")
    # Places of a city of its own, or drawn as the rest is.
    where = draw if part.city is None else random.Random(f"spots/{part.city}")  # noqa: S311  (not secret)
    spots = [(where.uniform(5.33, 5.44), where.uniform(43.26, 43.35)) for _ in range(_HOT_SPOT_COUNT)]
    times = sorted(_time(draw, start, days) for _ in range(count))
    return [
        _report(draw, f"MRS-{start:%Y%m%d}-{n:06d}", at, faker, spots) for n, at in enumerate(times, part.first_number)
    ]


def _as_date(day: date | str | None) -> date:
    if not isinstance(day, str):
        return day or DEMO_START
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise CalanqueError("The day of the reports is not a date: write it as YYYY-MM-DD.") from error


def _time(draw: random.Random, day: date, days: int) -> datetime:
    hour = draw.choices(_HOURS, _HOUR_WEIGHTS)[0]
    start = datetime(day.year, day.month, day.day)  # local wall clock, as the source writes it
    return start + timedelta(
        days=draw.randrange(days), hours=hour, minutes=draw.randrange(60), seconds=draw.randrange(60)
    )


def _report(
    draw: random.Random, report_id: str, at: datetime, faker: "Faker", spots: list[tuple[float, float]]
) -> _Report:
    category = draw.choices(texts.CATEGORIES, texts.CATEGORY_WEIGHTS)[0]
    first, last = faker.first_name(), faker.last_name()
    description, inside = _description(draw, category, faker)
    name = invented.cased(draw, first, last)
    phone = invented.phone(draw) if draw.random() < 0.8 else ""
    email = invented.email(draw, first, last) if draw.random() < 0.6 else ""
    lon, lat = position(draw, spots, _HOT_SPOT_SHARE, _LON_RANGE, _LAT_RANGE)
    row = (
        report_id,
        at.isoformat(timespec="seconds"),
        category,
        description,
        name,
        phone,
        email,
        f"{lon:.6f}",
        f"{lat:.6f}",
    )
    columns = (
        ("reporter_name", "PERSON", name),
        ("reporter_phone", "PHONE_NUMBER", phone),
        ("reporter_email", "EMAIL_ADDRESS", email),
    )
    planted = [PlantedValue(report_id, column, kind, value) for column, kind, value in columns if value]
    return _Report(row, (*planted, *(PlantedValue(report_id, "description", kind, value) for kind, value in inside)))


def _description(draw: random.Random, category: str, faker: "Faker") -> tuple[str, list[tuple[str, str]]]:
    where = f"{draw.choice(texts.STREETS)}" if draw.random() < 0.6 else f"vers {draw.choice(texts.PLACES)}"
    text = draw.choice(texts.OPENINGS) + draw.choice(texts.FACTS[category]).format(where=where)
    name = invented.cased(draw, faker.first_name(), faker.last_name())
    email_name = (faker.first_name(), faker.last_name())
    address = f"{draw.randrange(1, 240)} {draw.choice(texts.STREETS)}, 130{draw.randrange(1, 17):02d} Marseille"
    options = (
        (0.35, texts.PERSON_PHRASES, "name", "PERSON", name),
        (0.20, texts.PHONE_PHRASES, "phone", "PHONE_NUMBER", invented.phone(draw)),
        (0.10, texts.EMAIL_PHRASES, "email", "EMAIL_ADDRESS", invented.email(draw, *email_name)),
        (0.20, texts.ADDRESS_PHRASES, "address", "POSTAL_ADDRESS", address),
        (0.40 if category == "stationnement" else 0.06, texts.PLATE_PHRASES, "plate", "FR_PLATE", invented.plate(draw)),
    )
    planted = []
    for share, phrases, slot, kind, value in options:
        phrase = draw.choice(phrases)
        if draw.random() < share:
            text += phrase.format(**{slot: value})
            planted.append((kind, value))
    text += draw.choice(texts.CLOSINGS)
    return text[0].upper() + text[1:], planted
