"""Redaction of a stream of JSON lines, in bounded memory: what `calanque redact` does."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TextIO

from calanque.errors import CalanqueError
from calanque.privacy.redact import BATCH_COUNT, Redaction, find_values, redact
from calanque.privacy.sample_report import Tally, marked
from calanque.privacy.spans import UNREAD

NAMING = frozenset({"PERSON", "EMAIL_ADDRESS"})
"""Types of values that say who somebody is."""


class LinesDone(NamedTuple):
    """How many documents are masked whole or named by their id, and how many lines are none."""

    unread_count: int
    bad_count: int
    named_count: int


def redact_lines(
    stream_in: Iterable[str],
    stream_out: TextIO,
    stream_errors: TextIO,
    is_explained: bool = False,
    is_strict: bool = False,
    is_broad: bool = False,
    allowed: str | None = None,
) -> LinesDone:
    """Redact JSON lines `{"id", "text"}` into `{"id", "text", "spans"}`, in bounded memory.

    Args:
        stream_in: one JSON object a line; blank lines are skipped. Bytes of another encoding come by `surrogateescape`.
        stream_out: gets one JSON object a line, in the same order; the id as it came.
        stream_errors: gets `{"line", "error"}` for each line that is no such object, and `{"line", "warning"}` for each
            whose id may name a person: its number and nothing of it.
        is_explained: write the original text for a person to read, each value marked with its type, score and rule, and
            in the end what was counted.
        is_strict: stop at the first line that is no such object.
        is_broad: as of `redact`.
        allowed: as of `redact`.

    Raises:
        CalanqueError: of strict reading, at the first line that is no such object; the lines before it are written.
    """
    counts, lines = Counter[str](), _lines(stream_in)
    tally = Tally(allowed) if is_explained else None
    while batch := list(islice(lines, BATCH_COUNT)):
        if is_strict and (bad := next((line for line in batch if line.record is None), None)):
            batch = batch[: batch.index(bad)]
        texts = [line.record["text"] for line in batch if line.record]
        redactions = redact(texts, is_broad, allowed)
        if tally:
            tally.add(texts, redactions)
        counts.update(_written(batch, redactions, stream_out, stream_errors, is_explained))
        if is_strict and bad:
            raise CalanqueError(f"Line {bad.number} is {bad.sentence}")
    if tally:
        stream_out.write(tally.lines())
    return LinesDone(counts["unread"], counts["bad"], counts["named"])


def _written(
    batch: Sequence["_Line"],
    redactions: Sequence[Redaction],
    stream_out: TextIO,
    stream_errors: TextIO,
    is_explained: bool,
) -> Counter[str]:
    """Write a batch in its order, and what is wrong with its lines; return how many are unread, named or none."""
    counts, done, named = Counter[str](), iter(redactions), _named(batch)
    for line in batch:
        if line.record is None:
            counts["bad"] += 1
            _tell(stream_errors, line.number, "error", f"It is {line.sentence}")
            continue
        redaction = next(done)
        counts["unread"] += any(span.type == UNREAD for span in redaction.spans)
        if line.number in named:
            counts["named"] += 1
            _tell(stream_errors, line.number, "warning", "Its id may name a person: it is written as it is.")
        stream_out.write((marked if is_explained else _line)(line.record, redaction))
    return counts


class _Line(NamedTuple):
    """A line that is not blank: its number, and its document or what it is instead."""

    number: int
    record: dict[str, Any] | None
    sentence: str


_NO_DOCUMENT = 'not a JSON object with "id" and a string "text": correct it and send it again.'
_NO_TEXT = "not written in the encoding that was named (UTF-8 where none was): name its own by --encoding."
_UNDECODED = re.compile("[\udc80-\udcff]")


def _lines(stream_in: Iterable[str]) -> Iterator[_Line]:
    for number, line in enumerate(stream_in, start=1):
        if _UNDECODED.search(line):
            yield _Line(number, None, _NO_TEXT)
        elif line.strip():
            yield _Line(number, _record(line), _NO_DOCUMENT)


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_complete = isinstance(record, dict) and "id" in record and isinstance(record.get("text"), str)
    return record if is_complete else None


def _named(batch: Sequence[_Line]) -> set[int]:
    """Return the lines whose id, a text, may name a person."""
    ids = {line.number: line.record["id"] for line in batch if line.record and isinstance(line.record["id"], str)}
    found = find_values(list(ids.values()))
    return {number for number, spans in zip(ids, found, strict=True) if any(span.type in NAMING for span in spans)}


def _tell(stream: TextIO, number: int, kind: str, sentence: str) -> None:
    stream.write(json.dumps({"line": number, kind: sentence}) + "\n")


def _line(record: dict[str, Any], redaction: Redaction) -> str:
    spans = [{"start": s.start, "end": s.end, "type": s.type, "score": s.score} for s in redaction.spans]
    line = json.dumps({"id": record["id"], "text": redaction.text, "spans": spans}, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a lone surrogate cannot leave as UTF-8
        line = json.dumps(json.loads(line))
    return line + "\n"
