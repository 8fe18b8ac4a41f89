"""How a value may be written in a file, and whether a run of bytes holds it in one of these ways."""

import binascii
import re
import unicodedata
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from ahocorasick_rs import BytesAhoCorasick

from calanque.errors import CalanqueError

SHORTEST_CHARACTERS = 6
"""A shorter value turns up by chance in megabytes of compressed data: it proves nothing."""

CHUNK_BYTES = 16 * 1024 * 1024
OVERLAP_BYTES = 16 * 1024

_SIGNS = b" \t\r\n.,;:'\"-_/()\\+"
_ACCENT = re.compile("[\u0300-\u036f]")
# Two bytes of UTF-8 that hold a letter of Latin-1 or Latin Extended-A, or an accent that follows its letter.
_UTF8_LETTER = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xcc[\x80-\xbf]|\xcd[\x80-\xaf]")
_WIDE_BLANK = re.compile(rb"\xc2\xa0|\xe2\x80[\x80-\xaf]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}[0-9A-Fa-f]?")
_LINE_END = re.compile(rb"\\[rn]|[\r\n]")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


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
    yield b"\n".join(_from_hexadecimal(chunk))
    yield b"\n".join(_from_base64(chunk))
    if _LINE_END.search(chunk):
        yield b"\n".join(_from_base64(_LINE_END.sub(b"", chunk)))


def _unescaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode("utf-8", "replace") if match[1] else bytes((int(match[2], 16),))


def _from_hexadecimal(chunk: bytes) -> Iterator[bytes]:
    for match in _HEXADECIMAL.finditer(chunk):
        run = match[0].decode()
        for start in (0, 1):
            yield bytes.fromhex(run[start : len(run) - (len(run) - start) % 2])


def _from_base64(chunk: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(chunk):
        run = match[0].translate(_URL_SAFE)
        for start in range(4):
            part = run[start:]
            part = part[: -1 if len(part) % 4 == 1 else None]
            yield binascii.a2b_base64(part + b"=" * (-len(part) % 4))


def _views(data: bytes) -> Iterator[bytes]:
    """Read the bytes as UTF-8, and without zero bytes as Latin-1, which also shows UTF-16 in either order."""
    if data.isascii():
        yield data.translate(_LATIN, _SIGNS + b"\0")
        return
    utf8 = _UTF8_LETTER.sub(_plain_letter, _WIDE_BLANK.sub(b"", data))
    yield utf8.translate(_LOWER, _SIGNS)
    yield data.translate(_LATIN, _SIGNS + b"\0\xa0")


def _plain_letter(match: re.Match[bytes]) -> bytes:
    return _PLAIN.get(match[0], match[0])


def _bare(text: str) -> bytes:
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())).encode()


_LOWER = bytes(ord(chr(n).lower()) if n < 0x80 else n for n in range(256))
_LATIN = bytes(_bare(chr(n))[0] if n < 0x80 or len(_bare(chr(n))) == 1 else n for n in range(256))
_PLAIN = {chr(n).encode(): _bare(chr(n)) for n in (*range(0xC0, 0x180), *range(0x300, 0x370))}
