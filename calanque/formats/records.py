"""Nested values to flat rows of text: names joined by points, numbers as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from calanque.formats.base import DUPLICATE_KEY, NULL_BYTE, Header, Most, Record, Row, UnreadableError, check_columns

# Half of a letter, which JSON can write and UTF-8 can not.
SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"
LONGEST_NAME = 200


class Number(str):
    """A number as the file writes it, digits, zeros and all."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object that has a key twice: `items` gives every pair, as none of the values is more right than another."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        """Return all pairs in their order."""
        return self._pairs


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object as a dict, or as one that is `Repeated`."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


class UnfitError(Exception):
    """A record is no row."""

    reason: ClassVar[str]


class CollidingNamesError(UnfitError):
    """Two values of one record have the same flat name, or one object has a key twice."""

    reason = DUPLICATE_KEY


class NullByteError(UnfitError):
    """A text of the record holds a null byte, which no text has: bytes were written where text should be."""

    reason = NULL_BYTE


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
        UnfitError: if two values have the same name, or a text holds a null byte.
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


def check_whole(value: Any) -> None:
    """Check a JSON value that stays JSON text in one column.

    Raises:
        UnfitError: if an object in it has a key twice, or a text in it a null byte.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise NullByteError
    elif isinstance(value, list):
        for item in value:
            check_whole(item)
    elif isinstance(value, dict):
        if isinstance(value, Repeated):
            raise CollidingNamesError
        for key, item in value.items():
            check_whole(key)
            check_whole(item)


def _pairs(value: dict[str, Any], before: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, Repeated):
        raise CollidingNamesError
    for key, item in value.items():
        if "\0" in key:
            raise NullByteError
        name = SURROGATE.sub(REPLACEMENT, f"{before}{key.strip()}")
        if isinstance(item, dict) and item:
            yield from _pairs(item, f"{name}.")
        elif item is None or item in ("", {}):
            yield name, None
        elif isinstance(item, str):
            if "\0" in item:
                raise NullByteError
            yield name, SURROGATE.sub(REPLACEMENT, item)
        else:
            check_whole(item)
            yield name, written(item)


def header_of(records: Iterable[Record], most: Most) -> tuple[Header, int]:
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
                    check_room(name, len(has_value), most)
                has_value[name] = has_value.get(name, False) or text is not None
    parents = {name[:at] for name in has_value for at, letter in enumerate(name) if letter == "."}
    return tuple(name for name, filled in has_value.items() if filled or name not in parents), count


def check_room(name: str, count: int, most: Most) -> None:
    """Check a new name of a file that has so many names already.

    Raises:
        UnreadableError: if it is too long, or one too many; the name is not quoted, it may be a value.
    """
    if len(name) > LONGEST_NAME:
        raise UnreadableError(
            f"has a name of more than {LONGEST_NAME} characters: is it a value? Ask for records that all have the same "
            "names"
        )
    check_columns(count + 1, most)
