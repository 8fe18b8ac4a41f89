"""Judge the files of a batch by their first line, before any row is read; pure."""

import csv
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import FeedContract

HEADER_BYTES = 64 * 1024
DELIMITERS = ",;\t|"
Header = tuple[str, ...]


class Refusal(NamedTuple):
    """Why a whole batch is refused: a reason code for the rows and a sentence for the engineer."""

    reason: str
    sentence: str


def read_header(start: bytes, encoding: str, delimiter: str) -> Header:
    """Return the column names in the first bytes of a file; empty when there is no line."""
    text = start.decode("utf-8-sig" if encoding == "UTF-8" else encoding, errors="replace")
    line = text.split("\n", 1)[0].rstrip("\r")
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return (line,)


def unreadable_because(start: bytes, delimiter: str) -> str | None:
    """Return why the first line of a file can not be judged, to end a sentence; None when it can.

    Args:
        start: the first bytes of the file, one more than a header may have when there are as many.
        delimiter: between two columns.
    """
    line, end, _ = start.partition(b"\n")
    if not end and len(start) > HEADER_BYTES:
        return f"is longer than {HEADER_BYTES // 1024} kB: did the source write its lines' ends?"
    if line.count(b'"') % 2:
        return "opens a quotation mark and does not close it: write the names of columns on one line"
    if b"\0" in line:
        return "holds a null byte: is it text?"
    try:
        next(csv.reader([line.rstrip(b"\r").decode("latin-1")], delimiter=delimiter), [])
    except csv.Error:
        return "is not CSV (a carriage return stands in it): end lines with a line feed"
    return None


def check_headers(contract: FeedContract, headers: Mapping[str, Header]) -> Refusal | None:
    """Return the refusal of the batch, or None when every file has the columns of the contract.

    Args:
        contract: the feed's contract.
        headers: column names by file name.
    """
    for name, header in headers.items():
        refusal = _check_one(contract, name, header)
        if refusal:
            return refusal
    return None


def _check_one(contract: FeedContract, file: str, header: Header) -> Refusal | None:
    if not any(header):
        return Refusal("empty_batch", f"{file} is empty: the source sent nothing, not even a header. Ask for it again.")
    declared = [column.name for column in contract.landing]
    if len(header) == 1 and len(declared) > 1 and header[0] not in declared:
        return _wrong_delimiter(contract, file, header[0])
    # First: a file without a header would otherwise have its first row's values quoted below.
    missing = [name for name in declared if name not in header]
    if missing:
        return Refusal(
            f"missing_column:{missing[0]}",
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} of the contract: "
            "ask the source, or write a new version of the contract.",
        )
    forbidden = next(((name, word) for name in header if (word := forbidden_word(name))), None)
    if forbidden:
        return Refusal(
            f"forbidden_column:{forbidden[0]}",
            f"{file} has the column '{forbidden[0]}': '{forbidden[1]}' can never enter the lake. "
            "Ask the source to leave it out.",
        )
    twice = next((name for name, count in Counter(header).items() if count > 1), None)
    if twice:
        return Refusal(
            f"duplicate_column:{twice}", f"{file} has the column '{twice}' twice: ask the source to correct it."
        )
    unknown = [name for name in header if name not in declared]
    if unknown and contract.unknown_columns == "refuse":
        return Refusal(
            f"unknown_column:{unknown[0]}",
            f"{file} has the column{'s' if len(unknown) > 1 else ''} {', '.join(unknown)} unknown to the contract: "
            "add it to the contract with its classification, or set unknownColumns to ignore.",
        )
    return None


def _wrong_delimiter(contract: FeedContract, file: str, line: str) -> Refusal:
    wanted = contract.file_format.delimiter
    counts = {other: line.count(other) for other in DELIMITERS if other != wanted}
    found = max(counts, key=lambda other: counts[other])
    likely = f"it looks separated by {found!r}" if counts[found] else "its first line is not the header"
    return Refusal(
        "wrong_delimiter",
        f"{file} is not separated by {wanted!r} as its contract says: {likely}. Correct one of the two.",
    )
