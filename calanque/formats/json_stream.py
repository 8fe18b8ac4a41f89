"""The elements of a JSON array one by one, so that a file is never a tree in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from calanque.formats.base import Most, UnreadableError
from calanque.formats.records import Number, object_of

BLANKS = " \t\r\n"
# An error this near to the end of the file is the end of the file: a word or an escape was cut.
CUT_CHARACTERS = 8
decoder = json.JSONDecoder(object_pairs_hook=object_of, parse_float=Number, parse_int=Number, parse_constant=Number)


class _CutError(Exception):
    """The file ends inside a value."""


class Elements:
    """Iterates over the elements of the array that a text is, or of the array that is one member of its object.

    `is_cut` says, at the end, that the file ended before the array did; `beside` has those of the object's other
    members that are asked for.

    Example:
        `list(Elements(iter(['[{"a": 1.50}, 2', ']']), form.most))` gives `[{"a": "1.50"}, "2"]`.
    """

    def __init__(
        self, chunks: Iterator[str], most: Most, member: str | None = None, kept: tuple[str, ...] = ()
    ) -> None:
        self.is_cut = False
        self.beside: dict[str, Any] = {}
        self._kept, self._most = kept, most
        self._chunks = chunks
        self._member = member
        self._text, self._at, self._is_whole = "", 0, False

    def __iter__(self) -> Iterator[Any]:
        """Yield each element.

        Raises:
            UnreadableError: if the text is not JSON of this shape.
        """
        if not self._peek():
            return
        try:
            if self._member is None or self._enter():
                yield from self._array()
                self._end()
        except _CutError:
            self.is_cut = True

    def _enter(self) -> bool:
        """Go to the array of the member; False when the object has none."""
        self._take("{", "is not a JSON object")
        while self._next() != "}":
            name = self._value()
            self._take(":", "is not JSON")
            if name == self._member and self._next() == "[":
                return True
            self._keep(name)
            if self._next() == ",":
                self._at += 1
        raise UnreadableError(f"has no array '{self._member}'")

    def _array(self) -> Iterator[Any]:
        self._take("[", "is not a JSON array")
        is_empty = self._next() == "]"
        while not is_empty:
            yield self._value()
            if self._next() == "]":
                break
            self._take(",", "is not JSON: a comma is missing")
        self._at += 1

    def _end(self) -> None:
        """Go to the end of the file, so that nothing in it is passed over in silence."""
        if self._member is not None:
            while self._next() == ",":
                self._at += 1
                name = self._value()
                if name == self._member:
                    raise UnreadableError(f"has the array '{name}' twice: ask the source which one is meant")
                self._take(":", "is not JSON")
                self._keep(name)
            self._take("}", "is not JSON")
        if self._peek():
            raise UnreadableError("goes on after its JSON ends: ask for one array, or write type: jsonl")

    def _keep(self, name: Any) -> None:
        """Go past the value of a member, and keep it where it is asked for."""
        value = self._value()
        if name in self._kept:
            self.beside[name] = value

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                is_end = error.msg.startswith("Unterminated string") or error.pos + CUT_CHARACTERS >= len(self._text)
                if is_end:
                    raise _CutError from None
                raise UnreadableError("is not JSON") from None
            except RecursionError:
                raise UnreadableError("is JSON nested too deep") from None
            # A number may go on in what is not read yet.
            if end < len(self._text) or not self._more():
                self._check_length(end - self._at)
                self._at = end
                return value

    def _take(self, mark: str, why: str) -> None:
        if self._next() != mark:
            raise UnreadableError(why)
        self._at += 1

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise _CutError
        return found

    def _peek(self) -> str:
        """Return the next character that is not blank, empty at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read as much again as is not yet understood, so that a long value is not tried at every step."""
        if self._is_whole:
            return False
        parts = [self._text[self._at :]]
        self._check_length(len(parts[0]))
        wanted, got = max(len(parts[0]), 1), 0
        while got < wanted:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._is_whole = True
                break
            parts.append(chunk)
            got += len(chunk)
        self._text, self._at = "".join(parts), 0
        return got > 0

    def _check_length(self, length: int) -> None:
        if length > self._most.row_bytes:
            raise self._most.too_long("value", "", "ask for it apart")
