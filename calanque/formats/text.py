"""Bytes to text, for the formats that are text, and what to say of text in another encoding than it should be in."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from calanque.files import chunks_of
from calanque.formats.base import Most, UnreadableError

TEXT_CHUNK_BYTES = 256 * 1024
REPLACEMENT = "\ufffd"
# The longest first: UTF-32 begins as UTF-16 does.
WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
# Of the bytes of Latin letters in UTF-16, half are null; of a damaged file few are.
WIDE_SHARE, WIDE_BYTES = 0.4, 8
# What files of this world are in when they are not in UTF-8: of Windows, of old DOS programs and of old Macs.
LIKELY = {"cp1252": "windows-1252", "latin_1": "ISO-8859-1", "cp850": "cp850 (DOS)", "mac_roman": "Mac Roman"}
# Where windows-1252 has a euro sign, curly quotation marks and a dash, ISO-8859-1 has controls that no text uses.
CONTROLS = re.compile(rb"[\x80-\x9f]")
JUDGED_BYTES = 64 * 1024
FOREIGN_LETTERS = re.compile(r"[^\x00-\x7f]+")


def decodes(path: Path, encoding: str = "UTF-8") -> bool:
    """Whether every byte of a file is in its encoding."""
    try:
        for _ in _decoded(path, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        for chunk in chunks_of(stream):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def refuse_wide(start: bytes, wanted: str = "UTF-8") -> None:
    """Refuse the first bytes of a text in UTF-16 or UTF-32, with or without its mark.

    Raises:
        UnreadableError: saying which of the two it is in.
    """
    if found := _wide_encoding(start):
        raise UnreadableError(f"is in {found}, not in {wanted}: ask for it in {wanted}")


def _wide_encoding(start: bytes) -> str | None:
    marked = next((name for mark, name in WIDE_MARKS.items() if start.startswith(mark)), None)
    if marked or len(start) < WIDE_BYTES:
        return marked
    shares = [part.count(0) / len(part) for part in (start[at::4] for at in range(4))]
    if sum(share > WIDE_SHARE for share in shares) == 3:
        return "UTF-32"
    # The null bytes of letters stand at every second place, and only there.
    even, odd = shares[0] + shares[2], shares[1] + shares[3]
    return "UTF-16" if max(even, odd) > 2 * WIDE_SHARE and min(even, odd) < WIDE_SHARE / 2 else None


def check_encoding(path: Path, header: Iterable[str], encoding: str = "UTF-8") -> bool:
    """Return whether a file is text in its encoding throughout; single rows that are not can be judged alone.

    Args:
        path: the file.
        header: the names of its columns.
        encoding: of its contract.

    Raises:
        UnreadableError: if the file as a whole is in another encoding, saying in which.
    """
    if encoding != "UTF-8":
        with path.open("rb") as stream:
            is_ascii = all(chunk.isascii() for chunk in chunks_of(stream))
        if not is_ascii and decodes(path):
            raise UnreadableError(f"is in UTF-8, not in {encoding} as its contract says: correct one of the two")
    if encoding == "ISO-8859-1" and not is_ascii and _has_controls(path):
        raise UnreadableError(
            f"holds bytes that are no letters in {encoding}: it seems to be in windows-1252, or in several encodings. "
            "Correct its encoding in the contract, or ask for UTF-8"
        )
    if not decodes(path, encoding):
        if any(REPLACEMENT in name for name in header):
            raise UnreadableError(f"is not in {encoding}: its names of columns are not{_seems(path)}")
        return False
    if encoding == "UTF-8" and _is_encoded_twice(path):
        raise UnreadableError(
            "was encoded twice: it says 'Ã©' where 'é' was meant, and so throughout. It was read as windows-1252 and "
            "written as UTF-8: ask for it as it was before"
        )
    with path.open("rb") as stream:
        return not any(b"\0" in chunk for chunk in chunks_of(stream))


def _has_controls(path: Path) -> bool:
    with path.open("rb") as stream:
        return any(CONTROLS.search(chunk) for chunk in chunks_of(stream))


def _seems(path: Path) -> str:
    with path.open("rb") as stream:
        found = likely_encoding(stream)
    return f". It seems to be in {found}: ask for it in UTF-8, or correct encoding" if found else ": ask for it again"


def likely_encoding(lines: Iterable[bytes]) -> str | None:
    """Return the name of the encoding that lines which are not UTF-8 seem to be in; None when nothing fits."""
    from charset_normalizer import from_bytes

    foreign = bytearray()
    for line in lines:
        if not line.isascii() and not _is_utf8(line):
            foreign += line[:JUDGED_BYTES]
        if len(foreign) >= JUDGED_BYTES:
            break
    found = from_bytes(bytes(foreign), cp_isolation=list(LIKELY)).best() if foreign else None
    return LIKELY.get(found.encoding) if found else None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_encoded_twice(path: Path) -> bool:
    """Whether all letters beyond ASCII are what becomes of UTF-8 that is read as windows-1252."""
    has_any, left = False, ""
    for text in _decoded(path, "utf-8-sig"):
        if text.isascii() and not left:
            continue
        # What ends a piece may go on in the next.
        runs = FOREIGN_LETTERS.findall(left + text)
        left = runs.pop() if runs and not text[-1:].isascii() else ""
        if not all(map(_is_mojibake, runs)) or len(left) > JUDGED_BYTES:
            return False
        has_any = has_any or bool(runs)
    return has_any if not left else _is_mojibake(left)


def _is_mojibake(letters: str) -> bool:
    # windows-1252 leaves five bytes without a letter, which readers give as the controls of the same number.
    try:
        content = b"".join(bytes((ord(one),)) if "\x80" <= one <= "\x9f" else one.encode("cp1252") for one in letters)
        content.decode()
    except UnicodeError:
        return False
    return True


def text_chunks(stream: BinaryIO) -> Iterator[str]:
    """Yield UTF-8 text in pieces, a wrong byte as U+FFFD and no byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    while chunk := stream.read(TEXT_CHUNK_BYTES):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def length_of_last_line(chunk: bytes, length: int, lines: int, most: Most) -> int:
    """Return how long the last line of a piece of a file is so far, of which so many bytes and lines were before it.

    Raises:
        UnreadableError: if a line is too long.
    """
    first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
    if length + (first if first >= 0 else len(chunk)) > most.row_bytes:
        raise most.too_long("line", f" (its line {lines + 1})", "see that its lines end")
    if len(chunk) > most.row_bytes:
        for nth, line in enumerate(chunk.split(b"\n"), lines + 1):
            if len(line) > most.row_bytes:
                raise most.too_long("line", f" (its line {nth})", "see that its lines end")
    return len(chunk) - 1 - last if last >= 0 else length + len(chunk)
