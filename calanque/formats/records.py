"""Nested values to flat rows of text: names joined by points, numbers as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from calanque.formats.base import Header, Record, Row, UnreadableError

# Half of a letter, which JSON can write and UTF-8 can not.
SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"
MOST_COLUMNS, LONGEST_NAME = 2_000, 200


class Number(str):
    """A number as the file writes it, digits, zeros and all."""

    __slots__ = ()


class CollidingNamesError(Exception):
    """Two values of one record have the same flat name."""


def written(value: Any) -> str:
    """Return a value as JSON text, its numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{written(key)}:{written(item)}' for key, item in value.items())}}}"
    return SURROGATE.sub(REPLACEMENT, json.dumps(value, ensure_ascii=False))


def flat(value: dict[str, Any]) -> Row:
    """Return an object as a row: `{"location": {"lat": 1}}` gives `location.lat`; an array stays JSON text.

    Raises:
        CollidingNamesError: if two values have the same name.
    """
    return row_of(_pairs(value, ""))


def row_of(pairs: Iterable[tuple[str, str | None]]) -> Row:
    """Return names and values as a row.

    Raises:
        CollidingNamesError: if two values have the same name.
    """
    row: Row = {}
    for name, text in pairs:
        if name in row:
            raise CollidingNamesError
        row[name] = text
    return row


def _pairs(value: dict[str, Any], before: str) -> Iterator[tuple[str, str | None]]:
    for key, item in value.items():
        name = SURROGATE.sub(REPLACEMENT, f"{before}{key.strip()}")
        if isinstance(item, dict) and item:
            yield from _pairs(item, f"{name}.")
        elif item is None or item in ("", {}):
            yield name, None
        elif isinstance(item, str):
            yield name, SURROGATE.sub(REPLACEMENT, item)
        else:
            yield name, written(item)


def header_of(records: Iterable[Record]) -> tuple[Header, int]:
    """Return the names of all rows in the order they come, and the number of records.

    A name that holds nothing but null, and whose parts another record has, is no column: `{"location": null}`.

    Raises:
        UnreadableError: if names are too many or too long to be those of columns.
    """
    has_value: dict[str, bool] = {}
    count = 0
    for record in records:
        count += 1
        if not isinstance(record, str):
            for name, text in record.items():
                if name not in has_value:
                    check_room(name, len(has_value))
                has_value[name] = has_value.get(name, False) or text is not None
    parents = {name[:at] for name in has_value for at, letter in enumerate(name) if letter == "."}
    return tuple(name for name, filled in has_value.items() if filled or name not in parents), count


def check_room(name: str, count: int) -> None:
    """Check a new name of a file that has so many names already.

    Raises:
        UnreadableError: if it is too long, or one too many; the name is not quoted, it may be a value.
    """
    why = ""
    if len(name) > LONGEST_NAME:
        why = f"has a name of more than {LONGEST_NAME} characters"
    elif count >= MOST_COLUMNS:
        why = f"has more than {MOST_COLUMNS} names"
    if why:
        raise UnreadableError(f"{why}: are its names values? Ask for records that all have the same names")
