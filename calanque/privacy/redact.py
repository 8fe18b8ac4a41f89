"""Redaction of French free text: what the batch step, the Spark workers and `calanque redact` all call."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TextIO

from calanque.errors import CalanqueError
from calanque.privacy.recognisers import PACK_VERSION
from calanque.privacy.spans import Span, mask, merge, unmask_offsets

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

    A masked text is read again until nothing new shows, so that redacting a redacted text changes nothing.

    Args:
        texts: any number; the engine is warm after the first call (about 3 s), batches of 64 or more are fastest.

    Returns:
        One redaction a text, in the same order.
    """
    from calanque.privacy.presidio import analyze_batch

    done: list[list[Span]] = [[] for _ in texts]
    masked = list(texts)
    pending = list(range(len(texts)))
    for _ in range(_MOST_ROUNDS):
        found = analyze_batch([masked[i] for i in pending])
        pending = [
            i for i, spans in zip(pending, found, strict=True) if spans and _absorb(i, spans, texts, masked, done)
        ]
        if not pending:
            break
    return [Redaction(text, tuple(spans)) for text, spans in zip(masked, done, strict=True)]


def _absorb(index: int, found: list[Span], texts: Sequence[str], masked: list[str], done: list[list[Span]]) -> bool:
    """Add new spans to a text's own; say whether they changed it."""
    spans = merge([*done[index], *unmask_offsets(done[index], found)])
    text = mask(texts[index], spans)
    has_changed = text != masked[index]
    done[index], masked[index] = spans, text
    return has_changed


def redact_lines(stream_in: Iterable[str], stream_out: TextIO, explain: bool = False) -> int:
    """Redact JSON lines `{"id", "text"}` into `{"id", "text", "spans"}`, in bounded memory.

    Args:
        stream_in: one JSON object a line; blank lines are skipped.
        stream_out: gets one JSON object a line, in the same order.
        explain: write the original text for a person to read instead, each value marked with its type, score and rule.

    Returns:
        How many documents were written.

    Raises:
        CalanqueError: at the first line that is not such an object; the lines before it are written.
    """
    count = 0
    records = _records(stream_in)
    while batch := list(islice(records, BATCH_COUNT)):
        texts = [r["text"] for r in batch if not isinstance(r, CalanqueError)]
        for record, redaction in zip(batch, redact(texts), strict=False):
            stream_out.write(_explained(record, redaction) if explain else _line(record, redaction))
        count += len(texts)
        if isinstance(batch[-1], CalanqueError):
            raise batch[-1]
    return count


def _records(stream_in: Iterable[str]) -> Iterator[Any]:
    """Yield the records; a bad line is yielded as its error, last, so that what precedes it is still written."""
    for number, line in enumerate(stream_in, start=1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None:
            yield CalanqueError(
                f'Line {number} is not a JSON object with "id" and a string "text": correct it and send the file again.'
            )
            return
        yield record


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
