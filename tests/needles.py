"""How a value may be written in a file, and whether a run of bytes holds it in one of these ways."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import numpy as np
from ahocorasick_rs import BytesAhoCorasick

from calanque.errors import CalanqueError

SHORTEST_CHARACTERS = 6
"""A shorter value turns up by chance in megabytes of compressed data: it proves nothing."""

CHUNK_BYTES = 16 * 1024 * 1024
OVERLAP_BYTES = 16 * 1024

_SIGNS = b" \t\r\n.,;:'\"-_/()\\+"
_ACCENT = re.compile("[\u0300-\u036f]")
# Two bytes of UTF-8 that may hold a letter of Latin-1 or Latin Extended-A, or an accent that follows its letter. Of all
# bytes most begin none: one set to begin with is looked for four times as fast as one of three.
_UTF8_LETTER = re.compile(rb"[\xc3-\xc5\xcc\xcd][\x80-\xbf]")
_NO_BREAK = b"\xc2\xa0"
_WIDE_BLANK = re.compile(rb"\xe2\x80[\x80-\xaf]")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_LINE_ENDS = (b"\\r", b"\\n", b"\r", b"\n")
_NO_DIGIT = 255


class _Digits(NamedTuple):
    """How bytes are written in signs: what each sign stands for, how many make whole bytes, and how many a find."""

    value_of: np.ndarray
    bits: int
    group: int
    shortest: int


def _digits(values: Mapping[bytes, int], bits: int, group: int, shortest: int) -> _Digits:
    value_of = np.full(256, _NO_DIGIT, np.uint8)
    for sign, value in values.items():
        value_of[sign[0]] = value
    return _Digits(value_of, bits, group, shortest)


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE64 = _digits({_ALPHABET[n : n + 1]: n for n in range(64)} | {b"-": 62, b"_": 63}, bits=6, group=4, shortest=8)
_HEXADECIMAL = _digits({sign.encode(): int(sign, 16) for sign in "0123456789abcdefABCDEF"}, 4, 2, shortest=12)


def fold(text: str) -> bytes:
    """Return the letters and digits of a text without case, accents or signs."""
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return bare.encode().translate(None, _SIGNS)


class Needles:
    """Values to look for, by label; a report names labels only, never a value."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Take values by label.

        Raises:
            CalanqueError: if a value is too short to prove anything; the sentence names its label.
        """
        # The same value under several labels is looked for once.
        labels: dict[bytes, set[str]] = {}
        for label, value in values.items():
            folded = fold(value)
            labels.setdefault(folded, set()).add(label)
            if len(folded) < SHORTEST_CHARACTERS:
                raise CalanqueError(
                    f"The value '{label}' has fewer than {SHORTEST_CHARACTERS} letters and digits: "
                    "it would be found by chance."
                )
        self._labels = tuple(labels.values())
        self._automaton = BytesAhoCorasick(list(labels))

    def find(self, data: bytes) -> set[str]:
        """Return the labels of the values that the bytes hold, however written.

        Found are: any case of Latin letters, with or without accents (composed or not), other signs or none between
        the parts; as UTF-8, Latin-1, Windows-1252 or UTF-16; as base64, hexadecimal, escapes of URLs, JSON or Python.
        """
        found: set[str] = set()
        for chunk in _chunks(data):
            for written in _decoded(chunk):
                for view in _views(written):
                    for number, _, _ in self._automaton.find_matches_as_indexes(view, overlapping=True):
                        found |= self._labels[number]
        return found


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, max(len(data), 1), CHUNK_BYTES):
        yield data[max(0, start - OVERLAP_BYTES) : start + CHUNK_BYTES]


def _decoded(chunk: bytes) -> Iterator[bytes]:
    """Yield the bytes as they are, then what is inside each kind of encoding that they may hold."""
    yield chunk
    if _PERCENT.search(chunk):
        yield unquote_to_bytes(chunk)
    if _ESCAPE.search(chunk):
        yield _ESCAPE.sub(_unescaped, chunk)
    yield from _written_in(chunk, _HEXADECIMAL)
    yield from _written_in(chunk, _BASE64)
    whole = chunk
    for end in _LINE_ENDS:
        whole = whole.replace(end, b"")
    if len(whole) < len(chunk):
        yield from _written_in(whole, _BASE64)


def _unescaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode("utf-8", "replace") if match[1] else bytes((int(match[2], 16),))


def _written_in(chunk: bytes, digits: _Digits) -> Iterator[bytes]:
    """Yield what the runs of digits hold, read from each place of a group: a run begins anywhere.

    Runs follow one another without a break. What one holds is whole in what is read from one of the places, for the
    bytes that a broken group has lost are those of the next run.
    """
    values = digits.value_of[np.frombuffer(chunk, np.uint8)]
    is_digit = values != _NO_DIGIT
    edges = np.flatnonzero(np.diff(is_digit, prepend=False, append=False))
    lengths = edges[1::2] - edges[::2]
    runs = values[is_digit][np.repeat(lengths >= digits.shortest, lengths)].astype(np.uint32)
    if not runs.size:
        return
    # The last run may end within a group, too.
    runs = np.append(runs, np.zeros(digits.group, np.uint32))
    for start in range(digits.group):
        groups = runs[start : runs.size - (runs.size - start) % digits.group].reshape(-1, digits.group)
        number = groups[:, 0]
        for place in range(1, digits.group):
            number = number << digits.bits | groups[:, place]
        byte_count = digits.bits * digits.group // 8
        yield number.astype(">u4").view(np.uint8).reshape(-1, 4)[:, -byte_count:].tobytes()


def _views(data: bytes) -> Iterator[bytes]:
    """Read the bytes as UTF-8, and without zero bytes as Latin-1, which also shows UTF-16 in either order."""
    if data.isascii():
        yield data.translate(_LATIN, _SIGNS + b"\0")
        return
    utf8 = _UTF8_LETTER.sub(_plain_letter, _WIDE_BLANK.sub(b"", data.replace(_NO_BREAK, b"")))
    yield utf8.translate(_LOWER, _SIGNS)
    yield data.translate(_LATIN, _SIGNS + b"\0\xa0")


def _plain_letter(match: re.Match[bytes]) -> bytes:
    return _PLAIN.get(match[0], match[0])


def _bare(text: str) -> bytes:
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())).encode()


_LOWER = bytes(ord(chr(n).lower()) if n < 0x80 else n for n in range(256))
_LATIN = bytes(_bare(chr(n))[0] if n < 0x80 or len(_bare(chr(n))) == 1 else n for n in range(256))
_PLAIN = {chr(n).encode(): _bare(chr(n)) for n in (*range(0xC0, 0x180), *range(0x300, 0x370))}
