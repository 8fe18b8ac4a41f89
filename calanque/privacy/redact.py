"""Redaction of French free text: what the batch step, the Spark workers and `calanque redact` all call."""

import json
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

_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with placeholders, and what they replaced: offsets are code points of the original text."""

    text: str
    spans: tuple[Span, ...]


def redact(texts: Sequence[str]) -> list[Redaction]:
    """Mask every personal value found in French texts.

    A masked text is read again until nothing new shows, so that redacting a redacted text changes nothing. One that
    takes more than its share of processor time, or does not settle, is masked whole: no value of it is told.

    Args:
        texts: any number; the engine is warm after the first call (about 3 s), batches of 64 or more are fastest.

    Returns:
        One redaction a text, in the same order.

    Raises:
        CalanqueError: outside the main thread.
    """
    from calanque.privacy.presidio import analyze_batch

    done: list[list[Span]] = [[] for _ in texts]
    masked = list(texts)
    budgets = [Budget(text) for text in texts]
    pending, unread = list(range(len(texts))), dict[int, str]()
    with armed():
        for _ in range(_MOST_ROUNDS):
            found = analyze_batch([masked[i] for i in pending], [budgets[i].spending for i in pending])
            unread |= {i: "time" for i, spans in zip(pending, found, strict=True) if spans is None}
            pending = [
                i for i, spans in zip(pending, found, strict=True) if spans and _absorb(i, spans, texts, masked, done)
            ]
            if not pending:
                break
    unread |= dict.fromkeys(pending, "rounds")
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
    from calanque.privacy.presidio import analyze_batch

    with armed():
        found = analyze_batch(texts, [Budget(text).spending for text in texts])
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
    """How many documents were written, how many of them masked whole, and how many lines were no document."""

    document_count: int
    unread_count: int
    bad_count: int


def redact_lines(
    stream_in: Iterable[str],
    stream_out: TextIO,
    stream_errors: TextIO,
    is_explained: bool = False,
    is_strict: bool = False,
) -> LinesDone:
    """Redact JSON lines `{"id", "text"}` into `{"id", "text", "spans"}`, in bounded memory.

    Args:
        stream_in: one JSON object a line; blank lines are skipped.
        stream_out: gets one JSON object a line, in the same order.
        stream_errors: gets `{"line", "error"}` for each line that is no such object, its number and nothing of it.
        is_explained: write the original text for a person to read, each value marked with its type, score and rule.
        is_strict: stop at the first such line.

    Raises:
        CalanqueError: of strict reading, at the first line that is no such object; the lines before it are written.
    """
    count = unread_count = bad_count = 0
    records = _records(stream_in)
    while batch := list(islice(records, BATCH_COUNT)):
        done = iter(redact([record["text"] for record in batch if not isinstance(record, _BadLine)]))
        for record in batch:
            if isinstance(record, _BadLine):
                if is_strict:
                    raise CalanqueError(f"Line {record.number} is {record.sentence}")
                bad_count += 1
                stream_errors.write(json.dumps({"line": record.number, "error": f"It is {record.sentence}"}) + "\n")
                continue
            redaction = next(done)
            count += 1
            unread_count += any(span.type == UNREAD for span in redaction.spans)
            stream_out.write(_explained(record, redaction) if is_explained else _line(record, redaction))
    return LinesDone(count, unread_count, bad_count)


class _BadLine(NamedTuple):
    number: int
    sentence: str = 'not a JSON object with "id" and a string "text": correct it and send it again.'


def _records(stream_in: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(stream_in, start=1):
        if line.strip():
            record = _record(line)
            yield _BadLine(number) if record is None else record


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_complete = isinstance(record, dict) and "id" in record and isinstance(record.get("text"), str)
    return record if is_complete else None


def _explained(record: dict[str, Any], redaction: Redaction) -> str:
    """Mark each value: `[06 39 98 12 34](PHONE_NUMBER 0.95 phone_number.national)`."""
    text: str = record["text"]
    parts: list[str] = []
    position = 0
    for span in redaction.spans:
        parts += (text[position : span.start], f"[{text[span.start : span.end]}]({span.type} {span.score} {span.rule})")
        position = span.end
    shown = f"# {record['id']} (pack {PACK_VERSION})\n{''.join((*parts, text[position:]))}\n\n"
    return shown.encode(errors="backslashreplace").decode()


def _line(record: dict[str, Any], redaction: Redaction) -> str:
    spans = [{"start": s.start, "end": s.end, "type": s.type, "score": s.score} for s in redaction.spans]
    line = json.dumps({"id": record["id"], "text": redaction.text, "spans": spans}, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a lone surrogate cannot leave as UTF-8
        line = json.dumps(json.loads(line))
    return line + "\n"
