"""What the columns of a sample are to each other: a key, a position, a day and its hour."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from calanque.contracts.forbidden import words_of
from calanque.places.territory import BoundingBox
from calanque.scaffold.sample import Table
from calanque.scaffold.values import Values, as_number

LON_NAMES = frozenset({"lon", "long", "lng", "longitude", "xlong", "point_x"})
LAT_NAMES = frozenset({"lat", "latitude", "ylat", "point_y"})
KEY_WORDS = frozenset({"id", "key", "code", "number", "no", "num", "numero", "ref", "uid", "uuid", "identifiant"})
KEY_KINDS = frozenset({"integer", "text", "list", "time", "date", "hour", "hour_label", "epoch"})
KEY_SIZE_MAX, KEY_CANDIDATES_MAX = 3, 12
HALF = 0.5


class Position(NamedTuple):
    """The two columns of a position; `is_swapped` when each holds the other's values."""

    lon: str
    lat: str
    is_swapped: bool = False


def position_of(columns: Sequence[Values], box: BoundingBox | None) -> Position | None:
    """Return the columns of longitude and latitude, by their names and ranges; None when there are none."""
    lon, lat = (_named(columns, names) for names in (LON_NAMES, LAT_NAMES))
    if lon is None or lat is None:
        return None
    pairs = [(as_number(x), as_number(y)) for x, y in zip(lon.distinct, lat.distinct, strict=False)]
    if not pairs or not all(abs(x) <= 180 and abs(y) <= 180 for x, y in pairs):
        return None
    inside, turned = (_share(pairs, box, is_swapped) for is_swapped in (False, True))
    if turned > max(inside, HALF) or any(abs(y) > 90 for _, y in pairs):
        return Position(lat.name, lon.name, is_swapped=True)
    return Position(lon.name, lat.name)


def _named(columns: Sequence[Values], names: frozenset[str]) -> Values | None:
    plain = {re.sub(r"[^a-z_]", "", column.name.lower()): column for column in columns if column.kind == "number"}
    return next((column for name, column in plain.items() if name in names), None)


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
