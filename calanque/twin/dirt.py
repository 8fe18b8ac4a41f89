"""What goes wrong on the way from a source: rows sent twice, and rows with something unreadable in them."""

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Row = TypeVar("Row")
WRONG_TIMES = ("31/02/2025 22:10", "hier soir", "00/00/0000 00:00")


def soiled(rows: list[Row], count: int, draw: random.Random, *spoil: Callable[[Row], None]) -> list[Row]:
    """Return rows with `count` of them sent twice, and as many spoilt by each function: none by two of these."""
    chosen = draw.sample(range(len(rows)), count * (1 + len(spoil)))
    twice = set(chosen[:count])
    for number, change in enumerate(spoil, start=1):
        for index in chosen[number * count : (number + 1) * count]:
            change(rows[index])
    return [row for index, row in enumerate(rows) for _ in range(1 + (index in twice))]


def no_time(at: int | str, draw: random.Random) -> Callable[[Any], None]:
    """Return what leaves a row without a readable time, by the place or the name of that."""

    def spoil(row: Any) -> None:
        row[at] = draw.choice(WRONG_TIMES)

    return spoil


def put(at: int | str, value: object) -> Callable[[Any], None]:
    """Return what gives a row a value, by the place or the name of that."""

    def spoil(row: Any) -> None:
        row[at] = value

    return spoil


def soiled_acts(
    header: Sequence[str], when: str, rows: list[list[str]], count: int, draw: random.Random
) -> list[list[str]]:
    """Return rows with `count` of them sent twice, as many without a time in `when`, and as many at 0, 0."""

    def is_nowhere(row: list[str]) -> None:
        row[header.index("LON")] = row[header.index("LAT")] = "0,000"

    return soiled(rows, count, draw, no_time(header.index(when), draw), is_nowhere)
