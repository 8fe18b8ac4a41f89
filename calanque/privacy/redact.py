"""Redaction of French free text: what the batch step, the Spark workers and `calanque redact` all call."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TextIO

from calanque.errors import CalanqueError
from calanque.privacy.budget import Budget, armed
from calanque.privacy.recognisers import PACK_VERSION
from calanque.privacy.spans import UNREAD, Span, mask, merge, unmask_offsets

BATCH_COUNT = 256
"""Texts held in memory at once by the streaming functions."""

NAMING = frozenset({"PERSON", "EMAIL_ADDRESS"})
"""Types of values that say who somebody is."""

_MOST_ROUNDS = 3
"""Of 7,192 marked texts a second reading finds more in 12 (a date whose name is masked now), a third in none."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with placeholders, and what they replaced: offsets are code points of the original text."""

    text: str
    spans: tuple[Span, ...]


def redact(texts: Sequence[str], is_broad: bool = False) -> list[Redaction]:
    """Mask every personal value found in French texts.

    A masked text is read once more, so that redacting a redacted text changes nothing, and a third time if that showed
    more. One that takes more than its share of processor time, or does not settle, is masked whole: no value is told.

    Args:
        texts: any number; the engine is warm after the first call (about a second), batches of 64 or more are fastest.
        is_broad: mask towns, countries and civilities too.

    Returns:
        One redaction a text, in the same order.

    Raises:
        CalanqueError: outside the main thread.
    """
    from calanque.privacy.broad import broad
    from calanque.privacy.reading import analyze_batch

    done: list[list[Span]] = [[] for _ in texts]
    masked = list(texts)
    budgets = [Budget(text) for text in texts]
    pending, unread = list(range(len(texts))), dict[int, str]()
    with armed():
        for _ in range(_MOST_ROUNDS):
            found = analyze_batch([masked[i] for i in pending], [budgets[i] for i in pending])
            unread |= {i: "time" for i, spans in zip(pending, found, strict=True) if spans is None}
            pending = [
                i for i, spans in zip(pending, found, strict=True) if spans and _absorb(i, spans, texts, masked, done)
            ]
            if not pending:
                break
    unread |= dict.fromkeys(pending, "rounds")
    for i in range(len(texts)) if is_broad else ():
        _absorb(i, broad(masked[i]), texts, masked, done)
    whole = {i: _unread(texts[i], reason) for i, reason in unread.items()}
    return [
        Redaction(f"<{UNREAD}>", (whole[i],)) if i in whole else Redaction(text, tuple(spans))
        for i, (text, spans) in enumerate(zip(masked, done, strict=True))
    ]


def find_values(texts: Sequence[str]) -> list[list[Span]]:
    """Return what one reading finds in each text, overlaps included, sorted; of one over its share, that it is unread.

    Raises:
        CalanqueError: outside the main thread.
    """
    from calanque.privacy.reading import analyze_batch

    with armed():
        found = analyze_batch(texts, [Budget(text) for text in texts])
    return [[_unread(text, "time")] if spans is None else spans for text, spans in zip(texts, found, strict=True)]


def _unread(text: str, reason: str) -> Span:
    return Span(0, len(text), UNREAD, 1.0, f"unread.{reason}")


def _absorb(index: int, found: list[Span], texts: Sequence[str], masked: list[str], done: list[list[Span]]) -> bool:
    """Add new spans to a text's own; say whether they changed it."""
    spans = merge([*done[index], *unmask_offsets(done[index], found)])
    text = mask(texts[index], spans)
    has_changed = text != masked[index]
    done[index], masked[index] = spans, text
    return has_changed


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
) -> LinesDone:
    """Redact JSON lines `{"id", "text"}` into `{"id", "text", "spans"}`, in bounded memory.

    Args:
        stream_in: one JSON object a line; blank lines are skipped. Bytes of another encoding come by `surrogateescape`.
        stream_out: gets one JSON object a line, in the same order; the id as it came.
        stream_errors: gets `{"line", "error"}` for each line that is no such object, and `{"line", "warning"}` for each
            whose id may name a person: its number and nothing of it.
        is_explained: write the original text for a person to read, each value marked with its type, score and rule.
        is_strict: stop at the first line that is no such object.
        is_broad: as of `redact`.

    Raises:
        CalanqueError: of strict reading, at the first line that is no such object; the lines before it are written.
    """
    counts, lines = Counter[str](), _lines(stream_in)
    while batch := list(islice(lines, BATCH_COUNT)):
        done = iter(redact([line.record["text"] for line in batch if line.record], is_broad))
        named = _named(batch)
        for line in batch:
            if line.record is None:
                if is_strict:
                    raise CalanqueError(f"Line {line.number} is {line.sentence}")
                counts["bad"] += 1
                _tell(stream_errors, line.number, "error", f"It is {line.sentence}")
                continue
            redaction = next(done)
            counts["unread"] += any(span.type == UNREAD for span in redaction.spans)
            if line.number in named:
                counts["named"] += 1
                _tell(stream_errors, line.number, "warning", "Its id may name a person: it is written as it is.")
            stream_out.write((_explained if is_explained else _line)(line.record, redaction))
    return LinesDone(counts["unread"], counts["bad"], counts["named"])


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


def _explained(record: dict[str, Any], redaction: Redaction) -> str:
    """Mark each value, `[06 39 98 12 34](PHONE_NUMBER 0.95 phone_number.national)`; below, why each name is one."""
    from calanque.privacy.explain import explain

    text: str = record["text"]
    parts: list[str] = []
    position = 0
    for span in redaction.spans:
        parts += (text[position : span.start], f"[{text[span.start : span.end]}]({span.type} {span.score} {span.rule})")
        position = span.end
    why = (explain(text, span, redaction.spans) for span in redaction.spans)
    reasons = "".join(f"  {line}\n" for line in why if "; " in line)
    shown = f"# {record['id']} (pack {PACK_VERSION})\n{''.join((*parts, text[position:]))}\n{reasons}\n"
    return shown.encode(errors="backslashreplace").decode()


def _line(record: dict[str, Any], redaction: Redaction) -> str:
    spans = [{"start": s.start, "end": s.end, "type": s.type, "score": s.score} for s in redaction.spans]
    line = json.dumps({"id": record["id"], "text": redaction.text, "spans": spans}, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a lone surrogate cannot leave as UTF-8
        line = json.dumps(json.loads(line))
    return line + "\n"
