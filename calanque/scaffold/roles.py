"""What the columns of a sample are to each other: a key, a position, a day and its hour."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from calanque.contracts.forbidden import words_of
from calanque.places.territory import BoundingBox
from calanque.scaffold.sample import Table
from calanque.scaffold.values import Values, as_number

LON_WORDS = frozenset({"lon", "long", "lng", "longitude", "longitud", "xlong"})
LAT_WORDS = frozenset({"lat", "latitude", "latitud", "ylat"})
PLANE = (("x", "y"), ("easting", "northing"), ("est", "nord"), ("lambx", "lamby"))
"""Axes of a plane, the eastern one first: mostly metres, in some files degrees."""
LAT_LON = re.compile(r"(-?\d{1,2}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)")
KEY_WORDS = frozenset({"id", "key", "code", "number", "no", "num", "numero", "ref", "uid", "uuid", "identifiant"})
KEY_KINDS = frozenset({"integer", "text", "list", "time", "date", "hour", "hour_label", "epoch"})
KEY_SIZE_MAX, KEY_CANDIDATES_MAX = 3, 12
HALF = 0.5


class Position(NamedTuple):
    """The two columns of a position, or one that holds 'latitude, longitude'; `is_swapped` if each has the other's."""

    lon: str
    lat: str
    is_swapped: bool = False

    @property
    def sources(self) -> list[str]:
        """The columns that a cell is projected from."""
        return list(dict.fromkeys((self.lon, self.lat)))


def position_of(columns: Sequence[Values], box: BoundingBox | None) -> Position | None:
    """Return the columns of longitude and latitude, by their names and ranges; None when there are none.

    Of several pairs (`start_lat`, `end_lat`) it is the first, and `x` and `y` are one if they lie in the box.
    """
    numbers = [column for column in columns if column.kind == "number"]
    for lon, lat in [*_pairs(numbers, LON_WORDS, LAT_WORDS), *_planes(numbers)]:
        is_named = not LON_WORDS.isdisjoint(words_of(lon.name)) or words_of(lon.name)[:1] == ["point"]
        pairs = [(as_number(x), as_number(y)) for x, y in zip(lon.distinct, lat.distinct, strict=False)]
        if not pairs or not all(abs(x) <= 180 and abs(y) <= 180 for x, y in pairs):
            continue
        inside, turned = (_share(pairs, box, is_swapped) for is_swapped in (False, True))
        if not is_named and max(inside, turned) <= HALF:
            continue
        if turned > max(inside, HALF) or any(abs(y) > 90 for _, y in pairs):
            return Position(lat.name, lon.name, is_swapped=True)
        return Position(lon.name, lat.name)
    return next((Position(one.name, one.name) for one in columns if _is_lat_lon(one, box)), None)


def metres_of(columns: Sequence[Values]) -> frozenset[str]:
    """Return the columns of positions in metres: two axes of a plane, past what degrees are."""
    numbers = [column for column in columns if column.kind in ("number", "integer")]
    pairs = [*_planes(numbers), *_pairs(numbers, LON_WORDS, LAT_WORDS)]
    return frozenset(
        axis.name for pair in pairs for axis in pair if any(abs(as_number(v)) > 180 for p in pair for v in p.distinct)
    )


def _planes(columns: Sequence[Values]) -> list[tuple[Values, Values]]:
    return [pair for x, y in PLANE for pair in _pairs(columns, frozenset({x}), frozenset({y}))]


def _pairs(columns: Sequence[Values], east: frozenset[str], north: frozenset[str]) -> list[tuple[Values, Values]]:
    """Return the columns that differ in nothing but the word of their axis: `stop_lon` and `stop_lat`."""
    easts, norths = (_by_stem(columns, words) for words in (east, north))
    return [(column, norths[stem]) for stem, column in easts.items() if stem in norths]


def _by_stem(columns: Sequence[Values], words: frozenset[str]) -> dict[tuple[str, ...], Values]:
    found: dict[tuple[str, ...], Values] = {}
    for column in columns:
        spelt = words_of(column.name)
        if not words.isdisjoint(spelt):
            found.setdefault(tuple(word for word in spelt if word not in words), column)
    return found


def _is_lat_lon(column: Values, box: BoundingBox | None) -> bool:
    found = [LAT_LON.fullmatch(value) for value in column.distinct]
    if column.kind not in ("text", "list") or not found or not all(found):
        return False
    pairs = [(float(match[2]), float(match[1])) for match in found if match]
    return all(abs(x) <= 180 and abs(y) <= 90 for x, y in pairs) and (
        box is None or _share(pairs, box, False) >= _share(pairs, box, True)
    )


def _share(pairs: list[tuple[float, float]], box: BoundingBox | None, is_swapped: bool) -> float:
    if box is None:
        return 0.0
    # The two columns' distinct values are paired by rank, not by row: each only has to lie in its own span.
    held = [
        (box.lon_min <= x <= box.lon_max) and (box.lat_min <= y <= box.lat_max)
        for x, y in ((y, x) if is_swapped else (x, y) for x, y in pairs)
    ]
    return sum(held) / len(held)


def key_of(table: Table, columns: Sequence[Values]) -> tuple[str, ...]:
    """Return the smallest set of columns that tells all rows apart, names like `id` first; empty when none does."""
    ranked = sorted((column for column in columns if _may_be_key(column, table)), key=_rank)[:KEY_CANDIDATES_MAX]
    for size in range(1, KEY_SIZE_MAX + 1):
        for some in itertools.combinations(ranked, size):
            parts = [table.columns[column.name] for column in some]
            most = 1
            for column in some:
                most *= len(column.counts)
            if most >= table.row_count and len(set(zip(*parts, strict=True))) == table.row_count:
                return tuple(column.name for column in some)
    return ()


def is_row_number(column: Values) -> bool:
    """Whether a column counts the rows of its file: it says nothing outside of it."""
    is_whole = column.kind == "integer" and len(column.counts) == column.row_count > 1
    if not is_whole or _has_key_word(column):
        return False
    numbers = sorted(map(int, column.counts))
    return numbers[0] in (0, 1) and numbers[-1] - numbers[0] == column.row_count - 1


def _may_be_key(column: Values, table: Table) -> bool:
    is_long = any(len(value) > 64 for value in column.distinct[:100])
    return column.kind in KEY_KINDS and not column.missing_count and not is_long and not is_row_number(column)


def _has_key_word(column: Values) -> bool:
    return not KEY_WORDS.isdisjoint(words_of(column.name))


def _rank(column: Values) -> tuple[bool, bool]:
    return not _has_key_word(column), column.kind not in ("time", "date", "hour", "hour_label")
