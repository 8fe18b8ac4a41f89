"""The days that a generator writes, from what a contract says.

Arguments have one meaning in all generators, and the same ones give the same bytes. Numbers that make no sense, or a
last day that is none, are a `CalanqueError`.

- `last_day`: the last day, YYYY-MM-DD, local (Europe/Paris) where nothing else is said; `days`: how many.
- `count`: how many rows, where they are counted; `seed`: other seed, other rows.
- `dirt`: share of rows that are sent twice; as many are spoilt in each of the ways that a generator names.
- `part`: which rows of which city.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calanque.errors import CalanqueError

PARIS = ZoneInfo("Europe/Paris")


class Part(NamedTuple):
    """Some rows of a city that is written in several files.

    `first_number` is that of the first row; `city` is the seed of where things happen, drawn with the rows when none is
    given: files that share it are of the same city.
    """

    first_number: int = 1
    city: int | None = None


WHOLE = Part()


def first_day(last_day: str, days: int, dirt: float, count: int = 0) -> date:
    """Return the first of some days.

    Args:
        last_day: YYYY-MM-DD.
        days: how many.
        dirt: share of rows that are sent twice, and again of those with an unreadable time.
        count: how many rows are asked for, where they are counted.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    if count < 0:
        raise CalanqueError("count must be 0 or more: correct the arguments.")
    if days < 1 or not 0 <= dirt <= 1 / 3:
        raise CalanqueError("days must be 1 or more and dirt a third at most: correct the arguments.")
    try:
        return date.fromisoformat(last_day) - timedelta(days=days - 1)
    except ValueError as error:
        raise CalanqueError("The last day is not a date: write it as YYYY-MM-DD.") from error


def hours(last_day: str, days: int, dirt: float) -> list[datetime]:
    """Return the beginnings of all hours of some days in UTC; arguments and errors of `first_day`."""
    first = first_day(last_day, days, dirt)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return [start + timedelta(hours=hour) for hour in range(24 * days)]


def local_hours(last_day: str, days: int, dirt: float) -> list[datetime]:
    """Return the beginnings of all hours of some days of Marseille, in its time; arguments and errors of `first_day`.

    A day has 23 hours in March, when clocks change, and 25 in October.
    """
    first = first_day(last_day, days, dirt)
    start, end = (datetime.combine(day, time(), PARIS).astimezone(UTC) for day in (first, first + timedelta(days=days)))
    count = (end - start) // timedelta(hours=1)
    return [(start + timedelta(hours=hour)).astimezone(PARIS) for hour in range(count)]
